"""An edition made ready to travel: a folder of its own that no later build touches, with compressed copies beside.

The files are hard links to those that the edition wrote (copies where the disk can't). The shipment before it is kept,
for a host that can't bring it back itself; the one before that is what the next is made of, so that making one ready
costs what has changed since, not what the archive holds.
"""

import fcntl
import gzip
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Self
from zlib import ZLIB_RUNTIME_VERSION

import brotli

from plugins.edition.record import RECORD as BUILT
from plugins.publishing import laying
from plugins.publishing.manifest import UNKNOWN, Item, Manifest, files_of, is_inside
from plugins.publishing.plan import bare
from plugins.publishing.trouble import Trouble

COMPRESSED = {".html", ".css", ".js", ".json", ".xml", ".rss", ".atom", ".txt", ".ics", ".svg"}
"""What is worth compressing; pictures, fonts and PDF are compressed already."""

_BROTLI_QUALITY = 8
"""11 % smaller than gzip, in less time. The next two steps take 6 and 40 times as long, for another 1 and 4 %."""

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda data: gzip.compress(data, 9, mtime=0),
    ".br": lambda data: brotli.compress(data, quality=_BROTLI_QUALITY),  # type: ignore[no-untyped-call]
}
"""How the copies are made; the same bytes always come out the same."""

_PACKING = f"zlib {ZLIB_RUNTIME_VERSION}, brotli {brotli.__version__} at {_BROTLI_QUALITY}"
_UNPACKED = "none"

_FILES = "files"
_RECORD = "shipment.json"


@dataclass(frozen=True, slots=True)
class Shipment:
    """An edition to be sent: its files in `folder`, and what they are."""

    folder: Path
    manifest: Manifest

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()


@dataclass(frozen=True)
class _Packed:
    """What a shipment holds, by which compressors it was made, and the files that aren't compressed copies of others:
    for each its time in the output (ns), 0 if it is not from there.
    """

    packing: str = ""
    times: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Path) -> Self | None:
        """Answer the record in the file; None if there is none that can be read."""
        try:
            head, _, listed = file.read_bytes().partition(b"\n")
            kept = json.loads(head)
            return cls(kept["packing"], kept["times"], files_of(listed))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def write(self, file: Path) -> None:
        head = json.dumps({"packing": self.packing, "times": self.times}, ensure_ascii=False)
        laying.write(file, b"\n".join((head.encode(), self.manifest.listed)))

    @cached_property
    def manifest(self) -> Manifest:
        return Manifest(self.items)

    def among(self, there: Iterable[str]) -> "_Packed":
        """Answer what of this is there. What nobody knows of is there too."""
        return replace(self, items={path: self.items.get(path, UNKNOWN) for path in there})

    def differing(self, other: "_Packed") -> list[str]:
        """Answer the files that must be laid where the other is, an original before its copies.

        An output file that was written again, if only with the same bytes, is laid again: somebody may have harmed it
        meanwhile, and with it those that are hard links to it.
        """
        again = (path for path, time in self.times.items() if other.times.get(path) != time)
        return sorted({*again, *(path for path, item in self.items.items() if other.items.get(path) != item)})

    def with_own(self, own: Mapping[str, Item]) -> "tuple[dict[str, Item], list[str]]":
        """Answer what an edition of these files holds together with the compressed copies that are here already; and
        the files that may have no copies there.
        """
        changed = {path: item for path, item in own.items() if self.items.get(path) != item}
        gone = self.times.keys() - own.keys()
        items = {**self.items, **changed}
        for path in (*changed, *gone):
            for copy in _copies(path):
                if copy not in own:
                    items.pop(copy, None)
        for path in gone:
            items.pop(path, None)
        return items, [*changed, *{bare(path) for path in gone} & (own.keys() - changed.keys())]

    def copies_of(self, path: str, item: Item) -> dict[str, Item] | None:
        """Answer the compressed copies of a file as it is now; None if it was another then, or they are lost."""
        copies = {copy: self.items.get(copy, UNKNOWN) for copy in _copies(path)}
        are_copies = self.times.keys().isdisjoint(copies) and UNKNOWN not in copies.values()
        return copies if are_copies and self.items.get(path) == item else None


