
"use strict";
const main = document.querySelector("main");
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const say = (word) => {
  document.querySelector(".mark")?.remove();
  const paragraph = document.createElement("p");
  paragraph.textContent = main.dataset[word];
  main.replaceChildren(paragraph);
};

async function opened(fragment) {
  const key = await crypto.subtle.importKey("raw", bytes(fragment), "AES-GCM", false, ["decrypt"]);
  const sealed = bytes(document.getElementById("sealed").textContent);
  const way = { name: "AES-GCM", iv: sealed.subarray(0, 12), additionalData: new TextEncoder().encode("press-sealed-1") };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(way, key, sealed.subarray(12))));
}

function show({ language, title, recipient, html }) {
  document.documentElement.lang = language;
  document.title = title;
  main.innerHTML = html; // the page's policy runs no script but this one
  const mark = document.createElement("div");
  mark.className = "mark";
  mark.setAttribute("aria-hidden", "true");
  mark.textContent = `${recipient} · `.repeat(600);
  document.body.append(mark);
}

async function open() {
  if (!globalThis.crypto?.subtle) return say("insecure");
  if (location.hash.length < 2) return say("keyless");
  let told;
  try {
    told = await opened(location.hash.slice(1));
  } catch {
    return say("wrong");
  }
  const left = Date.parse(told.expires) - Date.now();
  if (left <= 0) return say("expired");
  show(told);
  setTimeout(() => say("expired"), Math.min(left, 2 ** 31 - 1));
}

addEventListener("hashchange", open);
open();
