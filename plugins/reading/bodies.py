"""The body of a text: Markdown in, safe HTML out, with links from file to file made links from page to page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from posixpath import join, normpath
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from plugins.newsroom import Document, Fault, Faults, Image, Site, Text, fingerprint
from plugins.reading.frontmatter import Manuscript

MARKDOWN: dict[str, Any] = {
    "extensions": ["tables", "footnotes", "attr_list", "sane_lists"],
    "extension_configs": {"footnotes": {"BACKLINK_TITLE": "↩ {}"}},
}
"""Python-Markdown's options, unless Pelican's setting MARKDOWN says otherwise."""

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl", "dt", "em",
    "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "q",
    "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"id", "class", "lang", "title", "dir"},
    "a": {"href", "hreflang", "role"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
SCHEMES = {"http", "https", "mailto", "tel"}

_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:\s|$)|^ {0,3}(=+|-+)\s*$", re.MULTILINE)
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")


@dataclass(frozen=True, slots=True)
class Links:
    """Where the links of one body may lead.

    `texts` maps each public text's path below the content folder to its address; `others` are texts that exist but
    are not public; `sections` are the addresses of the room's own pages, for links such as `/prenumerera/`.
    """

    site: Site
    texts: Mapping[str, str]
    others: frozenset[str]
    sections: frozenset[str]
    images: tuple[Image, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(slots=True)
class StoredBodies:
    """The rendered bodies of one reading, by the digest of what they say."""

    _bodies: dict[str, str] = field(default_factory=dict)

    def keep(self, html: str) -> str:
        """Store a rendered body and answer its digest."""
        digest = fingerprint(html)
        self._bodies[digest] = html
        return digest

    def html(self, text: Text) -> str:
        """Answer the text's body as safe HTML; "" if it has none."""
        return self._bodies[text.body_digest]


def render(manuscript: Manuscript, links: Links, options: Mapping[str, Any] = MARKDOWN) -> str:
    """Answer the manuscript's body as safe HTML. Raises Faults with all that is wrong in it."""
    page = _Page(manuscript, links)
    markdown = Markdown(**{**options, "extensions": [*options.get("extensions", []), page]})
    html = markdown.convert(manuscript.body)
    page.faults += _raw_faults(html, page)
    if page.faults:
        raise Faults(page.faults)
    # rel would be added to every link by default; what a link is for is the theme's business
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)


