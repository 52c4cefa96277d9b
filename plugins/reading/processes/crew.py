"""Who reads the folders: this process, an assistant, or several at once, with the same outcomes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from plugins.reading.processes.assistant import Assistant
from plugins.reading.selection import Selected
from plugins.reading.surroundings import Surroundings
from plugins.reading.texts.outcome import Outcome, packed, unpacked

_CHUNK = 32
"""Folders that a process reads at a time."""

Folder = list[Selected]

_given: list[Any] = []
"""What a process of the crew works on."""


def outcomes(
    found: Sequence[Folder],
    around: Surroundings,
    jobs: int,
    assistant: Assistant | None,
    meanwhile: Callable[[], object],
) -> Iterator[Outcome]:
    """Read the folders, over several processes if there are many; the outcomes come in the folders' order. `meanwhile`
    is something to do while others read.
    """
    is_much = jobs > 1 and len(found) >= 4 * _CHUNK
    if assistant and found and not is_much:
        assistant.give(found, around)
    elif assistant:
        assistant.dismiss()
    meanwhile()
    if is_much:
        yield from _shared_out(found, around, jobs)
    else:
        told = assistant.outcomes(around.masthead.listed) if assistant and found else None
        yield from _read(found, around) if told is None else told


def _shared_out(found: Sequence[Folder], around: Surroundings, jobs: int) -> Iterator[Outcome]:
    import multiprocessing  # noqa: PLC0415 - most builds read a text or two

    # forked, so that what there is to read, and what it stands among, need not be sent
    with multiprocessing.get_context("fork").Pool(jobs, _begin, (found, around)) as pool:
        for data in pool.imap(_told, range(0, len(found), _CHUNK)):
            yield from unpacked(data, around.masthead.listed)


def _begin(*given: Any) -> None:
    _given[:] = given


def _told(first: int) -> bytes:
    found, around = _given
    return packed(_read(found[first : first + _CHUNK], around), around.masthead.listed)


def _read(found: Sequence[Folder], around: Surroundings) -> list[Outcome]:
    if not found:
        return []
    from plugins.reading.texts import folders  # noqa: PLC0415 - what reads a text is slow to load

    return folders.read_all(found, around)
