"""`press next`: when the clock alone will change the press room, and how."""

from datetime import UTC, datetime
from typing import Any

from plugins.desk.project import Project
from plugins.desk.words import _
from plugins.newsroom import dates
from plugins.reading.upcoming import Cause, Change, upcoming

SHOWN = 10


def changes(project: Project) -> list[Change]:
    """Answer what the clock will change, the next one first. Raises Faults if that can't be known."""
    return upcoming(project.content, now=project.now, url=project.url)


def lines(changes: list[Change], project: Project) -> list[str]:
    """Answer the first of the changes as lines to read, by the agency's clock."""
    if not changes:
        return [_("Nothing will change by itself.")]
    shown = [f"{moment(change.at, project)}  {_said(change, project)}" for change in changes[:SHOWN]]
    return [*shown, "…"] if len(changes) > SHOWN else shown


def as_json(changes: list[Change], project: Project, *, names: bool = False) -> dict[str, Any]:
    """Times are in UTC, without a fraction; `next` is when to build, null if there is no need to.

    With `names` it says which files, contacts and deadlines: what is under embargo is then named, which no log may.
    """
    due = changes[0].at if changes else None
    return {
        "now": utc(project.now),
        "next": utc(due) if due else None,
        "seconds": max(0, round((due - project.now).total_seconds())) if due else None,
        "changes": [
            {
                "at": utc(change.at),
                "cause": change.cause.value,
                **(_named(change, project) if names else {}),
            }
            for change in changes
        ],
    }


def _named(change: Change, project: Project) -> dict[str, Any]:
    return {"file": project.shown(project.content / change.source), "name": change.name or None}


def _said(change: Change, project: Project) -> str:
    file = project.shown(project.content / change.source)
    match change.cause:
        case Cause.PUBLICATION:
            return _("{file} becomes public.", file=file)
        case Cause.CONTACT:
            return _("{name} is no contact any more ({file}).", name=change.name, file=file)
        case Cause.DEADLINE:
            return _("The deadline {name} has passed ({file}).", name=change.name, file=file)


def moment(at: datetime, project: Project) -> str:
    """Answer a moment by the agency's clock, as people write it."""
    head = project.masthead()
    return dates.moment(at.astimezone(head.timezone if head else UTC), project.language)


def utc(at: datetime) -> str:
    """Answer a moment for machines, to the second: `2031-05-04T08:00:00Z`."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
