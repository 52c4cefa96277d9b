"""What is remembered of a year's folders, put away so that a year in which nothing has changed is recalled as one.

Most builds change one folder of one year. The others need not be gone through folder by folder: they are as they were
if all that lies in them has the sizes and times that it had.
"""

import stat
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from plugins.newsroom import Noun, Release
from plugins.newsroom.folding import Folded, folded, unfolded
from plugins.newsroom.keeping import packed, unpacked
from plugins.reading.memory.remembered import Read, Remembered
from plugins.reading.survey import Survey

_AT_HAND = (
    "id", "language", "original_language", "year", "address", "source", "state", "type", "audiences", "published",
    "keywords", "images", "responds_to", "corrections", "withdrawn", "imported", "moved_from", "missing",
)  # fmt: skip
"""What is asked of every release of the archive, whatever has changed."""


class Book(NamedTuple):
    """The folders of a year that are remembered.

    `seen` stands for all that lay in the year, remembered or not, as a survey has it, and `is_whole` says that all
    which could hold texts is remembered; `youngest` is the last time at which a remembered file or folder was written.
    `led` says by folder where its links led. `latest` is the last moment that a text speaks of as past. `files` are
    stamps and digests by folder, needed only if something lies in the year that didn't lie there so.
    """

    seen: str
    is_whole: bool
    youngest: int
    latest: datetime
    led: dict[str, tuple[tuple[str, str], ...]]
    galleys: dict[str, str]
    releases: Folded
    others: tuple[Read, ...]
    files: bytes

    def is_as_left(self, seen: str, relied_on: int) -> bool:
        """Answer whether these folders are the whole year and nothing in it has changed, as far as times before
        `relied_on` can tell.
        """
        return self.is_whole and self.youngest < relied_on and self.seen == seen

    def as_one(self, year: str, shared: Sequence[Noun]) -> Remembered:
        """Answer the year as if it were one folder; `shared` as `bound` had them."""
        led = tuple(link for links in self.led.values() for link in links)
        return Remembered(year, self._read(shared), led, self.galleys, {}, {})

    def folders(self, shared: Sequence[Noun]) -> dict[str, Remembered]:
        """Answer the folders one by one, by path."""
        read: dict[str, list[Read]] = {}
        for text in self._read(shared):
            read.setdefault(text.source.rpartition("/")[0], []).append(text)
        return {
            path: Remembered(
                path,
                tuple(read[path]),
                self.led.get(path, ()),
                {text.body_digest: self.galleys[text.body_digest] for text in read[path]},
                digests,
                stamps,
            )
            for path, (digests, stamps) in unpacked("", self.files).items()
        }

    def _read(self, shared: Sequence[Noun]) -> tuple[Read, ...]:
        return (*unfolded(self.releases, shared), *self.others)


KINDS = (Book, Folded)
"""What a book consists of besides nouns, for packing."""


def bound(year: str, folders: Sequence[Remembered], survey: Survey, shared: Sequence[Noun]) -> Book:
    """Answer the folders as a book; `year` is where they lie, and `survey` one of the content. `shared` are nouns that
    many texts hold: whoever opens the book has them too.
    """
    names = {known.path.rpartition("/")[2] for known in folders}
    texts = [text for known in folders for text in known.read]
    releases = [text for text in texts if isinstance(text, Release)]
    return Book(
        seen=survey.digest(year),
        is_whole=_could_hold_texts(year, survey) == names,
        youngest=max(at for known in folders for _, _, at, _ in known.stamps.values()),
        latest=max(known.latest for known in folders),
        led={known.path: known.led for known in folders if known.led},
        galleys={digest: place for known in folders for digest, place in known.galleys.items()},
        releases=folded(Release, releases, _AT_HAND, shared),
        others=tuple(text for text in texts if not isinstance(text, Release)),
        files=packed("", {known.path: (dict(known.digests), dict(known.stamps)) for known in folders}),
    )


def _could_hold_texts(year: str, survey: Survey) -> set[str]:
    """Answer the names of what lies in the year and could be a text, hold some, or lead to one."""
    within = {path.removeprefix(f"{year}/"): mode for path, (mode, *_) in survey.stamps(year).items() if path != year}
    return {
        name
        for name, mode in within.items()
        if "/" not in name
        and not name.startswith(".")
        and (name.lower().endswith(".md") or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))
    }
