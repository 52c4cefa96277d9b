"""`press rollback`: the edition before, back in its place."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from plugins.desk.project import Project
from plugins.desk.publishing.host import Host, RolledBack, much_is_kept
from plugins.desk.publishing.publish import Outcome, Result, look, settle
from plugins.desk.words import _
from plugins.publishing.manifest import Manifest
from plugins.publishing.memory import years_in
from plugins.publishing.plan import Plan
from plugins.publishing.rollback import refusals
from plugins.publishing.shipment import Shipment
from plugins.publishing.targets.folder import name_of
from plugins.publishing.trouble import Trouble
from plugins.publishing.words import line


@much_is_kept()
def rollback(
    project: Project, host: Host, client: httpx.Client, *, wait: float | None = None, step: Callable[[str], None]
) -> Outcome:
    """Bring back the edition before, and answer what came of it. Nothing is published after it until somebody says
    so, for the content still holds what was wrong. Raises Trouble if there is nothing to bring back.
    """
    begun = time.monotonic()

    def outcome(result: Result, **told: Any) -> Outcome:
        return Outcome(result=result, seconds=time.monotonic() - begun, **told)

    with host.dock.alone():
        held = host.held(host.known)
        under_way = host.rolled_back
        if under_way and held.digest == under_way.right:
            before = _settled_or_not(host, under_way)
            if before is None:
                return outcome(Result.NOTHING)
        else:
            before = _before(host, held)
            public = host.public(held, [*years_in(held.files), "notices.json"])
            faults = tuple(line(fault, project.language) for fault in refusals(public, before))
            if faults:
                return outcome(Result.STOPPED, faults=faults)
            host.note_settled(None)
            host.note(RolledBack(wrong=held.digest, right=before.manifest.digest))
            step(_("Bringing back the edition before …"))
            host.target.deploy(before, Plan.of(held, before.manifest))
        seen = look(host, before, client, wait, step)
        if seen.faults:
            told = tuple(line(fault, project.language) for fault in seen.faults)
            return outcome(Result.UNSEEN, faults=told, looked_at=seen.looked_at)
        settle(host, before)
        return outcome(Result.PUBLISHED, looked_at=seen.looked_at)


def _before(host: Host, held: Manifest) -> Shipment:
    """Answer the edition before the one that the host has: what lies here if that is certainly it, or the host's."""
    now, earlier = host.dock.current, host.dock.earlier
    is_ours = now is not None and now.manifest.files == held.files
    near = earlier if is_ours else now
    if near and near.manifest.files != held.files and held.before in ("", name_of(near.manifest.digest)):
        return near
    files = host.target.earlier()
    if files is None:
        raise Trouble("{why}", why=_("no edition before this one is known, neither here nor at the host"))
    return host.dock.receive(files)


def _settled_or_not(host: Host, under_way: RolledBack) -> Shipment | None:
    """Answer the edition that was brought back if something came between before it was looked at."""
    now, earlier = host.dock.current, host.dock.earlier
    if now and now.manifest.digest == under_way.right and earlier and earlier.manifest.digest == under_way.wrong:
        return None
    return next((each for each in (earlier, now) if each and each.manifest.digest == under_way.right), None)