class Dock:
    """A folder where shipments are made ready: `current`, which is on the host, `earlier`, which was there before it,
    and `next`, which is on its way, or what it is going to be made of. All of it is a convenience; if it is lost, more
    is done and sent.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[tuple[int, int, int], _Packed | None] = {}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the dock, so that two publishings at once don't mix. Raises Trouble if another has it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        held = os.open(self.folder, os.O_RDONLY)
        try:
            _lock(held)
            self._finish_settling()
            yield
        finally:
            os.close(held)

    @property
    def current(self) -> Shipment | None:
        """Answer what was last sent from here; None if nothing was, or it is lost."""
        return self._shipment("current")

    @property
    def earlier(self) -> Shipment | None:
        """Answer what was sent before that."""
        return self._shipment("earlier")

    @property
    def version(self) -> str:
        """Answer what differs whenever another edition is the current one here; "" if there is none."""
        try:
            return " ".join(map(str, _stamp(self.folder / "current" / _RECORD)))
        except OSError:
            return ""

    def prepare(
        self, output: Path, *, compressed: bool, extra: Mapping[str, bytes] | None = None, is_known: bool = False
    ) -> Shipment:
        """Answer the edition in `output`, ready to be sent. `extra` are files that the host reads (`_headers`).

        Only what the edition's own record names is sent: nothing that somebody left in the folder. Raises Trouble if
        the folder is not what the build wrote. `is_known` says that the dock was looked through not long ago.
        """
        extra = extra or {}
        last = self._packed("current") or _Packed()
        own, times = _seen(output, last)
        own |= {path: Item(sha256(data).hexdigest(), len(data)) for path, data in extra.items()}
        times |= dict.fromkeys(extra, 0)
        packing = _PACKING if compressed else _UNPACKED
        known = last if last.packing == packing else _Packed()
        items, unmade = known.with_own(own)
        if known is last and items == last.items:
            self._refresh(output, last, replace(last, times=times))
            return Shipment(self.folder / "current" / _FILES, last.manifest)
        basis = self._basis(is_known=is_known)
        unmade = [path for path in unmade if compressed and PurePosixPath(path).suffix in COMPRESSED]
        if basis.packing == packing:
            found = {path: copies for path in unmade if (copies := basis.copies_of(path, own[path]))}
            unmade = [path for path in unmade if path not in found]
            items.update(item for copies in found.values() for item in copies.items() if item[0] not in own)
        wanted = _Packed(packing, times, items)
        files = self.folder / "next" / _FILES

        def lay(path: str, place: Path) -> None:
            if path in extra:
                place.write_bytes(extra[path])
            elif path in times:
                laying.link(output / path, place)
            else:
                self._lay_copy(path, files)

        laying.change(files, gone=basis.items.keys() - items.keys(), changed=wanted.differing(basis), lay=lay)
        pairs = [(path, ending) for path in unmade for ending in COMPRESSORS if path + ending not in own]
        return self._end(replace(wanted, items={**items, **_compress(files, pairs)}))

    def receive(self, files: Iterable[tuple[str, bytes]]) -> Shipment:
        """Answer a shipment of files that a host gave back."""
        laying.clear(self.folder / "next")
        place, items = self.folder / "next" / _FILES, {}
        place.mkdir(parents=True)
        for path, data in files:
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(data)
            items[path] = Item(sha256(data).hexdigest(), len(data))
        return self._end(_Packed(items=items))

    def settle(self, shipment: Shipment) -> None:
        """Remember the shipment as the one that is on the host now."""
        place = shipment.folder.parent
        if place != self.folder / "current":
            place.rename(self.folder / "settled")
            self._finish_settling()

    def tidy(self) -> None:
        """Make `next` the same as `current`: the one that comes differs little from that, and no text that is gone
        stays there.
        """
        current = self._packed("current")
        if current is None:
            return
        basis, files = self._basis(), self.folder / "next" / _FILES
        here = self.folder / "current" / _FILES
        laying.change(
            files,
            gone=basis.items.keys() - current.items.keys(),
            changed=current.differing(basis),
            lay=lambda path, place: laying.link(here / path, place),
        )
        self._end(current)

    def _finish_settling(self) -> None:
        """Put what is settled in its place, from wherever that was cut short."""
        settled, current, earlier, next = (self.folder / name for name in ("settled", "current", "earlier", "next"))
        if not settled.exists():
            return
        if current.exists():
            if earlier.exists():
                laying.clear(next)
                earlier.rename(next)
            current.rename(earlier)
        settled.rename(current)

    def _packed(self, name: str) -> _Packed | None:
        file = self.folder / name / _RECORD
        try:
            key = _stamp(file)  # it may have been moved since, but never changed
        except OSError:
            return None
        if key not in self._read:
            self._read[key] = _Packed.of(file)
        return self._read[key]

    def _keep(self, name: str, packed: _Packed) -> None:
        file = self.folder / name / _RECORD
        packed.write(file)
        self._read[_stamp(file)] = packed

    def _shipment(self, name: str) -> Shipment | None:
        packed = self._packed(name)
        return Shipment(self.folder / name / _FILES, packed.manifest) if packed else None

    def _basis(self, *, is_known: bool = False) -> _Packed:
        """Answer what `next` holds. Its record is gone from here on, until it holds something whole again."""
        packed = self._packed("next")
        (self.folder / "next" / _RECORD).unlink(missing_ok=True)
        files = self.folder / "next" / _FILES
        files.mkdir(parents=True, exist_ok=True)
        return packed if packed and is_known else (packed or _Packed()).among(laying.paths(files))

    def _end(self, packed: _Packed) -> Shipment:
        self._keep("next", packed)
        return Shipment(self.folder / "next" / _FILES, packed.manifest)

    def _refresh(self, output: Path, last: _Packed, now: _Packed) -> None:
        """Take up the output's files that were written again with the same bytes."""
        again = [path for path, time in now.times.items() if time and last.times.get(path) != time]
        new = self.folder / "new"
        for path in again:
            new.unlink(missing_ok=True)
            laying.link(output / path, new)
            new.replace(self.folder / "current" / _FILES / path)
        if again:
            new.unlink(missing_ok=True)  # of two links to one file it is left
            self._keep("current", now)

    def _lay_copy(self, path: str, files: Path) -> None:
        """Lay the compressed copy that is in `current`, or make it again."""
        try:
            laying.link(self.folder / "current" / _FILES / path, files / path)
        except FileNotFoundError:
            data = (files / bare(path)).read_bytes()
            (files / path).write_bytes(COMPRESSORS[PurePosixPath(path).suffix](data))


