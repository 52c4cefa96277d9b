// Shows the releases that came after the one on the page, which itself never changes because of a newer one.
// Without script the page still has the releases before it and a link to the press room.
const MOST = 5;
const section = document.querySelector("[data-latest]");

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const item = ({ title, lead, address, published, day, type, language, language_name }) => {
  const own = document.documentElement.lang;
  const time = element("time", { dateTime: published }, day);
  const link = element("a", { href: address, hreflang: language }, title);
  const about = element("p", { className: "quiet", lang: own }, time, ` · ${type}`);
  if (language !== own) about.append(` (${language_name})`);
  return element("li", { lang: language }, about, element("h3", {}, link), element("p", {}, lead));
};

const show = (releases) => {
  const newer = releases.filter(({ published }) => new Date(published) > new Date(section.dataset.published));
  if (!newer.length) return;
  section.append(element("ol", { className: "plain entries" }, ...newer.slice(0, MOST).map(item)));
  section.hidden = false;
};

if (section) {
  fetch(section.dataset.latest)
    .then((answer) => (answer.ok ? answer.json() : []))
    .then(show)
    .catch(() => {}); // the page is whole without it
}
