"""The body of a text: Markdown in, safe HTML out, with links from file to file made links from page to page."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from itertools import accumulate, pairwise
from posixpath import join, normpath
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.blockprocessors import ParagraphProcessor
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from plugins.newsroom import Fault, Faults
from plugins.reading.manuscripts.manuscript import Manuscript
from plugins.reading.manuscripts.schema import is_own_machine
from plugins.reading.typesetting.body import MARKDOWN, Body, Links
from plugins.reading.typesetting.patience import within

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
# rel would be added to every link by default; what a link is for is the theme's business
_CLEANER = nh3.Cleaner(tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)

# whatever MARKDOWN's extensions look for in a line of text begins with one of these
_SIGN = re.compile(r"[\\`*_\[<&\x02]|  \n")
# a block of one line that begins like this is a paragraph, for every other kind begins with a sign, digit or space
_LINE_OF_WORDS = re.compile(r"[^\W\d_][^\n]*")
# HTML in which there is nothing to find fault with: what most bodies are in Markdown becomes that
_HARMLESS = re.compile(
    rf'(?:[^<>&]++|&(?:[a-z]+|#\d+);|</?(?:{"|".join(sorted(TAGS))})>|<a href="https?://[^"<>\s]*">)*'
)

# Python-Markdown asks for no space after #, so a line that begins with a #hashtag is a heading too
_HEADING = re.compile(r" {0,3}(#{1,6})| {0,3}(=+|-+)\s*$")
# not right after HTML, which stands as a mark that ends with \x03: it may be the words of a link
_BARE_ADDRESS = re.compile(r"(?<!\x03)https?://[^\s\x02)\]>]+")
_BROKEN_LINK = re.compile(r"\]\([^\s)]*|\)\[(?:https?:|www\.|mailto:|\.\./)[^\s\]]*")
# without any of these there is nothing of the three kinds above and below
_NOT_WHOLE = re.compile(r"\]\(|\)\[|://|\|")
_TABLE_ROW = re.compile(r"^ *\|.*\|[ \t]*$", re.MULTILINE)
_MAIL = re.compile(r"[^@\s/]+@[^@\s/]+\.[^@\s/]+")
# What Python-Markdown makes of <a@example.se>: every character as a reference, in a form of its own until the end
_AUTOMAIL = "\x02amp\x03"
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")

_LEVELS = {f"h{level}": level for level in range(1, 7)}
_TAG = re.compile(r"<(/?)([a-z0-9]+)")
_WITHOUT_END = {"br", "hr", "img"}

PATIENCE = 10
"""Seconds that one body may take: Python-Markdown needs minutes for a page of brackets, and an article a hundredth."""
DEEPEST = 50
"""How many elements may lie in each other: what reads the body later goes from level to level."""

TOO_SLOW = (
    "the text could not be read in {seconds} seconds; is it very long, or are there long rows of signs like [ or * ?"
)
TOO_DEEP = "lists, quotations or HTML lie in each other in too many levels here"
LEVEL_1 = "a heading of level 1 (#) stands here; the headline is in title, so begin with ##"
LINK_TO_FILE = (
    "the link {target} can't be followed here; link to the text's file, like ../other/sv.md or, for another year, "
    "../../2031/other/sv.md"
)


def render(manuscript: Manuscript, links: Links, options: Mapping[str, Any] = MARKDOWN) -> Body:
    """Answer the manuscript's body, rendered. Raises Faults with all that is wrong in it."""
    page = _Page(manuscript, links)
    try:
        with within(PATIENCE):
            html = _converted(page, options)
    except TimeoutError:
        page.fault("", TOO_SLOW, seconds=PATIENCE)
    except RecursionError:
        page.fault("", TOO_DEEP)
    else:
        page.faults += _raw_faults(html, page)
    if page.faults:
        raise Faults(page.faults)
    clean = _CLEANER.clean(html)
    if _depth(clean) > DEEPEST:
        page.fault("", TOO_DEEP)
        raise Faults(page.faults)
    return Body(html=clean, led=page.led)


