"""From HTML or plain words to the Markdown of a body, such that what is read is what was written."""

import re
from dataclasses import dataclass, field
from html.entities import html5
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PageElement, PreformattedString
from bs4.exceptions import ParserRejectedMarkup
from markdownify import MarkdownConverter

from plugins.importing.found import Picture, Unreadable, flowing, visible
from plugins.newsroom import Fault

MOST_SIGNS = 200_000
"""Elements at most in one page: a release has a hundred, and each takes a thousand times its own size in memory."""
DEEPEST = 200
"""Elements at most in each other."""

TOO_MUCH = "there is more HTML here than a release can have"
TOO_DEEP = "the HTML is nested too deeply"
NO_HTML = "this can't be read as HTML"
LEAD_IS_FIRST = "the source has no lead; the first paragraph is taken for it: “{words}”"
READ_AS_HEADING = "read as a heading: “{words}”"
LINK_TO_NOWHERE = "the link “{words}” leads nowhere from here ({target}); only its words are kept"
NOT_TAKEN = "<{tag}> can't be taken over; look at what it showed"
TABLE = "a table; compare it with the source"

_DROPPED = ("script", "style", "noscript", "template", "svg", "nav", "form", "button", "input", "select", "textarea")
_NOT_TAKEN = ("iframe", "video", "audio", "object", "embed", "canvas", "map")
_CONTAINERS = (
    "div", "section", "article", "main", "header", "footer", "aside", "center", "blockquote", "figure", "body",
)  # fmt: skip
_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "hr", "address", "details")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SHORT = 100
_ENDS = re.compile(r"[.,;:!…]$")
_BARE = re.compile(r"https?://[^\s<>\"\\]+")
_SIGNS = re.compile(r"[\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])|\{(?=:)")
# HTML knows some references without their semicolon, as &copy
_REFERENCE = re.compile(rf"&(?=#|\w+;|{'|'.join(sorted(name for name in html5 if not name.endswith(';')))})")
_START = re.compile(r"^( *\d+)(?=\.\s)|^( *)(?=[#>]|[-+]\s|-+\s*$)", re.MULTILINE)
_UNDERLINE = re.compile(r"^( *)=", re.MULTILINE)


