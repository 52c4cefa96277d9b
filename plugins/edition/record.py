"""The edition's record: which files of the output folder are the edition's, and the SHA-256 of each.

It lies in the folder itself, so that record and files can't be parted.
"""

import filecmp
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

RECORD = ".edition.json"
"""A JSON object, sorted: path → SHA-256."""

NEXT_RECORD = ".edition-next.json"


def recorded(folder: Path) -> dict[str, str]:
    """Answer the record; {} if there is none that can be read (then nothing in the folder is known to be ours).

    Its paths are as they stand there: ask `is_inside` before a file is touched because of one.
    """
    try:
        record = json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def is_inside(path: str) -> bool:
    """Answer whether a recorded path leads to somewhere in the folder."""
    return bool(path) and not path.startswith("/") and ".." not in path.split("/")


def write(folder: Path, record: Iterable[tuple[str, str]], change: Mapping[str, str | None] | None = None) -> None:
    """Write the record, given in any order, unless that is what stands there.

    If it is known what stands there, the `change` (other digests at these paths; None strikes a path out) says sooner
    what is to be written, as long as it is small.
    It is done in one step: what is killed meanwhile leaves the one before.
    """
    if change is None or len(change) > _FEW or not _write_amended(folder, change):
        _write_whole(folder, sorted(record))
    if (folder / RECORD).is_file() and filecmp.cmp(folder / NEXT_RECORD, folder / RECORD, shallow=False):
        (folder / NEXT_RECORD).unlink()
        return
    (folder / NEXT_RECORD).replace(folder / RECORD)


def _write_whole(folder: Path, in_order: Sequence[tuple[str, str]]) -> None:
    with (folder / NEXT_RECORD).open("w", encoding="utf-8", newline="\n") as file:
        file.write("{")
        for start in range(0, len(in_order), _AT_ONCE):
            file.write(",\n" if start else "")
            file.write(_lines(dict(in_order[start : start + _AT_ONCE])))
        file.write("}")


def _write_amended(folder: Path, change: Mapping[str, str | None]) -> bool:
    """Answer whether that could be done."""
    try:
        pieces = amended((folder / RECORD).read_bytes(), change)
    except (OSError, ValueError):
        return False
    with (folder / NEXT_RECORD).open("wb") as file:
        file.writelines(pieces)
    return True


def amended(record: bytes, change: Mapping[str, str | None]) -> list[bytes | memoryview]:
    """Answer the bytes, in pieces, that `write` would write had the record this change in it.

    Of what has not changed only the lines are read that lead to what has. Raises ValueError if one of them is no line
    of a record.
    """
    if record[:1] + record[-1:] != b"{}":
        raise ValueError("it is no record")
    pieces: list[bytes | memoryview] = []
    view, at, stop = memoryview(record), len(b"{"), len(record) - len(b"}")
    for path in sorted(change):
        start, end = _place(record, path, at)
        pieces += [view[at : start - len(_BETWEEN)]] if at < start else []
        digest = change[path]
        pieces += [_lines({path: digest}).encode()] if digest is not None else []
        at = end
    pieces += [view[at:stop]] if at < stop else []
    return [b"{", *[part for piece in pieces for part in (_BETWEEN, piece)][1:], b"}"]


def _lines(part: Mapping[str, str]) -> str:
    return json.dumps(part, ensure_ascii=False, separators=(_BETWEEN.decode(), ": "))[1:-1]


def _place(record: bytes, path: str, low: int) -> tuple[int, int]:
    """Answer where the path's line begins, and where the next one; both are the same if there is no such line.

    It stands nowhere before `low`, where a line begins.
    """
    beyond = len(record) - len(b"}") + len(_BETWEEN)  # there one more line would begin
    high = beyond if record != b"{}" else low
    while low < high:
        start = record.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = record.find(b"\n", start) + 1 or beyond
        (found,) = json.loads(b"{%b}" % record[start : end - len(_BETWEEN)])
        if found == path:
            return start, end
        low, high = (end, high) if found < path else (low, start)
    return low, low


_BETWEEN = b",\n"
"""Stands between two lines; nowhere else is a line feed."""

_FEW = 1000
"""Changes up to which it takes less time to find their lines than to write them all."""

_AT_ONCE = 1000
"""Entries written at once: the whole record of a large archive is many megabytes of text."""


def stamp(folder: Path) -> tuple[int, int]:
    """Answer size and time (ns) of the record; zeros if there is none."""
    try:
        found = (folder / RECORD).lstat()
    except OSError:
        return (0, 0)
    return (found.st_size, found.st_mtime_ns)
