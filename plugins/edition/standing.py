"""The edition as it stands in its folder: of every file what it was made of, its digest, and how it was left.

What is asked of each bundle, whatever has changed, lies in columns; the rest is opened only if the bundle has to be
looked into.
"""

import os
from array import array
from collections.abc import Iterator
from itertools import islice
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

    def files(self) -> Iterator[tuple[str, Made]]:
        """Answer path and file of every file in the bundle and in those within it."""
        yield from self.outputs.items()
        for bundle in self.bundles.values():
            yield from bundle.files()


class Place(NamedTuple):
    """Where some bytes lie in an open file."""

    file: int
    start: int
    length: int

    def data(self) -> bytes:
        return os.pread(self.file, self.length, self.start)


class Sealed(NamedTuple):
    """A bundle put away: in columns what is asked of every bundle, and all else unopened.

    `listing` has the paths of all files in it, with a NUL between them. In their order, `stamps` are their sizes and
    times (ns) by turns, as 64-bit numbers, and `digests` their SHA-256, of 32 bytes each. `contents` are their marks,
    and which of them is in which of the bundles within.
    """

    fingerprint: str
    listing: str
    stamps: bytes
    digests: bytes
    contents: bytes | Place

    @classmethod
    def of(cls, bundle: Kept) -> "Sealed":
        files = list(bundle.files())
        made = [file for _, file in files]
        contents = [file.marks for file in made], list(_laid_out("", bundle))
        return cls(
            fingerprint=bundle.fingerprint,
            listing="\0".join([path for path, _ in files]),
            stamps=array("q", [number for file in made for number in (file.size, file.modified)]).tobytes(),
            digests=bytes.fromhex("".join([file.digest for file in made])),
            contents=packed(bundle.fingerprint, contents),
        )

    def opened(self) -> Kept:
        """Answer the bundle. Raises NotKept if it has been damaged."""
        marks, layout = unpacked(self.fingerprint, self.data())
        stamps = array("q", self.stamps)
        files = zip(self.paths(), map(Made, marks, self._digests(), stamps[::2], stamps[1::2]), strict=True)
        return _built(iter(layout), files)[1]

    def data(self) -> bytes:
        """Answer the contents as they lie in the memory's file."""
        return self.contents.data() if isinstance(self.contents, Place) else self.contents

    @property
    def is_new(self) -> bool:
        """Answer whether it lies in no file yet."""
        return isinstance(self.contents, bytes)

    @property
    def length(self) -> int:
        """Answer how many bytes the contents are."""
        return self.contents.length if isinstance(self.contents, Place) else len(self.contents)

    @property
    def total(self) -> int:
        """Answer how many files are in it."""
        return len(self.digests) // _DIGEST

    def paths(self) -> list[str]:
        """Answer the path of every file."""
        return self.listing.split("\0") if self.digests else []

    def is_left(self, folder: int) -> bool:
        """Answer whether every file has the size and time that it was left with. The folder is an open one: the system
        need not find it anew for each of tens of thousands of files.
        """
        look = os.stat
        numbers = array("q", self.stamps)
        try:
            for path, size, modified in zip(self.paths(), numbers[::2], numbers[1::2], strict=True):
                found = look(path, dir_fd=folder, follow_symlinks=False)
                if found.st_mtime_ns != modified or found.st_size != size:
                    return False
        except OSError:
            return False
        return True

    def made(self) -> Iterator[tuple[str, str]]:
        """Answer each file's path and SHA-256."""
        return zip(self.paths(), self._digests(), strict=True)

    def _digests(self) -> list[str]:
        digests, digit = self.digests.hex(), 2 * _DIGEST
        return [digests[at : at + digit] for at in range(0, len(digests), digit)]


_DIGEST = 32
"""Bytes of a SHA-256."""


class Standing(NamedTuple):
    """An edition as it stands in its folder: the files of single outputs by path, and the bundles by name."""

    outputs: dict[str, Made]
    bundles: dict[str, Sealed]

    @classmethod
    def empty(cls) -> "Standing":
        return cls({}, {})

    @property
    def total(self) -> int:
        """Answer how many files there are."""
        return len(self.outputs) + sum([bundle.total for bundle in self.bundles.values()])

    def listings(self) -> Iterator[str]:
        """Answer the paths of all files, many in one text, with a NUL between them."""
        listings = ("\0".join(self.outputs), *(bundle.listing for bundle in self.bundles.values()))
        return filter(None, listings)

    def paths(self) -> Iterator[str]:
        """Answer the path of every file."""
        yield from self.outputs
        for bundle in self.bundles.values():
            yield from bundle.paths()

    def made(self) -> Iterator[tuple[str, str]]:
        """Answer the path and SHA-256 of every file."""
        for path, made in self.outputs.items():
            yield path, made.digest
        for bundle in self.bundles.values():
            yield from bundle.made()


def _laid_out(name: str, bundle: Kept) -> Iterator[tuple[str, str, int, int]]:
    """Answer the name and the fingerprint of the bundle and of those within it, and how many files and bundles are
    directly in each: in the order of the files.
    """
    yield name, bundle.fingerprint, len(bundle.outputs), len(bundle.bundles)
    for within, each in bundle.bundles.items():
        yield from _laid_out(within, each)


def _built(layout: Iterator[tuple[str, str, int, int]], files: Iterator[tuple[str, Made]]) -> tuple[str, Kept]:
    """Answer the next bundle that has been laid out, with its name."""
    name, fingerprint, outputs, bundles = next(layout)
    kept = Kept(fingerprint, dict(islice(files, outputs)), {})
    kept.bundles.update(_built(layout, files) for _ in range(bundles))
    return name, kept
