"""A file that a press officer wrote, taken apart."""

from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""Keys and places in lists, one within the other: where a value stands."""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A file taken apart. `lines` gives the line (from 1) of each value in `front` by its path of keys."""

    source: str
    front: dict[str, Any]
    lines: dict[Path, int]
    body: str
    body_line: int

    def line(self, path: Path) -> int:
        """Answer the line of the value, or of the nearest mapping around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)
