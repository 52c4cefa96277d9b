"""What a feed is about, which texts it holds, and how it is cut into a front and an archive."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal

from plugins.feeds.words import words
from plugins.newsroom import Newsroom, Release, ReleaseType, Thread, Topic

Item = Release | Thread
"""What a feed tells of: a release, or an assignment with the releases that answer to it."""

Kind = Literal["releases", "keyword", "type", "audience", "assignments"]

PART = 20
"""How many items an archive part holds; the front holds from this many to one less than twice as many."""

SHELF = 25
"""Parts of an archive that are looked into together when one of them has changed; nothing new reaches them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Channel:
    """One feed in one language, whatever format it is written in: of all releases, of a topic's, or of the assignments.

    `releases` are those that it is made from, and maybe others: of one room's hundreds of feeds a build looks into a
    dozen, so what a feed is like is worked out when somebody asks. The feed of all releases has an archive, in which
    each is found once; a topic's older ones are on its page.
    """

    newsroom: Newsroom
    language: str
    kind: Kind
    topic: Topic | None = None
    releases: tuple[Release, ...]

    @property
    def id(self) -> str:
        """Answer a tag URI (RFC 4151) that never changes."""
        kind = "" if self.kind == "releases" else f"/{self.kind}"
        topic = f"/{self.topic.slug}" if self.topic else ""
        return f"tag:{self.newsroom.publisher.tag_authority}:feed/{self.language}{kind}{topic}"

    @property
    def title(self) -> str:
        _ = words(self.language).gettext
        title = _("{publisher} – press room") if self.kind == "releases" else _("{publisher} – {topic}")
        return self._told(title)

    @property
    def description(self) -> str:
        _ = words(self.language).gettext
        description = {
            "releases": _("News and press releases from {publisher} in full text."),
            "keyword": _("News from {publisher} with the keyword “{topic}”, in full text."),
            "type": _("News from {publisher} of the type “{topic}”, in full text."),
            "audience": _("News from {publisher} for the audience “{topic}”, in full text."),
            "assignments": _("Government assignments to {publisher}, and the news that answers to them."),
        }[self.kind]
        if self.newsroom.demonstration:
            description += " " + _("This is an unofficial demonstration that {publisher} does not answer for.")
        return self._told(description)

    @property
    def publisher(self) -> str:
        return self.newsroom.publisher.label[self.language]

    @property
    def address(self) -> str:
        """Answer the folder that the feed lies in, which is also the page it belongs to."""
        addresses = self.newsroom.addresses
        if self.topic:
            address: str = getattr(addresses, self.kind)(self.language, self.topic.slug)
            return address
        return addresses.home(self.language) if self.kind == "releases" else addresses.section(self.language, self.kind)

    @property
    def url(self) -> str:
        """Answer the whole address of the page that the feed belongs to."""
        return self.newsroom.site.absolute(self.address)

    @property
    def has_archive(self) -> bool:
        return self.kind == "releases"

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Answer all that the feed ever held, in the order in which it became news, newest first.

        A release that was taken over becomes news when it is corrected or withdrawn. It is then an item like a new one:
        in the place of its publication, long ago, it would move every item of the archive after it.
        """
        if self.kind == "assignments":
            return self.newsroom.threads(self.language)
        told = [r for r in self.releases if r.language == self.language and (r.imported is None or r.news)]
        if any(release.imported for release in told):  # else they stand so already
            told.sort(key=_became_news, reverse=True)
        return tuple(told)

    @property
    def founded(self) -> datetime:
        """Answer the constant moment that an empty feed was updated: the day from which the publisher's tags hold, a
        missing month or day being the first (RFC 4151, section 2.1).
        """
        written = self.newsroom.publisher.tag_authority.partition(",")[2]
        year, month, day = (*map(int, written.split("-")), 1, 1)[:3]
        return datetime(year, month, day, tzinfo=UTC)

    @property
    def archived(self) -> int:
        """Answer how many parts the archive has."""
        return self._older if self.has_archive else 0

    def part(self, number: int | None) -> "Part":
        """Answer the front (None): the newest items, and the latest revisions among all others. Or a part of the
        archive.

        Those are numbered from the oldest, 1, and hold exactly `PART` items each, so that a newer release never changes
        one (RFC 5005, section 4).
        """
        if number is None:
            newest = len(self.items) - self._older * PART
            items = (*self.items[:newest], *self._revised(newest))
            return Part(channel=self, number=None, items=items, older=self.archived or None)
        start = len(self.items) - number * PART
        return Part(channel=self, number=number, items=self.items[start : start + PART], older=number - 1 or None)

    @property
    def _older(self) -> int:
        return max(0, len(self.items) // PART - 1)

    def _revised(self, archived: int) -> tuple[Item, ...]:
        """Answer those of the feed's `PART` latest revisions that only its archive would tell of: the items from the
        place `archived` on.
        """
        items = self.items
        revised = [place for place, item in enumerate(items) if item.revision > 1]
        latest = sorted(revised, key=lambda place: (items[place].updated, items[place].source), reverse=True)[:PART]
        return tuple(items[place] for place in sorted(latest) if place >= archived)

    def _told(self, text: str) -> str:
        return text.format(publisher=self.publisher, topic=self._topic)

    @property
    def _topic(self) -> str:
        if self.topic is None:
            return words(self.language).gettext("Government assignments")
        label = self.topic.plural if isinstance(self.topic, ReleaseType) else self.topic.label
        return label[self.language]


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
        return self.channel.newsroom.local(latest)

    def address(self, ending: str) -> str:
        """Answer the file's address in the format with that ending (`rss`)."""
        return _address(self.channel, self.number, ending)

    def url(self, ending: str) -> str:
        """Answer the whole address of this very document."""
        return self.channel.newsroom.site.absolute(self.address(ending))

    def current_url(self, ending: str) -> str:
        """Answer the whole address of the front."""
        return self.channel.newsroom.site.absolute(_address(self.channel, None, ending))

    def older_url(self, ending: str) -> str | None:
        """Answer the whole address of the archive part that comes before; None = this is the oldest."""
        if self.older is None:
            return None
        return self.channel.newsroom.site.absolute(_address(self.channel, self.older, ending))


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
    yield Channel(newsroom=newsroom, language=language, kind="releases", releases=newsroom.written_in(language))
    topics: dict[Kind, tuple[Topic, ...]] = {
        "keyword": newsroom.keywords,
        "type": newsroom.types,
        "audience": newsroom.audiences,
    }
    listed = newsroom.listed_under(language)
    for kind, listed_topics in topics.items():
        for topic in listed_topics:
            releases = listed.get((kind, topic.slug), ())
            if any(release.language == language for release in releases):
                yield Channel(newsroom=newsroom, language=language, kind=kind, topic=topic, releases=releases)
    if threads := newsroom.threads(language):
        answers = tuple(answer for thread in threads for answer in thread.answers)
        yield Channel(newsroom=newsroom, language=language, kind="assignments", releases=answers)


def _became_news(release: Release) -> datetime:
    return release.published if release.imported is None else release.news[0]


def _address(channel: Channel, number: int | None, ending: str) -> str:
    return f"{channel.address}feed.{ending}" if number is None else f"{channel.address}feed-{number}.{ending}"
