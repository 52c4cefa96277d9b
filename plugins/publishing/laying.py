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
        path: entry.stat(follow_symlinks=False).st_size if entry.is_file(follow_symlinks=False) else -1
        for path, entry in _entries(folder)
    }


def paths(folder: Path) -> set[str]:
    """Answer the same without sizes, in a fraction of the time."""
    return {path for path, _ in _entries(folder)}


def _entries(folder: Path) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    folders = [(os.fspath(folder), "")]
    while folders:
        place, prefix = folders.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append((entry.path, f"{path}/"))
                else:
                    yield path, entry


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
    """Remove a file, and the folders that are empty then."""
    place = folder / path
    place.unlink()
    for within in place.parents:
        if within == folder:
            return
        try:
            within.rmdir()
        except OSError:
            return
