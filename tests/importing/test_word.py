from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from plugins.importing import calendar, prose, word
from plugins.importing.calendar import Calendar, Unclear
from plugins.importing.found import Unreadable
from tests.importing.documents import PICTURE, document, paragraph

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CALENDAR = Calendar(STOCKHOLM, ("sv", "en"))


def read(data):
    return word.read(data, "meddelande.docx", CALENDAR, ("Pressmeddelande", "Press release"))


def test_a_document_with_styles_is_read_whole():
    one = read(
        document(
            paragraph("Pressmeddelande 14 mars 2025 kl. 09.34"),
            paragraph("Vattnet är rent", "Title"),
            paragraph("Ingressen.", "Lead"),
            paragraph("Brödtext med 1 < 2."),
            paragraph("Mellan", "H2"),
            paragraph("Slut."),
        )
    )
    assert (one.title, one.lead, one.kind) == ("Vattnet är rent", "Ingressen.", "Pressmeddelande")
    assert one.published == datetime(2025, 3, 14, 9, 34, tzinfo=STOCKHOLM)
    assert one.body == "Brödtext med 1 &lt; 2.\n\n## Mellan\n\nSlut."
    assert one.doubts == ()


def test_a_document_without_styles_is_read_with_doubts():
    one = read(
        document(
            paragraph("Vattnet är rent"),
            paragraph("Ingressen.", bold=True),
            paragraph("Mellan", bold=True),
            paragraph("Slut."),
        )
    )
    assert (one.title, one.lead, one.body) == ("Vattnet är rent", "Ingressen.", "## Mellan\n\nSlut.")
    assert [doubt.message for doubt in one.doubts] == [
        word.HEADLINE_IS_FIRST,
        prose.LEAD_IS_FIRST,
        prose.READ_AS_HEADING,
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Pressmeddelande", calendar.NO_TIME),
        ("Pressmeddelande 14 mars 2025", calendar.NO_HOUR),
        ("2025-03-14", calendar.NO_HOUR),
        ("3/4/2025", calendar.SEVERAL),
    ],
)
def test_a_time_that_is_not_there_whole_is_asked_about(line, why):
    one = read(document(paragraph(line), paragraph("Rubrik", "Title"), paragraph("Text.")))
    assert isinstance(one.published, Unclear)
    assert one.published.why == why
    assert line not in one.lead + one.body


def test_pictures_lie_in_the_document():
    one = read(document(paragraph("Rubrik", "Title"), paragraph("Text."), PICTURE, picture=b"\x89PNG..."))
    (picture,) = one.pictures
    assert (picture.data, picture.alt, picture.url) == (b"\x89PNG...", "En båt", "")
    assert one.body == "" and one.lead == "Text."


def test_the_same_document_is_the_same_release():
    made = [document(paragraph(text, "Title"), paragraph("Text.")) for text in ("a", "a", "b")]
    assert len({read(data).id for data in made}) == 2


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 not a zip",
        document(paragraph("x"), head=BOMB),
        document(paragraph("x"), others={"word/footnotes.xml": BOMB + "<x>&a;</x>"}.items()),
        document(paragraph("x"), others={"word/large.xml": "<x>" + " " * word.MOST_BYTES + "</x>"}.items()),
        document(paragraph("x"), others={"word/document.xml": "<w:document"}.items()),
        document(),
    ],
    ids=["no zip", "entities", "entities elsewhere", "too large", "not well-formed", "empty"],
)
def test_what_is_no_document_is_refused(data):
    with pytest.raises(Unreadable):
        read(data)
