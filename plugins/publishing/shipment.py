"""An edition made ready to travel: a folder of its own that no later build touches, with compressed copies beside.

The files are hard links to those that the edition wrote (copies where the disk can't), so it costs next to nothing.
The one that was shipped before it is kept, for a host that can't bring it back itself.
"""

import fcntl
import gzip
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Self
from zlib import ZLIB_RUNTIME_VERSION

import brotli

from plugins.edition.record import RECORD as BUILT
from plugins.publishing.manifest import Item, Manifest, is_inside
from plugins.publishing.plan import bare
from plugins.publishing.trouble import Trouble

COMPRESSED = {".html", ".css", ".js", ".json", ".xml", ".rss", ".atom", ".txt", ".ics", ".svg"}
"""What is worth compressing; pictures, fonts and PDF are compressed already."""

_BROTLI_QUALITY = 10
"""15 % smaller than gzip, in a quarter of the time that the highest quality takes for another 2 %."""

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda data: gzip.compress(data, 9, mtime=0),
    ".br": lambda data: brotli.compress(data, quality=_BROTLI_QUALITY),  # type: ignore[no-untyped-call]
}
"""How the copies are made; the same bytes always come out the same."""

_PACKING = f"zlib {ZLIB_RUNTIME_VERSION}, brotli {brotli.__version__} at {_BROTLI_QUALITY}"

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


@dataclass(frozen=True, slots=True)
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
            return cls(
                kept["packing"],
                {path: _Seen(*seen) for path, seen in kept["seen"].items()},
                {path: Item(*item) for path, item in kept["items"].items()},
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def write(self, file: Path) -> None:
        file.write_text(
            json.dumps({"packing": self.packing, "seen": self.seen, "items": self.items}, ensure_ascii=False),
            encoding="utf-8",
        )


class Dock:
    """A folder where shipments are made ready: `next`, which is on its way, `current`, which is on the host, and
    `earlier`, which was there before it. All of it is a convenience; if it is lost, more is done and sent.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the dock, so that two publishings at once don't mix. Raises Trouble if another has it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        held = os.open(self.folder, os.O_RDONLY)
        try:
            _lock(held)
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
        last = _Packed.of(self.folder / "current" / _RECORD) or _Packed()
        seen = _seen(output, last)
        packing = _PACKING if compressed else "none"
        own = {path: item.item for path, item in seen.items()}
        own |= {path: Item(sha256(data).hexdigest(), len(data)) for path, data in (extra or {}).items()}
        if last.packing == packing and own == {p: i for p, i in last.items.items() if p == bare(p) or p in own}:
            return Shipment(self.folder / "current" / _FILES, Manifest(last.items))
        files = self._begin()
        for path in seen:
            _link(output / path, files / path)
        for path, data in (extra or {}).items():
            _write(files / path, data)
        if compressed:
            own |= self._compress(own, last if last.packing == packing else _Packed())
        return self._end(_Packed(packing, seen, own))

    def receive(self, files: Iterable[tuple[str, bytes]]) -> Shipment:
        """Answer a shipment of files that a host gave back."""
        place, items = self._begin(), {}
        for path, data in files:
            _write(place / path, data)
            items[path] = Item(sha256(data).hexdigest(), len(data))
        return self._end(_Packed(items=items))

    def settle(self, shipment: Shipment) -> None:
        """Remember the shipment as the one that is on the host now."""
        place = shipment.folder.parent
        if place == self.folder / "current":
            return
        waiting = place.rename(self.folder / "settled")
        shutil.rmtree(self.folder / "earlier", ignore_errors=True)
        with suppress(FileNotFoundError):
            (self.folder / "current").rename(self.folder / "earlier")
        waiting.rename(self.folder / "current")

    def _shipment(self, name: str) -> Shipment | None:
        packed = _Packed.of(self.folder / name / _RECORD)
        return Shipment(self.folder / name / _FILES, Manifest(packed.items)) if packed else None

    def _begin(self) -> Path:
        for name in ("next", "settled"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        files = self.folder / "next" / _FILES
        files.mkdir(parents=True)
        return files

    def _end(self, packed: _Packed) -> Shipment:
        packed.write(self.folder / "next" / _RECORD)
        return Shipment(self.folder / "next" / _FILES, Manifest(packed.items))

    def _compress(self, items: Mapping[str, Item], last: _Packed) -> dict[str, Item]:
        """Lay compressed copies beside the files that are worth it, and answer them. Those of last time are reused."""
        files, before = self.folder / "next" / _FILES, self.folder / "current" / _FILES

        def compress(path: str, ending: str) -> tuple[str, Item]:
            copy = path + ending
            if last.items.get(path) == items[path] and copy in last.items and (before / copy).is_file():
                _link(before / copy, files / copy)
                return copy, last.items[copy]
            data = COMPRESSORS[ending]((files / path).read_bytes())
            _write(files / copy, data)
            return copy, Item(sha256(data).hexdigest(), len(data))

        worth = [(p, ending) for p in items if PurePosixPath(p).suffix in COMPRESSED for ending in COMPRESSORS]
        with ThreadPoolExecutor() as pool:  # the compressors let go of Python's lock
            return dict(pool.map(lambda pair: compress(*pair), worth))


def _lock(held: int) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Trouble("another publishing is under way; try again when it has ended") from None


def _seen(output: Path, last: _Packed) -> dict[str, _Seen]:
    """Answer the files of the edition in the output folder; what has the time and size of last time isn't read."""
    try:
        record = json.loads((output / BUILT).read_bytes())
    except (OSError, ValueError):
        raise Trouble("there is no edition in {folder}; build it first", folder=output) from None
    seen = {}
    for path, digest in sorted(record.items()):
        seen[path] = _look(output, path, last.seen.get(path))
        if seen[path].sha256 != digest:
            raise Trouble("{file} is not what the build wrote; build again", file=output / path)
    return seen


def _look(output: Path, path: str, last: _Seen | None) -> _Seen:
    file = output / path
    try:
        found = file.lstat()
        if not stat.S_ISREG(found.st_mode) or not is_inside(path):
            raise Trouble("{file} is not what the build wrote; build again", file=file)
        if last and (last.size, last.modified) == (found.st_size, found.st_mtime_ns):
            return last
        return _Seen(sha256(file.read_bytes()).hexdigest(), found.st_size, found.st_mtime_ns)
    except OSError:
        raise Trouble("{file} is not what the build wrote; build again", file=file) from None


def _link(file: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.hardlink_to(file)
    except OSError:
        shutil.copy2(file, place)


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
