"""What must be rendered: the outputs whose inputs are other than last time, or whose files are."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from plugins.edition.memory import Kept, Made, marks, others
from plugins.newsroom import Bundle, Output


@dataclass(frozen=True, slots=True)
class Task:
    """An output to be rendered, why, and where to note what was made of it.

    `reasons` are the names of the inputs that differ from last time; () if the file is new, or not as it was left.
    """

    output: Output
    marks: bytes
    reasons: tuple[str, ...]
    notes: dict[str, Made]

    def made(self, digest: str, size: int, modified: int) -> None:
        self.notes[self.output.path] = Made(self.marks, digest, size, modified)


@dataclass(slots=True)
class Plan:
    """The next edition: `made` will be complete when all `tasks` are done. `is_same` = it is the last one."""

    made: Kept
    tasks: list[Task] = field(default_factory=list)
    declared: list[Output] = field(default_factory=list)
    is_same: bool = True


def planned(items: Iterable[Output | Bundle], last: Kept, folder: Path) -> Plan:
    """Answer how the folder comes to hold the items, when it holds what is left of the `last` edition."""
    plan = Plan(Kept.empty())
    _plan(items, last, plan.made, plan, str(folder))
    return plan


def _plan(items: Iterable[Output | Bundle], last: Kept, next: Kept, plan: Plan, folder: str) -> None:
    for item in items:
        if isinstance(item, Bundle):
            if item.name in next.bundles:
                raise ValueError(f"two bundles beside each other are called {item.name}")
            known = last.bundles.get(item.name)
            found = _present(known, folder) if known and known.fingerprint == item.fingerprint else None
            if found is None:
                found = Kept.empty(item.fingerprint)
                _plan(item.items(), known or found, found, plan, folder)
            next.bundles[item.name] = found
            plan.is_same &= found is known
        else:
            _plan_output(item, last.outputs.get(item.path), next, plan, folder)
    plan.is_same &= next.outputs.keys() == last.outputs.keys() and next.bundles.keys() == last.bundles.keys()


def _plan_output(output: Output, known: Made | None, next: Kept, plan: Plan, folder: str) -> None:
    marked = marks(output)
    plan.declared.append(output)
    found = _as_left(output.path, known, folder) if known and known.marks == marked else None
    if found is None:
        reasons = others(output, known.marks) if known else ()
        plan.tasks.append(Task(output, marked, tuple(reasons), next.outputs))
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
