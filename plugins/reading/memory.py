"""What earlier readings made of the folders that texts lie in, so that only what has changed is read again.

The memory is a convenience, never an authority: it holds nothing that isn't public, and whatever is lost, damaged or
another program's is read anew, with the same result. There is one file per year, so that one more release doesn't
make the whole archive be written again.
"""

import operator
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from plugins.newsroom import Assignment, Page, Release
from plugins.newsroom.keeping import NotKept, digest, packed, unpacked

Read = Release | Assignment | Page

_RACE = 2_000_000_000
"""Nanoseconds in which a file could be saved twice with the same time on some disk: as Git does, a time is relied on
only if it is older than what was remembered by at least that much."""


class Stamp(NamedTuple):
    """A file as it was when it was read: size in bytes, time in nanoseconds, and the digest of its bytes."""

    name: str
    size: int
    modified: int
    digest: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was made of one folder: its texts in every language, all of them public.

    `path` is relative to the content folder; `modified` its own time and `files` those that the texts were made of.
    `texts` are the names of the Markdown files in it. `led` says where links to other texts led; `galleys` under which
    keys the bodies are kept, by their digests. `latest` is the last moment that the texts speak of as past.
    """

    path: str
    modified: int
    files: tuple[Stamp, ...]
    texts: frozenset[str]
    read: tuple[Read, ...]
    led: tuple[tuple[str, str], ...]
    galleys: tuple[tuple[str, str], ...]
    latest: datetime


_KINDS = (Stamp, Remembered)


class Memory:
    """The remembered folders of one content folder, kept in a cache folder.

    `maker` stands for all that texts are made with besides their own files: the program, newsroom.yaml, settings.
    `now` is the moment of the reading: what speaks of later moments isn't recalled.
    """

    def __init__(self, cache: Path, content: Path, maker: str, now: datetime) -> None:
        self._cache = cache / "texts"
        self._content = content
        self._maker = maker
        self._now = now
        self._years: dict[str, dict[str, Remembered]] = {}
        self._relied_on: dict[str, int] = {}
        self._seen: set[str] = set()
        self._changed: set[str] = set()

    def recalled(self, path: str) -> Remembered | None:
        """Answer what was made of the folder, if nothing in it has changed since."""
        self._seen.add(path)
        known = self._year(path).get(path)
        if known is None:
            return None
        found = self._unchanged(known) if known.latest <= self._now else None
        if found is None:
            self.forget(known)
        elif found is not known:
            self._put(found)
        return found

    def forget(self, known: Remembered) -> None:
        """Take back what was recalled: something else that it depends on has changed."""
        del self._year(known.path)[known.path]
        self._changed.add(_year(known.path))

    def remember(
        self,
        path: str,
        read: Iterable[Read],
        led: dict[str, str],
        galleys: dict[str, str],
        digests: Mapping[str, str],
    ) -> None:
        """Remember the texts of a folder. Call it only with all that lie there, and only if all of them are public.

        `digests` are those of the bytes that they were made of, by name: what has been saved since is read next time.
        """
        read = tuple(read)
        folder = self._content / path
        names = {text.source.rpartition("/")[2] for text in read}
        try:
            modified = folder.lstat().st_mtime_ns
            files = tuple(_stamp(folder / name) for name in sorted(names | _attached(read)))
            others = _texts(folder) - names
        except (OSError, _Changed):
            return  # next time it is read again
        if others:
            return  # folders in it, whose files could change without it
        if any(digests.get(stamp.name) != stamp.digest for stamp in files):
            return  # saved in the meantime
        for text in read:
            _ = text.input  # so that it is kept too
        self._put(
            Remembered(
                path=path,
                modified=modified,
                files=files,
                texts=frozenset(names),
                read=read,
                led=tuple(sorted(led.items())),
                galleys=tuple(sorted(galleys.items())),
                latest=max(moment for text in read for moment in _moments(text)),
            )
        )

    def keep(self) -> None:
        """Write down what has changed. Two readings may do so at once: each file is whole, whoever wrote it."""
        self._cache.mkdir(parents=True, exist_ok=True)
        kept = {file.name for file in self._cache.iterdir()}
        for name in kept - {_file(year) for year in self._years}:
            (self._cache / name).unlink(missing_ok=True)
        for year, folders in self._years.items():
            gone = folders.keys() - self._seen
            for path in gone:
                del folders[path]
            if gone or year in self._changed:
                self._write(year, folders)

    def _put(self, known: Remembered) -> None:
        self._year(known.path)[known.path] = known
        self._changed.add(_year(known.path))

    def _year(self, path: str) -> dict[str, Remembered]:
        year = _year(path)
        if year not in self._years:
            self._years[year] = self._load(year)
        return self._years[year]

    def _load(self, year: str) -> dict[str, Remembered]:
        file = self._cache / _file(year)
        self._relied_on[year] = 0
        try:
            known: list[Remembered] = unpacked(f"{self._maker} {year}", file.read_bytes(), _KINDS)
            self._relied_on[year] = file.stat().st_mtime_ns - _RACE
        except (OSError, NotKept):
            self._changed.add(year)  # what lies there is written over, or removed if there is nothing to remember
            return {}
        return {one.path: one for one in known}

    def _write(self, year: str, folders: dict[str, Remembered]) -> None:
        file = self._cache / _file(year)
        if not folders:
            file.unlink(missing_ok=True)
            return
        new = file.with_name(f"{file.name}.{os.getpid()}")
        new.write_bytes(packed(f"{self._maker} {year}", list(folders.values()), _KINDS))
        new.replace(file)

    def _unchanged(self, known: Remembered) -> Remembered | None:
        """Answer what is known, with the times that its files have now; None if any of them is another."""
        folder, relied_on = f"{self._content}/{known.path}", self._relied_on[_year(known.path)]
        try:
            modified = os.lstat(folder).st_mtime_ns
            is_same = modified == known.modified < relied_on
            if not is_same and _texts(folder) != known.texts:
                return None
            files = tuple([_again(folder, stamp, relied_on) for stamp in known.files])
        except (OSError, _Changed):
            return None
        if is_same and all(map(operator.is_, files, known.files)):
            return known
        return replace(known, modified=modified, files=files)


class _Changed(Exception):
    pass


def _again(folder: str, stamp: Stamp, relied_on: int) -> Stamp:
    """Answer the stamp of the same bytes; the very one, if nothing had to be read. Raises _Changed or OSError."""
    file = f"{folder}/{stamp.name}"
    found = os.lstat(file)
    if found.st_size != stamp.size:
        raise _Changed
    if found.st_mtime_ns == stamp.modified < relied_on:
        return stamp
    again = _stamp(Path(file))
    if again.digest != stamp.digest:
        raise _Changed
    return again


def _stamp(file: Path) -> Stamp:
    found = file.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise _Changed  # what it leads to could change without it
    return Stamp(file.name, found.st_size, found.st_mtime_ns, digest(file.read_bytes()))


def _texts(folder: str | Path) -> frozenset[str]:
    """Answer the names in the folder that could be texts, or hold some."""
    with os.scandir(folder) as entries:
        return frozenset(
            entry.name
            for entry in entries
            if not entry.name.startswith(".") and (entry.name.lower().endswith(".md") or entry.is_dir())
        )


def _attached(read: Iterable[Read]) -> set[str]:
    return {each.file for text in read for each in (*getattr(text, "images", ()), *getattr(text, "documents", ()))}


def _moments(text: Read) -> Iterable[datetime]:
    yield text.published
    if isinstance(text, Release):
        yield from text.revisions
        yield from (correction.at for correction in text.corrections)


def _year(path: str) -> str:
    """Answer the part of a folder's path that its texts are remembered under: `releases/2031`, `pages`."""
    return path.rpartition("/")[0]


def _file(year: str) -> str:
    return year.replace("/", "-")
