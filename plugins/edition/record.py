"""The edition's record: which files of the output folder are the edition's, and the SHA-256 of each.

It lies in the folder itself, so that record and files can't be parted.
"""

import filecmp
import json
from collections.abc import Iterable
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


def write(folder: Path, record: Iterable[tuple[str, str]]) -> None:
    """Write the record, given in any order, unless that is what stands there.

    It is done in one step: what is killed meanwhile leaves the one before.
    """
    in_order = sorted(record)
    with (folder / NEXT_RECORD).open("w", encoding="utf-8", newline="\n") as file:
        file.write("{")
        for start in range(0, len(in_order), _AT_ONCE):
            part = dict(in_order[start : start + _AT_ONCE])
            file.write(",\n" if start else "")
            file.write(json.dumps(part, ensure_ascii=False, separators=(",\n", ": "))[1:-1])
        file.write("}")
    if (folder / RECORD).is_file() and filecmp.cmp(folder / NEXT_RECORD, folder / RECORD, shallow=False):
        (folder / NEXT_RECORD).unlink()
        return
    (folder / NEXT_RECORD).replace(folder / RECORD)


_AT_ONCE = 1000
"""Entries written at once: the whole record of a large archive is many megabytes of text."""


def stamp(folder: Path) -> tuple[int, int]:
    """Answer size and time (ns) of the record; zeros if there is none."""
    try:
        found = (folder / RECORD).lstat()
    except OSError:
        return (0, 0)
    return (found.st_size, found.st_mtime_ns)