@dataclass
class Prose:
    """The HTML of a body made Markdown; `pictures` and `doubts` are filled on the way.

    `address` is where the HTML was published, from which its links lead on; "" is not known. `source` is the name
    that doubts are told under.
    """

    source: str
    address: str = ""
    has_lines: bool = True
    pictures: list[Picture] = field(default_factory=list)
    doubts: list[Fault] = field(default_factory=list)

    def markdown(self, element: Tag) -> str:
        """Answer the element's contents as Markdown; the element is changed by that."""
        self._clean(element)
        self._take_pictures(element)
        self._take_away(element)
        self._mark_headings(element)
        self._level_headings(element)
        self._mend_links(element)
        for term in element(["dt", "dd"]):
            term.name = "p"
        return _whole(_Converter().convert_soup(element))

    def lead(self, element: Tag, given: str = "") -> str:
        """Answer the lead, and take it out of the element: the first paragraph, if it says what is given.

        Where nothing is given, the first paragraph is the lead.
        """
        self._clean(element)
        first = next((block for block in element(_BLOCKS) if block.get_text(strip=True)), None)
        words = flowing(first.get_text()) if first and first.name == "p" else ""
        if not first or not words or (given and words != given):
            return given
        if not given and len(words) != len(flowing(element.get_text())):
            self.doubt(first, LEAD_IS_FIRST, words=words)
        for image in first("img"):
            first.insert_before(image.extract())
        first.decompose()
        return words

    def doubt(self, element: Tag, message: str, **values: object) -> None:
        line = (element.sourceline or 0) if self.has_lines else 0
        self.doubts.append(Fault.at(self.source, line, message, **values))

    def _clean(self, element: Tag) -> None:
        for leftover in element(_DROPPED):
            leftover.decompose()
        for text in element.find_all(string=lambda text: isinstance(text, PreformattedString)):
            text.extract()  # remarks, and what only programs read
        self._gather_words(element)

    def _take_pictures(self, element: Tag) -> None:
        """Pictures are no part of the body: they have texts and terms of their own."""
        for image in element("img"):
            figure = image.find_parent("figure")
            caption = figure.find("figcaption") if figure else None
            address = followed(str(image.get("src") or ""), self.address)
            if address.startswith("http"):
                words = flowing(caption.get_text(" ")) if caption else ""
                picture = Picture(url=address, alt=flowing(str(image.get("alt") or "")), caption=words, credit="")
                self.pictures.append(picture)
            (figure if figure and len(figure("img")) == 1 else image).decompose()

    def _take_away(self, element: Tag) -> None:
        for other in element(_NOT_TAKEN):
            self.doubt(other, NOT_TAKEN, tag=other.name)
            other.decompose()
        for table in element("table"):
            self.doubt(table, TABLE)

    def _gather_words(self, element: Tag) -> None:
        """Words that stand loose between blocks become paragraphs; two line breaks part them."""
        for container in [element, *element(_CONTAINERS)]:
            paragraph = None
            breaks: list[PageElement] = []
            for child in list(container.contents):
                if isinstance(child, Tag) and (child.name in _BLOCKS or child.name in _CONTAINERS):
                    paragraph, breaks = None, []
                elif isinstance(child, Tag) and child.name == "br":
                    breaks.append(child.extract())
                elif paragraph is None or len(breaks) > 1:
                    if child.get_text(strip=True):
                        paragraph = Tag(name="p", sourceline=container.sourceline)
                        child.replace_with(paragraph)
                        paragraph.append(child)
                        breaks = []
                elif child.get_text(strip=True):
                    paragraph.extend([*breaks, child.extract()])
                    breaks = []
                else:
                    paragraph.append(child.extract())

    def _mark_headings(self, element: Tag) -> None:
        """A short paragraph that is bold as a whole is a heading that somebody made by hand."""
        name = "h6" if element.find(list(_HEADINGS)) else "h2"
        for paragraph in element("p"):
            bold = paragraph.find(["strong", "b"])
            words = flowing(paragraph.get_text())
            if not bold or not words or len(words) > _SHORT or _ENDS.search(words) or paragraph.find_parent("li"):
                continue
            if flowing(bold.get_text()) == words:
                self.doubt(paragraph, READ_AS_HEADING, words=words)
                paragraph.name = name

    def _level_headings(self, element: Tag) -> None:
        """Headings begin at level 2, and none is skipped; which stands under which is kept."""
        above: list[int] = []
        for heading in element(_HEADINGS):
            level = int(heading.name[1])
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
            heading.name = f"h{min(6, 1 + len(above))}"
            for bold in heading(["strong", "b", "br"]):
                bold.replace_with(" ") if bold.name == "br" else bold.unwrap()

    def _mend_links(self, element: Tag) -> None:
        for link in element("a"):
            target = "".join(str(link.get("href") or "").split())
            words = flowing(link.get_text())
            if target and not target.startswith("#"):
                address = followed(target, self.address)
                if address and words:
                    link.attrs = {"href": address}
                    continue
                if words:
                    self.doubt(link, LINK_TO_NOWHERE, words=words, target=target[:60])
            link.unwrap()


_Untyped: Any = MarkdownConverter  # finds its methods by name, so its types say too little


