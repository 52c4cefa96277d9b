"""What was made of a folder that texts lie in, to be recalled as long as nothing in it changes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from plugins.newsroom import Assignment, Image, Page, Release
from plugins.reading.survey import Stamp

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


def _moments(text: Read) -> Iterable[datetime]:
    yield text.published
    if not isinstance(text, Page):
        yield from text.revisions
        yield from (correction.at for correction in text.corrections)
