"""The page that the first releases came from, read by the importer, is what was written by hand."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from plugins.importing import calendar, prose, viatt
from plugins.importing.calendar import Unclear
from plugins.importing.found import Unreadable

ROOT = Path(__file__).parents[2]
STOCKHOLM = ZoneInfo("Europe/Stockholm")
SOURCE = (ROOT / "tests/sample/source/release.txt").read_text("utf-8")

PAGE = """\
Vattnet är rent
4.5.2031 10:00:00 CEST | Provverket | Nyhet
Ingressen.

Brödtexten börjar.
Kontakter
Robin Exempel
Presschef
Tel:010-123 45 67robin@example.seLänkar
Rapporten: https://www.example.se/rapport
Bara ord
Provverket prövar.
Följ Provverket
Senaste pressmeddelandena från Provverket
"""


def read(text=SOURCE):
    return viatt.read(text, "release.txt", STOCKHOLM)


def by_hand():
    """Answer front matter and body of the releases that were written by hand from the same page, by headline."""
    written = {}
    for file in (ROOT / "content/releases").rglob("sv.md"):
        _, front, body = re.split(r"^---\n", file.read_text("utf-8"), maxsplit=2, flags=re.MULTILINE)
        fields = yaml.load(front, yaml.BaseLoader)  # noqa: S506 -- the safest loader there is: it only makes text
        written[fields["title"]] = (fields, body.strip())
    return written


def test_every_release_of_the_page_is_as_it_was_written_by_hand():
    hand = by_hand()
    found = read()
    assert {one.title for one in found} == set(hand)
    for one in found:
        fields, body = hand[one.title]
        assert one.published == datetime.fromisoformat(fields["published"])
        assert one.lead == fields["lead"]
        assert one.kind == "Pressmeddelande"
        assert one.body == body
        assert one.is_teaser == ("missing" in fields)


def test_the_glued_contact_is_taken_apart():
    (person,) = read()[0].persons
    assert person.name == "Läkemedelsverkets presstjänst"
    assert (person.phone, person.mail) == ("018-18 36 25", "press@lakemedelsverket.se")


def test_what_was_read_into_the_page_is_told_with_its_line():
    lines = SOURCE.split("\n")
    doubts = read()[0].doubts
    told = {(doubt.line, doubt.message) for doubt in doubts}
    assert {line for line, message in told if message == prose.READ_AS_HEADING} == {10, 17, 22, 27}
    assert (23, viatt.READ_AS_PARAGRAPH) in told
    assert (33, viatt.GLUED) in told
    assert all(dict(doubt.values)["words"] in lines[doubt.line - 1] for doubt in doubts)


def test_the_agencys_own_text_and_the_subscription_are_no_part_of_it():
    first = read()[0]
    assert first.about.startswith("Läkemedelsverket arbetar för")
    assert "Abonnera" not in first.body + first.about


def test_contacts_links_and_unknown_lines():
    (one,) = read(PAGE)
    (person,) = one.persons
    assert person.name == "Robin Exempel, Presschef"
    assert (person.phone, person.mail, person.line) == ("010-123 45 67", "robin@example.se", 7)
    assert [(link.text, link.url) for link in one.links] == [("Rapporten:", "https://www.example.se/rapport")]
    assert one.about == "Provverket prövar."
    assert (11, viatt.NO_ADDRESS) in {(doubt.line, doubt.message) for doubt in one.doubts}


def test_words_that_look_like_markdown_stay_words():
    (one,) = read(PAGE.replace("Brödtexten börjar.", "1. maj *gäller* [detta].\n# Inte rubrik."))
    assert one.body == "1\\. maj \\*gäller\\* \\[detta\\].\n\n\\# Inte rubrik."


@pytest.mark.parametrize(
    ("glued", "title", "day"),
    [
        ("Rubriken9.2.2026", "Rubriken", 9),
        ("Rubriken19.2.2026", "Rubriken", 19),
        ("Läget 20259.2.2026", "Läget 2025", 9),
        ("Bara 59.2.2026", "Bara 5", 9),
        ("Nummer 15.2.2026", "Nummer 1", 5),
    ],
)
def test_headline_and_day_are_parted(glued, title, day):
    (_, one) = read(PAGE + f"{glued} 09:35:39 CET | Nyhet\nIngress.\n")
    assert (one.title, one.published) == (title, datetime(2026, 2, day, 9, 35, 39, tzinfo=STOCKHOLM))
    assert one.lead == "Ingress."


def test_a_digit_that_may_belong_to_headline_or_day_is_asked_about():
    (_, one) = read(PAGE + "Topp 519.2.2026 09:35:39 CET | Nyhet\nIngress.\n")
    assert isinstance(one.published, Unclear)
    assert one.published.readings == ("2026-02-19", "2026-02-09")


@pytest.mark.parametrize(
    ("when", "why"), [("4.5.2031 10:00:00 XYZ", calendar.NOT_CERTAIN), ("31.2.2031 10:00:00 CET", calendar.NEVER)]
)
def test_a_time_that_cannot_be_is_not_mended(when, why):
    (one,) = read(PAGE.replace("4.5.2031 10:00:00 CEST", when))
    assert isinstance(one.published, Unclear)
    assert one.published.why == why


def test_another_text_is_refused():
    with pytest.raises(Unreadable):
        read("En helt vanlig text.\n\nMed två stycken.\n")


def test_each_release_keeps_its_id():
    assert [one.id for one in read()] == [one.id for one in read()]
    assert len({one.id for one in read()}) == 6
    assert all(re.fullmatch("[a-z0-9]{8}", one.id) for one in read())
