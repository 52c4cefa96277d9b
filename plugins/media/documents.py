"""Which documents may be published. Their bytes are published as they are, so what is in them must be what they say."""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from xml.etree import ElementTree as ET

from plugins.media.unusable import Reason, UnusableFile

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_SVG = "{http://www.w3.org/2000/svg}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_ACTIVE = {"audio", "embed", "foreignobject", "handler", "iframe", "listener", "object", "script", "video"}
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")
_PICTURE_WITHIN = re.compile(r"data:image/(png|jpeg|webp|gif);base64,", re.IGNORECASE)
# In CSS: what can fetch something, unless it points within the drawing; and escapes, which could spell any of these.
_FETCHING = re.compile(r"@import|\\|\b(image|image-set|src)\s*\(|url\(\s*+['\"]?+\s*+(?!#|data:)", re.IGNORECASE)


def media_type(data: bytes, ending: str) -> str:
    """Answer the media type of a document whose name ends like that (`.pdf`, in small letters).

    Raises UnusableFile: not a kind that is published, not what the name says, an SVG that could do or fetch something.
    """
    if ending not in _KINDS:
        raise UnusableFile(Reason.DOCUMENT_KIND)
    kind, check = _KINDS[ending]
    check(data)
    return kind


def _demand(so: object) -> None:
    if not so:
        raise UnusableFile(Reason.MISNAMED)


def _pdf(data: bytes) -> None:
    _demand(data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:])


def _archive(data: bytes) -> zipfile.ZipFile:
    _demand(data.startswith(b"PK"))
    try:
        return zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise UnusableFile(Reason.MISNAMED) from None


def _zip(data: bytes) -> None:
    _demand(_archive(data).namelist())


def _office(member: str) -> Callable[[bytes], None]:
    """Demand the parts that an Office Open XML file of that kind has (ECMA-376 part 2)."""
    return lambda data: _demand({"[Content_Types].xml", member} <= set(_archive(data).namelist()))


def _opendocument(kind: str) -> Callable[[bytes], None]:
    """Demand that the archive starts with its media type, uncompressed (OpenDocument 1.3 part 2, section 3.3)."""
    start = b"mimetype" + kind.encode() + b"PK"  # after 30 bytes, the length of a member's own header
    return lambda data: _demand(_archive(data) and data.startswith(start, 30))


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnusableFile(Reason.NOT_UTF8) from None
    _demand(not _CONTROLS.search(text))
    return text


def _plain(data: bytes) -> None:
    _text(data)


def _svg(data: bytes) -> None:
    """Demand a drawing that does nothing and fetches nothing (SVG 2's "secure static mode", section 2.5.1.5)."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 - slow to import, and few documents are drawings

    text = _text(data).lstrip("\ufeff \t\r\n")
    try:
        root = fromstring(data)
    except Exception:  # damaged, or with entities; the parsers have a dozen ways to refuse it
        raise UnusableFile(Reason.MISNAMED) from None
    _demand(root.tag == _SVG + "svg")
    instructions = len(re.findall(r"<\?", text)) - text.startswith("<?xml ")
    if instructions or any(_is_active(element) for element in root.iter()):
        raise UnusableFile(Reason.ACTIVE_SVG)


def _is_active(element: ET.Element) -> bool:
    tag = str(element.tag)
    name = tag.rpartition("}")[2].casefold()
    if tag.startswith(_XHTML) or name in _ACTIVE or (name == "style" and _FETCHING.search("".join(element.itertext()))):
        return True
    return any(_is_active_attribute(key.casefold(), value.strip()) for key, value in element.items())


def _is_active_attribute(key: str, value: str) -> bool:
    space, _, name = key.rpartition("}")
    if name in ("href", "src", "base"):
        return not (value.startswith("#") or _PICTURE_WITHIN.match(value))
    if space or name.startswith(("aria-", "data-")):  # notes of drawing programs, and words for people
        return False
    animated = name == "attributename" and value.rpartition(":")[2].casefold() == "href"
    scripted = name.startswith("on") or "javascript:" in re.sub(r"\s", "", value).casefold()
    return animated or scripted or _FETCHING.search(value) is not None


_KINDS: dict[str, tuple[str, Callable[[bytes], None]]] = {
    ".pdf": ("application/pdf", _pdf),
    ".docx": (_OFFICE + "wordprocessingml.document", _office("word/document.xml")),
    ".xlsx": (_OFFICE + "spreadsheetml.sheet", _office("xl/workbook.xml")),
    ".odt": (_OPEN + "text", _opendocument(_OPEN + "text")),
    ".ods": (_OPEN + "spreadsheet", _opendocument(_OPEN + "spreadsheet")),
    ".csv": ("text/csv", _plain),
    ".txt": ("text/plain", _plain),
    ".svg": ("image/svg+xml", _svg),
    ".zip": ("application/zip", _zip),
}
