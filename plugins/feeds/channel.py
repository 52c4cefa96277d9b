"""What a feed is about, which texts it holds, and how it is cut into a front and an archive."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from plugins.feeds.words import words
from plugins.newsroom import Localized, Newsroom, Release, Site, Thread

Item = Release | Thread
"""What a feed tells of: a release, or an assignment with the releases that answer to it."""

PART = 20
"""How many items an archive part holds; the front holds from this many to one less than twice as many."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One feed in one language, whatever format it is written in.

    `id` is a tag URI (RFC 4151) that never changes; `address` is the folder it lies in, which is also the page it
    belongs to. `items` are all that it ever held, the newest news first. `founded` is the constant moment that an
    empty feed was updated: the day from which the publisher's tags hold. The feed of all releases has an archive, in
    which each is found once; a subject's older ones are on its page.
    """

    id: str
    language: str
    title: str
    description: str
    address: str
    items: tuple[Item, ...]
    publisher: str
    publisher_url: str
    founded: datetime
    has_archive: bool
    site: Site
    timezone: ZoneInfo

    @property
    def url(self) -> str:
        """Answer the whole address of the page that the feed belongs to."""
        return self.site.absolute(self.address)

    def parts(self) -> "Iterator[Part]":
        """Answer the front and then the archive's parts, newest first.

        The parts are numbered from the oldest and hold exactly `PART` items each, so that a newer release never
        changes one (RFC 5005, section 4).
        """
        count = max(0, len(self.items) // PART - 1)
        newest = len(self.items) - count * PART
        yield Part(
            channel=self,
            number=None,
            items=(*self.items[:newest], *self._revised(self.items[newest:])),
            older=count if count and self.has_archive else None,
        )
        if not self.has_archive:
            return
        for number in range(count, 0, -1):
            start = len(self.items) - number * PART
            items = self.items[start : start + PART]
            yield Part(channel=self, number=number, items=items, older=number - 1 or None)

    def _revised(self, archived: tuple[Item, ...]) -> tuple[Item, ...]:
        """Answer those of the feed's `PART` latest revisions that only its archive would tell of."""
        revised = (item for item in self.items if item.revision > 1)
        latest = {each.source for each in sorted(revised, key=lambda i: (i.updated, i.source), reverse=True)[:PART]}
        return tuple(item for item in archived if item.source in latest)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One document of a feed: its front (`number` None), which readers subscribe to, or a part of its archive.

    `older` is the number of the archive part that comes before it; None = there is none.
    """

    channel: Channel
    number: int | None
    items: tuple[Item, ...]
    older: int | None

    @property
    def updated(self) -> datetime:
        """Answer when the latest revision of any of its items was made; never when it was written."""
        latest = max((item.updated for item in self.items), default=self.channel.founded)
        return latest.astimezone(self.channel.timezone)

    def address(self, ending: str) -> str:
        """Answer the file's address in the format with that ending (`rss`)."""
        return _address(self.channel, self.number, ending)

    def url(self, ending: str) -> str:
        """Answer the whole address of this very document."""
        return self.channel.site.absolute(self.address(ending))

    def current_url(self, ending: str) -> str:
        """Answer the whole address of the front."""
        return self.channel.site.absolute(_address(self.channel, None, ending))

    def older_url(self, ending: str) -> str | None:
        """Answer the whole address of the archive part that comes before; None = this is the oldest."""
        if self.older is None:
            return None
        return self.channel.site.absolute(_address(self.channel, self.older, ending))


def archive_links(part: Part, ending: str) -> list[tuple[str, str]]:
    """Answer relation and address of each link to other documents of the same feed.

    Never one to a newer part: then a new release would change its neighbour in the archive.
    """
    links = []
    if part.number is not None:
        links.append(("current", part.current_url(ending)))
    if older := part.older_url(ending):
        links.append(("prev-archive", older))
    return links