def prepare() -> None:
    """Make ready what the first body would wait for."""
    _READY.append(_made_ready(MARKDOWN, is_ours=True))


def _converted(page: "_Page", options: Mapping[str, Any]) -> str:
    """Answer what Markdown makes of the page's body, having looked at it."""
    is_ours = options == MARKDOWN
    markdown, looking = _READY.pop() if is_ours and _READY else _made_ready(options, is_ours=is_ours)
    looking.page = page
    html = markdown.reset().convert(page.manuscript.body)
    if is_ours:
        _READY.append((markdown, looking))  # not if it was stopped: then it is left half done
    return html


def _made_ready(options: Mapping[str, Any], *, is_ours: bool) -> "tuple[Markdown, _Looking]":
    looking = _Looking()
    extensions = [*options.get("extensions", []), looking, *([_PlainWords()] if is_ours else [])]
    return Markdown(**{**options, "extensions": extensions}), looking


def _depth(html: str) -> int:
    """Answer how many elements lie in each other at most; in sanitised HTML each one but a few has its end."""
    steps = [-1 if end else 1 for end, name in _TAG.findall(html) if name not in _WITHOUT_END]
    return max(accumulate(steps), default=0)


class _PlainWords(Extension, Treeprocessor):
    """Spares words without any sign of Markdown the search for seventeen kinds of it, and lines of words that for ten
    kinds of block: that took most of the time.
    """

    def extendMarkdown(self, md: Markdown) -> None:
        md.parser.blockprocessors.register(_PlainParagraph(md.parser), "plain paragraph", 110)  # before all others
        md.treeprocessors.register(self, "plain words", 21)  # right before "inline"

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.text and not _SIGN.search(element.text):
                element.text = AtomicString(element.text)


class _PlainParagraph(ParagraphProcessor):
    def test(self, parent: Element, block: str) -> bool:
        return _LINE_OF_WORDS.fullmatch(block) is not None


class _Looking(Extension, Treeprocessor):
    """Lets the page at hand look at its parsed body."""

    page: "_Page"

    def extendMarkdown(self, md: Markdown) -> None:
        # before "unescape", so that addresses are still as written; after "inline", so that links are elements
        md.treeprocessors.register(self, "pressroom", 5)

    def run(self, root: Element) -> None:
        self.page.look(root)


_READY: list[tuple[Markdown, _Looking]] = []
"""What converted the last body, for the next: it takes a while to make."""


