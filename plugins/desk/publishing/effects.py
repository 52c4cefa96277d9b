"""What readers, feeds and subscribers see change when one edition follows another."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from plugins.desk.words import _, counted
from plugins.publishing.changes import Change, Step, changes
from plugins.publishing.memory import Memory
from plugins.publishing.plan import Plan, bare
from plugins.publishing.shipment import Shipment

FEEDS = (".rss", ".atom", "feed.json", ".ics")
SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the list may send once the edition is public: a notice that wasn't announced before."""

    id: str
    revision: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Releases and assignments that change, with their titles; feeds and calendars that do; letters that may go out;
    and how many files of all kinds are sent and removed.
    """

    releases: tuple[tuple[Change, str], ...]
    feeds: tuple[str, ...]
    letters: tuple[Letter, ...]
    sent: int
    removed: int
    size: int

    @classmethod
    def of(cls, plan: Plan, shipment: Shipment, before: Memory, after: Memory, public: Shipment) -> "Effects":
        """Answer what the plan brings about. `public` holds at least the notices.json that is public now."""
        changed = [each for each in changes(before, after) if each.step is not Step.UNCHANGED or each.moved]
        return cls(
            releases=tuple((each, _title(shipment, each)) for each in changed),
            feeds=tuple(path for path in plan.uploads if path == bare(path) and path.endswith(FEEDS)),
            letters=tuple(_letters(public, shipment)),
            sent=len(plan.uploads),
            removed=len(plan.removals),
            size=plan.size,
        )

    def lines(self) -> Iterator[str]:
        """Answer them as lines to read."""
        for change, title in self.releases[:SHOWN]:
            what = [_STEPS[change.step]()] if change.step is not Step.UNCHANGED else []
            what += [_("has moved")] if change.moved else []
            yield f"{', '.join(what)}: {title or change.id}  {change.address}"
        if len(self.releases) > SHOWN:
            yield "…"
        if self.feeds:
            yield counted("{number} feed or calendar changes.", "{number} feeds and calendars change.", len(self.feeds))
        for letter in self.letters[:SHOWN]:
            yield _("letter to subscribers: {title} (version {revision})", title=letter.title, revision=letter.revision)
        if len(self.letters) > SHOWN:
            yield "…"

    def as_json(self) -> dict[str, Any]:
        return {
            "releases": [
                {
                    "id": change.id,
                    "step": change.step.value,
                    "moved": change.moved,
                    "languages": list(change.languages),
                    "address": change.address,
                    "title": title,
                }
                for change, title in self.releases
            ],
            "feeds": list(self.feeds),
            "letters": [
                {"id": each.id, "revision": each.revision, "kind": each.kind, "title": each.title}
                for each in self.letters
            ],
            "sent": self.sent,
            "removed": self.removed,
            "bytes": self.size,
        }


_STEPS = {
    Step.NEW: lambda: _("new"),
    Step.UNCHANGED: lambda: _("unchanged"),
    Step.TYPO: lambda: _("edited, in silence"),
    Step.TOLD: lambda: _("corrected, and readers are told"),
    Step.TRANSLATED: lambda: _("translated"),
    Step.WITHDRAWN: lambda: _("withdrawn"),
    Step.UNCLASSED: lambda: _("edited, and nobody has said how much that means"),
    Step.UNTOLD: lambda: _("a correction is gone"),
    Step.RESTORED: lambda: _("comes back after its withdrawal"),
    Step.VANISHED: lambda: _("gone"),
}


def _title(shipment: Shipment, change: Change) -> str:
    records = (f"{change.address.lstrip('/')}{kind}.json" for kind in ("release", "assignment"))
    path = next((path for path in records if path in shipment.manifest.files), None)
    return str(json.loads(shipment.read(path)).get("title", "")) if path else ""


def _letters(public: Shipment, shipment: Shipment) -> Iterator[Letter]:
    known = {(each["id"], each["revision"]) for each in _notices(public)}
    for each in _notices(shipment):
        if (each["id"], each["revision"]) not in known:
            title = each["languages"][each["original_language"]]["title"]
            yield Letter(id=each["id"], revision=each["revision"], kind=each["kind"], title=title)


def _notices(shipment: Shipment) -> Iterable[dict[str, Any]]:
    if "notices.json" not in shipment.manifest.files:
        return ()
    told: dict[str, list[dict[str, Any]]] = json.loads(shipment.read("notices.json"))
    return (*told["notices"], *told.get("assignments", ()))