class _Converter(_Untyped):  # type: ignore[misc]
    """markdownify, with Python-Markdown's signs and no others escaped."""

    class Options:
        heading_style = "atx"
        bullets = "-"
        autolinks = False
        sub_symbol = "<sub>"
        sup_symbol = "<sup>"
        table_infer_header = True

    def escape(self, text: str, parent_tags: Any) -> str:
        if "a" in parent_tags:
            return escaped(text)
        pieces = []
        end = 0
        for bare in _BARE.finditer(text):
            address = bare[0].rstrip(".,;:!?)'")
            pieces += [escaped(text[end : bare.start()]), f"<{address}>"]
            end = bare.start() + len(address)
        return "".join([*pieces, escaped(text[end:])])

    def convert_p(self, el: Any, text: str, parent_tags: Any) -> str:
        return str(super().convert_p(el, _literal(text), parent_tags))

    def convert_li(self, el: Any, text: str, parent_tags: Any) -> str:
        """Answer an item with what belongs to it 4 spaces in, as Python-Markdown wants it."""
        bullet = "-"
        if el.parent is not None and el.parent.name == "ol":
            start = str(el.parent.get("start", "1"))
            bullet = f"{int(start if start.isdecimal() else 1) + len(el.find_previous_siblings('li'))}."
        text = text.strip()
        first = next((child for child in el.contents if child.get_text(strip=True)), None)
        if isinstance(first, NavigableString):
            line, end, rest = text.partition("\n")
            text = _literal(line) + end + rest
        item = f"{bullet} {text}".replace("\n", "\n    ") + ("\n\n" if "\n\n" in text else "\n")
        return item if text else ""

    def convert_hN(self, n: int, el: Any, text: str, parent_tags: Any) -> str:
        return str(super().convert_hN(n, el, text.replace("#", r"\#"), parent_tags))

    def convert_td(self, el: Any, text: str, parent_tags: Any) -> str:
        return str(super().convert_td(el, text.replace("|", r"\|"), parent_tags))

    def convert_th(self, el: Any, text: str, parent_tags: Any) -> str:
        return str(super().convert_th(el, text.replace("|", r"\|"), parent_tags))


def _literal(text: str) -> str:
    """Answer lines of a paragraph, of which none begins a heading, a list or a quotation."""
    return _UNDERLINE.sub(r"\1&#61;", _START.sub(r"\g<0>\\", text))


def plain(text: str) -> str:
    """Answer Markdown for one paragraph of plain words: read as Markdown it says the same."""
    soup = BeautifulSoup("", "html.parser")
    paragraph = soup.new_tag("p")
    paragraph.append(NavigableString(flowing(text)))
    soup.append(paragraph)
    return _whole(_Converter().convert_soup(soup))


def escaped(text: str) -> str:
    """Answer the text with a backslash before each sign that Markdown would take for its own."""
    text = _SIGNS.sub(lambda sign: "\\" + sign[0], _REFERENCE.sub("&amp;", text))
    return text.replace("<", "&lt;")


def soup(markup: str | bytes, source: str) -> BeautifulSoup:
    """Answer parsed HTML. Raises Unreadable if it is none, or out of all proportion."""
    if (markup.count("<") if isinstance(markup, str) else markup.count(b"<")) > MOST_SIGNS:
        raise Unreadable(Fault.at(source, 0, TOO_MUCH))
    try:
        page = BeautifulSoup(markup, "html.parser")
    except ParserRejectedMarkup:
        raise Unreadable(Fault.at(source, 0, NO_HTML)) from None
    level: list[Tag] = [page]
    for _depth in range(DEEPEST):
        level = [child for element in level for child in element.contents if isinstance(child, Tag)]
    if level:  # what reads it goes from level to level
        raise Unreadable(Fault.at(source, 0, TOO_DEEP))
    return page


def followed(target: str, address: str) -> str:
    """Answer the whole address that a link leads to from a page at `address`; "" if it leads nowhere from here."""
    try:
        found = urljoin(address, target)
        parts = urlsplit(found)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https") and parts.hostname:
        return found.replace("(", "%28").replace(")", "%29")
    if parts.scheme == "mailto" and re.fullmatch(r"[^@\s?]+@[^@\s?]+(\?\S*)?", parts.path):
        return found
    return found if re.fullmatch(r"tel:\+\d+", found) else ""


def _whole(markdown: str) -> str:
    lines = (line.rstrip() + ("  " if line.endswith("  ") and line.strip() else "") for line in markdown.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", visible("\n".join(lines))).strip()
