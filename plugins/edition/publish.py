"""Makes a folder hold exactly the edition: all outputs, nothing of an earlier edition, and strangers' files untouched.

Everything is rendered before the first file is changed. A killed build leaves whole files only, and the next one
makes the folder right: the record, written first, names every file that is or may be ours.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from plugins.edition.memory import Memory, inputs_of
from plugins.newsroom import Output

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
    """What publishing did, as sorted paths; `rendered` counts what was made anew, `unchanged` what was not written."""

    rendered: int
    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int

    def __str__(self) -> str:
        done = f"{len(self.written)} files written, {len(self.removed)} removed, {self.unchanged} unchanged"
        return f"{done} ({self.rendered} rendered)"


@dataclass(frozen=True, slots=True)
class _Staged:
    """An edition ready to be put in place: what will be there, of what it is made, and which files are new."""

    record: dict[str, str]
    inputs: dict[str, str]
    rendered: list[str]
    written: list[str]


def publish(outputs: Iterable[Output], folder: Path, memory: Memory | None = None) -> Report:
    """Make the folder hold the outputs, and answer what changed. What `memory` recalls is not rendered again.

    A second build into the same folder waits for the first. Raises UnfitOutputs, or whatever a render raises; then no
    file has been changed.
    """
    outputs = list(outputs)
    _check_paths(outputs)
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        try:
            staged = _stage(outputs, folder, memory)
            gone = _put_in_place(staged, folder)
        finally:
            _discard(folder / _NEXT)
        if memory and (staged.rendered or gone):
            memory.keep(staged.record, staged.inputs, folder)
    return Report(
        rendered=len(staged.rendered),
        written=tuple(sorted(staged.written)),
        removed=tuple(gone),
        unchanged=len(staged.record) - len(staged.written),
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


def _stage(outputs: Iterable[Output], folder: Path, memory: Memory | None) -> _Staged:
    """Render what isn't recalled, and lay what differs from the folder's files beside them."""
    _discard(folder / _NEXT)
    staged = _Staged({}, {}, [], [])
    for output in outputs:
        path = output.path
        staged.inputs[path] = inputs_of(output) if memory else ""
        if memory and (made := memory.recalled(path, staged.inputs[path], folder)):
            staged.record[path] = made.digest
            continue
        data = output.render()
        staged.rendered.append(path)
        staged.record[path] = sha256(data).hexdigest()
        if not _holds(folder / path, data):
            _write(folder / _NEXT / path, data)
            staged.written.append(path)
    return staged


def _put_in_place(staged: _Staged, folder: Path) -> list[str]:
    """Make the staged edition the folder's; answer the paths that were removed."""
    before = _recorded(folder)
    gone = sorted(before.keys() - staged.record.keys())
    is_new = before != staged.record or not (folder / RECORD).exists()
    if is_new:
        _record(folder, before | staged.record)
    for path in gone:
        _remove(folder, path)
    for path in staged.written:
        _put(folder / _NEXT / path, folder / path)
    if is_new:
        _record(folder, staged.record)
    return gone


def _check_paths(outputs: Iterable[Output]) -> None:
    seen: dict[str, Output] = {}
    for output in outputs:
        path = PurePosixPath(output.path)
        if not output.path or path.is_absolute() or ".." in path.parts or str(path) != output.path:
            raise UnfitOutputs(f"{output.path!r} is not a path inside the output folder")
        if path.parts[0].casefold() in (RECORD, _NEXT, _NEXT_RECORD):
            raise UnfitOutputs(f"{output.path} is the edition's own")
        # compared without case, for the folder may lie on a disk that knows none
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
    data = json.dumps(dict(sorted(record.items())), ensure_ascii=False, indent=0).encode()
    _write(folder / _NEXT_RECORD, data)
    (folder / _NEXT_RECORD).replace(folder / RECORD)


def _holds(file: Path, data: bytes) -> bool:
    try:
        return not file.is_symlink() and file.stat().st_size == len(data) and file.read_bytes() == data
    except OSError:
        return False


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


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
