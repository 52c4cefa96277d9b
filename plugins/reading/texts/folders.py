"""A folder of the content, read: its texts in every language, their faults, and what else is to be known of it."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

from plugins.newsroom import Assignment, Fault, Faults, Page, Release
from plugins.reading.manuscripts.schema import ReleaseShape
from plugins.reading.memory.remembered import Read, noted
from plugins.reading.selection import Kind, Selected
from plugins.reading.surroundings import Surroundings
from plugins.reading.texts import assignments, pages, releases
from plugins.reading.texts.outcome import Outcome
from plugins.reading.typesetting import bodies

T = TypeVar("T")


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


def prepare() -> None:
    """Make ready what the first text would wait for; most are releases."""
    ReleaseShape.model_rebuild()
    bodies.prepare()


def read_all(found: Iterable[list[Selected]], around: Surroundings) -> list[Outcome]:
    """Answer what comes of the folders, in their order, when their bodies can be found by others too."""
    outcomes = [read(ones, around) for ones in found]
    around.galleys.lock()
    return outcomes


def read(ones: list[Selected], around: Surroundings) -> Outcome:
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
    known = None if faults else noted(source.folder, texts, galleys, led, digests, around.content, around.survey)
    return Outcome(texts, faults, galleys, known)


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
