"""What must be done to a host, and in which order, so that no reader is ever led to something that isn't there."""

import re
from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePosixPath
from typing import Self

from plugins.publishing.manifest import Manifest

COMPANIONS = (".gz", ".br")
"""Endings of the compressed copies that lie beside a file."""

_TEXT = re.compile(r"(^|/)\d{4}/[^/]+/[^/]+$")
_WRITTEN = {".html", ".txt", ".json", ".xml", ".rss", ".atom", ".ics"}


class Phase(IntEnum):
    """Assets first, for pages show them; then new pages and lists, which nobody leads to yet; then what leads to them:
    texts, and lists and feeds; and last of all what letters to subscribers are made from.
    """

    ASSETS = 1
    NEW = 2
    PAGES = 3
    INDEXES = 4
    NOTICES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Files to send, in order and by phase, and files to remove after that; `size` is the bytes to send. `held` is what
    the host had when this was planned.
    """

    held: Manifest
    phases: tuple[tuple[str, ...], ...]
    removals: tuple[str, ...]
    unchanged: int
    size: int

    @classmethod
    def of(cls, held: Manifest, wanted: Manifest) -> Self:
        """Answer how a host that holds the one edition comes to hold the other."""
        changed = [path for path, item in wanted.files.items() if held.files.get(path) != item]
        phases: dict[Phase, list[str]] = {phase: [] for phase in Phase}
        for path in sorted(changed, key=_order):
            phases[phase_of(path, is_new=path not in held.files)].append(path)
        return cls(
            held=held,
            phases=tuple(tuple(paths) for paths in phases.values()),
            removals=tuple(sorted(held.files.keys() - wanted.files.keys())),
            unchanged=len(wanted.files) - len(changed),
            size=sum(wanted.files[path].size for path in changed),
        )

    @property
    def uploads(self) -> tuple[str, ...]:
        """Answer all files to send, in order."""
        return tuple(path for phase in self.phases for path in phase)

    @property
    def is_empty(self) -> bool:
        return not self.removals and not self.uploads


def phase_of(path: str, *, is_new: bool) -> Phase:
    """Answer when a file is to be sent."""
    original = bare(path)
    if original == "notices.json":
        return Phase.NOTICES
    if PurePosixPath(original).suffix not in _WRITTEN or path.startswith("theme/"):
        return Phase.ASSETS
    if is_new:
        return Phase.NEW
    return Phase.PAGES if _TEXT.search(path) else Phase.INDEXES


def bare(path: str) -> str:
    """Answer the file that a compressed copy lies beside; any other path as it is."""
    return next((path.removesuffix(ending) for ending in COMPANIONS if path.endswith(ending)), path)


def _order(path: str) -> tuple[bool, int, str]:
    """Within a phase texts come before lists, and the deeper before what leads to it."""
    original = bare(path)
    return not _TEXT.search(original), -original.count("/"), path
