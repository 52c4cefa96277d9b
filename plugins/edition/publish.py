"""Makes a folder hold exactly the edition: all outputs, nothing of an earlier edition, and strangers' files untouched.

Everything is rendered before the first file is changed. A killed build leaves whole files only, and the next one
makes the folder right: the record, written first, names every file that is or may be ours.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

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

    `is_left`: somebody has just seen that the folder is as the memory's build left it; only what changes is looked at.
    A second build into the same folder waits for the first. Raises UnfitOutputs, or whatever a render raises; then no
    file has been changed.
    """
    watch = watch or Watch()
    items = list(items)
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        ready = Ready(folder)
        (folder / NEXT_RECORD).unlink(missing_ok=True)
        try:
            watch.phase("render")
            last = memory.made if memory else Standing.empty()
            try:
                made = edition(items, last, folder, ready, jobs=jobs, watch=watch, is_left=is_left)
            except (FileExistsError, IsADirectoryError, NotADirectoryError):
                _tell_who(opened(items))
                raise
            if memory and made.is_same and memory.record == stamp(folder):
                return Report(rendered={}, written=(), removed=(), unchanged=len(last.paths()))
            _check_paths(made, items)
            items.clear()  # thousands of bundles in a large archive, with what they would be made of
            watch.phase("write")
            is_known = memory is not None and memory.record == stamp(folder)
            gone = _gone(last.made() if is_known else recorded(folder).items(), made)
            if made.written or gone or not is_known:
                write(folder, (*made.standing.made(), *gone))
            for path, _ in gone:
                _remove(folder, path)
            if made.written:
                ready.put(made.written)
            if gone:
                write(folder, made.standing.made())
        finally:
            ready.discard()
        if memory:
            memory.keep(made.standing, stamp(folder))
    return Report(
        rendered=dict(sorted(made.rendered.items())),
        written=tuple(sorted(made.written)),
        removed=tuple(path for path, _ in gone),
        unchanged=len(made.standing.paths()) - len(made.written),
    )


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder until done. The lock is the system's own: it leaves no file, and ends with the process."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _gone(before: Iterable[tuple[str, str]], made: Edition) -> list[tuple[str, str]]:
    """Answer path and SHA-256 of the files that the edition has no more."""
    stand = set(made.standing.paths())
    return sorted((path, digest) for path, digest in before if path not in stand and is_inside(path))


def _check_paths(made: Edition, items: Iterable[Output | Bundle]) -> None:
    """Raise UnfitOutputs if two files want the same place."""
    paths = made.standing.paths()
    # compared without case, for the folder may lie on a disk that knows none; most paths need no copy for that
    folded = {path if path.isascii() and path.islower() else path.casefold() for path in paths}
    folders = {path.rpartition("/")[0] for path in folded}
    while above := {folder.rpartition("/")[0] for folder in folders} - folders:
        folders |= above
    if len(folded) < len(paths) or len(made.declared) > len(set(made.declared)) or folded & folders:
        _tell_who(opened(items))


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
