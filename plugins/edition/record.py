"""The edition's record: which files of the output folder are the edition's, and the SHA-256 of each.

It lies in the folder itself, so that record and files can't be parted.
"""

import json
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


def write(folder: Path, record: dict[str, str]) -> None:
    """Write the record in one step: what is killed meanwhile leaves the one before."""
    in_order = {path: record[path] for path in sorted(record)}
    data = json.dumps(in_order, ensure_ascii=False, separators=(",\n", ": ")).encode()
    (folder / NEXT_RECORD).write_bytes(data)
    (folder / NEXT_RECORD).replace(folder / RECORD)


def stamp(folder: Path) -> tuple[int, int]:
    """Answer size and time (ns) of the record; zeros if there is none."""
    try:
        found = (folder / RECORD).lstat()
    except OSError:
        return (0, 0)
    return (found.st_size, found.st_mtime_ns)
