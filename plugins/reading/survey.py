"""What lies in folders at a moment, as sizes and times: looked at once, so that all who ask are told the same.

A survey can be put away and looked at again. Then most of it is known by name: a folder that has not changed holds the
same names, and to ask for what has a name takes a third of the time that it takes to find it.
"""

import marshal
import os
import stat
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Self

RACE = 2_000_000_000
"""Nanoseconds in which something could change twice with the same time on some disk: as Git does, a time is relied on
only if it is older than the look at it by at least that much."""

Stamp = tuple[int, int, int, int]
"""Mode and size in bytes, and two times in nanoseconds: of the last change of what it holds, which programs may set
back, and of the last change of any kind, which they can't. Of a link: its own mode, the rest of its target."""

Stamps = Mapping[str, Stamp]


class Group(NamedTuple):
    """What lies in a part of a survey: all below a folder, or what lies in it besides `folders` that are groups too.

    `names` are parted by zeros and relative to the folder; the first is "", the folder itself. `numbers` are their
    stamps one after another, as 64-bit numbers, and `digest` stands for both. `youngest` is the last time at which
    something in it says that it was written. `is_steady` says that it can be known again by these names and stamps.
    """

    folders: tuple[str, ...]
    names: str
    numbers: bytes
    digest: bytes
    youngest: int
    is_steady: bool

    def is_as_it_was(self, folder: str) -> bool:
        """Answer whether the folder holds the same still; False if it has to be listed to know."""
        if not self.is_steady:
            return False
        look = os.stat
        try:
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                _, *names = self.names.split("\0")
                seen = [os.fstat(held), *(look(name, dir_fd=held, follow_symlinks=False) for name in names)]
            finally:
                os.close(held)
        except OSError:
            return False
        now = [number for one in seen for number in (one.st_mode, one.st_size, one.st_mtime_ns, one.st_ctime_ns)]
        try:
            return array("q", now).tobytes() == self.numbers
        except OverflowError:  # a time that no clock of ours will ever show
            return False

    def stamps(self, folder: str) -> dict[str, Stamp]:
        """Answer the stamps by path."""
        numbers = iter(array("q", self.numbers))
        paths = (f"{folder}/{name}" if name else folder for name in self.names.split("\0"))
        return dict(zip(paths, zip(numbers, numbers, numbers, numbers, strict=True), strict=True))


class Survey:
    """What lay below some folders, they themselves included; what couldn't be looked at is left out. A folder behind
    a link has not been looked into.
    """

    def __init__(self, groups: dict[str, Group]) -> None:
        """Answer a survey of these groups, by the paths of their folders."""
        self._groups = groups
        self._stamps: dict[str, dict[str, Stamp]] = {}

    @classmethod
    def of(
        cls,
        folders: Iterable[str | Path],
        since: int = 0,
        known: "Survey | None" = None,
        tell: Callable[[], None] | None = None,
    ) -> Self:
        """Answer what lies below the folders now. Folders that have changed after the moment `since` (ns) could change
        again without a new time: they can't be known again. `known` is a survey from before, from which the others are;
        `tell` is called once, as soon as something is seen to be otherwise. The latest names come first, for most
        changes are made in the year that it is.
        """
        groups: dict[str, Group] = {}
        is_told = known is None or tell is None
        waiting = [(str(folder), _DEPTH) for folder in folders]
        while waiting:
            folder, depth = waiting.pop()
            was = known._groups.get(folder) if known else None
            group = was if was and was.is_as_it_was(folder) else _listed(folder, depth, since)
            if tell and not is_told and (group and group.digest) != (was and was.digest):
                is_told = True
                tell()
            if group:
                groups[folder] = group
                waiting += [(f"{folder}/{name}", depth - 1) for name in group.folders]
        return cls(groups)

    def digest(self, folder: str = "") -> str:
        """Answer what stands for all that lies below a folder with a whole group, or several; "" stands for all."""
        digest = blake2b(digest_size=16)
        for path in self._within(folder):
            digest.update(os.fsencode(path) + b"\0" + self._groups[path].digest)
        return digest.hexdigest()

    def stamps(self, folder: str) -> Stamps:
        """Answer the stamps by path of what lies below such a folder; none if there is no such folder."""
        if folder not in self._stamps:
            within = (self._groups[path].stamps(path) for path in self._within(folder))
            self._stamps[folder] = {path: stamp for stamps in within for path, stamp in stamps.items()}
        return self._stamps[folder]

    def part(self, folders: Iterable[str]) -> "Survey":
        """Answer what it tells of such folders."""
        return Survey({path: self._groups[path] for folder in folders for path in self._within(folder)})

    def young(self, since: int) -> frozenset[str]:
        """Answer the files that say they were written after a moment (ns)."""
        stamps = (group.stamps(folder) for folder, group in self._groups.items() if group.youngest > since)
        found = (item for some in stamps for item in some.items())
        return frozenset(path for path, (mode, _, at, _) in found if at > since and not stat.S_ISDIR(mode))

    def has_linked_folders(self) -> bool:
        """Answer whether links lead to folders, which have not been looked into."""
        stamps = (group.stamps(folder) for folder, group in self._groups.items() if not group.is_steady)
        found = (item for some in stamps for item in some.items())
        return any(stat.S_ISLNK(mode) and Path(path).is_dir() for path, (mode, *_) in found)

    def packed(self) -> bytes:
        """Answer the survey as bytes."""
        contents = _plain({folder: tuple(group) for folder, group in self._groups.items()})
        return _known_by(contents) + contents

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """Answer the survey that was packed. Raises ValueError if the bytes are damaged, or another program's."""
        contents = memoryview(data)[_DIGEST:]
        if _known_by(contents) != data[:_DIGEST]:
            raise ValueError("not a survey")
        return cls({folder: Group(*group) for folder, group in marshal.loads(contents).items()})  # noqa: S302 - ditto

    def _within(self, folder: str) -> list[str]:
        return sorted(path for path in self._groups if not folder or path == folder or path.startswith(f"{folder}/"))


