"""What the last build made, so that the next one declares and renders only what has other inputs.

The memory is a convenience, never an authority: it lies in the cache folder, says nothing that isn't public, and if it
is lost, damaged or another program's, everything is rendered again and the same bytes come out.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Self

from plugins.newsroom import Input, Output, fingerprint
from plugins.newsroom.keeping import NotKept, packed, unpacked

_MARK = 8


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


class Sealed(NamedTuple):
    """A bundle put away: in columns what says whether its files are as they were left, and all else unopened.

    `paths`, `sizes` and `times` (ns) have the same order.
    """

    fingerprint: str
    paths: tuple[str, ...]
    sizes: tuple[int, ...]
    times: tuple[int, ...]
    contents: bytes

    @classmethod
    def of(cls, bundle: Kept) -> "Sealed":
        files = bundle.files()
        sizes, times = [made.size for made in files.values()], [made.modified for made in files.values()]
        return cls(bundle.fingerprint, tuple(files), tuple(sizes), tuple(times), packed("", bundle, (Made, Kept)))

    def opened(self) -> Kept:
        bundle: Kept = unpacked("", self.contents, (Made, Kept))
        return bundle


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

    def stamps(self) -> Iterator[tuple[str, int, int]]:
        """Answer the path, size and time (ns) of every file."""
        for path, made in self.outputs.items():
            yield path, made.size, made.modified
        for bundle in self.bundles.values():
            yield from zip(bundle.paths, bundle.sizes, bundle.times, strict=True)

    def digests(self) -> dict[str, str]:
        """Answer the SHA-256 of every file by its path."""
        found = dict(self.outputs)
        for bundle in self.bundles.values():
            found.update(bundle.opened().files())
        return {path: made.digest for path, made in found.items()}


@dataclass(slots=True)
class Memory:
    """The last edition. `maker` stands for the program that made it: its code, settings, libraries.

    `record` is size and time of the folder's record as it was written then: is it still that, nobody need read it.
    """

    file: Path
    maker: str
    made: Standing = field(default_factory=Standing.empty)
    record: tuple[int, int] = (0, 0)
    _sealed: dict[str, Sealed] = field(default_factory=dict)
    _opened: dict[str, Made] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Path, maker: str) -> Self:
        """Answer the memory kept in the file; an empty one if it can't be read or another program made it."""
        memory = cls(file, maker)
        with contextlib.suppress(OSError, NotKept):
            memory.record, memory.made = unpacked(maker, file.read_bytes(), (Made, Sealed, Standing))
        memory._sealed = {path: bundle for bundle in memory.made.bundles.values() for path in bundle.paths}
        memory._opened = dict(memory.made.outputs)
        return memory

    @classmethod
    def beside(cls, cache: Path, output: Path, maker: str) -> Self:
        """Answer the memory of an output folder, kept in the cache folder: several may share one."""
        return cls.of(cache / f"edition-{fingerprint(str(output.resolve()))[:8]}", maker)

    def digest(self, output: Output) -> str | None:
        """Answer the SHA-256 of the bytes that were made of the same output with the same inputs; None if none were."""
        if output.path not in self._opened and output.path in self._sealed:
            self._opened.update(self._sealed[output.path].opened().files())
        found = self._opened.get(output.path)
        return found.digest if found and found.marks == marks(output) else None

    def keep(self, made: Standing, record: tuple[int, int]) -> None:
        """Remember the edition."""
        self.made, self.record = made, record
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # only one build at a time writes it, and what a killed one left here is written over
        new = self.file.with_name(f"{self.file.name}.next")
        new.write_bytes(packed(self.maker, (record, made), (Made, Sealed, Standing)))
        new.replace(self.file)


def marks(output: Output) -> bytes:
    """Answer what stands for all the inputs of an output: a short mark of each, in order.

    What is listed in another order is another page, though nothing in the list has changed.
    """
    return b"".join([_mark(each) for each in output.inputs])


def others(output: Output, known: bytes) -> list[str]:
    """Answer the names of those inputs whose marks are not among the known."""
    before = {known[at : at + _MARK] for at in range(0, len(known), _MARK)}
    return sorted({each.name for each in output.inputs if _mark(each) not in before})


@cache
def _mark(given: Input) -> bytes:
    return blake2b("\0".join(given).encode(), digest_size=_MARK).digest()
