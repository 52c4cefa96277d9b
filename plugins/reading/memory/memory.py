"""What earlier readings made of the folders that texts lie in, so that only what has changed is read again.

The memory is a convenience, never an authority: it holds nothing that isn't public, and whatever is lost, damaged or
another program's is read anew, with the same result. There is one file per year, so that one more release doesn't
make the whole archive be written again.
"""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from plugins.newsroom import Noun
from plugins.newsroom.keeping import NotKept, digest, packed, unpacked
from plugins.reading.memory.book import KINDS, Book, bound
from plugins.reading.memory.remembered import Remembered, names, texts_in
from plugins.reading.survey import RACE, Stamp, Survey, time_at


@dataclass(slots=True)
class _Year:
    """A year of which there may be a book, until it is recalled as one (`whole`), or folder by folder (`folders`).

    Times before `relied_on` tell what has changed. `seen` are the folders that lie there now, if it isn't whole.
    """

    book: Book | None = None
    relied_on: int = 0
    whole: Remembered | None = None
    folders: dict[str, Remembered] | None = None
    seen: set[str] = field(default_factory=set)
    has_changed: bool = False


class Memory:
    """The remembered folders of one content folder, kept in a cache folder.

    `maker` stands for all that texts are made with besides their own files: the program, newsroom.yaml, settings.
    `now` is the moment of the reading: what speaks of later moments isn't recalled. `survey` is one of the content at
    that moment. `shared` are nouns that many texts hold, of which newsroom.yaml is the maker.
    """

    def __init__(
        self, cache: Path, content: Path, maker: str, now: datetime, survey: Survey, shared: Sequence[Noun] = ()
    ) -> None:
        self._cache = cache / "texts"
        self._content = str(content)
        self._maker = maker
        self._now = now
        self._survey = survey
        self._shared = shared
        with suppress(OSError):
            cache.mkdir(parents=True, exist_ok=True)
        self._begun = time_at(cache)
        self._kept = _listed(self._cache)
        self._years: dict[str, _Year] = {}

    def recalled(self, path: str) -> Remembered | None:
        """Answer what was made of the folder, or of all folders in it if it is a year, if nothing has changed since."""
        return self._recalled_year(path) or self._recalled_folder(path)

    def forget(self, known: Remembered) -> None:
        """Take back what was recalled: something else that it depends on has changed. A year's folders are asked for
        one by one from then on.
        """
        year = self._years.get(known.path)
        if year and year.whole is known:
            self._years[known.path] = self._loaded(known.path)
            self._folders(known.path)
        else:
            del self._folders(_year(known.path))[known.path]
            self._years[_year(known.path)].has_changed = True

    def remember(self, noted: Remembered) -> None:
        """Remember a folder that was read."""
        self._folders(_year(noted.path))[noted.path] = noted
        self._years[_year(noted.path)].has_changed = True

    def keep(self) -> None:
        """Write down what has changed. Two readings may do so at once: each file is whole, whoever wrote it."""
        self._cache.mkdir(parents=True, exist_ok=True)
        for name in _listed(self._cache) - {_file(path) for path in self._years}:
            (self._cache / name).unlink(missing_ok=True)
        for path, year in self._years.items():
            if year.whole is None:
                self._keep(path, year)

    def _keep(self, path: str, year: _Year) -> None:
        known = self._folders(path)
        folders = [one for folder, one in known.items() if folder in year.seen]
        is_otherwise = year.book is not None and year.book.seen != self._survey.digest(self._place(path))
        if year.has_changed or is_otherwise or len(folders) < len(known):
            self._write(path, folders)

    def _write(self, path: str, folders: Sequence[Remembered]) -> None:
        file = self._cache / _file(path)
        if not folders:
            file.unlink(missing_ok=True)
            return
        new = file.with_name(f"{file.name}.{os.getpid()}")
        book = bound(self._place(path), folders, self._survey, self._shared)
        new.write_bytes(packed(f"{self._maker} {path}", book, KINDS, self._shared))
        os.utime(new, ns=(self._begun, self._begun))  # a file that was saved since then may have been saved twice
        new.replace(file)

    def _recalled_year(self, path: str) -> Remembered | None:
        if _file(path) not in self._kept:
            return None
        year = self._year(path)
        if year.book and year.whole is None and year.folders is None:
            is_past = year.book.latest <= self._now
            if is_past and year.book.is_as_left(self._survey.digest(self._place(path)), year.relied_on):
                year.whole, year.book = year.book.as_one(path, self._shared), None
        return year.whole

    def _recalled_folder(self, path: str) -> Remembered | None:
        folders = self._folders(_year(path))
        year = self._years[_year(path)]
        year.seen.add(path)
        known = folders.get(path)
        if known is None:
            return None
        found = self._unchanged(known, year.relied_on) if known.latest <= self._now else None
        if found is None:
            self.forget(known)
        elif found is not known:
            self.remember(found)
        return found

    def _year(self, path: str) -> _Year:
        if path not in self._years:
            self._years[path] = self._loaded(path)
        return self._years[path]

    def _folders(self, path: str) -> dict[str, Remembered]:
        """Answer the folders of a year one by one; it isn't recalled as one any more."""
        year = self._year(path)
        if year.folders is None:
            year.folders = year.book.folders(self._shared) if year.book else {}
        return year.folders

    def _loaded(self, path: str) -> _Year:
        if _file(path) not in self._kept:
            return _Year()
        file = self._cache / _file(path)
        try:
            book = unpacked(f"{self._maker} {path}", file.read_bytes(), KINDS, self._shared)
            return _Year(book, file.stat().st_mtime_ns - RACE)
        except (OSError, NotKept):
            return _Year(has_changed=True)  # what lies there is written over, or removed if nothing is remembered

    def _place(self, year: str) -> str:
        return f"{self._content}/{year}"

    def _unchanged(self, known: Remembered, relied_on: int) -> Remembered | None:
        """Answer what is known, with the stamps that its files have now; None if any of them is another."""
        folder = f"{self._content}/{known.path}"
        try:
            seen = self._survey.stamps(self._place(_year(known.path)))
            stamps = {file: seen[file] for file in known.stamps}
            doubtful = {file for file, now in stamps.items() if now != known.stamps[file] or now[2] >= relied_on}
            if folder in doubtful and texts_in(folder) != names(known.read):
                return None
            if not all(_is_same(file, stamps[file], known) for file in doubtful - {folder}):
                return None
        except (OSError, KeyError):
            return None
        return known._replace(stamps=stamps) if doubtful else known


def _is_same(file: str, stamp: Stamp, known: Remembered) -> bool:
    """Answer whether a file holds the bytes that were read. Raises OSError."""
    mode, size, *_ = stamp
    _, was, *_ = known.stamps[file]
    is_plain = not stat.S_ISLNK(mode)  # what a link leads to could change without it
    return is_plain and size == was and digest(Path(file).read_bytes()) == known.digests[Path(file).name]


def _listed(folder: Path) -> set[str]:
    """Answer the names of what lies in the folder; none if there is no such folder."""
    try:
        return {file.name for file in folder.iterdir()}
    except OSError:
        return set()


def _year(path: str) -> str:
    """Answer the part of a folder's path that its texts are remembered under: `releases/2031`, `pages`."""
    return path.rpartition("/")[0]


def _file(year: str) -> str:
    return year.replace("/", "-")
