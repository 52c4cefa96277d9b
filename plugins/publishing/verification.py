"""Whether readers get what was sent: changed files are fetched from the public address and compared by their hashes."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from plugins.newsroom import Fault, Site
from plugins.publishing.links import address_of
from plugins.publishing.plan import Plan, bare
from plugins.publishing.shipment import Shipment

AT_ONCE = 8
MOST = 400
"""So many files are looked at. Of more, all lists and feeds, and of the rest as many, evenly spread."""

PATIENCE = (2.0, 5.0, 10.0, 20.0)
"""Pauses in seconds before what isn't as it should be is fetched once more: hosts and caches take their time."""

UNREACHABLE = 10
"""So many addresses in a row that give no answer at all, and the rest are not asked for in this round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How many addresses were looked at, and which were not as they should be."""

    looked_at: int
    faults: tuple[Fault, ...]


def verify(
    site: Site, shipment: Shipment, plan: Plan, client: httpx.Client, patience: tuple[float, ...] = PATIENCE
) -> Verification:
    """Fetch what the plan has changed and removed, and answer what readers don't get as it was sent.

    It takes at most the patience and the time of the requests; what is as it should be is asked for once.
    """
    wanted = [(path, shipment.manifest.files[path].sha256) for path in _chosen(plan)]
    wanted += [(path, "") for path in plan.removals[:MOST] if _is_read(path)]
    looked_at, faults = len(wanted), tuple[Fault, ...]()
    for pause in (0.0, *patience):
        time.sleep(pause)
        found = list(_round(site, wanted, client))
        faults = tuple(fault for _, fault in found)
        failed = {path for path, _ in found}
        wanted = [(path, digest) for path, digest in wanted if path in failed]
        if not wanted:
            break
    return Verification(looked_at=looked_at, faults=faults)


def _chosen(plan: Plan) -> list[str]:
    files = [path for path in plan.uploads if _is_read(path)]
    if len(files) <= MOST:
        return files
    lists = [path for path in files if path in set(plan.phases[-2]) | set(plan.phases[-1])][:MOST]
    rest = [path for path in files if path not in set(lists)]
    return [*rest[:: max(1, len(rest) // max(1, MOST - len(lists)))], *lists]


def _is_read(path: str) -> bool:
    """Answer whether readers ask for a file by its name; compressed copies and files for the host aren't."""
    hidden = path.startswith(("_", ".")) and not path.startswith(".well-known/")
    return path == bare(path) and not hidden and path != "CNAME"


def _round(site: Site, wanted: Iterable[tuple[str, str]], client: httpx.Client) -> Iterator[tuple[str, Fault]]:
    """Ask for each once, several at a time; answer what isn't as it should be."""

    def look(each: tuple[str, str]) -> Fault | None:
        return _look(site, *each, client=client)

    wanted, silent = list(wanted), 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            if silent >= UNREACHABLE:
                message = "this was not asked for: the host gives no answer"
                yield from ((path, Fault.at(path, 0, message)) for path, _ in some)
                continue
            for (path, _), fault in zip(some, pool.map(look, some), strict=True):
                silent = silent + 1 if fault and fault.message == _SILENT else 0
                if fault:
                    yield path, fault


_SILENT = "the host gives no answer: {why}"


def _look(site: Site, path: str, digest: str, *, client: httpx.Client) -> Fault | None:
    """Answer what is wrong with a file at its public address. A digest of "" means that it must be gone."""
    try:
        # whatever a cache on the way holds, it shall ask
        answer = client.get(site.absolute(address_of(path)), headers={"Cache-Control": "no-cache"})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Fault.at(path, 0, _SILENT, why=error)
    if not digest:
        return Fault.at(path, 0, "this was removed, and is still there") if answer.is_success else None
    # what was published in error is sent with 410, and the same page
    if answer.status_code not in (HTTPStatus.OK, HTTPStatus.GONE):
        return Fault.at(path, 0, "the host answers {status}", status=answer.status_code)
    if hashlib.sha256(answer.content).hexdigest() != digest:
        return Fault.at(path, 0, "readers get other bytes than were sent")
    return None
