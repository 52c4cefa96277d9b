"""Whether an edition may give way to the one before it: not if that brings back a text that was withdrawn, nor if it
takes away what readers have had by mail.
"""

import json
from collections.abc import Collection, Iterator

from plugins.newsroom import Fault
from plugins.publishing.memory import Memory
from plugins.publishing.shipment import Shipment

Told = frozenset[tuple[str, int]]
"""What letters were about: id and revision of releases and assignments."""


def announced(shipment: Shipment) -> Told:
    """Answer what the list may send of an edition: what its notices.json holds."""
    if "notices.json" not in shipment.manifest.files:
        return frozenset()
    told = json.loads(shipment.read("notices.json"))
    notices = (*told["notices"], *told.get("assignments", ()))
    return frozenset((str(notice["id"]), int(notice["revision"])) for notice in notices)


def refusals(now: Shipment, earlier: Shipment, mailed: Collection[tuple[str, int]] | None = None) -> Iterator[Fault]:
    """Answer why the edition that is public now can't give way to the earlier one.

    `mailed` is what letters have gone out about; None = nobody knows, so all that this edition announced counts.
    """
    public, old = Memory.of_shipment(now), Memory.of_shipment(earlier)
    for id, was in sorted(old.texts.items()):
        text = public.texts.get(id)
        if not was.withdrawn and (text is None or text.withdrawn):
            yield Fault.at(was.address, 0, "{id} has been withdrawn, and would come back", id=id)
    gone_out = announced(now) if mailed is None else frozenset(mailed)
    for id, revision in sorted((announced(now) & gone_out) - announced(earlier)):
        address = public.texts[id].address if id in public.texts else "notices.json"
        yield Fault.at(
            address, 0, "readers may have had a letter about {id} (version {revision})", id=id, revision=revision
        )
