"""The calendar of deadlines, held against RFC 5545."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from plugins.newsroom import Deadline
from tests.feeds.built import built
from tests.nouns import a_correction, a_newsroom, an_assignment


def calendar_of(*assignments, path="regeringsuppdrag/tidsfrister.ics", **changes) -> Calendar:
    return Calendar.from_ical(built(a_newsroom(assignments=assignments, **changes))[path])


def a_deadline(id: str = "delredovisning", day: date = date(2031, 6, 1), **changes) -> Deadline:
    return Deadline(**{"id": id, "date": day, "action": "Delredovisning", "to": None, **changes})


def test_each_deadline_is_a_day():
    (event,) = calendar_of(an_assignment()).walk("VEVENT")
    assert event["summary"] == "Slutredovisning"
    assert event["dtstart"].dt == date(2031, 12, 1)
    assert event["dtend"].dt == date(2031, 12, 2), "RFC 5545, section 3.6.1: the end is not part of the event"
    assert event["dtstart"].params["value"] == "DATE"
    assert event["url"] == "https://press.example.se/regeringsuppdrag/2030/ett-uppdrag/"
    assert event["description"].split("\n") == ["Uppdrag att mäta vatten", "Till: Exempeldepartementet", event["url"]]


def test_days_come_in_order_whatever_the_order_of_assignments():
    first = an_assignment(id="u2u2u2u2", slug="b", deadlines=(a_deadline("sent", date(2032, 1, 1)), a_deadline()))
    events = calendar_of(an_assignment(), first).walk("VEVENT")
    assert [event["dtstart"].dt for event in events] == [date(2031, 6, 1), date(2031, 12, 1), date(2032, 1, 1)]


@pytest.mark.parametrize(
    "change",
    [
        {"slug": "annat"},
        {"title": "Annat"},
        {"deadlines": (replace(an_assignment().deadlines[0], date=date(2033, 1, 1), action="Annat"),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_event_stays_itself_when_it_is_edited(change):
    (event,) = calendar_of(an_assignment(**change)).walk("VEVENT")
    assert event["uid"] == "u1u1u1u1-slutredovisning@example.se"


def test_moments_come_from_the_content_not_from_a_clock():
    """RFC 5545, section 3.8.7.2: in UTC."""
    later = {"now": datetime(2040, 1, 1, tzinfo=UTC)}
    (event,), (same,) = (calendar_of(an_assignment(), **changes).walk("VEVENT") for changes in ({}, later))
    assert event["dtstamp"].dt == same["dtstamp"].dt == datetime(2030, 9, 1, 7, tzinfo=UTC)
    (corrected,) = calendar_of(an_assignment(corrections=(a_correction(),))).walk("VEVENT")
    assert corrected["dtstamp"].dt == datetime(2031, 5, 5, 8, tzinfo=UTC)


def test_a_calendar_says_whose_it_is():
    calendar = calendar_of(an_assignment())
    assert calendar["version"] == "2.0"
    assert calendar["prodid"]
    assert calendar["name"] == calendar["x-wr-calname"] == "Exempelmyndigheten – regeringsuppdragens tidsfrister"
    assert calendar["refresh-interval"].dt == timedelta(days=1)
    assert calendar["source"] == "https://press.example.se/regeringsuppdrag/tidsfrister.ics"


def test_each_language_has_its_calendar_and_says_what_language_a_deadline_is_in():
    english = calendar_of(an_assignment(), path="en/assignments/deadlines.ics")
    assert english["name"] == "The Example Agency – deadlines of government assignments"
    (event,) = english.walk("VEVENT")
    assert event["summary"].params["language"] == "sv"


def test_without_deadlines_there_is_no_calendar():
    """RFC 5545, section 3.6: a calendar has at least one component."""
    for assignments in ([], [an_assignment(deadlines=())]):
        assert not [path for path in built(a_newsroom(assignments=assignments)) if path.endswith(".ics")]


def test_lines_are_folded_and_end_as_they_should():
    """RFC 5545, section 3.1."""
    long = an_assignment(deadlines=(a_deadline(action="Å" * 200, to="Kansliet; avdelning 1, enhet 2\nplan 3"),))
    data = built(a_newsroom(assignments=[long]))["regeringsuppdrag/tidsfrister.ics"]
    assert all(len(line) <= 75 and b"\n" not in line for line in data.split(b"\r\n"))
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert event["summary"] == "Å" * 200
    assert "Till: Kansliet; avdelning 1, enhet 2\nplan 3" in event["description"]
