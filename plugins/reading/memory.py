"""What earlier readings made of the folders that texts lie in, so that only what has changed is read again.

The memory is a convenience, never an authority: it holds nothing that isn't public, and whatever is lost, damaged or
another program's is read anew, with the same result. There is one file per year, so that one more release doesn't
make the whole archive be written again.
"""

import operator
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from plugins.newsroom import Assignment, Image, Page, Release
from plugins.newsroom.folding import Folded, folded, unfolded
from plugins.newsroom.keeping import NotKept, digest, packed, unpacked
from plugins.reading.survey import Stamps

Read = Release | Assignment | Page

_RACE = 2_000_000_000
"""Nanoseconds in which a file could be saved twice with the same time on some disk: as Git does, a time is relied on
only if it is older than what was remembered by at least that much."""


_AT_HAND = (
    "id", "language", "original_language", "year", "slug", "address", "source", "state", "title", "type", "audiences",
    "published", "body_digest", "written_digest", "keywords", "images", "urgent", "responds_to", "corrections",
    "withdrawn", "imported", "moved_from", "missing",
)  # fmt: skip
"""What is asked of every release of the archive, whatever has changed."""


class Stamp(NamedTuple):
    """A file as it was when it was read: size in bytes, time in nanoseconds, and the digest of its bytes."""

    name: str
    size: int
    modified: int
    digest: str


class Remembered(NamedTuple):
    """What was made of one folder: its texts in every language, all of them public.

    `path` is relative to the content folder; `modified` its own time and `files` those that the texts were made of.
    `texts` are the names of the Markdown files in it. `led` says where links to other texts led; `galleys` under which
    keys the bodies are kept, by their digests. `pictures` are the finished files of each picture, with their sizes in
    bytes. `latest` is the last moment that the texts speak of as past.
    """

    path: str
    modified: int
    files: tuple[Stamp, ...]
    texts: frozenset[str]
    read: tuple[Read, ...]
    led: tuple[tuple[str, str], ...]
    galleys: tuple[tuple[str, str], ...]
    pictures: tuple[tuple[tuple[str, int], ...], ...]
    latest: datetime


class Memory:
    """The remembered folders of one content folder, kept in a cache folder.

    `maker` stands for all that texts are made with besides their own files: the program, newsroom.yaml, settings.
    `now` is the moment of the reading: what speaks of later moments isn't recalled. `stamps` are a survey of the
    content at that moment.
    """

    def __init__(self, cache: Path, content: Path, maker: str, now: datetime, stamps: Stamps) -> None:
        self._cache = cache / "texts"
        self._content = content
        self._maker = maker
        self._now = now
        self._stamps = stamps
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
                pictures=tuple(finished(image) for text in read for image in getattr(text, "images", ())),
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
            known = _unfolded(unpacked(f"{self._maker} {year}", file.read_bytes(), (Folded,)))
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
        new.write_bytes(packed(f"{self._maker} {year}", _folded(folders.values()), (Folded,)))
        new.replace(file)

    def _unchanged(self, known: Remembered) -> Remembered | None:
        """Answer what is known, with the times that its files have now; None if any of them is another."""
        folder, relied_on = f"{self._content}/{known.path}", self._relied_on[_year(known.path)]
        try:
            _, _, modified = self._stamps[folder]
            is_same = modified == known.modified < relied_on
            if not is_same and _texts(folder) != known.texts:
                return None
            files = tuple([self._again(folder, stamp, relied_on) for stamp in known.files])
        except (OSError, KeyError, _Changed):
            return None
        if is_same and all(map(operator.is_, files, known.files)):
            return known
        return known._replace(modified=modified, files=files)

    def _again(self, folder: str, known: Stamp, relied_on: int) -> Stamp:
        """Answer the stamp of the same bytes; the very one, if nothing had to be read.

        Raises _Changed, KeyError or OSError.
        """
        file = f"{folder}/{known.name}"
        mode, size, modified = self._stamps[file]
        if size != known.size or stat.S_ISLNK(mode):
            raise _Changed
        if modified == known.modified < relied_on:
            return known
        again = _stamp(Path(file))
        if again.digest != known.digest:
            raise _Changed
        return again


class _Changed(Exception):
    pass


def _folded(folders: Iterable[Remembered]) -> tuple[object, ...]:
    """Answer the folders in plain tuples, and the releases in them put away together."""
    rows = []
    releases: list[Release] = []
    for known in folders:
        others = tuple(text for text in known.read if not isinstance(text, Release))
        releases += [text for text in known.read if isinstance(text, Release)]
        files = tuple(tuple(stamp) for stamp in known.files)
        rows.append((*known[:2], files, known.texts, len(known.read) - len(others), others, *known[5:]))
    return rows, folded(Release, releases, _AT_HAND)


def _unfolded(kept: tuple[Any, ...]) -> Iterator[Remembered]:
    rows, put_away = kept
    releases = iter(unfolded(put_away))
    for path, modified, files, texts, number, others, led, galleys, pictures, latest in rows:
        read = (*islice(releases, number), *others)
        stamps = tuple([Stamp(*stamp) for stamp in files])
        yield Remembered(path, modified, stamps, texts, read, led, galleys, pictures, latest)


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


def finished(image: Image) -> tuple[tuple[str, int], ...]:
    """Answer the finished files of a picture, each with its size in bytes."""
    return tuple((file.place, file.bytes) for file in (image.original, *image.renditions))


def _moments(text: Read) -> Iterable[datetime]:
    yield text.published
    if not isinstance(text, Page):
        yield from text.revisions
        yield from (correction.at for correction in text.corrections)


def _year(path: str) -> str:
    """Answer the part of a folder's path that its texts are remembered under: `releases/2031`, `pages`."""
    return path.rpartition("/")[0]


def _file(year: str) -> str:
    return year.replace("/", "-")
