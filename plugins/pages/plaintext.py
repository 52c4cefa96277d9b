"""A release as plain text: for those who copy it into their own system, and for screens that show nothing else."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import zip_longest

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PreformattedString

from plugins.edition.stage import Stage
from plugins.newsroom import (
    Bodies,
    Contact,
    CorrectionKind,
    Document,
    Image,
    Newsroom,
    Output,
    Release,
    State,
    WithdrawalKind,
)
from plugins.newsroom.links import absolute_links
from plugins.newsroom.record import release_json_inputs, replacement
from plugins.pages import dates
from plugins.pages.words import Words

WIDEST_TABLE = 100
"""The longest line, in characters, that a table is laid out in columns for."""

_CORRECTED = {
    CorrectionKind.CORRECTION: "Corrected %(time)s: %(text)s",
    CorrectionKind.CLARIFICATION: "Clarified %(time)s: %(text)s",
}
_WITHDRAWN = {
    WithdrawalKind.WITHDRAWN: "Withdrawn",
    WithdrawalKind.IN_ERROR: "Published in error and withdrawn",
    WithdrawalKind.REPLACED: "Withdrawn and replaced",
}
_BLOCKS = {
    "blockquote", "div", "dl", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre",
    "table", "ul",
}  # fmt: skip
_RAISED = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")
_SPACE = re.compile(r"[ \t\r\n\f]+")  # a no-break space is meant and stays


def outputs(stage: Stage) -> Iterator[Output]:
    said = {language: Words(stage.theme / "locale", language) for language in stage.newsroom.languages}
    for release in stage.newsroom.releases:
        words = said[release.language]
        yield Output(
            path=f"{release.address}release.txt",
            inputs=(*release_json_inputs(release, stage.newsroom), words.input),
            render=partial(release_txt, release, stage.newsroom, stage.bodies, words),
        )


def release_txt(release: Release, newsroom: Newsroom, bodies: Bodies, words: Words) -> bytes:
    """Answer the release as UTF-8 text; a withdrawn one says so in place of what it told."""
    told = _withdrawal(release, newsroom, words) if release.withdrawn else _told(release, newsroom, bodies, words)
    parts = [
        _first_line(release, newsroom, words),
        underlined(release.title, "="),
        *told,
        _section(words, "Press contact", [_contact(contact, release) for contact in release.contacts], "\n\n"),
        newsroom.boilerplate[release.language],
        newsroom.site.absolute(release.address),
    ]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _told(release: Release, newsroom: Newsroom, bodies: Bodies, words: Words) -> Iterator[str]:
    site = newsroom.site
    original = [site.absolute(v.address) for v in release.versions if v.language == release.original_language]
    if release.is_translation and not release.official:
        yield " ".join([_say(words, "Unofficial translation."), *original])
    if release.is_translation and release.is_behind:
        yield " ".join([_say(words, "The original has been changed since it was translated."), *original])
    yield "\n".join(_corrections(release, newsroom, words))
    yield release.lead
    if "body" in release.missing:
        yield _say(words, "The source does not contain the body of this text.")
    yield readable(absolute_links(bodies.html(release), site))
    yield _section(words, "Images", [_image(image, release, newsroom, words) for image in release.images])
    yield _section(words, "Documents", [_document(document, release, newsroom) for document in release.documents])
    yield _section(words, "Links", [f"- {link.text} ({link.url})" for link in release.links])


def _withdrawal(release: Release, newsroom: Newsroom, words: Words) -> Iterator[str]:
    if release.withdrawn is None:
        return
    heading = _say(words, _WITHDRAWN[release.withdrawn.kind])
    yield f"{heading}: {_moment(release.withdrawn.at, release, newsroom)}. {release.withdrawn.reason}"
    if by := replacement(release, newsroom):
        yield f"{_say(words, 'Read instead:')} {newsroom.site.absolute(by[1])}"


def _first_line(release: Release, newsroom: Newsroom, words: Words) -> str:
    language = release.language
    parts = [
        release.type.label[language],
        newsroom.publisher.label[language],
        _moment(release.published, release, newsroom),
    ]
    if release.case_number:
        parts.append(f"{_say(words, 'Case number')}: {release.case_number}")
    if release.state is not State.PUBLIC:
        parts.insert(0, _say(words, "Not public yet"))
    return " · ".join(parts)


def _corrections(release: Release, newsroom: Newsroom, words: Words) -> Iterator[str]:
    """Answer the changes that readers are told of, the latest first."""
    for correction in sorted(release.corrections, key=lambda correction: correction.at, reverse=True):
        if message := _CORRECTED.get(correction.kind):
            yield _say(words, message, time=_moment(correction.at, release, newsroom), text=correction.text)


def _contact(contact: Contact, release: Release) -> str:
    lines = [contact.function[release.language]]
    if contact.phone:
        lines.append(f"{contact.phone.text} ({contact.phone.number})")
    if contact.mail:
        lines.append(contact.mail)
    if contact.hours:
        lines.append(contact.hours[release.language])
    return "\n".join(lines)


def _image(image: Image, release: Release, newsroom: Newsroom, words: Words) -> str:
    credit = f"{_say(words, 'Image:')} {image.credit}"
    address = newsroom.site.absolute(image.original.address)
    return f"- {image.caption or image.alt}\n  {credit}. {image.terms.text[release.language]}\n  {address}"


def _document(document: Document, release: Release, newsroom: Newsroom) -> str:
    size = dates.size(document.download.bytes, release.language)
    return f"- {document.title} ({size})\n  {newsroom.site.absolute(document.download.address)}"


def _moment(at: datetime, release: Release, newsroom: Newsroom) -> str:
    """Answer the agency's time with its distance from UTC: the text may be read anywhere."""
    local = newsroom.local(at)
    return f"{dates.moment(local, release.language)} (UTC{local.isoformat()[-6:]})"


