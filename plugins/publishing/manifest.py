"""What an edition consists of, file by file: the same list for what was built and for what a host has."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import NamedTuple, Self

RECORD = ".edition.json"
"""Where a host's own manifest lies, beside the files that it names."""

FORMAT = 1

_BETWEEN = b', "files": '


class Item(NamedTuple):
    """A file's SHA-256 (hex) and its size in bytes."""

    sha256: str
    size: int


UNKNOWN = Item("", -1)
"""A file that is ours, but with what in it nobody knows: a publishing that was to write or remove it was cut short."""


@dataclass(frozen=True)
class Manifest:
    """Files by path, with forward slashes and without a leading one; the manifest's own file is not among them.

    `sent_as` stands for what a host keeps besides the bytes (headers); where it differs every file must be sent again.
    `before` is the digest of the edition that this one replaced on the host; "" = none that is known.
    """

    files: Mapping[str, Item] = field(default_factory=dict)
    sent_as: str = ""
    before: str = ""

    @cached_property
    def digest(self) -> str:
        """Answer a hex digest of paths and contents: equal digests, equal editions."""
        return sha256(self.listed).hexdigest()

    @cached_property
    def listed(self) -> bytes:
        """Answer the files as JSON, one a line: for Git and for people, and quicker than indented."""
        return json.dumps(dict(sorted(self.files.items())), ensure_ascii=False, separators=(",\n", ": ")).encode()

    @classmethod
    def of_json(cls, data: bytes) -> Self:
        """Answer a manifest as it was kept. One that can't be read is empty: nothing is known to be ours."""
        head, _, listed = data.partition(_BETWEEN)
        try:
            kept = json.loads(head + b"}")
            if kept["format"] != FORMAT:
                return cls()
            files = files_of(listed.removesuffix(b"}"))
            return cls(files, str(kept.get("sent_as", "")), str(kept.get("before", "")))
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def as_json(self, *, before: str = "") -> bytes:
        """Answer this to be kept; `before` is the edition before this one, if another than it says."""
        kept = {"format": FORMAT, "sent_as": self.sent_as, "before": before or self.before}
        return b"".join((json.dumps(kept).encode().removesuffix(b"}"), _BETWEEN, self.listed, b"}"))

    def confirmed(self, listing: Mapping[str, int]) -> "Manifest":
        """Answer what of this is really there, as a listing of sizes by path says. What isn't is left out; what has
        another size is unknown.
        """
        files = {
            path: item if item.size == listing[path] else UNKNOWN
            for path, item in self.files.items()
            if path in listing
        }
        return Manifest(files, self.sent_as, self.before)

    def unsure_of(self, paths: Iterable[str]) -> "Manifest":
        """Answer this with the paths added as unknown: what a host's manifest says while they are being changed."""
        return Manifest({**self.files, **dict.fromkeys(paths, UNKNOWN)}, self.sent_as, self.before)


@lru_cache(maxsize=4)
def files_of(listed: bytes) -> Mapping[str, Item]:
    """Answer the files that a manifest lists, those that lie inside. Raises ValueError, TypeError or AttributeError.

    What dock and host hold is mostly one and the same list, which takes longer to read than all that is done with it.
    """
    files = json.loads(listed).items()
    return {path: Item(str(digest), int(size)) for path, (digest, size) in files if is_inside(path)}


def is_inside(path: str) -> bool:
    """Answer whether a path leads to a place below the folder it is counted from, and is written in the one way."""
    return _OUTSIDE.isdisjoint(path.split("/"))


_OUTSIDE = frozenset(("", ".", ".."))
