from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.media.label import Label, source_type
from plugins.newsroom import Localized
from tests.nouns import words

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
CORE = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
PLUS = "{http://ns.useplus.org/ldf/xmp/1.0/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MADE_BY_ALGORITHM = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def a_label(**changes: object) -> Label:
    return Label(
        **{
            "language": "sv",
            "alt": "En hand",
            "caption": "Prov tas.",
            "credit": "Kim Exempelsson/Exempelmyndigheten",
            "notice": words("Fri", "Free"),
            "usage": words("Får användas fritt.", "Free for editorial use."),
            "statement": "https://example.se/villkor",
            "licensor": "https://example.se/bilder/",
            **changes,
        }  # type: ignore[arg-type]
    )


def described(label: Label) -> ET.Element:
    found = ET.fromstring(label.xmp()).find(f"{RDF}RDF/{RDF}Description")
    assert found is not None
    return found


def languages(label: Label, name: str) -> dict[str, str]:
    return {item.attrib[LANG]: item.text or "" for item in described(label).findall(f"{name}/{RDF}Alt/{RDF}li")}


def datasets(iim: bytes) -> dict[tuple[int, int], bytes]:
    found, rest = {}, iim
    while rest:
        assert rest[0] == 0x1C
        size = int.from_bytes(rest[3:5], "big")
        found[rest[1], rest[2]] = rest[5 : 5 + size]
        rest = rest[5 + size :]
    return found


def test_xmp_says_what_the_standard_asks_for() -> None:
    label = a_label()
    about = described(label)
    assert languages(label, f"{DC}description") == {"x-default": "Prov tas.", "sv": "Prov tas."}
    assert languages(label, f"{CORE}AltTextAccessibility") == {"x-default": "En hand", "sv": "En hand"}
    assert languages(label, f"{DC}rights") == {"x-default": "Fri", "sv": "Fri", "en": "Free"}
    assert languages(label, f"{RIGHTS}UsageTerms")["en"] == "Free for editorial use."
    assert about.findtext(f"{DC}creator/{RDF}Seq/{RDF}li") == "Kim Exempelsson/Exempelmyndigheten"
    assert about.findtext(f"{PHOTOSHOP}Credit") == "Kim Exempelsson/Exempelmyndigheten"
    assert about.findtext(f"{RIGHTS}WebStatement") == "https://example.se/villkor"
    assert about.findtext(f"{PLUS}Licensor/{RDF}Seq/{RDF}li/{PLUS}LicensorURL") == "https://example.se/bilder/"
    assert about.find(f"{{{EXT}}}DigitalSourceType") is None


def test_the_default_language_is_the_pictures_own_and_comes_first() -> None:
    label = a_label(language="en")
    assert next(iter(languages(label, f"{DC}rights").items())) == ("x-default", "Free")
    assert languages(a_label(language="fi"), f"{DC}rights")["x-default"] == "Fri"


def test_what_is_not_known_is_not_written() -> None:
    about = described(a_label(statement=None, licensor=None))
    assert about.find(f"{RIGHTS}WebStatement") is None
    assert about.find(f"{PLUS}Licensor") is None


def test_a_picture_without_caption_is_described_by_its_alt_text() -> None:
    assert languages(a_label(caption=None), f"{DC}description")["sv"] == "En hand"
    assert datasets(a_label(caption=None).iim())[2, 120] == b"En hand"


def test_iim_is_utf8_and_says_so() -> None:
    found = datasets(a_label(caption="Å, ä och ö").iim())
    assert found[1, 90] == b"\x1b%G"
    assert found[2, 120].decode() == "Å, ä och ö"
    assert found[2, 116] == b"Fri"


def test_iim_is_cut_between_characters_to_the_lengths_it_allows() -> None:
    found = datasets(a_label(credit="åäö" * 40, caption="🙂" * 900, notice=Localized.of({"sv": "é" * 99})).iim())
    assert found[2, 80].decode() == found[2, 110].decode() == ("åäö" * 40)[:16]
    assert found[2, 120].decode() == "🙂" * 500
    assert found[2, 116].decode() == "é" * 64


@given(st.text(st.characters(), max_size=200))
def test_any_words_can_be_written(text: str) -> None:
    label = a_label(caption=f"{text}.", alt=f"<&\"'{text}")
    written = languages(label, f"{DC}description")["sv"]
    assert datasets(label.iim())[2, 120].decode() == written
    assert all(character.isprintable() or character not in "\x00\x0b\x1f\x7f\x9f\ufffe" for character in written)
    printable = "".join(c for c in text if c.isprintable() and c not in "\ufffe\uffff")
    assert [c for c in written if c in printable] == [c for c in f"{text}." if c in printable]


def test_control_characters_are_left_out_and_line_ends_kept() -> None:
    label = a_label(caption="a\x00b\x08c\r\nd\re\tf\x1b\ud800\uffff")
    assert languages(label, f"{DC}description")["sv"] == "abc\nd\ne\tf"


def test_equal_labels_have_equal_bytes_and_keys_and_others_have_not() -> None:
    assert a_label().xmp() == a_label().xmp()
    assert a_label().key == a_label().key != a_label(alt="En fot").key


@pytest.mark.parametrize(
    "inner",
    [
        f'<rdf:Description e:DigitalSourceType="{MADE_BY_ALGORITHM}"/>',
        f"<rdf:Description><e:DigitalSourceType> {MADE_BY_ALGORITHM} </e:DigitalSourceType></rdf:Description>",
        f'<rdf:Description><e:DigitalSourceType rdf:resource="{MADE_BY_ALGORITHM}"/></rdf:Description>',
    ],
)
def test_how_a_picture_came_to_be_is_found_however_it_is_written(inner: str) -> None:
    packet = f'<rdf:RDF xmlns:rdf="{RDF[1:-1]}" xmlns:e="{EXT}">{inner}</rdf:RDF>'
    assert source_type(packet.encode() + b"\0\0") == MADE_BY_ALGORITHM
    assert source_type(a_label(source_type=MADE_BY_ALGORITHM).xmp()) == MADE_BY_ALGORITHM


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"no xml",
        a_label().xmp(),
        a_label(source_type="https://example.se/SERIAL-4711").xmp(),
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    ],
)
def test_nothing_else_is_taken_from_the_words_of_others(packet: bytes) -> None:
    assert source_type(packet) is None
