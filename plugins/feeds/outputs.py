"""The list of what this room makes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from plugins.edition.stage import Stage
from plugins.feeds import atom, calendar, jsonfeed, rss
from plugins.feeds.article import Articles
from plugins.feeds.channel import SHELF, Channel, Item, Part, channels
from plugins.feeds.told import Entries, Told
from plugins.feeds.words import words_input
from plugins.newsroom import Bundle, Input, Newsroom, Output, Release, Thread, fingerprint

Format = Callable[[Part, Sequence[Told]], bytes]

FORMATS: dict[str, Format] = {"atom": atom.render, "json": jsonfeed.render, "rss": rss.render}


def outputs(stage: Stage) -> Iterator[Output | Bundle]:
    """Answer the feeds of every language in every format, and the calendars."""
    newsroom = stage.newsroom
    articles = Articles(newsroom, stage.bodies)
    entries = Entries(articles)
    made_from = _Inputs(articles)
    for language in newsroom.languages:
        for channel in channels(newsroom, language):
            yield from _shelves(channel, stage, entries, made_from)
        yield from _calendar(newsroom, language)


def _shelves(channel: Channel, stage: Stage, entries: Entries, made_from: "_Inputs") -> Iterator[Bundle]:
    """Answer the feed's front with the parts of its archive that fill no shelf yet, and the full shelves."""
    full = channel.archived - channel.archived % SHELF
    loose = partial(_parts, channel, (None, *range(full + 1, channel.archived + 1)), stage, entries, made_from)
    yield stage.bundle(channel.id, channel.releases, loose, *_instead(channel.releases, stage.newsroom))
    for first in range(1, full + 1, SHELF):
        shelf = range(first, first + SHELF)
        read = [release for number in shelf for release in _releases(channel.part(number).items)]
        made = partial(_parts, channel, shelf, stage, entries, made_from)
        yield stage.bundle(f"{channel.id} from part {first}", read, made, *_instead(read, stage.newsroom))


def _parts(
    channel: Channel, numbers: Iterable[int | None], stage: Stage, entries: Entries, made_from: "_Inputs"
) -> Iterator[Bundle]:
    for part in map(channel.part, numbers):
        made = partial(_in_every_format, part, entries, made_from)
        releases = _releases(part.items)
        instead = _instead(releases, stage.newsroom)
        yield stage.bundle(f"part {part.number}", releases, made, str(part.older), *instead)


def _releases(items: Sequence[Item]) -> list[Release]:
    """Answer the releases that are told of with these items; assignments are part of the ground."""
    return [release for item in items for release in (item.answers if isinstance(item, Thread) else (item,))]


def _instead(releases: Sequence[Release], newsroom: Newsroom) -> Iterator[str]:
    """Answer the fingerprints of what is to be read instead of any of these."""
    return (release.input.fingerprint for release in newsroom.replacing(releases))


def _in_every_format(part: Part, entries: Entries, made_from: "_Inputs") -> Iterator[Output]:
    inputs = made_from.of(part)
    for ending, write in FORMATS.items():
        yield Output(path=part.address(ending), inputs=inputs, render=partial(_render, write, part, entries))


def _render(write: Format, part: Part, entries: Entries) -> bytes:
    return write(part, entries.of(part))


def _calendar(newsroom: Newsroom, language: str) -> Iterator[Output]:
    """Answer the calendar, unless there is nothing in it: a calendar must have an event (RFC 5545, section 3.6)."""
    told = tuple(a for a in newsroom.listed_assignments(language) if a.deadlines)
    if told:
        yield Output(
            path=newsroom.addresses.calendar(language),
            inputs=(*_room(newsroom, language), *(assignment.input for assignment in told)),
            render=partial(calendar.render, newsroom, language),
        )


class _Inputs:
    """Says what feeds are made from. A release's fingerprint is taken once, however many feeds it stands in."""

    def __init__(self, articles: Articles) -> None:
        self._articles = articles
        self._known: dict[str, tuple[Input, ...]] = {}

    def of(self, part: Part) -> tuple[Input, ...]:
        channel = part.channel
        # which texts it holds, beside what they are: one may also be read only to be named in another
        holds = Input(f"feed:{channel.id}", fingerprint(repr(part.older), *(item.source for item in part.items)))
        read = (each for item in part.items for each in self._of(item))
        return (*_room(self._articles.newsroom, channel.language), holds, *dict.fromkeys(read))

    def _of(self, item: Item) -> tuple[Input, ...]:
        if isinstance(item, Thread):
            return (item.assignment.input, *(answer.input for answer in item.answers))
        return self._of_release(item)

    def _of_release(self, release: Release) -> tuple[Input, ...]:
        if release.source not in self._known:
            instead = self._articles.replacement(release)
            self._known[release.source] = (release.input, instead.input) if instead else (release.input,)
        return self._known[release.source]


def _room(newsroom: Newsroom, language: str) -> tuple[Input, ...]:
    return (newsroom.input, newsroom.site.input, newsroom.addresses.input, words_input(language))
