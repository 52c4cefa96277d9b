"""Makes a folder hold exactly the edition: all outputs, nothing of an earlier edition, and strangers' files untouched.

Everything is rendered before the first file is changed. A killed build leaves whole files only, and the next one
makes the folder right: the record, written first, names every file that is or may be ours.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from plugins.edition.memory import Kept, Memory
from plugins.edition.plan import Plan, planned
from plugins.edition.rendering import Watch, rendered
from plugins.newsroom import Bundle, Output, opened

RECORD = ".edition.json"
"""In the folder itself, so that record and files can't be parted: path → SHA-256 of every file of the edition."""

_NEXT = ".edition-next"
_NEXT_RECORD = ".edition-next.json"


class UnfitOutputs(Exception):
    """Two outputs want the same file, or a path leads out of the folder: a fault in a room, or an old address that
    the content says another page has moved from.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What publishing did, as sorted paths; `unchanged` counts what was not written.

    `rendered` tells, of each path that was made anew, the names of the inputs that differ from last time; none if the
    file is new or was not as it had been left.
    """

    rendered: Mapping[str, tuple[str, ...]]
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
) -> Report:
    """Make the folder hold the outputs, and answer what changed. What `memory` recalls is not rendered again.

    A second build into the same folder waits for the first. Raises UnfitOutputs, or whatever a render raises; then no
    file has been changed.
    """
    watch = watch or Watch()
    watch.phase("plan")
    items = list(items)
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        _discard(folder / _NEXT)
        plan = planned(items, memory.made if memory else Kept.empty(), folder)
        if memory and plan.is_same and memory.record == _stamp(folder / RECORD):
            return Report(rendered={}, written=(), removed=(), unchanged=sum(1 for _ in plan.made.files()))
        _check_paths(plan, items)
        try:
            watch.phase("render")
            written = _render(plan, folder, jobs, watch)
            watch.phase("write")
            record = {path: made.digest for path, made in plan.made.files()}
            gone = _put_in_place(record, written, folder)
        finally:
            _discard(folder / _NEXT)
        if memory:
            memory.keep(plan.made, _stamp(folder / RECORD))
    return Report(
        rendered={task.output.path: task.reasons for task in sorted(plan.tasks, key=lambda task: task.output.path)},
        written=tuple(sorted(written)),
        removed=tuple(gone),
        unchanged=len(record) - len(written),
    )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder until done. The lock is the system's own: it leaves no file, and ends with the process."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _render(plan: Plan, folder: Path, jobs: int, watch: Watch) -> list[str]:
    """Do the plan's tasks; answer the paths whose new bytes are laid ready."""
    written = []
    for result in rendered(plan.tasks, folder, folder / _NEXT, jobs=jobs, watch=watch):
        task = plan.tasks[result.number]
        task.made(result.digest, result.size, result.modified)
        if result.is_new:
            written.append(task.output.path)
    return written


def _put_in_place(record: dict[str, str], written: Iterable[str], folder: Path) -> list[str]:
    """Make the edition that is laid ready the folder's; answer the paths that were removed."""
    before = _recorded(folder)
    gone = sorted(before.keys() - record.keys())
    is_new = before != record or not (folder / RECORD).exists()
    if is_new:
        _record(folder, before | record)
    for path in gone:
        _remove(folder, path)
    for path in written:
        _put(folder / _NEXT / path, folder / path)
    if gone:
        _record(folder, record)
    return gone


def _check_paths(plan: Plan, items: Iterable[Output | Bundle]) -> None:
    """Raise UnfitOutputs if any two files want the same place; who they are is found out only then."""
    paths = [path for path, _ in plan.made.files()] + [task.output.path for task in plan.tasks]
    # compared without case, for the folder may lie on a disk that knows none
    folded = {path.casefold() for path in paths}
    folders = {path.rpartition("/")[0] for path in folded}
    folders |= {str(parent) for folder in folders for parent in PurePosixPath(folder).parents}
    if len(folded) < len(paths) or len(plan.declared) != len({o.path for o in plan.declared}) or folded & folders:
        _tell_who(list(opened(items)))
    for output in plan.declared:
        _check_path(output)


def _check_path(output: Output) -> None:
    path = PurePosixPath(output.path)
    if not output.path or path.is_absolute() or ".." in path.parts or str(path) != output.path:
        raise UnfitOutputs(f"{output.path!r} is not a path inside the output folder")
    if path.parts[0].casefold() in (RECORD, _NEXT, _NEXT_RECORD):
        raise UnfitOutputs(f"{output.path} is the edition's own")


def _tell_who(outputs: Iterable[Output]) -> None:
    seen: dict[str, Output] = {}
    for output in outputs:
        _check_path(output)
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


def _recorded(folder: Path) -> dict[str, str]:
    """Answer the last record; {} if there is none that can be read (then nothing in the folder is known to be ours)."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(record, dict):
        return {}
    return {
        path: digest
        for path, digest in record.items()
        if isinstance(digest, str) and path and not path.startswith("/") and ".." not in PurePosixPath(path).parts
    }


def _record(folder: Path, record: dict[str, str]) -> None:
    data = json.dumps(dict(sorted(record.items())), ensure_ascii=False, separators=(",\n", ": ")).encode()
    (folder / _NEXT_RECORD).write_bytes(data)
    (folder / _NEXT_RECORD).replace(folder / RECORD)


def _stamp(file: Path) -> tuple[int, int]:
    """Answer size and time (ns) of a file; zeros if it is not there."""
    try:
        found = file.lstat()
    except OSError:
        return (0, 0)
    return (found.st_size, found.st_mtime_ns)


def _put(new: Path, file: Path) -> None:
    """Move the new file into its place in one step."""
    if file.is_dir() and not file.is_symlink():
        # a folder of an earlier edition, empty by now; a stranger's files in it keep it, and the move says so
        file.rmdir()
    file.parent.mkdir(parents=True, exist_ok=True)
    new.replace(file)


def _remove(folder: Path, path: str) -> None:
    file = folder / path
    file.unlink(missing_ok=True)
    for parent in file.parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()


def _discard(waiting: Path) -> None:
    shutil.rmtree(waiting, ignore_errors=True)
