"""A body as readable text: paragraphs, headings, lists and links here; what is rarer by way of `elements`."""

import re
from html import unescape

from plugins.newsroom.typewriter import indented, linked, listed, spaced, tidy, underlined

_INLINE = r'(?:[^<>&]++|&(?:amp|lt|gt|nbsp);|</?(?:strong|em|b|i|code)>|<br>|<a href="[^"]*">|</a>)*'
_TEXTS = "|".join(f"<{tag}>{_INLINE}</{tag}>" for tag in ("p", "h2", "h3", "h4", "h5", "h6"))
_ITEM = rf"<li>{_INLINE}</li>\n|<li>\n(?:<p>{_INLINE}</p>\n)+</li>\n"
_LISTS = "|".join(rf"<{tag}>\n(?:{_ITEM})*</{tag}>" for tag in ("ul", "ol"))
_PLAIN = re.compile(rf"(?:{_TEXTS}|{_LISTS}|\n)*")
"""A body as the sanitiser writes it, whose elements have no attributes but the addresses of links, and whose lists hold
no other blocks: most are such, and a parser takes ten times as long to come to the same.
"""


def _up_to(end: str) -> str:
    """Answer a pattern for what stands before an end tag, and the tag: several times as fast as `.*?`."""
    return f"((?:[^<]++|<(?!{end}))*)<{end}"


_BLOCKS = re.compile("<(p|h[2-6]|ul|ol)>" + _up_to(r"/\1>"))
_ITEMS = re.compile("<li>" + _up_to("/li>"))
_PARAGRAPHS = re.compile("<p>" + _up_to("/p>"))
_LINKS = re.compile('<a href="([^"]*)">' + _up_to("/a>"))
_TAG = re.compile(r"<[^>]*>")


def readable(html: str) -> str:
    """Answer a body as readable text, without hard line breaks in paragraphs; blocks are an empty line apart.

    Headings of level 2 are underlined, lists keep their marks and levels, `text (address)` is a link, tables become
    columns or, if too wide, one line per cell with its heading before it.
    """
    if _PLAIN.fullmatch(html):
        return "\n\n".join(filter(None, (_block(tag, inner) for tag, inner in _BLOCKS.findall(html))))
    from plugins.newsroom.elements import blocks  # noqa: PLC0415 - BeautifulSoup is slow to import, and seldom needed

    return "\n\n".join(blocks(html))


def _block(tag: str, inner: str) -> str:
    match tag:
        case "ul":
            return listed([indented(_item(item), "- ", "  ") for item in _ITEMS.findall(inner)])
        case "ol":
            items = [_item(item) for item in _ITEMS.findall(inner)]
            marks = [f"{number}. " for number in range(1, len(items) + 1)]
            return listed([indented(item, mark, " " * len(mark)) for item, mark in zip(items, marks, strict=True)])
        case "h2":
            return underlined(_line(inner))
        case _:
            return _line(inner)


def _item(html: str) -> str:
    paragraphs = _PARAGRAPHS.findall(html) or [html]
    return "\n\n".join(filter(None, map(_line, paragraphs)))


def _line(html: str) -> str:
    """Answer what stands in a block."""
    if "<" not in html and "&" not in html:
        return spaced(html).strip(" ")
    text, *links = _LINKS.split(html)
    told = [_words(text)]
    for address, words, after in zip(links[::3], links[1::3], links[2::3], strict=True):
        told += linked(_words(words), unescape(address)), _words(after)
    return tidy("".join(told))


def _words(html: str) -> str:
    return unescape(_TAG.sub("", spaced(html).replace("<br>", "\n")))
