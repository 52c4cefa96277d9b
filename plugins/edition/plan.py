"""What must be rendered: the outputs whose inputs are other than last time, or whose files are."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from plugins.edition.memory import marks, others
from plugins.edition.ready import NEXT
from plugins.edition.record import NEXT_RECORD, RECORD
from plugins.edition.standing import Kept, Made, Sealed
from plugins.newsroom import Bundle, Output
from plugins.newsroom.keeping import NotKept


class UnfitOutputs(Exception):
    """Two outputs want the same file, or a path leads out of the folder: a fault in a room, or an old address that
    the content says another page has moved from.
    """


@dataclass(frozen=True, slots=True)
class Task:
    """An output to be rendered, why, and where to note what was made of it.

    `reasons` are the names of the inputs that differ from last time; () if there are only fewer of them, or in another
    order. None = the file is new, or not as it was left.
    """

    output: Output
    marks: bytes
    reasons: tuple[str, ...] | None
    notes: dict[str, Made]

    def made(self, digest: str, size: int, modified: int) -> None:
        self.notes[self.output.path] = Made(self.marks, digest, size, modified)


@dataclass(slots=True)
class Plan:
    """A part of the next edition: `made` will be complete when all `tasks` are done.

    `declared` are the paths of all outputs that were looked at; `is_same` = all is as it was last time.
    """

    made: Kept = field(default_factory=Kept.empty)
    tasks: list[Task] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    is_same: bool = True


def planned(items: Iterable[Output | Bundle], last: Kept, folder: Path) -> Plan:
    """Answer how the folder comes to hold the items, when it holds what is left of the `last` edition."""
    plan = Plan()
    _plan(items, last, plan.made, plan, str(folder))
    return plan


def untouched(bundle: Bundle, known: Sealed | None, folder: Path, *, is_left: bool = False) -> Sealed | None:
    """Answer what is known of the bundle if nothing has changed in it; with other times if its files were copied.

    `is_left`: nobody need look at the files.
    """
    if known is None or known.fingerprint != bundle.fingerprint:
        return None
    if is_left or known.is_left(str(folder)):
        return known
    try:
        present = _present(known.opened(), str(folder))
    except NotKept:
        return None
    return Sealed.of(present) if present else None


def _untouched(bundle: Bundle, known: Kept | None, folder: str) -> Kept | None:
    return _present(known, folder) if known and known.fingerprint == bundle.fingerprint else None


def _plan(items: Iterable[Output | Bundle], last: Kept, next: Kept, plan: Plan, folder: str) -> None:
    for item in items:
        if isinstance(item, Bundle):
            if item.name in next.bundles:
                raise ValueError(f"two bundles beside each other are called {item.name}")
            known = last.bundles.get(item.name)
            found = _untouched(item, known, folder)
            if found is None:
                found = Kept.empty(item.fingerprint)
                _plan(item.items(), known or Kept.empty(), found, plan, folder)
            next.bundles[item.name] = found
            plan.is_same &= found is known
        else:
            _plan_output(item, last.outputs.get(item.path), next, plan, folder)


def _plan_output(output: Output, known: Made | None, next: Kept, plan: Plan, folder: str) -> None:
    _check_path(output.path)
    marked = marks(output)
    plan.declared.append(output.path)
    found = _as_left(output.path, known, folder) if known and known.marks == marked else None
    if found is None:
        reasons = tuple(others(output, known.marks)) if known and known.marks != marked else None
        plan.tasks.append(Task(output, marked, reasons, next.outputs))
        plan.is_same = False
    else:
        next.outputs[output.path] = found
        plan.is_same &= found is known


def _present(known: Kept, folder: str) -> Kept | None:
    """Answer the bundle if all its files are as they were left; itself, unless they have other times."""
    outputs: dict[str, Made] = {}
    is_same = True
    for path, made in known.outputs.items():
        found = _as_left(path, made, folder)
        if found is None:
            return None
        is_same &= found is made
        outputs[path] = found
    bundles: dict[str, Kept] = {}
    for name, bundle in known.bundles.items():
        within = _present(bundle, folder)
        if within is None:
            return None
        is_same &= within is bundle
        bundles[name] = within
    return known if is_same else Kept(known.fingerprint, outputs, bundles)


def _as_left(path: str, made: Made, folder: str) -> Made | None:
    """Answer what was made if its file holds it still; with another time if it has been copied or restored."""
    file = f"{folder}/{path}"
    try:
        found = os.lstat(file)
        if found.st_size != made.size:
            return None
        if found.st_mtime_ns == made.modified:
            return made
        if stat.S_ISLNK(found.st_mode) or sha256(Path(file).read_bytes()).hexdigest() != made.digest:
            return None
    except OSError:
        return None
    return made._replace(modified=found.st_mtime_ns)


def _check_path(path: str) -> None:
    parts = path.split("/")
    if "" in parts or "." in parts or ".." in parts:
        raise UnfitOutputs(f"{path!r} is not a path inside the output folder")
    if parts[0].casefold() in (RECORD, NEXT, NEXT_RECORD):
        raise UnfitOutputs(f"{path} is the edition's own")
