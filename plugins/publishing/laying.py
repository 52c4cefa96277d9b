"""Brings a folder that holds one edition to hold another, by as little as they differ: what is the same stays in place.

Laying a whole edition takes as long as it has files; of two editions most files are the same. So the folder of an
edition that nobody needs any more is not cleared away, but is what the next one is made of.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path


def listing(folder: Path) -> dict[str, int]:
    """Answer all that lies below a folder but folders, by path: the sizes of files, -1 for a link and the like."""
    return {
        prefix + entry.name: entry.stat(follow_symlinks=False).st_size if entry.is_file(follow_symlinks=False) else -1
        for prefix, entries in _folders(folder)
        for entry in entries
    }


def paths(folder: Path) -> set[str]:
    """Answer the same without sizes, in a fraction of the time."""
    return {prefix + entry.name for prefix, entries in _folders(folder) for entry in entries}


def _folders(folder: Path) -> Iterator[tuple[str, "list[os.DirEntry[str]]"]]:
    """Answer each folder, as what its paths begin with, and what lies in it but folders."""
    waiting = [(os.fspath(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        with os.scandir(place) as entries:
            found = list(entries)
        waiting += [(each.path, f"{prefix}{each.name}/") for each in found if each.is_dir(follow_symlinks=False)]
        yield prefix, [entry for entry in found if not entry.is_dir(follow_symlinks=False)]


def change(
    folder: Path, *, gone: Iterable[str], changed: Iterable[str], lay: Callable[[str, Path], None]
) -> None:
    """Remove the files that are gone, and have those laid that have changed; `lay` is told a path and its place.

    A file that is laid is a new one, always: the old one may be somebody else's too, by a hard link.
    """
    for path in gone:
        _remove(folder, path)
    ready = set()
    for path in changed:
        place = folder / path
        if place.parent not in ready:
            place.parent.mkdir(parents=True, exist_ok=True)
            ready.add(place.parent)
        place.unlink(missing_ok=True)
        lay(path, place)


def link(file: Path, place: Path) -> None:
    """Lay a hard link to the file, or a copy where the disk can't. Raises FileNotFoundError if it isn't there."""
    try:
        place.hardlink_to(file)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(file, place)


def clear(folder: Path) -> None:
    """Remove a folder with all that is in it, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def write(file: Path, data: bytes) -> None:
    """Write a whole file or none, whatever is killed meanwhile."""
    new = file.with_name(f"{file.name}.new")
    new.write_bytes(data)
    new.replace(file)


def _remove(folder: Path, path: str) -> None:
    """Remove a file if it is there, and the folders that are empty then."""
    place = folder / path
    place.unlink(missing_ok=True)
    for within in place.parents:
        if within == folder:
            return
        try:
            within.rmdir()
        except OSError:
            return