def _copies(path: str) -> Iterator[str]:
    """Answer where the compressed copies of a file lie."""
    return (path + ending for ending in COMPRESSORS)


def _compress(files: Path, pairs: Iterable[tuple[str, str]]) -> dict[str, Item]:
    """Lay a compressed copy beside each file, by its ending, and answer them."""

    def compress(path: str, ending: str) -> tuple[str, Item]:
        data = COMPRESSORS[ending]((files / path).read_bytes())
        place = files / (path + ending)
        place.unlink(missing_ok=True)
        place.write_bytes(data)
        return path + ending, Item(sha256(data).hexdigest(), len(data))

    with ThreadPoolExecutor() as pool:  # the compressors let go of Python's lock
        return dict(pool.map(lambda pair: compress(*pair), pairs))


def _lock(held: int) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Trouble("another publishing is under way; try again when it has ended") from None


def _stamp(file: Path) -> tuple[int, int, int]:
    found = file.stat()
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _seen(output: Path, last: _Packed) -> tuple[dict[str, Item], dict[str, int]]:
    """Answer the files of the edition in the output folder, and their times; what has the time and size of last time
    isn't read.
    """
    try:
        record = json.loads((output / BUILT).read_bytes())
    except (OSError, ValueError):
        raise Trouble("there is no edition in {folder}; build it first", folder=output) from None
    items: dict[str, Item] = {}
    times: dict[str, int] = {}
    place = f"{output}/"
    for path, digest in record.items():
        try:
            found = os.lstat(place + path)
            item, times[path] = last.items.get(path, UNKNOWN), found.st_mtime_ns
            if (item.size, last.times.get(path)) != (found.st_size, found.st_mtime_ns):
                item = Item(sha256(Path(place, path).read_bytes()).hexdigest(), found.st_size)
        except OSError:
            item = UNKNOWN
        if item.sha256 != digest or not stat.S_ISREG(found.st_mode) or not (path in last.times or is_inside(path)):
            raise Trouble("{file} is not what the build wrote; build again", file=output / path)
        items[path] = item
    return items, times
