"""What an edition consists of, file by file: the same list for what was built and for what a host has."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple, Self

RECORD = ".edition.json"
"""Where a host's own manifest lies, beside the files that it names."""

FORMAT = 1


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
        return sha256(self._listed.encode()).hexdigest()

    @cached_property
    def _listed(self) -> str:
        """Answer the files as JSON, one a line: for Git and for people, and quicker than indented."""
        return json.dumps(dict(sorted(self.files.items())), ensure_ascii=False, separators=(",\n", ": "))

    @classmethod
    def of_json(cls, data: bytes) -> Self:
        """Answer a manifest as it was kept. One that can't be read is empty: nothing is known to be ours."""
        try:
            kept = json.loads(data)
            if kept["format"] != FORMAT:
                return cls()
            listed = kept["files"].items()
            files = {path: Item(str(digest), int(size)) for path, (digest, size) in listed if is_inside(path)}
            return cls(files, str(kept.get("sent_as", "")), str(kept.get("before", "")))
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def as_json(self, *, before: str = "") -> bytes:
        """Answer this to be kept; `before` is the edition before this one, if another than it says."""
        kept = {"format": FORMAT, "sent_as": self.sent_as, "before": before or self.before}
        return f'{json.dumps(kept)[:-1]}, "files": {self._listed}}}'.encode()

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


def is_inside(path: str) -> bool:
    """Answer whether a path leads to a place below the folder it is counted from, and is written in the one way."""
    return _OUTSIDE.isdisjoint(path.split("/"))


_OUTSIDE = frozenset(("", ".", ".."))
