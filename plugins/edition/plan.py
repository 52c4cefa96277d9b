"""What must be rendered: the outputs whose inputs are other than last time, or whose files are."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from plugins.edition.left import Left
from plugins.edition.memory import marks, others
from plugins.edition.ready import NEXT
from plugins.edition.record import NEXT_RECORD, RECORD
from plugins.edition.standing import Kept, Made, Sealed
from plugins.newsroom import Bundle, Output


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


def planned(items: Iterable[Output | Bundle], last: Kept, left: Left) -> Plan:
    """Answer how the folder comes to hold the items, when it holds what is `left` of the `last` edition."""
    plan = Plan()
    _plan(items, last, plan.made, plan, left)
    return plan


def untouched(bundle: Bundle, known: Sealed | None, left: Left) -> Sealed | None:
    """Answer what is known of the bundle if nothing has changed in it; with other times if its files were copied."""
    return left.sealed(known) if known and known.fingerprint == bundle.fingerprint else None


def _plan(items: Iterable[Output | Bundle], last: Kept, next: Kept, plan: Plan, left: Left) -> None:
    for item in items:
        if isinstance(item, Bundle):
            if item.name in next.bundles:
                raise ValueError(f"two bundles beside each other are called {item.name}")
            known = last.bundles.get(item.name)
            found = left.bundle(known) if known and known.fingerprint == item.fingerprint else None
            if found is None:
                found = Kept.empty(item.fingerprint)
                _plan(item.items(), known or Kept.empty(), found, plan, left)
            next.bundles[item.name] = found
            plan.is_same &= found is known
        else:
            _plan_output(item, last.outputs.get(item.path), next, plan, left)


def _plan_output(output: Output, known: Made | None, next: Kept, plan: Plan, left: Left) -> None:
    _check_path(output.path)
    marked = marks(output)
    plan.declared.append(output.path)
    found = left.file(output.path, known) if known and known.marks == marked else None
    if found is None:
        reasons = tuple(others(output, known.marks)) if known and known.marks != marked else None
        plan.tasks.append(Task(output, marked, reasons, next.outputs))
        plan.is_same = False
    else:
        next.outputs[output.path] = found
        plan.is_same &= found is known


def _check_path(path: str) -> None:
    parts = path.split("/")
    if "" in parts or "." in parts or ".." in parts:
        raise UnfitOutputs(f"{path!r} is not a path inside the output folder")
    if parts[0].casefold() in (RECORD, NEXT, NEXT_RECORD):
        raise UnfitOutputs(f"{path} is the edition's own")
