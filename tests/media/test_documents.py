import time

import pytest

from plugins.media import documents
from plugins.media.unusable import Reason, UnusableFile
from tests.media.pictures import a_zip, encoded, pixels

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n"
ODT = b"application/vnd.oasis.opendocument.text"
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
DOCX = a_zip(**{"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"})
XLSX = a_zip(**{"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"})


def svg(inner: str = "", root: str = "", before: str = "") -> bytes:
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{before}<svg {spaces} {root}>{inner}</svg>".encode()


def refusal(data: bytes, ending: str) -> Reason:
    with pytest.raises(UnusableFile) as caught:
        documents.media_type(data, ending)
    return caught.value.reason


@pytest.mark.parametrize(
    ("ending", "data", "media_type"),
    [
        (".pdf", PDF, "application/pdf"),
        (".docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (".xlsx", XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (".odt", a_zip(mimetype=ODT, content_dot_xml=b"<a/>"), ODT.decode()),
        (".ods", a_zip(mimetype=ODS), ODS.decode()),
        (".csv", "år;antal\n2031;7\n".encode(), "text/csv"),
        (".csv", "\ufeffår;antal\r\n2031;7\r\n".encode(), "text/csv"),
        (".txt", "Å, ä och ö\f\n".encode(), "text/plain"),
        (".svg", svg("<path d='M0 0h9'/>"), "image/svg+xml"),
        (".zip", a_zip(a_dot_txt=b"text"), "application/zip"),
    ],
)
def test_each_kind_of_document_has_its_media_type(ending: str, data: bytes, media_type: str) -> None:
    assert documents.media_type(data, ending) == media_type


@pytest.mark.parametrize("ending", ["", ".exe", ".html", ".doc", ".docm", ".js", ".gz"])
def test_other_kinds_are_refused(ending: str) -> None:
    assert refusal(PDF, ending) is Reason.DOCUMENT_KIND


@pytest.mark.parametrize(
    ("ending", "data"),
    [
        (".pdf", b"MZ\x90\0"),
        (".pdf", b"<html>" + PDF),
        (".pdf", PDF[:30]),
        (".docx", XLSX),
        (".docx", PDF),
        (".docx", DOCX[:-30]),
        (".xlsx", DOCX),
        (".odt", a_zip(mimetype=ODS)),
        (".odt", a_zip(first=b"", mimetype=ODT)),
        (".ods", b"PK\3\4" + b"\0" * 26 + b"mimetype" + ODS + b"PK"),
        (".zip", PDF),
        (".zip", b"MZ" + a_zip(a_dot_txt=b"text")),
        (".zip", a_zip()),
        (".zip", a_zip(a_dot_txt=b"text" * 100)[:-40]),
        (".txt", b"MZ\0\1"),
        (".csv", b"PK\3\4"),
        (".txt", b"\x1b[31mred"),
        (".svg", b"<svg xmlns='http://www.w3.org/2000/svg'><path></svg>"),
        (".svg", b"<html xmlns='http://www.w3.org/1999/xhtml'/>"),
        (".svg", b"<svg/>"),
        (".svg", b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;")),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(ending: str, data: bytes) -> None:
    assert refusal(data, ending) is Reason.MISNAMED


@pytest.mark.parametrize("data", ["år;antal".encode("cp1252"), "år".encode("utf-16"), encoded(pixels(9, 9))])
def test_text_must_be_utf8(data: bytes) -> None:
    assert refusal(data, ".csv") is Reason.NOT_UTF8


@pytest.mark.parametrize(
    "data",
    [
        svg("<script>alert(1)</script>"),
        svg("<SCRIPT>alert(1)</SCRIPT>"),
        svg("<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>p</p></foreignObject>"),
        svg("<img xmlns='http://www.w3.org/1999/xhtml' src='#a'/>"),
        svg(root="onload='alert(1)'"),
        svg("<a href=' java&#10;script:alert(1)'><path/></a>"),
        svg("<a href='https://example.org/'><path/></a>"),
        svg("<image href='https://example.org/a.png'/>"),
        svg("<image xlink:href='//example.org/a.png'/>"),
        svg("<use href='other.svg#a'/>"),
        svg("<image href='data:image/svg+xml;base64,AAAA'/>"),
        svg("<image href='data:text/html;base64,AAAA'/>"),
        svg("<path fill='url(https://example.org/a.svg#b)'/>"),
        svg("<path style='fill: URL( \"https://example.org/a.svg#b\")'/>"),
        svg("<path style='fill: u\\72l(//example.org/a)'/>"),
        svg("<style>@import 'https://example.org/a.css';</style>"),
        svg("<style>path { cursor: image-set('https://example.org/a.png' 1x) }</style>"),
        svg("<style><![CDATA[a{background:url(//example.org)}]]></style>"),
        svg("<image><animate attributeName='xlink:href' to='https://example.org/a.png'/></image>"),
        svg("<a><set attributeName='fill' to='javascript:alert(1)'/></a>"),
        svg(root="xml:base='https://example.org/'"),
        svg(before='<?xml-stylesheet href="https://example.org/a.css"?>'),
        svg(before='<?xml version="1.0"?><?xml-stylesheet href="https://example.org/a.css"?>'),
        svg(before="<!DOCTYPE svg [<!ATTLIST svg onload CDATA 'alert(1)'>]>"),
    ],
)
def test_a_drawing_that_does_or_fetches_something_is_refused(data: bytes) -> None:
    assert refusal(data, ".svg") is Reason.ACTIVE_SVG


@pytest.mark.parametrize(
    "data",
    [
        svg(before='<?xml version="1.0" encoding="UTF-8"?>\n'),
        svg(before="\ufeff<?xml version='1.0'?>\n"),
        svg(before='<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'),
        svg("<title>Bild (utkast)</title><use href='#a'/><path fill='url(#a)' style='mask: url(\"#a\")'/>"),
        svg("<image xlink:href='data:image/png;base64,iVBO//8='/>"),
        svg("<style>path { fill: red } @font-face { src: url(data:font/woff2;base64,AA//) }</style>"),
        svg("<g xmlns:i='http://www.inkscape.org/' i:export='C:\\bilder' aria-label='Image (large)'/>"),
        svg("<path transform='translate(1 2)'/>"),
    ],
)
def test_a_drawing_that_only_draws_is_published(data: bytes) -> None:
    assert documents.media_type(data, ".svg") == "image/svg+xml"


def test_a_long_row_of_spaces_in_a_drawing_takes_no_time() -> None:
    fill = f"url({' ' * 200_000}#a)"
    data = f'<svg xmlns="http://www.w3.org/2000/svg"><path fill="{fill}"/></svg>'.encode()
    begun = time.process_time()
    assert documents.media_type(data, ".svg") == "image/svg+xml"
    assert time.process_time() - begun < 2
