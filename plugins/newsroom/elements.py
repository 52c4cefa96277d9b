"""Bodies with tables, notes, pictures and whatever else HTML can hold, element by element, as readable text."""

import re
from collections.abc import Iterator
from itertools import zip_longest

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PreformattedString

from plugins.newsroom.typewriter import indented, linked, listed, spaced, tidy, underlined

WIDEST_TABLE = 100
"""The longest line, in characters, that a table is laid out in columns for."""

_BLOCKS = {
    "blockquote", "div", "dl", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre",
    "table", "ul",
}  # fmt: skip
_RAISED = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")


def blocks(html: str) -> Iterator[str]:
    """Answer the blocks of a body as readable text, whatever stands in it."""
    return _blocks(BeautifulSoup(html, "html.parser"))


def _blocks(parent: Tag) -> Iterator[str]:
    """Answer the blocks in an element; loose text between blocks is a paragraph."""
    loose: list[str] = []
    for child in parent.children:
        if isinstance(child, Tag) and child.name in _BLOCKS:
            yield from filter(None, [tidy("".join(loose))])
            loose = []
            yield from filter(None, _block(child))
        else:
            loose.append(_inline(child))
    yield from filter(None, [tidy("".join(loose))])


def _block(tag: Tag) -> Iterator[str]:
    match tag.name:
        case "h1" | "h2":
            yield underlined(_text(tag))
        case "ul" | "ol":
            yield _list(tag)
        case "dl":
            yield _definitions(tag)
        case "table":
            yield _table(tag)
        case "pre":
            yield indented(tag.get_text().strip("\n").rstrip(), "    ", "    ")
        case "blockquote":
            quoted = "\n\n".join(_blocks(tag))
            yield "\n".join(f"> {line}".rstrip() for line in quoted.split("\n")) if quoted else ""
        case "hr":
            if "footnote" not in _classes(tag.parent):  # the notes' own line; a space is enough here
                yield "* * *"
        case "div" | "figure":
            yield from _blocks(tag)
        case _:
            yield _text(tag)


def _list(tag: Tag) -> str:
    start = str(tag.get("start", "1"))
    number = int(start) if re.fullmatch(r"-?[0-9]{1,9}", start) else 1
    told = []
    for child in tag.children:
        if isinstance(child, Tag) and child.name == "li":
            mark = f"{number}. " if tag.name == "ol" else "- "
            told.append(indented(_item(child), mark, " " * len(mark)))
            number += 1
        else:  # a list that stands between items instead of in one
            told.append(indented(_loose(child), "  ", "  "))
    return listed([item for item in told if item])


def _item(tag: Tag) -> str:
    """Answer an item: a list in it follows its text closely, paragraphs are kept apart."""
    return ("\n\n" if len(tag.find_all("p", recursive=False)) > 1 else "\n").join(_blocks(tag))


def _definitions(tag: Tag) -> str:
    lines = []
    for child in tag.children:
        if isinstance(child, Tag) and child.name == "div":
            lines.append(_definitions(child))
        elif isinstance(child, Tag) and child.name == "dd":
            lines.append(indented("\n".join(_blocks(child)), "  ", "  "))
        else:
            lines.append(_loose(child))
    return "\n".join(line for line in lines if line)


def _loose(node: object) -> str:
    """Answer what stands where something else was expected: nothing that is written may vanish."""
    if isinstance(node, Tag):
        return "\n".join(_block(node) if node.name in _BLOCKS else _blocks(node))
    return tidy(_inline(node))


def _table(tag: Tag) -> str:
    caption = tag.caption
    own = [row for row in tag.find_all("tr") if row.find_parent("table") is tag]
    rows = [[_cell(cell) for cell in row.find_all(["th", "td"], recursive=False)] for row in own]
    rows = [row for row in rows if any(row)]
    headed = bool(own) and own[0].find("td") is None
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    columns = sum(widths) + 2 * (len(widths) - 1) <= WIDEST_TABLE
    text = _columns(rows, widths, headed) if columns else _cell_by_cell(rows, headed)
    return "\n\n".join(part for part in (_text(caption) if caption else "", text) if part)


def _cell(tag: Tag) -> str:
    return " ".join(" ".join(_blocks(tag)).split("\n"))


def _columns(rows: list[list[str]], widths: list[int], headed: bool) -> str:
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]
    if headed:
        lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _cell_by_cell(rows: list[list[str]], headed: bool) -> str:
    headings, told = (rows[0], rows[1:]) if headed and len(rows) > 1 else ([], rows)
    pairs = (zip_longest(headings, row, fillvalue="") for row in told)
    return "\n\n".join(
        "\n".join(f"{heading}: {cell}" if heading else cell for heading, cell in row) for row in pairs
    )


def _text(tag: Tag) -> str:
    return tidy("".join(_inline(child) for child in tag.children))


def _inline(node: object) -> str:
    if isinstance(node, PreformattedString):  # comments and the like are not text
        return ""
    if isinstance(node, NavigableString):
        return spaced(str(node))
    if not isinstance(node, Tag):
        return ""
    if node.name == "br":
        return "\n"
    if node.name == "img":
        return f"[{node['alt']}]" if node.get("alt") else ""
    inner = "".join(_inline(child) for child in node.children)
    match node.name:
        case "a":
            return _link(node, inner)
        case "sup":
            return inner if inner.startswith("[") else _shifted(inner, _RAISED, "^")
        case "sub":
            return _shifted(inner, _LOWERED, "_")
        case "q":
            return f"”{inner}”"
        case name if name in _BLOCKS:  # wrapped in something that is not a block
            return f"\n{inner}\n"
        case _:
            return inner


def _link(tag: Tag, text: str) -> str:
    classes = _classes(tag)
    if "footnote-backref" in classes:
        return ""
    if "footnote-ref" in classes:
        return f"[{text}]"
    return linked(text, str(tag.get("href", "")))


def _shifted(text: str, letters: dict[int, int], mark: str) -> str:
    """Answer a raised or lowered text with letters that are made so, or else after a mark: 10⁶, xᵢ as x_i."""
    return text.translate(letters) if all(ord(letter) in letters for letter in text) else f"{mark}{text}"


def _classes(tag: Tag | None) -> list[str]:
    return [str(name) for name in tag.get_attribute_list("class")] if tag else []
