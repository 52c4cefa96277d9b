"""What a build leaves: the files of its edition, and what lies in its cache, as names, sizes and times."""

import os
from array import array
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from plugins.edition.memory import Memory

_DIGEST = 16


class Traces(NamedTuple):
    """The files of an edition, its record among them, and `held`, a digest of what lay in the cache.

    `paths` are parted by zeros; `stamps` are the files' sizes and times (ns) by turns, as 64-bit numbers.
    """

    held: bytes
    paths: bytes
    stamps: bytes

    @classmethod
    def of(cls, memory: "Memory", cache: str) -> Self:
        """Answer what a build has left that remembers its edition so, in this cache folder. Raises OSError."""
        from plugins.edition.record import RECORD  # whoever only looks needs none of the edition

        made = memory.made
        singles = (number for one in made.outputs.values() for number in (one.size, one.modified))
        return cls(
            held=_held(cache),
            paths=os.fsencode("\0".join((RECORD, *made.listings()))),
            stamps=array("q", (*memory.record, *singles)).tobytes()
            + b"".join(bundle.stamps for bundle in made.bundles.values()),
        )

    def is_there(self, output: str, cache: str) -> bool:
        """Answer whether the folders hold it still. What lies in the cache besides doesn't belong there: the next build
        would throw it out. What lies in the output folder besides is somebody else's.
        """
        look = os.stat
        numbers = iter(array("q", self.stamps))
        try:
            if self.held != _held(cache):  # first: who asks may soon write there
                return False
            if any(os.path.lexists(f"{output}/{name}") for name in _UNFINISHED):
                return False
            folder = os.open(output, os.O_RDONLY | os.O_DIRECTORY)
            try:
                for path, size, modified in zip(self.paths.split(b"\0"), numbers, numbers, strict=True):
                    found = look(path, dir_fd=folder, follow_symlinks=False)
                    if found.st_mtime_ns != modified or found.st_size != size:
                        return False
            finally:
                os.close(folder)
            return True
        except (OSError, ValueError):
            return False

    def packed(self) -> bytes:
        """Answer it as bytes."""
        return len(self.paths).to_bytes(_LENGTH, "big") + b"".join(self)

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """Answer what was packed, of bytes that are known to be whole."""
        start = _LENGTH + _DIGEST
        middle = start + int.from_bytes(data[:_LENGTH], "big")
        return cls(data[_LENGTH:start], data[start:middle], data[middle:])


_LENGTH = 8


_UNFINISHED = (".edition-next", ".edition-next.json")
"""What a build that was stopped has left in the output folder (`Ready` and `record` name it)."""


def _held(cache: str) -> bytes:
    with os.scandir(cache) as entries:
        held = sorted((entry.name, entry.stat().st_mtime_ns) for entry in entries)
    return blake2b(os.fsencode(repr(held)), digest_size=_DIGEST).digest()
