"""Makes a folder hold exactly the edition: all outputs, nothing of an earlier edition, and strangers' files untouched.

Everything is rendered before the first file is changed. A killed build leaves whole files only, and the next one
makes the folder right: the record, written first, names every file that is or may be ours.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath

from plugins.edition.change import Change
from plugins.edition.clash import clash
from plugins.edition.left import Left
from plugins.edition.memory import Memory
from plugins.edition.plan import UnfitOutputs
from plugins.edition.ready import Ready
from plugins.edition.record import NEXT_RECORD, RECORD, is_inside, recorded, stamp, write
from plugins.edition.rendering import Edition, Watch, edition
from plugins.edition.standing import Standing
from plugins.newsroom import Bundle, Output, opened

__all__ = ["RECORD", "Report", "UnfitOutputs", "alone_in", "publish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What publishing did, as sorted paths; `unchanged` counts what was not written.

    `rendered` tells, of each path that was made anew, the names of the inputs that differ from last time; () if there
    are only fewer of them, or in another order; None if the
    file is new or was not as it had been left.
    """

    rendered: Mapping[str, tuple[str, ...] | None]
    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int

    def __str__(self) -> str:
        done = f"{len(self.written)} files written, {len(self.removed)} removed, {self.unchanged} unchanged"
        return f"{done} ({len(self.rendered)} rendered)"


def publish(
    items: Iterable[Output | Bundle],
    folder: Path,
    memory: Memory | None = None,
    *,
    jobs: int = 1,
    watch: Watch | None = None,
    is_left: bool = False,
) -> Report:
    """Make the folder hold the outputs, and answer what changed. What `memory` recalls is not rendered again.

    `is_left`: somebody has just seen that the folder is as the memory's build left it; only what changes is looked at,
    unless the record says that another build has begun since.
    A second build into the same folder waits for the first. Raises UnfitOutputs, or whatever a render raises; then no
    file has been changed.
    """
    watch = watch or Watch()
    items = list(items)
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder) as held:
        ready = Ready(folder)
        (folder / NEXT_RECORD).unlink(missing_ok=True)
        last = memory.made if memory else Standing.empty()
        is_known = memory is not None and memory.record == stamp(folder)
        try:
            watch.phase("render")
            left = Left(str(folder), held, is_whole=is_left and is_known)
            try:
                made = edition(items, last, left, ready, jobs=jobs, watch=watch)
            except (FileExistsError, IsADirectoryError, NotADirectoryError):
                _tell_who(opened(items))
                raise
            if made.is_same and is_known:
                return Report(rendered={}, written=(), removed=(), unchanged=last.total)
            change = Change.between(last, made.standing)
            if len(made.declared) > len(set(made.declared)) or clash(change.new, made.standing):
                _tell_who(opened(items))
            items.clear()  # thousands of bundles in a large archive, with what they would be made of
            watch.phase("write")
            if not is_known:
                change = change._replace(gone=_gone(recorded(folder), made.standing))
            _put(folder, made, change, ready, is_known=is_known)
        finally:
            ready.discard()
        if memory:
            memory.keep(made.standing, stamp(folder))
    return Report(
        rendered=dict(sorted(made.rendered.items())),
        written=tuple(sorted(made.written)),
        removed=tuple(sorted(change.gone)),
        unchanged=made.standing.total - len(made.written),
    )


@contextmanager
def alone_in(folder: Path) -> Iterator[int]:
    """Hold the folder until done, and answer it as an open one. The lock is the system's own: it leaves no file, and
    ends with the process.
    """
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield held
    finally:
        os.close(held)


def _put(folder: Path, made: Edition, change: Change, ready: Ready, *, is_known: bool) -> None:
    """Bring the change into the folder. `is_known`: the record there is that of the edition before."""
    if change.made or change.gone or not is_known:
        write(folder, chain(made.standing.made(), change.gone.items()), change.made if is_known else None)
    for path in change.gone:
        _remove(folder, path)
    if made.written:
        ready.put(made.written)
    if change.gone:
        write(folder, made.standing.made(), dict.fromkeys(change.gone))


def _gone(record: Mapping[str, str], standing: Standing) -> dict[str, str]:
    """Answer path and SHA-256 of the recorded files that the edition has not."""
    paths = set(standing.paths())
    return {path: digest for path, digest in record.items() if path not in paths and is_inside(path)}


def _tell_who(outputs: Iterable[Output]) -> None:
    seen: dict[str, Output] = {}
    for output in outputs:
        if (other := seen.get(output.path.casefold())) is not None:
            raise UnfitOutputs(f"{output.path} is wanted twice: {_origin(output, other)}, and {_origin(other, output)}")
        seen[output.path.casefold()] = output
    for output in seen.values():
        for parent in PurePosixPath(output.path).parents:
            if (other := seen.get(str(parent).casefold())) is not None:
                file = f"{other.path} is a file ({_origin(other, output)})"
                raise UnfitOutputs(f"{file}, but must be a folder ({_origin(output, other)})")


def _origin(output: Output, other: Output) -> str:
    """Answer what the output is made from and the other is not, for those who must mend one of them."""
    names = [given.name for given in output.inputs if given not in other.inputs]
    return f"made from {', '.join(names[:3])}" if names else output.path


def _remove(folder: Path, path: str) -> None:
    file = folder / path
    file.unlink(missing_ok=True)
    for parent in file.parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()
