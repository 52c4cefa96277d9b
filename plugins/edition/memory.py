"""What the last build made, so that the next one declares and renders only what has other inputs.

The memory is a convenience, never an authority: it lies in the cache folder, says nothing that isn't public, and if it
is lost, damaged or another program's, everything is rendered again and the same bytes come out.
"""

import contextlib
import os
import weakref
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Self

from plugins.edition.standing import Made, Place, Sealed, Standing
from plugins.newsroom import Input, Output, fingerprint
from plugins.newsroom.keeping import NotKept, packed, unpacked


class Memory:
    """The last edition, kept in a file, part by part: of some bundles the columns, and behind them their contents, read
    when needed. At the end stands what holds for the whole. A part in which nothing has changed is kept as it lies.

    `maker` stands for the program that made it: its code, settings, libraries. `made` is the edition; `record` is size
    and time of the folder's record as it was written then: is it still that, nobody need read it.
    """

    def __init__(self, file: Path, maker: str) -> None:
        """Recall what is kept in the file: nothing, if it can't be read or another program made it."""
        self.file = file
        self.maker = maker
        self.made = Standing.empty()
        self.record = (0, 0)
        self._parts: list[Part] = []
        self._opened: dict[str, Made] = {}
        self._near: dict[str, list[Sealed]] = {}
        with contextlib.suppress(OSError, NotKept):
            self._recall(os.open(file, os.O_RDONLY))

    @classmethod
    def beside(cls, cache: Path, output: Path, maker: str) -> Self:
        """Answer the memory of an output folder, kept in the cache folder: several may share one."""
        return cls(cache / f"edition-{fingerprint(str(output.resolve()))[:8]}", maker)

    def digest(self, output: Output) -> str | None:
        """Answer the SHA-256 of the bytes that were made of the same output with the same inputs; None if none were."""
        if output.path not in self._opened:
            self._open(output.path)
        found = self._opened.get(output.path)
        return found.digest if found and found.marks == marks(output) else None

    def keep(self, made: Standing, record: tuple[int, int]) -> None:
        """Remember the edition."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        same = [part for part in self._parts if part.is_in(made)]
        lying = {name for part in same for name in part.bundles}
        others = [name for name in made.bundles if name not in lying]
        # what has changed now will soon change again: it lies together, so that little else is packed anew then
        others.sort(key=lambda name: not made.bundles[name].is_new)
        # only one build at a time writes it, and what a killed one left here is written over
        new = self.file.with_name(f"{self.file.name}.next")
        with new.open("wb") as file:
            lengths = [(part.columns, file.write(part.place.data())) for part in same]
            for start in range(0, len(others), _TOGETHER):
                together = {name: made.bundles[name] for name in others[start : start + _TOGETHER]}
                columns = file.write(packed(self.maker, _columns(together)))
                lengths.append((columns, columns + sum([file.write(each.data()) for each in together.values()])))
            end = packed(self.maker, (record, made.outputs, lengths), (Made,))
            file.write(end)
            file.write(len(end).to_bytes(_LENGTH, "big"))
        new.replace(self.file)
        self.made, self.record = made, record

    def _recall(self, file: int) -> None:
        weakref.finalize(self, os.close, file)
        size = os.fstat(file).st_size - _LENGTH
        length = int.from_bytes(os.pread(file, _LENGTH, max(0, size)), "big")
        if length > size:
            raise NotKept
        record, outputs, lengths = unpacked(self.maker, os.pread(file, length, size - length), (Made,))
        parts: list[Part] = []
        start = 0
        for columns, whole in lengths:
            parts.append(Part.at(Place(file, start, whole), columns, self.maker))
            start += whole
        if start != size - length:
            raise NotKept
        bundles = {name: sealed for part in parts for name, sealed in part.bundles.items()}
        self.made, self.record, self._parts = Standing(outputs, bundles), record, parts
        self._opened = dict(outputs)

    def _open(self, path: str) -> None:
        """Open the bundle that the file is in, if its first file lies in the same folder of the site; else nothing is
        known of the file, which costs time only.
        """
        if not self._near:
            for bundle in self.made.bundles.values():
                self._near.setdefault(bundle.listing.partition("/")[0], []).append(bundle)
        near = self._near.get(path.partition("/")[0], [])
        holding = next((bundle for bundle in near if path in bundle.listing and path in bundle.paths()), None)
        with contextlib.suppress(NotKept):
            self._opened.update(holding.opened().files() if holding else ())


class Part(NamedTuple):
    """Bundles that lie together in the memory's file: first their columns, packed, of so many bytes, then the contents
    of each.
    """

    bundles: dict[str, Sealed]
    columns: int
    place: Place

    @classmethod
    def at(cls, place: Place, columns: int, maker: str) -> Self:
        """Answer what lies at the place. Raises NotKept if it has been damaged, or another program has put it there."""
        bundles: dict[str, Sealed] = {}
        start = place.start + columns
        for name, given, listing, stamps, digests, length in unpacked(maker, place._replace(length=columns).data()):
            bundles[name] = Sealed(given, listing, stamps, digests, Place(place.file, start, length))
            start += length
        return cls(bundles, columns, place)

    def is_in(self, standing: Standing) -> bool:
        """Answer whether all of it stands in the edition, unchanged."""
        return all(standing.bundles.get(name) is sealed for name, sealed in self.bundles.items())


_MARK = 8
"""Bytes of a mark."""

_LENGTH = 8
"""Bytes in which the length of the last part stands behind it."""

_TOGETHER = 64
"""Bundles that lie together: the columns of all in a large archive are many megabytes."""


def _columns(bundles: Mapping[str, Sealed]) -> list[tuple[str | bytes | int, ...]]:
    return [(name, *bundle[:-1], bundle.length) for name, bundle in bundles.items()]


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
