"""What an edition consists of, file by file: the same list for what was built and for what a host has."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath
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


@dataclass(frozen=True, slots=True)
class Manifest:
    """Files by path, with forward slashes and without a leading one; the manifest's own file is not among them.

    `sent_as` stands for what a host keeps besides the bytes (headers); where it differs every file must be sent again.
    `before` is the digest of the edition that this one replaced on the host; "" = none that is known.
    """

    files: Mapping[str, Item] = field(default_factory=dict)
    sent_as: str = ""
    before: str = ""

    @property
    def digest(self) -> str:
        """Answer a hex digest of paths and contents: equal digests, equal editions."""
        listed = sorted((path, *item) for path, item in self.files.items())
        return sha256(json.dumps(listed, ensure_ascii=False).encode()).hexdigest()

    @property
    def size(self) -> int:
        """Answer the bytes of all files together."""
        return sum(item.size for item in self.files.values())

    @classmethod
    def of_json(cls, data: bytes) -> Self:
        """Answer a manifest as it was kept. One that can't be read is empty: nothing is known to be ours."""
        try:
            kept = json.loads(data)
            if kept["format"] != FORMAT:
                return cls()
            files = {path: Item(str(digest), int(size)) for path, (digest, size) in kept["files"].items()}
            return cls(
                {path: item for path, item in files.items() if is_inside(path)},
                str(kept.get("sent_as", "")),
                str(kept.get("before", "")),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def as_json(self) -> bytes:
        kept = {
            "format": FORMAT,
            "sent_as": self.sent_as,
            "before": self.before,
            "files": dict(sorted(self.files.items())),
        }
        return json.dumps(kept, ensure_ascii=False, indent=0).encode()

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
    """Answer whether a path leads to a place below the folder it is counted from."""
    pure = PurePosixPath(path)
    return bool(path) and not pure.is_absolute() and ".." not in pure.parts and str(pure) == path