def _section(words: Words, heading: str, lines: list[str], between: str = "\n") -> str:
    return f"{underlined(_say(words, heading))}\n\n{between.join(lines)}" if lines else ""


def _say(words: Words, message: str, **values: object) -> str:
    """Answer the message as text: catalogues speak HTML."""
    return words.gettext(message, **values).unescape()


def readable(html: str) -> str:
    """Answer a body as readable text, without hard line breaks in paragraphs; blocks are an empty line apart.

    Headings of level 2 are underlined, lists keep their marks and levels, `text (address)` is a link, tables become
    columns or, if too wide, one line per cell with its heading before it.
    """
    return "\n\n".join(_blocks(BeautifulSoup(html, "html.parser")))


def underlined(heading: str, line: str = "-") -> str:
    return f"{heading}\n{line * len(heading)}" if heading else ""


def _blocks(parent: Tag) -> Iterator[str]:
    """Answer the blocks in an element; loose text between blocks is a paragraph."""
    loose: list[str] = []
    for child in parent.children:
        if isinstance(child, Tag) and child.name in _BLOCKS:
            yield from filter(None, [_tidy("".join(loose))])
            loose = []
            yield from filter(None, _block(child))
        else:
            loose.append(_inline(child))
    yield from filter(None, [_tidy("".join(loose))])


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
            yield _indented(tag.get_text().strip("\n").rstrip(), "    ", "    ")
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
            told.append(_indented(_item(child), mark, " " * len(mark)))
            number += 1
        else:  # a list that stands between items instead of in one
            told.append(_indented(_loose(child), "  ", "  "))
    told = [item for item in told if item]
    return ("\n\n" if any("\n\n" in item for item in told) else "\n").join(told)


def _item(tag: Tag) -> str:
    """Answer an item: a list in it follows its text closely, paragraphs are kept apart."""
    return ("\n\n" if len(tag.find_all("p", recursive=False)) > 1 else "\n").join(_blocks(tag))


def _definitions(tag: Tag) -> str:
    lines = []
    for child in tag.children:
        if isinstance(child, Tag) and child.name == "div":
            lines.append(_definitions(child))
        elif isinstance(child, Tag) and child.name == "dd":
            lines.append(_indented("\n".join(_blocks(child)), "  ", "  "))
        else:
            lines.append(_loose(child))
    return "\n".join(line for line in lines if line)


def _loose(node: object) -> str:
    """Answer what stands where something else was expected: nothing that is written may vanish."""
    if isinstance(node, Tag):
        return "\n".join(_block(node) if node.name in _BLOCKS else _blocks(node))
    return _tidy(_inline(node))


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
    return _tidy("".join(_inline(child) for child in tag.children))


def _inline(node: object) -> str:
    if isinstance(node, PreformattedString):  # comments and the like are not text
        return ""
    if isinstance(node, NavigableString):
        return _SPACE.sub(" ", str(node))
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
    address = str(tag.get("href", ""))
    classes = _classes(tag)
    if "footnote-backref" in classes:
        return ""
    if "footnote-ref" in classes:
        return f"[{text}]"
    shown = address.removeprefix("mailto:")
    if not address or address.startswith(("#", "tel:")) or text.strip() in ("", address, shown):
        return text
    return f"{text} ({shown})"


def _shifted(text: str, letters: dict[int, int], mark: str) -> str:
    """Answer a raised or lowered text with letters that are made so, or else after a mark: 10⁶, xᵢ as x_i."""
    return text.translate(letters) if all(ord(letter) in letters for letter in text) else f"{mark}{text}"


def _classes(tag: Tag | None) -> list[str]:
    return [str(name) for name in tag.get_attribute_list("class")] if tag else []


def _tidy(text: str) -> str:
    lines = "\n".join(_SPACE.sub(" ", line).strip(" ") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n ")


def _indented(text: str, first: str, rest: str) -> str:
    return "\n".join(f"{first if number == 0 else rest}{line}".rstrip() for number, line in enumerate(text.split("\n")))
