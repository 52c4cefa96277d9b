"""Makes an edition: what is untouched is left, all else is declared and rendered, over the cores if it is much.

New bytes are laid ready beside the folder, so that nothing in it changes before everything is rendered.
"""

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from plugins.edition.left import Left
from plugins.edition.plan import Task, planned, untouched
from plugins.edition.ready import Ready
from plugins.edition.standing import Kept, Sealed, Standing
from plugins.newsroom import Bundle, Output
from plugins.newsroom.keeping import NotKept

_MANY = 100
"""Changed items from which on processes gain more than they cost; a day's changes are a few dozen."""


class Watch:
    """Is told how a build goes on; a front door that shows it makes one of its own."""

    def phase(self, name: str) -> None:
        """A phase begins: `read`, `render` or `write`."""

    def made(self, done: int, of: int) -> None:
        """So many of the bundles and outputs that have changed are made."""


@dataclass(slots=True)
class Edition:
    """An edition, or a part of one, made: `standing` says all of it.

    `rendered` tells of each path that was made anew why, as `Task.reasons` does; `written` are those paths
    whose bytes are new and laid ready. `declared` are the paths of all outputs that were looked at. `is_same` = nothing
    is otherwise than last time.
    """

    standing: Standing = field(default_factory=Standing.empty)
    rendered: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    is_same: bool = True

    def add(self, part: "Edition") -> None:
        self.standing.outputs.update(part.standing.outputs)
        self.standing.bundles.update(part.standing.bundles)
        self.rendered.update(part.rendered)
        self.written += part.written
        self.declared += part.declared
        self.is_same &= part.is_same


def edition(
    items: Iterable[Output | Bundle], last: Standing, left: Left, ready: Ready, *, jobs: int = 1, watch: Watch
) -> Edition:
    """Make the edition of these items, when the folder holds what is `left` of the `last` one.

    New bytes are laid `ready`. All is the same whatever the number of jobs.
    Raises what a render raises.
    """
    whole = Edition()
    changed: list[Output | Bundle] = []
    names: set[str] = set()
    for item in items:
        if isinstance(item, Bundle):
            if item.name in names:
                raise ValueError(f"two bundles beside each other are called {item.name}")
            names.add(item.name)
        known = last.bundles.get(item.name) if isinstance(item, Bundle) else None
        found = untouched(item, known, left) if isinstance(item, Bundle) else None
        if found is None or not isinstance(item, Bundle):
            changed.append(item)
        else:
            whole.standing.bundles[item.name] = found
            whole.is_same &= found is known
    for done, part in enumerate(_parts(changed, last, left, ready, jobs), start=1):
        whole.add(part)
        watch.made(done, len(changed))
    whole.is_same &= whole.standing.outputs.keys() == last.outputs.keys()
    whole.is_same &= whole.standing.bundles.keys() == last.bundles.keys()
    return whole


def _parts(items: Sequence[Output | Bundle], last: Standing, left: Left, ready: Ready, jobs: int) -> Iterator[Edition]:
    if items:
        ready.prepare()
    if jobs < 2 or len(items) < _MANY:
        yield from (_part(item, last, left, ready) for item in items)
        return
    import multiprocessing  # noqa: PLC0415 - seldom is there so much to do

    # forked, so that the newsroom need not be sent
    _shared[:] = [(items, last, left, ready)]
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for number, part in enumerate(pool.imap(_part_apart, range(len(items)))):
            # a fault comes once more here, where it can be raised with all that it says
            yield part or _part(items[number], last, left, ready)
    _shared.clear()


_shared: list[tuple[Sequence[Output | Bundle], Standing, Left, Ready]] = []


def _part_apart(number: int) -> Edition | None:
    items, last, left, ready = _shared[0]
    try:
        return _part(items[number], last, left, ready)
    except Exception:
        return None


def _part(item: Output | Bundle, last: Standing, left: Left, ready: Ready) -> Edition:
    plan = planned([item], _known(item, last), left)
    part = Edition(declared=plan.declared, is_same=plan.is_same)
    for task in plan.tasks:
        part.rendered[task.output.path] = task.reasons
        if _render(task, left.folder, ready):
            part.written.append(task.output.path)
    part.standing.outputs.update(plan.made.outputs)
    part.standing.bundles.update({name: Sealed.of(bundle) for name, bundle in plan.made.bundles.items()})
    return part


def _known(item: Output | Bundle, last: Standing) -> Kept:
    """Answer what was made of the item last time."""
    known = Kept.empty()
    if isinstance(item, Bundle):
        if item.name in last.bundles:
            with contextlib.suppress(NotKept):
                known.bundles[item.name] = last.bundles[item.name].opened()
    elif item.path in last.outputs:
        known.outputs[item.path] = last.outputs[item.path]
    return known


def _render(task: Task, folder: str, ready: Ready) -> bool:
    """Render the output, and answer whether its bytes are new."""
    path, data = task.output.path, task.output.render()
    modified = _held_since(f"{folder}/{path}", data)
    is_new = modified is None
    task.made(sha256(data).hexdigest(), len(data), ready.lay(path, data) if modified is None else modified)
    return is_new


def _held_since(file: str, data: bytes) -> int | None:
    """Answer the time (ns) of the file, if it holds these bytes."""
    try:
        found = os.lstat(file)
        is_held = stat.S_ISREG(found.st_mode) and found.st_size == len(data) and Path(file).read_bytes() == data
    except OSError:
        return None
    return found.st_mtime_ns if is_held else None
