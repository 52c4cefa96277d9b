"""What the clock alone will change in the press room: so that somebody can build at that moment, and need not before.

Three things depend on the clock: a text becomes public, a contact leaves, a deadline passes. The last two happen at
midnight, where the agency is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from plugins.newsroom import Assignment, Faults, State
from plugins.reading.masthead import masthead
from plugins.reading.masthead.masthead import Masthead
from plugins.reading.selection import Kind, Selected, Source, scan, select


class Cause(StrEnum):
    """Why the press room changes: a text becomes public, a contact has left, a deadline has passed."""

    PUBLICATION = "publication"
    CONTACT = "contact"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A moment (UTC) from which a build makes other pages than just before, and why.

    `source` is a file below the content folder; `name` the contact's slug or the deadline's id, "" for a text.
    """

    at: datetime
    cause: Cause
    source: str
    name: str = ""


def upcoming(content: Path, *, now: datetime, url: str = "") -> list[Change]:
    """Answer the changes after `now`, the next one first. What a text brings with it is known when it is public.

    Raises Faults if it can't be known: a text's time can't be read, or a public assignment or newsroom.yaml is faulty.
    """
    head = masthead.read(content, url)
    sources, faults = scan(content, head.languages)
    if faults:
        raise Faults(faults)
    selected = select(sources, now, preview=True)
    found = [*_publications(selected), *_departures(head), *_deadlines(selected, head.timezone)]
    return sorted(change for change in found if change.at > now)


def due(
    sources: Iterable[Source], head: Masthead, assignments: Iterable[Assignment], now: datetime
) -> datetime | None:
    """Answer the first moment (UTC) after `now` at which the clock changes something; None = never.

    `sources` may leave out texts that are public at `now`.
    """
    days = [contact.valid_until for contact in head.contacts.values()]
    days += [deadline.date for assignment in assignments for deadline in assignment.deadlines]
    moments = [source.published for source in sources] + [day_after(day, head.timezone) for day in days if day]
    return min((moment.astimezone(UTC) for moment in moments if moment and moment > now), default=None)


def day_after(day: date, timezone: ZoneInfo) -> datetime:
    """Answer the moment (UTC) when that day has passed there: the first at which the calendar shows a later one.

    Where the clock skips midnight, or shows it twice, it is the moment when it is first reached (PEP 495, fold=0).
    """
    return datetime.combine(day + timedelta(days=1), time(), timezone).astimezone(UTC)


def _publications(selected: list[Selected]) -> Iterator[Change]:
    for one in selected:
        if one.state is State.EMBARGOED:
            yield Change(one.published.astimezone(UTC), Cause.PUBLICATION, one.source.path)


def _departures(head: Masthead) -> Iterator[Change]:
    for slug, contact in head.contacts.items():
        if contact.valid_until is not None:
            yield Change(day_after(contact.valid_until, head.timezone), Cause.CONTACT, masthead.FILE, slug)


def _deadlines(selected: list[Selected], timezone: ZoneInfo) -> Iterator[Change]:
    from plugins.reading.manuscripts import frontmatter, shaping  # noqa: PLC0415 - slow to load, and a build needs only `due`
    from plugins.reading.manuscripts.schema import AssignmentShape  # noqa: PLC0415

    for one in selected:
        if one.source.kind is Kind.ASSIGNMENT and one.state is State.PUBLIC:
            manuscript = frontmatter.read(one.source.file.read_bytes(), one.source.path)
            for deadline in shaping.shape(manuscript, AssignmentShape).deadlines:
                yield Change(day_after(deadline.date, timezone), Cause.DEADLINE, one.source.path, deadline.id)