def channels(newsroom: Newsroom, language: str) -> Iterator[Channel]:
    """Answer the feeds in one language: of all releases, then of each keyword, type and audience that has any, and of
    the assignments.
    """
    _ = words(language).gettext
    addresses = newsroom.addresses
    releases = newsroom.written_in(language)
    news = _news(releases)
    home = _Subject((), addresses.home(language), None, _("News and press releases from {publisher} in full text."))
    yield _channel(newsroom, language, home, news)
    subjects = [
        *(
            _Subject(
                ("keyword", keyword.slug),
                addresses.keyword(language, keyword.slug),
                keyword.label,
                _("News from {publisher} with the keyword “{topic}”, in full text."),
            )
            for keyword in newsroom.keywords
        ),
        *(
            _Subject(
                ("type", kind.slug),
                addresses.type(language, kind.slug),
                kind.plural,
                _("News from {publisher} of the type “{topic}”, in full text."),
            )
            for kind in newsroom.types
        ),
        *(
            _Subject(
                ("audience", audience.slug),
                addresses.audience(language, audience.slug),
                audience.label,
                _("News from {publisher} for the audience “{topic}”, in full text."),
            )
            for audience in newsroom.audiences
        ),
    ]
    held = _by_subject(news)
    used = held if len(news) == len(releases) else _by_subject(releases)
    for subject in subjects:
        if subject.key in used:
            yield _channel(newsroom, language, subject, tuple(held.get(subject.key, ())))
    if threads := newsroom.threads(language):
        description = _("Government assignments to {publisher}, and the news that answers to them.")
        label = Localized.of({language: _("Government assignments")})
        subject = _Subject(("assignments",), addresses.section(language, "assignments"), label, description)
        yield _channel(newsroom, language, subject, threads)


class _Subject(NamedTuple):
    key: tuple[str, ...]
    address: str
    label: Localized | None
    description: str


def _news(releases: Iterable[Release]) -> tuple[Release, ...]:
    """Answer the releases that feeds tell of, in the order in which they became news, newest first.

    One that was taken over becomes news when it is corrected or withdrawn. It is then an item like a new one: in the
    place of its publication, long ago, it would move every item of the archive after it.
    """
    told = (release for release in releases if release.news)
    return tuple(sorted(told, key=lambda release: release.news[0], reverse=True))


def _by_subject(releases: Iterable[Release]) -> dict[tuple[str, ...], list[Release]]:
    held: dict[tuple[str, ...], list[Release]] = defaultdict(list)
    for release in releases:
        held["type", release.type.slug].append(release)
        for keyword in release.keywords:
            held["keyword", keyword.slug].append(release)
        for audience in release.audiences:
            held["audience", audience.slug].append(release)
    return held


def _channel(newsroom: Newsroom, language: str, subject: _Subject, items: tuple[Item, ...]) -> Channel:
    _ = words(language).gettext
    publisher = newsroom.publisher.label[language]
    topic = subject.label[language] if subject.label else None
    title = _("{publisher} – {topic}") if topic else _("{publisher} – press room")
    description = subject.description
    if newsroom.demonstration:
        description += " " + _("This is an unofficial demonstration that {publisher} does not answer for.")
    key = "/".join(("feed", language, *subject.key))
    return Channel(
        id=f"tag:{newsroom.publisher.tag_authority}:{key}",
        language=language,
        title=title.format(publisher=publisher, topic=topic),
        description=description.format(publisher=publisher, topic=topic),
        address=subject.address,
        items=items,
        publisher=publisher,
        publisher_url=newsroom.publisher.url,
        founded=_founded(newsroom.publisher.tag_authority),
        has_archive=topic is None,
        site=newsroom.site,
        timezone=newsroom.timezone,
    )


def _founded(tag_authority: str) -> datetime:
    """Answer the date of a tag authority; a missing month or day is the first (RFC 4151, section 2.1)."""
    year, month, day = (*map(int, tag_authority.partition(",")[2].split("-")), 1, 1)[:3]
    return datetime(year, month, day, tzinfo=UTC)


def _address(channel: Channel, number: int | None, ending: str) -> str:
    return f"{channel.address}feed.{ending}" if number is None else f"{channel.address}feed-{number}.{ending}"
