"""A folder of the content, read: its texts in every language, their faults, and what else is to be known of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from plugins.newsroom import Assignment, Fault, Faults, Page, Release
from plugins.reading import assignments, pages, releases
from plugins.reading.memory import Memory
from plugins.reading.remembered import Read, Remembered
from plugins.reading.selection import Kind, Selected
from plugins.reading.surroundings import Surroundings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a folder. `galleys` says at which places the bodies are kept, by their digests; `remembered` is
    None if the folder is to be read again next time.
    """

    texts: tuple[Read, ...]
    faults: list[Fault]
    galleys: dict[str, str]
    remembered: Remembered | None


class Collector:
    """Lets reading go on after a faulty file, so that all faults are told."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults

    def one(self, action: Callable[[], T]) -> T | None:
        """Answer what the action answers, or note its faults and answer None."""
        try:
            return action()
        except Faults as found:
            self.faults += found.faults
            return None


def folders(selected: Iterable[Selected]) -> list[list[Selected]]:
    """Answer the language versions in each folder, the original first."""
    found: dict[str, list[Selected]] = defaultdict(list)
    for one in selected:
        found[one.source.folder].append(one)
    for ones in found.values():
        ones.sort(key=lambda one: (not one.source.is_original, one.source.path))
    return list(found.values())


def read(ones: list[Selected], around: Surroundings, memory: Memory) -> Outcome:
    """Answer what comes of a folder, of which the original is the first."""
    faults: list[Fault] = []
    source = ones[0].source
    texts = tuple(_READ[source.kind](ones, around, Collector(faults)))
    galleys: dict[str, str] = {}
    led: dict[str, str] = {}
    for text in texts:
        galleys[text.body_digest], leads = around.bodies.kept(text)
        led |= leads
    digests = around.digests(source.file.parent)
    remembered = None if faults else memory.noted(source.folder, texts, galleys, led, digests)
    return Outcome(texts, faults, galleys, remembered)


def _releases(ones: list[Selected], around: Surroundings, collector: Collector) -> list[Release]:
    first, *others = ones
    original = collector.one(partial(releases.original, first, around))
    if original is None:
        return []
    texts = [collector.one(partial(releases.translation, other, original, around)) for other in others]
    return releases.together([original, *filter(None, texts)])


def _assignments(ones: list[Selected], around: Surroundings, collector: Collector) -> list[Assignment]:
    first, *others = ones
    original = collector.one(partial(assignments.read, first, None, around))
    if original is None:
        return []
    texts = [collector.one(partial(assignments.read, other, original, around)) for other in others]
    return assignments.together([original, *filter(None, texts)])


def _pages(ones: list[Selected], around: Surroundings, collector: Collector) -> list[Page]:
    language = ones[0].source.language
    texts = [collector.one(partial(pages.read, one, language, around)) for one in ones]
    return pages.together(filter(None, texts))


_READ: Mapping[Kind, Callable[[list[Selected], Surroundings, Collector], Iterable[Read]]] = {
    Kind.RELEASE: _releases,
    Kind.ASSIGNMENT: _assignments,
    Kind.PAGE: _pages,
}
