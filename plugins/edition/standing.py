"""The edition as it stands in its folder: of every file what it was made of, its digest, and how it was left.

What is asked of each bundle, whatever has changed, lies in columns; the rest is opened only if the bundle has to be
looked into.
"""

import os
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from plugins.newsroom.keeping import packed, unpacked


class Made(NamedTuple):
    """A file as it was made: the marks of its inputs, its SHA-256, and its size and time (ns) on the disk."""

    marks: bytes
    digest: str
    size: int
    modified: int


class Kept(NamedTuple):
    """A bundle as it was: its fingerprint, the files made of its outputs by path, and the bundles in it by name."""

    fingerprint: str
    outputs: dict[str, Made]
    bundles: "dict[str, Kept]"

    @classmethod
    def empty(cls, fingerprint: str = "") -> "Kept":
        return cls(fingerprint, {}, {})

    def within(self) -> "Iterator[Kept]":
        """Answer this bundle and all those within it."""
        waiting = [self]
        while waiting:
            bundle = waiting.pop()
            waiting += bundle.bundles.values()
            yield bundle

    def files(self) -> dict[str, Made]:
        """Answer every file in the bundle and in those within it, by path."""
        found: dict[str, Made] = {}
        for bundle in self.within():
            found.update(bundle.outputs)
        return found


class Place(NamedTuple):
    """Where a bundle's contents lie in an open file."""

    file: int
    start: int
    length: int


class Sealed(NamedTuple):
    """A bundle put away: in columns what is asked of every bundle, and all else unopened.

    `paths` are those of all files in it. In their order, `stamps` are their sizes and times (ns) by turns, as 64-bit
    numbers, and `digests` their SHA-256, of 32 bytes each.
    """

    fingerprint: str
    paths: tuple[str, ...]
    stamps: bytes
    digests: bytes
    contents: bytes | Place

    @classmethod
    def of(cls, bundle: Kept) -> "Sealed":
        files = bundle.files()
        return cls(
            fingerprint=bundle.fingerprint,
            paths=tuple(files),
            stamps=array("q", (number for made in files.values() for number in (made.size, made.modified))).tobytes(),
            digests=b"".join(bytes.fromhex(made.digest) for made in files.values()),
            contents=packed("", bundle, (Made, Kept)),
        )

    def opened(self) -> Kept:
        """Answer the bundle. Raises NotKept if it has been damaged."""
        bundle: Kept = unpacked("", self.data(), (Made, Kept))
        return bundle

    def data(self) -> bytes:
        """Answer the contents as they lie in the memory's file."""
        if isinstance(self.contents, Place):
            return os.pread(self.contents.file, self.contents.length, self.contents.start)
        return self.contents

    @property
    def length(self) -> int:
        """Answer how many bytes the contents are."""
        return self.contents.length if isinstance(self.contents, Place) else len(self.contents)

    def is_left(self, folder: str) -> bool:
        """Answer whether every file in the folder has the size and time that it was left with."""
        lstat = os.lstat
        numbers = array("q", self.stamps)
        try:
            for path, size, modified in zip(self.paths, numbers[::2], numbers[1::2], strict=True):
                found = lstat(f"{folder}/{path}")
                if found.st_mtime_ns != modified or found.st_size != size:
                    return False
        except OSError:
            return False
        return True

    def made(self) -> Iterator[tuple[str, str]]:
        """Answer each file's path and SHA-256."""
        digests = self.digests
        return ((path, digests[at * 32 : at * 32 + 32].hex()) for at, path in enumerate(self.paths))


class Standing(NamedTuple):
    """An edition as it stands in its folder: the files of single outputs by path, and the bundles by name."""

    outputs: dict[str, Made]
    bundles: dict[str, Sealed]

    @classmethod
    def empty(cls) -> "Standing":
        return cls({}, {})

    def paths(self) -> list[str]:
        """Answer the path of every file."""
        return [*self.outputs, *(path for bundle in self.bundles.values() for path in bundle.paths)]

    def is_left(self, folder: str) -> bool:
        """Answer whether every file in the folder has the size and time that it was left with."""
        singles = Sealed.of(Kept("", self.outputs, {}))
        return all(bundle.is_left(folder) for bundle in (singles, *self.bundles.values()))

    def made(self) -> Iterator[tuple[str, str]]:
        """Answer the path and SHA-256 of every file."""
        for path, made in self.outputs.items():
            yield path, made.digest
        for bundle in self.bundles.values():
            yield from bundle.made()