class _Page(Extension, Treeprocessor):
    """Looks at the parsed body once: checks headings, resolves links and pictures."""

    def __init__(self, manuscript: Manuscript, links: Links) -> None:
        Extension.__init__(self)
        self.manuscript = manuscript
        self.links = links
        self.faults: list[Fault] = []

    def extendMarkdown(self, md: Markdown) -> None:
        # before "unescape", so that addresses are still as written; after "inline", so that links are elements
        md.treeprocessors.register(self, "pressroom", 5)

    def run(self, root: Element) -> None:
        self._check_headings(root)
        for element in root.iter():
            if element.tag == "a" and element.get("href") is not None:
                self._link(element)
            elif element.tag == "img":
                self._picture(element)
            elif element.tag == "th":
                element.attrib.setdefault("scope", "col")
            for name in ("align", "style"):
                value = element.attrib.pop(name, "")
                if element.tag in ("td", "th") and (side := re.search(r"right|center", value)):
                    element.set("class", f"{element.get('class', '')} {side[0]}".strip())

    def fault(self, needle: str, message: str, **values: object) -> None:
        """Note a fault at the line of the body where the needle stands."""
        self.faults.append(Fault.at(self.manuscript.source, self.line(needle), message, **values))

    def line(self, needle: str) -> int:
        position = self.manuscript.body.find(needle)
        return self.manuscript.body_line + self.manuscript.body.count("\n", 0, max(position, 0))

    def _check_headings(self, root: Element) -> None:
        lines = self._heading_lines()
        headings = [element for element in root.iter() if re.fullmatch("h[1-6]", str(element.tag))]
        previous = 1
        for index, heading in enumerate(headings):
            level = int(str(heading.tag)[1])
            line = lines[index] if len(lines) == len(headings) else self.manuscript.body_line
            if level == 1:
                message = "a heading of level 1 (#) stands here; the headline is in title, so begin with ##"
                self.faults.append(Fault.at(self.manuscript.source, line, message))
            elif level > previous + 1:
                message = "the heading skips from level {before} to level {after}; use {marks}"
                marks = "#" * (previous + 1)
                values = {"before": previous, "after": level, "marks": marks}
                self.faults.append(Fault.at(self.manuscript.source, line, message, **values))
            previous = level

    def _heading_lines(self) -> list[int]:
        found = []
        body = self.manuscript.body
        for match in _HEADING.finditer(body):
            line = body.count("\n", 0, match.start())
            if match[2]:  # an underlined heading stands on the line before
                above = body.split("\n")[line - 1] if line else ""
                if not above.strip() or "|" in above:
                    continue
                line -= 1
            found.append(self.manuscript.body_line + line)
        return found

    def _link(self, element: Element) -> None:
        written = element.get("href", "")
        target, _, fragment = written.partition("#")
        if not target or _SCHEME.match(target):
            return
        found = self._address(target)
        if found is None:
            return
        element.set("href", self.links.site.href(found) + (f"#{fragment}" if fragment else ""))

    def _address(self, target: str) -> str | None:
        """Answer the address that a link within the room leads to, or note why there is none."""
        if target.startswith("//"):
            self.fault(target, "the link to {target} lacks https:", target=target)
            return None
        if target.startswith("/"):
            address = target[1:]
            if address in self.links.sections:
                return address
            message = "the link {target} leads to no page of the room; link to the text's file, like ../other/sv.md"
            self.fault(target, message, target=target)
            return None
        path = normpath(join(self.manuscript.source.rpartition("/")[0], unquote(target)))
        if path in self.links.texts:
            return self.links.texts[path]
        folder = self.manuscript.source.rpartition("/")[0]
        for document in self.links.documents:
            if path == f"{folder}/{document.file}":
                return document.download.address
        for image in self.links.images:
            if path == f"{folder}/{image.file}":
                return image.original.address
        if path in self.links.others:
            self.fault(target, "the link to {target} leads to a text that is not public", target=target)
        elif path.endswith(".md"):
            self.fault(target, "the link to {target} leads to a text that does not exist", target=target)
        else:
            message = "the link to {target} leads to a file that is not listed under images or documents"
            self.fault(target, message, target=target)
        return None

    def _picture(self, element: Element) -> None:
        target = element.get("src", "")
        image = next((i for i in self.links.images if i.file == unquote(target.removeprefix("./"))), None)
        if image is None:
            message = "the picture {target} is not listed under images, with its text, photographer and terms"
            self.fault(target, message, target=target)
            return
        widths = image.of_type(image.web.media_type)
        shown = next((r for r in widths if r.width >= 960), widths[-1])
        element.set("src", self.links.site.href(shown.address))
        if len(widths) > 1:
            sources = [f"{self.links.site.href(r.address)} {r.width}w" for r in widths]
            element.set("srcset", ", ".join(sources))
            element.set("sizes", "(min-width: 48rem) 38rem, 100vw")
        element.set("alt", element.get("alt") or image.alt)
        element.set("width", str(shown.width))
        element.set("height", str(shown.height))
        element.set("loading", "lazy")


class _Raw(HTMLParser):
    """Finds what the sanitiser would take away, so that nothing vanishes without a word."""

    def __init__(self, page: _Page) -> None:
        super().__init__()
        self.page = page
        self.faults: list[Fault] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h1", "html", "body"):
            return  # a heading of level 1 is told of with its own sentence
        if tag not in TAGS:
            self._fault(f"<{tag}", "HTML like <{tag}> is not allowed in a text; use Markdown", tag=tag)
            return
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
        for name, value in attrs:
            if name not in allowed:
                self._fault(name, "the attribute {name} is not allowed in a text; remove it", name=name)
            elif name in ("href", "src") and (scheme := _scheme(value)) not in SCHEMES:
                self._fault(str(value), "links that begin with {scheme}: are not allowed", scheme=scheme)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_comment(self, data: str) -> None:
        self._fault("<!--", "an HTML comment would be read by everyone; remove it")

    def _fault(self, needle: str, message: str, **values: object) -> None:
        lowered = self.page.manuscript.body.lower()
        position = lowered.find(needle.lower())
        line = self.page.manuscript.body_line + lowered.count("\n", 0, max(position, 0))
        self.faults.append(Fault.at(self.page.manuscript.source, line, message, **values))


def _scheme(address: str | None) -> str:
    """Answer what the address begins with; https for one within the room."""
    found = _SCHEME.match(address or "")
    return found[1].lower() if found else "https"


def _raw_faults(html: str, page: _Page) -> list[Fault]:
    raw = _Raw(page)
    raw.feed(html)
    raw.close()
    return raw.faults
