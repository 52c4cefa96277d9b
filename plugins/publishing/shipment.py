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
from typing import NamedTuple, Self
from zlib import ZLIB_RUNTIME_VERSION

import brotli

from plugins.edition.record import RECORD as BUILT
from plugins.publishing import laying
from plugins.publishing.manifest import UNKNOWN, Item, Manifest, is_inside
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


class _Seen(NamedTuple):
    """A file of the output as it was when it was packed: what it held, and its size and time on the disk."""

    sha256: str
    size: int
    modified: int

    @property
    def item(self) -> Item:
        return Item(self.sha256, self.size)


@dataclass(frozen=True)
class _Packed:
    """What a shipment was made of: of which output files and by which compressors, and what it holds."""

    packing: str = ""
    seen: Mapping[str, _Seen] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Path) -> Self | None:
        """Answer the record in the file; None if there is none that can be read."""
        try:
            kept = json.loads(file.read_bytes())
            seen = {path: _Seen(*each) for path, each in kept["seen"].items()}
            items = {path: each.item for path, each in seen.items()}
            items |= {path: Item(*item) for path, item in kept["more"].items()}
            return cls(kept["packing"], seen, items)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def write(self, file: Path) -> None:
        more = {path: item for path, item in self.items.items() if path not in self.seen}
        kept = {"packing": self.packing, "seen": self.seen, "more": more}
        laying.write(file, json.dumps(kept, ensure_ascii=False).encode())

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
        return sorted(
            path
            for path, item in self.items.items()
            if other.items.get(path) != item or self.seen.get(path) != other.seen.get(path)
        )

    def copies_of(self, path: str, item: Item) -> dict[str, Item] | None:
        """Answer the compressed copies of a file as it is now; None if it was another then, or they are lost."""
        copies = {path + ending: self.items.get(path + ending, UNKNOWN) for ending in COMPRESSORS}
        return copies if self.items.get(path) == item and UNKNOWN not in copies.values() else None


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

    def prepare(self, output: Path, *, compressed: bool, extra: Mapping[str, bytes] | None = None) -> Shipment:
        """Answer the edition in `output`, ready to be sent. `extra` are files that the host reads (`_headers`).

        Only what the edition's own record names is sent: nothing that somebody left in the folder. Raises Trouble if
        the folder is not what the build wrote.
        """
        extra = extra or {}
        last = self._packed("current") or _Packed()
        seen = _seen(output, last)
        packing = _PACKING if compressed else _UNPACKED
        own = {path: each.item for path, each in seen.items()}
        own |= {path: Item(sha256(data).hexdigest(), len(data)) for path, data in extra.items()}
        if last.packing == packing and own == {p: i for p, i in last.items.items() if p == bare(p) or p in own}:
            self._refresh(output, last, replace(last, seen=seen))
            return Shipment(self.folder / "current" / _FILES, last.manifest)
        basis = self._basis()
        known = [each for each in (last, basis) if each.packing == packing]
        copies, unmade = _copies(own, known) if compressed else ({}, [])
        wanted = _Packed(packing, seen, own | copies)
        files = self.folder / "next" / _FILES

        def lay(path: str, place: Path) -> None:
            if path in extra:
                place.write_bytes(extra[path])
            elif path in seen:
                laying.link(output / path, place)
            else:
                self._lay_copy(path, files)

        laying.change(files, gone=basis.items.keys() - wanted.items.keys(), changed=wanted.differing(basis), lay=lay)
        made = _compress(files, unmade)
        return self._end(replace(wanted, items={**wanted.items, **made}))

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

    def _basis(self) -> _Packed:
        """Answer what `next` holds. Its record is gone from here on, until it holds something whole again."""
        packed = self._packed("next") or _Packed()
        (self.folder / "next" / _RECORD).unlink(missing_ok=True)
        files = self.folder / "next" / _FILES
        files.mkdir(parents=True, exist_ok=True)
        return packed.among(laying.paths(files))

    def _end(self, packed: _Packed) -> Shipment:
        self._keep("next", packed)
        return Shipment(self.folder / "next" / _FILES, packed.manifest)

    def _refresh(self, output: Path, last: _Packed, now: _Packed) -> None:
        """Take up the output's files that were written again with the same bytes."""
        again = [path for path, seen in now.seen.items() if last.seen.get(path) != seen]
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


def _copies(own: Mapping[str, Item], known: Iterable[_Packed]) -> tuple[dict[str, Item], list[str]]:
    """Answer the compressed copies that are there already, and the files that have none yet."""
    copies: dict[str, Item] = {}
    unmade = []
    for path, item in own.items():
        if PurePosixPath(path).suffix in COMPRESSED:
            found = next(filter(None, (each.copies_of(path, item) for each in known)), None)
            if found:
                copies |= found
            else:
                unmade.append(path)
    return copies, unmade


def _compress(files: Path, paths: Iterable[str]) -> dict[str, Item]:
    """Lay compressed copies beside the files, and answer them."""

    def compress(path: str, ending: str) -> tuple[str, Item]:
        data = COMPRESSORS[ending]((files / path).read_bytes())
        place = files / (path + ending)
        place.unlink(missing_ok=True)
        place.write_bytes(data)
        return path + ending, Item(sha256(data).hexdigest(), len(data))

    each = ((path, ending) for path in paths for ending in COMPRESSORS)
    with ThreadPoolExecutor() as pool:  # the compressors let go of Python's lock
        return dict(pool.map(lambda pair: compress(*pair), each))


def _lock(held: int) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Trouble("another publishing is under way; try again when it has ended") from None


def _stamp(file: Path) -> tuple[int, int, int]:
    found = file.stat()
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _seen(output: Path, last: _Packed) -> dict[str, _Seen]:
    """Answer the files of the edition in the output folder; what has the time and size of last time isn't read."""
    try:
        record = json.loads((output / BUILT).read_bytes())
    except (OSError, ValueError):
        raise Trouble("there is no edition in {folder}; build it first", folder=output) from None
    seen = {}
    for path, digest in sorted(record.items()):
        seen[path] = _look(f"{output}/{path}", path, last.seen.get(path))
        if seen[path].sha256 != digest:
            raise Trouble("{file} is not what the build wrote; build again", file=output / path)
    return seen


def _look(file: str, path: str, last: _Seen | None) -> _Seen:
    try:
        found = os.lstat(file)
        if not stat.S_ISREG(found.st_mode) or not is_inside(path):
            raise Trouble("{file} is not what the build wrote; build again", file=file)
        if last and (last.size, last.modified) == (found.st_size, found.st_mtime_ns):
            return last
        return _Seen(sha256(Path(file).read_bytes()).hexdigest(), found.st_size, found.st_mtime_ns)
    except OSError:
        raise Trouble("{file} is not what the build wrote; build again", file=file) from None
