// Shows the newest releases on a release's page, which itself never changes because of a newer one.
// Without script the page still has the releases before it and a link to the press room.
const MOST = 5;
const section = document.getElementById("latest");

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const day = (published) =>
  new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" })
    .format(new Date(published.slice(0, 10)));

const item = ({ title, address, published, type, language }) => {
  const time = element("time", { dateTime: published.slice(0, 10) }, day(published));
  const link = element("a", { href: address, lang: language, hreflang: language }, title);
  return element("li", {},
    element("p", { className: "quiet" }, time, ` · ${type}`),
    element("h3", {}, link));
};

const show = (releases) => {
  const shown = new Set([location.pathname]);
  document.querySelectorAll("#earlier h3 a").forEach((link) => shown.add(new URL(link.href).pathname));
  const others = releases.filter(({ address }) => !shown.has(new URL(address, location).pathname)).slice(0, MOST);
  if (!others.length) return;
  section.append(element("ol", { className: "plain entries" }, ...others.map(item)));
  section.hidden = false;
};

if (section) {
  fetch(section.dataset.latest)
    .then((answer) => (answer.ok ? answer.json() : []))
    .then(show)
    .catch(() => {}); // the page is whole without it
}
