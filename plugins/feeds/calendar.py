"""The deadlines of the government's assignments as a calendar to subscribe to (RFC 5545, RFC 7986)."""

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from plugins.feeds.words import words
from plugins.newsroom import Assignment, Deadline, Newsroom

if TYPE_CHECKING:
    from icalendar import Event


def render(newsroom: Newsroom, language: str) -> bytes:
    """Answer a calendar with one all-day event for each deadline, in the order of days.

    An event's UID is made of the ids of assignment and deadline, so that a moved deadline moves in the reader's
    calendar. All moments come from the content.
    """
    from icalendar import Calendar  # noqa: PLC0415 - slow to import, and the deadlines seldom change

    _ = words(language).gettext
    publisher = newsroom.publisher.label[language]
    name = _("{publisher} – deadlines of government assignments").format(publisher=publisher)
    calendar = Calendar()
    calendar.add("prodid", "-//pressroom//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)  # what calendars read that do not know RFC 7986
    calendar.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    calendar.add("source", newsroom.site.absolute(newsroom.addresses.calendar(language)), parameters={"VALUE": "URI"})
    for assignment, deadline in deadlines(newsroom, language):
        calendar.add_component(_event(assignment, deadline, newsroom, language))
    return bytes(calendar.to_ical())


def deadlines(newsroom: Newsroom, language: str) -> list[tuple[Assignment, Deadline]]:
    """Answer all deadlines, the earliest first."""
    found = [(a, deadline) for a in newsroom.listed_assignments(language) for deadline in a.deadlines]
    return sorted(found, key=lambda pair: (pair[1].date, pair[0].id, pair[1].id))


def _event(assignment: Assignment, deadline: Deadline, newsroom: Newsroom, language: str) -> "Event":
    from icalendar import Event  # noqa: PLC0415 - see above

    _ = words(language).gettext
    url = newsroom.site.absolute(assignment.address)
    told = [assignment.title, _("To: {recipient}").format(recipient=deadline.to) if deadline.to else None, url]
    written_in = {"LANGUAGE": assignment.language}
    event = Event()
    event.add("uid", f"{assignment.id}-{deadline.id}@{newsroom.publisher.tag_authority.partition(',')[0]}")
    event.add("dtstamp", assignment.updated.astimezone(UTC))
    event.add("dtstart", deadline.date)
    event.add("dtend", deadline.date + timedelta(days=1))
    event.add("summary", deadline.action, parameters=written_in)
    event.add("description", "\n".join(filter(None, told)), parameters=written_in)
    event.add("url", url)
    event.add("transp", "TRANSPARENT")  # a deadline occupies nobody's day
    return event