class _Page:
    """Looks at the parsed body once: checks headings, resolves links and pictures."""

    def __init__(self, manuscript: Manuscript, links: Links) -> None:
        self.manuscript = manuscript
        self.links = links
        self.faults: list[Fault] = []
        self.led: dict[str, str] = {}
        self.made: set[str] = set()
        """The addresses that were made here, of links and pictures in Markdown."""

    def look(self, root: Element) -> None:
        self._check_headings(root)
        if _NOT_WHOLE.search("".join(root.itertext())):
            self._check_words(root)
        for element in root.iter():
            if element.tag == "th":
                element.attrib.setdefault("scope", "col")
            if not element.attrib:
                continue
            if element.tag == "a" and element.get("href") is not None:
                self._link(element)
            elif element.tag == "img":
                self._picture(element)
            for name in ("align", "style"):
                value = element.attrib.pop(name, "")
                if element.tag in ("td", "th") and (side := re.search(r"right|center", value)):
                    element.set("class", f"{element.get('class', '')} {side[0]}".strip())

    def fault(self, needle: str, message: str, **values: object) -> None:
        """Note a fault at the line of the body where the needle stands."""
        self.faults.append(Fault.at(self.manuscript.source, self.line(needle), message, **values))

    def line(self, needle: str) -> int:
        """Answer the line of the first link to the needle, or else of the first place where it stands."""
        body = self.manuscript.body
        position = next((at for form in ("]({})", "]({}", "{}") if (at := body.find(form.format(needle))) >= 0), 0)
        return self.manuscript.body_line + body.count("\n", 0, position)

    def _check_headings(self, root: Element) -> None:
        levels = [_LEVELS[element.tag] for element in root.iter() if element.tag in _LEVELS]
        if all(1 < level <= previous + 1 for previous, level in pairwise([1, *levels])):
            return
        lines = self._heading_lines()
        previous = 1
        for index, level in enumerate(levels):
            line = lines[index] if len(lines) == len(levels) else self.manuscript.body_line
            if level == 1:
                self.faults.append(Fault.at(self.manuscript.source, line, LEVEL_1))
            elif level > previous + 1:
                message = "the heading skips from level {before} to level {after}; use {marks}"
                marks = "#" * (previous + 1)
                values = {"before": previous, "after": level, "marks": marks}
                self.faults.append(Fault.at(self.manuscript.source, line, message, **values))
            previous = level

    def _check_words(self, element: Element) -> None:
        """What was meant as a link or a table but became plain words would be seen by readers only."""
        if element.tag in ("a", "code", "pre"):
            return
        for words in (element.text, *(child.tail for child in element)):
            self._check_plain(element, words or "")
        for child in element:
            self._check_words(child)

    def _check_plain(self, element: Element, words: str) -> None:
        if found := _BROKEN_LINK.search(words):
            self.fault(found[0], "a link is not whole here; write it as [text](address), without a space between")
        elif found := _BARE_ADDRESS.search(words):
            message = "the address {address} is no link; write [text](address), or < and > around it"
            self.fault(found[0], message, address=found[0].rstrip(".,;:!?"))
        if element.tag == "p" and len(rows := _TABLE_ROW.findall(words)) > 1:
            message = "a table needs an empty line above it, and a line like |---|---| below its headings"
            self.fault(rows[0], message)

    def _heading_lines(self) -> list[int]:
        found = []
        above = ""
        for number, line in enumerate(self.manuscript.body.split("\n"), start=self.manuscript.body_line):
            match = _HEADING.match(line)
            if match and match[1]:
                found.append(number)
            elif match and above.strip() and "|" not in above:  # underlined: the heading is the line before
                found.append(number - 1)
            above = line
        return found

    def _link(self, element: Element) -> None:
        written = element.get("href", "")
        target, _, fragment = written.partition("#")
        if is_own_machine(target):
            message = "the link {target} leads to the preview on your own computer; link to the text's file instead"
            self.fault(target, message, target=target)
        if not written:
            words = "".join(element.itertext())
            self.fault(f"[{words}](", "the link “{words}” has no address between ( and )", words=words)
        if not target or _SCHEME.match(target) or target.startswith(_AUTOMAIL):
            return
        found = self._address(target)
        if found is None:
            self.made.add(written)  # told already
            return
        element.set("href", self._make(found) + (f"#{fragment}" if fragment else ""))

    def _make(self, address: str) -> str:
        made = self.links.site.href(address)
        self.made.add(made)
        return made

    def _address(self, target: str) -> str | None:
        """Answer the address that a link within the room leads to, or note why there is none."""
        if target.startswith("//"):
            self.fault(target, "the link to {target} lacks https:", target=target)
            return None
        if target.startswith("/"):
            address = target[1:]
            if address in self.links.sections:
                return address
            self.fault(target, LINK_TO_FILE, target=target)
            return None
        if _MAIL.fullmatch(target):
            self.fault(target, "the link to {target} lacks mailto: before the mail address", target=target)
            return None
        if target.startswith("www."):
            self.fault(target, "the link to {target} lacks https:", target=target)
            return None
        path = normpath(join(self.manuscript.source.rpartition("/")[0], unquote(target)))
        if path in self.links.texts:
            self.led[path] = self.links.texts[path]
            return self.led[path]
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
        elif "." not in path.rpartition("/")[2]:
            self.fault(target, LINK_TO_FILE, target=target)
        elif path.removeprefix(f"{folder}/") not in self.links.listed:
            message = "the link to {target} leads to a file that is not listed under images or documents"
            self.fault(target, message, target=target)
        return None

    def _picture(self, element: Element) -> None:
        target = element.get("src", "")
        image = next((i for i in self.links.images if i.file == unquote(target.removeprefix("./"))), None)
        if image is None:
            self.made.add(target)
            if target in self.links.listed:
                return
            message = "the picture {target} is not listed under images, with its text, photographer and terms"
            self.fault(target, message, target=target)
            return
        widths = image.of_type(image.web.media_type)
        shown = next((r for r in widths if r.width >= 960), widths[-1])
        element.set("src", self._make(shown.address))
        if len(widths) > 1:
            sources = ", ".join(f"{self.links.site.href(r.address)} {r.width}w" for r in widths)
            element.set("srcset", sources)
            self.made.add(sources)
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
        self._ids: set[str] = set()
        self._lowered = page.manuscript.body.lower()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "h1" and any(fault.message == LEVEL_1 for fault in self.page.faults):
            return  # a heading of level 1 in Markdown is told of with its own sentence
        if tag not in TAGS:
            message = "HTML like <{tag}> is not allowed; paste the text without formatting, and use Markdown"
            self._fault(f"<{tag}", message, tag=tag)
            return
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
        for name, value in attrs:
            if name not in allowed:
                self._fault(name, "the attribute {name} is not allowed in a text; remove it", name=name)
            elif name in ("href", "src") and (scheme := _scheme(value)) not in SCHEMES:
                self._fault(str(value), "links that begin with {scheme}: are not allowed", scheme=scheme)
            elif name in ("href", "src", "srcset") and not self._is_known(name, value or ""):
                message = "the address in <{tag}> can't be followed; write [text](address) or ![](picture.jpg) instead"
                self._fault(f"<{tag}", message, tag=tag)
            elif name == "id" and value in self._ids:
                self._fault(value, "{slug} stands here twice", slug=value)
            elif name == "id":
                self._ids.add(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_comment(self, data: str) -> None:
        self._fault("<!--", "an HTML comment would be read by everyone; remove it")

    def handle_decl(self, decl: str) -> None:
        self._vanishing(f"!{decl}")

    def handle_pi(self, data: str) -> None:
        self._vanishing(f"?{data}")

    def unknown_decl(self, data: str) -> None:
        self._vanishing(f"![{data}")

    def _vanishing(self, written: str) -> None:
        message = "HTML like <{tag}> is not allowed; paste the text without formatting, and use Markdown"
        self._fault(f"<{written}", message, tag=written.split()[0])

    def _is_known(self, name: str, address: str) -> bool:
        """Answer whether a link leads outside, within its page, or where `_Page` made it lead; a picture only that."""
        target = address.partition("#")[0]
        outside = name == "href" and (not target or _SCHEME.match(target))
        return bool(outside) or target in self.page.made

    def _fault(self, needle: str, message: str, **values: object) -> None:
        position = self._lowered.find(needle.lower())
        line = self.page.manuscript.body_line + self._lowered.count("\n", 0, max(position, 0))
        self.faults.append(Fault.at(self.page.manuscript.source, line, message, **values))


def _scheme(address: str | None) -> str:
    """Answer what the address begins with; https for one within the room."""
    found = _SCHEME.match(address or "")
    return found[1].lower() if found else "https"


def _raw_faults(html: str, page: _Page) -> list[Fault]:
    if _HARMLESS.fullmatch(html):
        return []
    raw = _Raw(page)
    raw.feed(html)
    raw.close()
    return raw.faults