_DEPTH = 2
"""Folders down to this depth are groups of their own, so that the releases of a year are one."""

_DIGEST = 16


def _known_by(contents: bytes | memoryview) -> bytes:
    """Answer a digest of a survey's bytes, that another program would not make: it may survey otherwise."""
    return blake2b(contents, digest_size=_DIGEST, key=_maker()).digest()


@cache
def _maker() -> bytes:
    return blake2b(sys.version.encode() + Path(__file__).read_bytes(), digest_size=_DIGEST).digest()


def time_at(folder: Path) -> int:
    """Answer what time it is, in nanoseconds, by the clock of the disk that the folder lies on; 0 if it can't be told.

    The folder's own time is set for that.
    """
    try:
        os.utime(folder)
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def _listed(folder: str, depth: int, since: int) -> Group | None:
    """Answer what lies in the folder, without what is a group of its own at this depth; None if there is no folder."""
    try:
        found = {"": _stamp(Path(folder).stat())}
    except OSError:
        return None
    folders: list[str] = []
    waiting = [""]
    is_steady = True
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(f"{folder}/{place}") as scanned:
                entries = list(scanned)
        except OSError:
            is_steady = False
            continue
        for entry in entries:
            name = f"{place}/{entry.name}" if place else entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder and depth:
                folders.append(name)
                continue
            try:
                found[name] = _stamp(entry.stat(follow_symlinks=False))
            except OSError:
                is_steady = False
                continue
            if entry.is_symlink():
                is_steady = False  # what it leads to changes without it
                found[name] = (found[name][0], *_stamp_behind(entry)[1:])
            elif is_folder:
                waiting.append(name)
    if any(stat.S_ISDIR(mode) and max(times) > since for mode, _, *times in found.values()):
        is_steady = False
    names = "\0".join(sorted(found))
    numbers = array("q", [number for name in sorted(found) for number in found[name]]).tobytes()
    return Group(
        folders=tuple(sorted(folders)),
        names=names,
        numbers=numbers,
        digest=blake2b(os.fsencode(names) + b"\0" + numbers, digest_size=_DIGEST).digest(),
        youngest=max(at for _, _, at, _ in found.values()),
        is_steady=is_steady,
    )


_LATEST = 2**63 - 1
"""The last moment (ns) that can be told in 64 bits, in the year 2262. Some disks hold later ones, and some hold ones
before the first, in 1677.
"""


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_mode, found.st_size, _told(found.st_mtime_ns), _told(found.st_ctime_ns)


def _told(moment: int) -> int:
    return max(-_LATEST, min(moment, _LATEST))


def _stamp_behind(link: os.DirEntry[str]) -> Stamp:
    with suppress(OSError):
        return _stamp(link.stat())
    return 0, 0, 0, 0  # it leads nowhere


def _plain(what: object) -> bytes:
    """Answer plain values as bytes: the same ones for equal values."""
    return marshal.dumps(what, _WITHOUT_REFERENCES)  # type: ignore[arg-type]


_WITHOUT_REFERENCES = 2
"""The version of the marshal format in which equal things are equal bytes."""
