"""Many folders read by several processes at once, with what one process would make of them."""

from collections.abc import Iterator
from typing import Any

from plugins.newsroom.keeping import packed, unpacked
from plugins.reading import folders
from plugins.reading.folders import Outcome
from plugins.reading.memory import Memory
from plugins.reading.remembered import Remembered
from plugins.reading.selection import Selected
from plugins.reading.surroundings import Surroundings

_CHUNK = 32
"""Folders that a process reads at a time."""

_KINDS = (Outcome, Remembered)

_given: list[Any] = []
"""What a process of the crew works on."""


def outcomes(
    found: list[list[Selected]], around: Surroundings, memory: Memory, jobs: int
) -> Iterator[Outcome]:
    """Read the folders, over several processes if there are many; the outcomes come in the folders' order."""
    if jobs < 2 or len(found) < 4 * _CHUNK:
        yield from (folders.read(ones, around, memory) for ones in found)
        around.galleys.lock()
        return
    import multiprocessing  # noqa: PLC0415 - most builds read a text or two

    # forked, so that what there is to read, and what it stands among, need not be sent
    with multiprocessing.get_context("fork").Pool(jobs, _begin, (found, around, memory)) as pool:
        for data in pool.imap(_read, range(0, len(found), _CHUNK)):
            yield from unpacked("", data, _KINDS, around.masthead.listed)


def _begin(*given: Any) -> None:
    _given[:] = given


def _read(first: int) -> bytes:
    found, around, memory = _given
    read = [folders.read(ones, around, memory) for ones in found[first : first + _CHUNK]]
    around.galleys.lock()
    return packed("", read, _KINDS, around.masthead.listed)
