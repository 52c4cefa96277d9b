"""What was made of a folder that texts lie in, to be recalled as long as nothing in it changes."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from plugins.newsroom import Assignment, Image, Page, Release, State
from plugins.reading.survey import Stamp, Survey

Read = Release | Assignment | Page


class Remembered(NamedTuple):
    """What was made of one folder: its texts in every language, all of them public. Or of all the folders of a year.

    `path` is relative to the content folder. `led` says where links to other texts led; `galleys` at which places
    the bodies are kept, by their digests. `digests` are those of the files that the texts were made of, by name, and
    `stamps` those of the folder and the files, as a survey has them; a year has neither.
    """

    path: str
    read: tuple[Read, ...]
    led: tuple[tuple[str, str], ...]
    galleys: Mapping[str, str]
    digests: Mapping[str, str]
    stamps: Mapping[str, Stamp]

    @property
    def pictures(self) -> Iterator[tuple[tuple[str, int], ...]]:
        """Answer the finished files of each picture, with their sizes in bytes."""
        return (finished(image) for text in self.read for image in getattr(text, "images", ()))

    @property
    def latest(self) -> datetime:
        """Answer the last moment that the texts speak of as past."""
        return max(moment for text in self.read for moment in _moments(text))


def noted(
    path: str,
    read: tuple[Read, ...],
    galleys: Mapping[str, str],
    led: Mapping[str, str],
    digests: Mapping[str, str],
    content: Path,
    survey: Survey,
) -> Remembered | None:
    """Answer what to remember of a folder, given all the texts that could be read in it; None if nothing.

    Of a folder with a text that isn't public nothing may lie in a cache. `galleys` and `led` as in `Remembered`;
    `digests` are those of the bytes that were read: what has been saved since the survey is seen by them next time.
    """
    files = sorted(names(read) | attached(read))
    folder = f"{content}/{path}"
    seen = survey.stamps(folder.rpartition("/")[0])
    try:
        stamps = {file: seen[file] for file in (folder, *(f"{folder}/{name}" for name in files))}
        read_digests = {name: digests[name] for name in files}
        is_all = texts_in(folder) == names(read)  # no draft, and no folder that could change
    except (OSError, KeyError):
        return None  # next time it is read again
    # what a link leads to could change without it
    is_linked = any(stat.S_ISLNK(mode) for mode, *_ in stamps.values())
    if not is_all or is_linked or any(text.state is not State.PUBLIC for text in read):
        return None
    for text in read:
        _ = text.input  # so that it is kept too
    return Remembered(path, read, tuple(sorted(led.items())), galleys, read_digests, stamps)


def finished(image: Image) -> tuple[tuple[str, int], ...]:
    """Answer the finished files of a picture, each with its size in bytes."""
    return tuple((file.place, file.bytes) for file in (image.original, *image.renditions))


def names(read: Iterable[Read]) -> frozenset[str]:
    """Answer the names of the files that the texts themselves stand in."""
    return frozenset(text.source.rpartition("/")[2] for text in read)


def attached(read: Iterable[Read]) -> frozenset[str]:
    """Answer the names of the files that belong to the texts."""
    return frozenset(
        each.file for text in read for each in (*getattr(text, "images", ()), *getattr(text, "documents", ()))
    )


def texts_in(folder: str) -> frozenset[str]:
    """Answer the names in the folder that could be texts, or hold some."""
    with os.scandir(folder) as entries:
        return frozenset(
            entry.name
            for entry in entries
            if not entry.name.startswith(".") and (entry.name.lower().endswith(".md") or entry.is_dir())
        )


def _moments(text: Read) -> Iterable[datetime]:
    yield text.published
    if not isinstance(text, Page):
        yield from text.revisions
        yield from (correction.at for correction in text.corrections)
