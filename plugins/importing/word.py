"""A release written in Word (.docx)."""

import re
import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

import mammoth
from bs4 import Tag
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from plugins.importing import prose
from plugins.importing.calendar import Calendar, Unclear
from plugins.importing.found import Found, Picture, Unreadable, flowing
from plugins.importing.prose import Prose
from plugins.newsroom import Fault, fingerprint

MOST_BYTES = 100_000_000
"""Bytes that the parts of a document may have together once they are unpacked."""
MOST_PARTS = 2_000

NOT_WORD = "the file isn't a Word document (.docx) that can be read"
TOO_LARGE = "the document is too large when it is unpacked"
DANGEROUS = "the document holds XML that Word never writes; it isn't read"
NO_HEADLINE = "the document has no headline: no paragraph in the style Title or Heading 1, and no first line"
HEADLINE_IS_FIRST = "the first line is taken for the headline: “{words}”"

_STYLES = """\
p[style-name='Title'] => h1:fresh
p[style-name='Rubrik'] => h1:fresh
p[style-name='Subtitle'] => p.lead:fresh
p[style-name='Lead'] => p.lead:fresh
p[style-name='Ingress'] => p.lead:fresh
"""
_KINDS_LENGTH = 60


def read(data: bytes, source: str, calendar: Calendar, kinds: Sequence[str]) -> Found:
    """Answer the document's release. `kinds` are names of kinds of document, one of which may stand at the top.

    Raises Unreadable if it isn't a Word document, or one made to do harm.
    """
    _check(data, source)
    pictures: list[Picture] = []
    html = _html(data, source, pictures)
    page = prose.soup(html, source)
    body = Prose(source, has_lines=False)
    kind, published = _above(page, calendar, kinds)
    title = _headline(page, body, source)
    lead = page.select_one("p.lead")
    words = flowing(lead.extract().get_text()) if lead else body.lead(page)
    text = body.markdown(page)
    return Found(
        source=source,
        seed=fingerprint(data),
        title=title,
        lead=words,
        body=text,
        published=published,
        kind=kind,
        pictures=tuple(pictures),
        doubts=tuple(body.doubts),
    )


def _check(data: bytes, source: str) -> None:
    """Raise Unreadable before anything unpacks a document that isn't one, or that would grow beyond measure."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as parts:
            infos = parts.infolist()
            if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_BYTES:
                raise Unreadable(Fault.at(source, 0, TOO_LARGE))
            if "word/document.xml" not in parts.namelist():
                raise Unreadable(Fault.at(source, 0, NOT_WORD))
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    fromstring(parts.read(info), forbid_dtd=True)
    except DefusedXmlException:
        raise Unreadable(Fault.at(source, 0, DANGEROUS)) from None
    except (zipfile.BadZipFile, zlib.error, ParseError, RuntimeError, EOFError, ValueError, OSError):
        raise Unreadable(Fault.at(source, 0, NOT_WORD)) from None


def _html(data: bytes, source: str, pictures: list[Picture]) -> str:
    def keep(image: Any) -> list[Any]:
        with image.open() as stream:
            alt = flowing(image.alt_text or "")
            pictures.append(Picture(url="", alt=alt, caption="", credit="", data=stream.read()))
        return []

    convert: Any = mammoth.convert_to_html
    try:
        made = convert(BytesIO(data), style_map=_STYLES, convert_image=keep, external_file_access=False)
    except Exception:  # whatever the library trips over, the document can't be read
        raise Unreadable(Fault.at(source, 0, NOT_WORD)) from None
    return str(made.value)


def _above(page: Tag, calendar: Calendar, kinds: Sequence[str]) -> tuple[str, Any]:
    """Take away the lines at the top that name the kind of document or the time, and answer them."""
    kind, published = "", calendar.read("")
    for paragraph in page("p")[:6]:
        words = flowing(paragraph.get_text())
        if len(words) > _KINDS_LENGTH or paragraph.find_parent(["td", "li"]):
            continue
        said = next((name for name in kinds if words.casefold().startswith(name.casefold())), "")
        rest = words[len(said) :].strip(" ,|–-:")
        at = calendar.read(rest)
        is_time = not isinstance(at, Unclear) or bool(at.readings)
        if is_time:
            published = at
        if is_time or (said and not rest):
            kind = kind or said
            paragraph.decompose()
    return kind, published


def _headline(page: Tag, body: Prose, source: str) -> str:
    heading = page.find("h1")
    if heading is None:
        heading = next((one for one in page(re.compile("h[2-6]|p")) if flowing(one.get_text())), None)
        if heading is None:
            raise Unreadable(Fault.at(source, 0, NO_HEADLINE))
        body.doubt(heading, HEADLINE_IS_FIRST, words=flowing(heading.get_text()))
    return flowing(heading.extract().get_text())
