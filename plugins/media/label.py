"""What is written into a picture: who made it, what it shows, and what may be done with it.

The same words go into XMP, which holds everything, and into IPTC-IIM, which older picture systems read.
"""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from plugins.newsroom import Localized, fingerprint

_SPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
}
for _prefix, _space in _SPACES.items():
    ET.register_namespace(_prefix, _space)

# What XML 1.0 can't hold (section 2.2), and the control characters that nobody means.
_UNPRINTABLE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SOURCE_TYPE = re.compile(r"https?://cv\.iptc\.org/newscodes/digitalsourcetype/\w+/?", re.ASCII)


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_SPACES[prefix]}}}{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The words about one picture (IPTC Photo Metadata Standard).

    `language` is that of `alt` and `caption`. `notice` is the copyright notice in short, `usage` the terms in full,
    `statement` the address of the terms (Web Statement of Rights), `licensor` the address of the page that offers
    the picture. `source_type` says how the picture came to be (IPTC NewsCodes, such as made by an algorithm).
    """

    language: str
    alt: str
    caption: str | None
    credit: str
    notice: Localized
    usage: Localized
    statement: str | None
    licensor: str | None
    source_type: str | None = None

    @property
    def key(self) -> str:
        """Answer a hex digest that differs whenever the words do."""
        return fingerprint(repr(self))

    def xmp(self) -> bytes:
        """Answer the words as an XMP packet (ISO 16684-1), in UTF-8."""
        root = ET.Element(_name("x:xmpmeta"))
        about = ET.SubElement(ET.SubElement(root, _name("rdf:RDF")), _name("rdf:Description"), {_name("rdf:about"): ""})
        _alternatives(about, "dc:description", self.language, {self.language: self.caption or self.alt})
        _sequence(about, "dc:creator").text = _printable(self.credit)
        _alternatives(about, "dc:rights", self.language, dict(self.notice.texts))
        _plain(about, "photoshop:Credit", self.credit)
        _alternatives(about, "xmpRights:UsageTerms", self.language, dict(self.usage.texts))
        _alternatives(about, "Iptc4xmpCore:AltTextAccessibility", self.language, {self.language: self.alt})
        if self.statement:
            _plain(about, "xmpRights:WebStatement", self.statement)
        if self.licensor:
            licensor = _sequence(about, "plus:Licensor")
            licensor.set(_name("rdf:parseType"), "Resource")
            _plain(licensor, "plus:LicensorURL", self.licensor)
        if self.source_type:
            _plain(about, "Iptc4xmpExt:DigitalSourceType", self.source_type)
        begin, end = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', '\n<?xpacket end="r"?>'
        return (begin + ET.tostring(root, encoding="unicode") + end).encode()

    def iim(self) -> bytes:
        """Answer the words as IPTC-IIM datasets (IIM 4.2), flagged as UTF-8 and cut to the lengths that it allows."""
        return b"".join((
            _dataset(1, 90, b"\x1b%G"),  # CodedCharacterSet: UTF-8
            _dataset(2, 0, b"\x00\x04"),  # RecordVersion
            _dataset(2, 80, _cut(self.credit, 32)),  # By-line
            _dataset(2, 110, _cut(self.credit, 32)),  # Credit
            _dataset(2, 116, _cut(self.notice[self.language], 128)),  # CopyrightNotice
            _dataset(2, 120, _cut(self.caption or self.alt, 2000)),  # Caption/Abstract
        ))  # fmt: skip


def source_type(xmp: bytes) -> str | None:
    """Answer the DigitalSourceType in an XMP packet written by others; None if it names none, or can't be read."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 - slow to import, and few builds make a picture

    wanted = _name("Iptc4xmpExt:DigitalSourceType")
    try:
        root = fromstring(xmp.strip(b"\x00 \n"))
    except Exception:  # a damaged or hostile packet says nothing; the parsers have a dozen ways to refuse it
        return None
    for element in root.iter():
        values = [element.get(wanted)]
        if element.tag == wanted:
            values += [element.text, element.get(_name("rdf:resource"))]
        for value in values:
            if value and _SOURCE_TYPE.fullmatch(value.strip()):
                return value.strip()
    return None


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _plain(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _name(name)).text = _printable(text)


def _sequence(parent: ET.Element, name: str) -> ET.Element:
    """Answer the only item of a new ordered list."""
    return ET.SubElement(ET.SubElement(ET.SubElement(parent, _name(name)), _name("rdf:Seq")), _name("rdf:li"))


def _alternatives(parent: ET.Element, name: str, language: str, texts: dict[str, str]) -> None:
    """Write a text in its languages; the default, which comes first, is the picture's own if there is such a text."""
    alternatives = ET.SubElement(ET.SubElement(parent, _name(name)), _name("rdf:Alt"))
    default = texts.get(language, next(iter(texts.values())))
    for code, text in {"x-default": default, **texts}.items():
        item = ET.SubElement(alternatives, _name("rdf:li"))
        item.set("{http://www.w3.org/XML/1998/namespace}lang", code)
        item.text = _printable(text)


def _dataset(record: int, number: int, value: bytes) -> bytes:
    return bytes((0x1C, record, number)) + len(value).to_bytes(2, "big") + value


def _cut(text: str, limit: int) -> bytes:
    """Answer the text in UTF-8, cut between characters so that it is at most `limit` bytes."""
    return _printable(text).encode()[:limit].decode(errors="ignore").encode()
