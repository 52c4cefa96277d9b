"""What the last build made, so that the next one renders only what has other inputs.

The memory is a convenience, never an authority: it lies in the cache folder, says nothing that isn't public, and if it
is lost, damaged or another program's, everything is rendered again and the same bytes come out.
"""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Self

from plugins.newsroom import Output, fingerprint


@dataclass(frozen=True, slots=True)
class Made:
    """A file as it was made: the fingerprint of its inputs, its SHA-256, and its size and time on the disk."""

    inputs: str
    digest: str
    size: int
    modified: int


@dataclass(slots=True)
class Memory:
    """What was made, by path. `maker` stands for the program that made it: its code, settings and libraries."""

    file: Path
    maker: str
    made: dict[str, Made] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Path, maker: str) -> Self:
        """Answer the memory kept in the file; an empty one if it can't be read or another program made it."""
        memory = cls(file, maker)
        try:
            kept = json.loads(file.read_bytes())
            if kept["maker"] == maker:
                memory.made = {path: Made(*made) for path, made in kept["made"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            memory.made = {}
        return memory

    def recalled(self, path: str, inputs: str, folder: Path) -> Made | None:
        """Answer what was made of the same inputs if it is still in the folder; None if it must be rendered."""
        made, file = self.made.get(path), folder / path
        if made is None or made.inputs != inputs:
            return None
        try:
            found = file.lstat()
            if (found.st_size, found.st_mtime_ns) == (made.size, made.modified):
                return made
            # a copied or restored folder has other times but may hold the same bytes
            is_same = found.st_size == made.size and not file.is_symlink()
            return made if is_same and sha256(file.read_bytes()).hexdigest() == made.digest else None
        except OSError:
            return None

    def keep(self, record: dict[str, str], inputs: dict[str, str], folder: Path) -> None:
        """Remember the edition in the folder: each file's digest in the record, and its inputs' fingerprint."""
        made = {}
        for path, digest in record.items():
            found = (folder / path).stat()
            made[path] = (inputs[path], digest, found.st_size, found.st_mtime_ns)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps({"maker": self.maker, "made": made}, ensure_ascii=False), encoding="utf-8")
        new.replace(self.file)


def inputs_of(output: Output) -> str:
    """Answer one fingerprint for all the inputs of an output; their order doesn't matter."""
    return fingerprint(*(part for input in sorted(output.inputs) for part in input))
