"""What is remembered of a year's folders, put away so that a year in which nothing has changed is recalled as one.

Most builds change one folder of one year. The others need not be gone through folder by folder: they are as they were
if whatever was looked at in them has the size and time that it had.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from plugins.newsroom import Noun, Release
from plugins.newsroom.folding import Folded, folded, unfolded
from plugins.newsroom.keeping import packed, unpacked
from plugins.reading.remembered import Read, Remembered
from plugins.reading.survey import Stamp, Stamps

_AT_HAND = (
    "id", "language", "original_language", "year", "slug", "address", "source", "state", "title", "type", "audiences",
    "published", "body_digest", "written_digest", "keywords", "images", "urgent", "responds_to", "corrections",
    "withdrawn", "imported", "moved_from", "missing",
)  # fmt: skip
"""What is asked of every release of the archive, whatever has changed."""


class Book(NamedTuple):
    """The folders of a year that are remembered, `names` of them.

    `stamps` are those of the folders and their files, and `youngest` the last time in them; `led` says by folder where
    its links led. `latest` is the last moment that a text speaks of as past. `digests`, by folder and file, are needed
    only if one has a new time.
    """

    names: frozenset[str]
    stamps: dict[str, Stamp]
    youngest: int
    latest: datetime
    led: dict[str, tuple[tuple[str, str], ...]]
    galleys: dict[str, str]
    releases: Folded
    others: tuple[Read, ...]
    digests: bytes

    def is_as_left(self, stamps: Stamps, relied_on: int) -> bool:
        """Answer whether nothing in these folders has changed, as far as times before `relied_on` can tell."""
        return self.youngest < relied_on and self.stamps.items() <= stamps.items()

    def as_one(self, year: str, shared: Sequence[Noun]) -> Remembered:
        """Answer the year as if it were one folder; `shared` as `bound` had them."""
        led = tuple(link for links in self.led.values() for link in links)
        return Remembered(year, self._read(shared), led, self.galleys, {}, {})

    def folders(self, content: str, shared: Sequence[Noun]) -> dict[str, Remembered]:
        """Answer the folders one by one, by path; `content` is where the stamped files lie."""
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
                {file: self.stamps[file] for file in stamped(content, path, digests)},
            )
            for path, digests in unpacked("", self.digests).items()
        }

    def _read(self, shared: Sequence[Noun]) -> tuple[Read, ...]:
        return (*unfolded(self.releases, shared), *self.others)


KINDS = (Book, Folded)
"""What a book consists of besides nouns, for packing."""


def bound(folders: Sequence[Remembered], shared: Sequence[Noun]) -> Book:
    """Answer the folders as a book. `shared` are nouns that many texts hold: whoever opens the book has them too."""
    stamps = {file: stamp for known in folders for file, stamp in known.stamps.items()}
    texts = [text for known in folders for text in known.read]
    releases = [text for text in texts if isinstance(text, Release)]
    return Book(
        names=frozenset(known.path.rpartition("/")[2] for known in folders),
        stamps=stamps,
        youngest=max(modified for _, _, modified in stamps.values()),
        latest=max(known.latest for known in folders),
        led={known.path: known.led for known in folders if known.led},
        galleys={digest: place for known in folders for digest, place in known.galleys.items()},
        releases=folded(Release, releases, _AT_HAND, shared),
        others=tuple(text for text in texts if not isinstance(text, Release)),
        digests=packed("", {known.path: dict(known.digests) for known in folders}),
    )


def stamped(content: str, path: str, names: Collection[str]) -> list[str]:
    """Answer where a survey of the content finds a folder and the files with these names in it."""
    folder = f"{content}/{path}"
    return [folder, *(f"{folder}/{name}" for name in names)]
