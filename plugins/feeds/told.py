"""What one document of a feed tells of, made when it must be written, once for all the feeds that it stands in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from plugins.feeds.article import Articles
from plugins.feeds.channel import Item, Part
from plugins.feeds.clippings import Clippings
from plugins.feeds.entry import Entry, entry_of
from plugins.newsroom import Release

REMEMBERED = 256
"""How many entries are kept in memory: those of one document are wanted again at once, in another format."""


class Entries:
    """Makes entries of texts, when they must be written: once for each format, however many feeds they stand in."""

    def __init__(self, articles: Articles) -> None:
        self._articles = articles
        self._made: dict[str, Entry] = {}
        self.clippings = Clippings()

    def of(self, part: Part) -> "tuple[Told, ...]":
        """Answer what one document of a feed tells of, in its order."""
        return tuple(Told(item, self) for item in part.items)

    def made(self, item: Item) -> Entry:
        if item.source not in self._made:
            if len(self._made) == REMEMBERED:
                self._made.clear()
            self._made[item.source] = entry_of(item, self._articles)
        return self._made[item.source]


@dataclass(frozen=True, slots=True)
class Told:
    """A text that a feed tells of."""

    item: Item
    entries: Entries

    @property
    def entry(self) -> Entry:
        return self.entries.made(self.item)

    @property
    def is_withdrawn(self) -> bool:
        return isinstance(self.item, Release) and self.item.withdrawn is not None

    def clipping(self, ending: str) -> bytes | None:
        """Answer what was written of it in the format, in this feed or another; None = nothing yet."""
        return self.entries.clippings.find(self.item.source, ending)

    def keep(self, ending: str, clipping: bytes) -> None:
        """Keep what was written of it in the format."""
        self.entries.clippings.keep(self.item.source, ending, clipping)


def pasted(
    told: Sequence[Told], ending: str, write: Callable[[Sequence[Told]], bytes], begins: bytes, end: bytes
) -> bytes:
    """Answer the document that `write` would write of all that is told, but let it write only what wasn't before.

    What is told of a release begins with the line `begins`, and the last ends where `end`, the document's end, begins.
    XML has a `<` nowhere but in its tags, so no text looks like either.
    """
    known = [each.clipping(ending) for each in told]
    new = [each for each, clipping in zip(told, known, strict=True) if clipping is None]
    head, *cut = write(new).removesuffix(end).split(begins)
    clippings = [begins + rest for rest in cut]
    for each, clipping in zip(new, clippings, strict=True):
        each.keep(ending, clipping)
    written = iter(clippings)
    return b"".join((head, *(next(written) if clipping is None else clipping for clipping in known), end))
