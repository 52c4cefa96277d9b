"""What the clock will change is known beforehand: nothing changes between now and then, and then something does."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from plugins.newsroom import Faults
from plugins.reading.upcoming import Cause, day_after, upcoming
from tests.building import outputs
from tests.texts import Text, content_of

SECOND = timedelta(seconds=1)
ASSIGNMENT = """\
---
id: u1u1u1u1
published: {published}
title: Ett uppdrag
issuer: Regeringen
recipient: Exempelmyndigheten
operative: [Gör detta.]
deadlines: [{{id: slut, date: {last}, action: Redovisa}}]
missing: [decision_date, case_number]
---
Bakgrund.
"""


def text(slug, id, published, **changes):
    given = {"keywords": (), "picture": None, "translated": False, "linked": None, "word": slug, **changes}
    return Text(slug=slug, id=id, published=published, **given)


def an_assignment(content, published="2026-01-01T10:00:00Z", last="2026-10-24"):
    file = content / "assignments/2026/uppdrag/sv.md"
    file.parent.mkdir(parents=True)
    file.write_text(ASSIGNMENT.format(published=published, last=last), encoding="utf-8")


def valid_until(content, day):
    file = content / "newsroom.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("2031-01-31", day), encoding="utf-8")


def told(content, now):
    found = upcoming(content, now=now)
    return [(change.at.isoformat(), change.cause.value, change.source, change.name) for change in found]


def test_publications_of_originals_and_translations_in_the_order_of_time(tmp_path):
    content = content_of(tmp_path, [
        text("public", "public00", "2026-03-01T10:00:00Z"),
        text("draft", "draft000", None, translated=True),
        text("later", "later000", "2026-12-01T00:00:00+01:00"),
        text("sooner", "sooner00", "2026-11-30T23:30:00+01:00", translated=True),
    ])  # fmt: skip
    valid_until(content, "2020-01-31")
    text("x", "x", None, word="public").translate(content / "releases/2026/public", published="2027-01-01T00:00:00Z")
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert told(content, now) == [
        ("2026-11-30T22:30:00+00:00", "publication", "releases/2026/sooner/en.md", ""),
        ("2026-11-30T22:30:00+00:00", "publication", "releases/2026/sooner/sv.md", ""),
        ("2026-11-30T23:00:00+00:00", "publication", "releases/2026/later/sv.md", ""),
        ("2027-01-01T00:00:00+00:00", "publication", "releases/2026/public/en.md", ""),
    ]
    assert told(content, datetime(2027, 1, 1, tzinfo=UTC)) == []


@pytest.mark.parametrize("last", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25", "2026-07-01", "2026-12-31"])
@pytest.mark.parametrize("what", [Cause.CONTACT, Cause.DEADLINE])
def test_at_that_second_and_no_other_the_pages_change(tmp_path, what, last):
    """Also on both nights when the clocks change: 29 March and 25 October 2026 in Stockholm."""
    content = content_of(tmp_path, [text("public", "public00", "2026-03-01T10:00:00Z")])
    valid_until(content, last if what is Cause.CONTACT else "2020-01-31")
    an_assignment(content, last=last if what is Cause.DEADLINE else "2020-01-31")
    now = datetime.fromisoformat(last).replace(tzinfo=UTC) - timedelta(days=3)
    (change,) = upcoming(content, now=now)
    assert change.cause is what

    def made(moment):
        return {output.path: output.inputs for output in outputs(content, tmp_path / "cache", now=moment)}

    assert made(now) == made(change.at - SECOND) != made(change.at) == made(change.at + timedelta(days=5))


def test_a_publication_in_the_hour_that_comes_twice_is_due_at_its_own_moment(tmp_path):
    content = content_of(tmp_path, [
        text("first", "first000", "2026-10-25T02:30:00+02:00"), text("second", "second00", "2026-10-25T02:30:00+01:00")
    ])  # fmt: skip
    now = datetime(2026, 10, 24, tzinfo=UTC)
    assert [change.at.hour for change in upcoming(content, now=now)[:2]] == [0, 1]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Stockholm", date(2026, 3, 28)),
        ("Europe/Stockholm", date(2026, 10, 24)),
        ("Africa/Cairo", date(2026, 4, 23)),  # the clock skips midnight
        ("America/Havana", date(2026, 10, 31)),  # it shows the hour after midnight twice
        ("Pacific/Apia", date(2011, 12, 29)),  # there was no 30 December
        ("Atlantic/Azores", date(2026, 10, 24)),  # it goes back over midnight
    ],
)
def test_a_day_has_passed_when_the_calendar_shows_a_later_one(zone, day):
    timezone = ZoneInfo(zone)
    at = day_after(day, timezone)
    assert (at - SECOND).astimezone(timezone).date() == day
    assert at.astimezone(timezone).date() > day


def test_what_an_embargoed_assignment_brings_is_told_when_it_is_public(tmp_path):
    content = content_of(tmp_path, [])
    valid_until(content, "2020-01-31")
    an_assignment(content, published="2026-05-01T10:00:00Z")
    assert [c.cause for c in upcoming(content, now=datetime(2026, 4, 1, tzinfo=UTC))] == [Cause.PUBLICATION]
    assert [c.cause for c in upcoming(content, now=datetime(2026, 5, 2, tzinfo=UTC))] == [Cause.DEADLINE]


def test_a_time_that_cannot_be_read_is_no_silence(tmp_path):
    content = content_of(tmp_path, [text("later", "later000", "2026-12-01T00:00:00Z")])
    file = content / "releases/2026/later/sv.md"
    file.write_text(file.read_text(encoding="utf-8").replace("2026-12-01T00:00:00Z", "1 december"), encoding="utf-8")
    with pytest.raises(Faults):
        upcoming(content, now=datetime(2026, 11, 1, tzinfo=UTC))
