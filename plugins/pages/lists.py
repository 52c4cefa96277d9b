"""Lists of releases: what they show, how they are cut into parts, and the pages that they make.

A list's own page holds its newest releases. The older ones lie in parts of exactly `PART`, numbered from the oldest,
so that a new release never changes a part: parts don't lead to newer ones, and nothing says how many there are.
The parts of a long list stand on shelves of `SHELF`: once a shelf is full, nothing new reaches it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Generic, TypeVar

from plugins.edition.stage import Stage
from plugins.newsroom import Addresses, Bundle, Input, Newsroom, Noun, Output, Release, State, fingerprint
from plugins.pages.subjects import Subject, Subjects
from plugins.pages.theme import Theme

PART = 20
SHELF = 25
"""Parts that are looked into together when one of them has changed."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Noun):
    """What a list shows of a release: a change of anything else does not touch the list.

    `type` is the label in the list's language; `updated` None = as first published; a withdrawn release has no lead.
    """

    language: str
    address: str
    title: str
    lead: str
    type: str
    published: datetime
    updated: datetime | None
    withdrawn: bool
    state: State

    @classmethod
    def of(cls, release: Release, language: str) -> "Entry":
        withdrawn = release.withdrawn is not None
        return cls(
            language=release.language,
            address=release.address,
            title=release.title,
            lead="" if withdrawn else release.lead,
            type=release.type.label[language],
            published=release.published,
            updated=release.updated if release.revision > 1 and not withdrawn else None,
            withdrawn=withdrawn,
            state=release.state,
        )

    @property
    def name(self) -> str:
        return f"entry:{self.address}"

    def __hash__(self) -> int:
        return hash(self.address)  # asked for in every list that the release is in


class Entries:
    """What lists in one language show of a newsroom's releases: the same in each of the lists that a release is in."""

    def __init__(self, newsroom: Newsroom, language: str) -> None:
        self._newsroom = newsroom  # so that no other release ever has the id of one of its own
        self._language = language
        self._known: dict[int, Entry] = {}

    def of(self, release: Release) -> Entry:
        if id(release) not in self._known:
            self._known[id(release)] = Entry.of(release, self._language)
        return self._known[id(release)]


@dataclass(frozen=True, slots=True)
class Parts(Generic[T]):
    """Items, newest first, cut so that more can come: `newest` (20–39, or all there are) and the `older` ones.

    The oldest of them is `older[0]`. There are as many parts `before` it, which these don't hold.
    """

    newest: tuple[T, ...]
    older: tuple[tuple[T, ...], ...]
    before: int = 0

    @classmethod
    def of(cls, items: Sequence[T], before: int = 0) -> "Parts[T]":
        """Answer the parts of these items, after which come those `before` them."""
        end = len(items) - PART * older_than_newest(items)
        return cls(newest=tuple(items[:end]), older=_cut(items[end:]), before=before)

    @classmethod
    def all_old(cls, items: Sequence[T], before: int) -> "Parts[T]":
        """Answer the parts of items none of which is among the newest."""
        return cls(newest=(), older=_cut(items), before=before)

    def numbered(self) -> Iterator[tuple[int | None, tuple[T, ...], int | None]]:
        """Answer each page's number (None = the list's own page), items, and the number of the next older part."""
        if self.newest or not self.older:
            yield None, self.newest, self.before + len(self.older) or None
        for number, items in enumerate(self.older, start=self.before + 1):
            yield number, items, number - 1 or None


def older_than_newest(items: Sequence[object]) -> int:
    """Answer how many parts there are beside the newest items."""
    return max(0, len(items) // PART - 1)


def _cut(items: Sequence[T]) -> tuple[tuple[T, ...], ...]:
    """Answer the items part by part, the oldest part first."""
    return tuple(tuple(items[end - PART : end]) for end in range(len(items), 0, -PART))


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One list of releases in one language: all of them, a year's, or a subject's."""

    language: str
    address_in: Callable[[str], str]
    releases: tuple[Release, ...]
    year: int | None = None
    subject: Subject | None = None

    def is_partial(self, newsroom: Newsroom) -> bool:
        """Answer whether only the list in the newsroom's first language holds everything."""
        return self.language != newsroom.language and (self.year is not None or self.subject is not None)

    @cached_property
    def about(self) -> str:
        """Answer what the list is of, as a text that differs between lists."""
        return repr((self.year, self.subject))


def outputs(
    stage: Stage, subjects: Subjects, entries: Entries, theme: Theme, language: str
) -> Iterator[Output | Bundle]:
    """Answer every list of releases in the language, part by part, and the two pages that lead to them."""
    newsroom = stage.newsroom
    for listing in _listings(newsroom, subjects, language):
        yield from _shelves(listing, entries, stage, theme)
    yield _keywords(newsroom, subjects, theme, language)
    yield _archive(newsroom, subjects, theme, language)


def part_in(addresses: Addresses, address_in: Callable[[str], str], number: int | None) -> Callable[[str], str]:
    """Answer, as a function of language, where a part of a list is; None = the list's own page."""
    if number is None:
        return address_in
    return lambda language: addresses.part(language, address_in(language), number)


def years(releases: Iterable[Release]) -> list[int]:
    """Answer the years that have any release, the newest first."""
    return sorted({release.year for release in releases}, reverse=True)


def _listings(newsroom: Newsroom, subjects: Subjects, language: str) -> Iterator[Listing]:
    addresses, releases = newsroom.addresses, newsroom.listed(language)
    yield Listing(language=language, address_in=partial(addresses.section, key="releases"), releases=releases)
    for year, told in _told_by_year(newsroom, language).items():
        yield Listing(
            language=language, address_in=partial(addresses.year, year=year), releases=tuple(told), year=year
        )
    for subject in subjects:
        yield Listing(
            language=language,
            address_in=partial(getattr(addresses, subject.kind), slug=subject.slug),
            releases=subjects.releases(subject),
            subject=subject,
        )


def _told_by_year(newsroom: Newsroom, language: str) -> dict[int, list[Release]]:
    """Answer what the lists by year hold, the newest year first: all of it in the first language, in another only what
    is written in it, which may be nothing.
    """
    listed = newsroom.listed(language)
    found: dict[int, list[Release]] = {year: [] for year in years(listed)}
    for release in listed if language == newsroom.language else newsroom.written_in(language):
        found[release.year].append(release)
    return found


def _shelves(listing: Listing, entries: Entries, stage: Stage, theme: Theme) -> Iterator[Bundle]:
    """Answer the list's own page with the older parts that fill no shelf yet, and the full shelves."""
    releases, name = listing.releases, f"list {listing.address_in(listing.language)}"
    full = older_than_newest(releases) // SHELF * SHELF
    loose = releases[: len(releases) - full * PART] if full else releases
    made = partial(_pages, listing, partial(Parts.of, loose, full), entries, stage, theme)
    yield stage.bundle(name, loose, made, str(full), listing.about)
    for before in range(0, full, SHELF):
        end = len(releases) - before * PART
        shelf = releases[end - SHELF * PART : end]
        made = partial(_pages, listing, partial(Parts.all_old, shelf, before), entries, stage, theme)
        yield stage.bundle(f"{name} from part {before + 1}", shelf, made, listing.about)


def _pages(
    listing: Listing, parts: Callable[[], Parts[Release]], entries: Entries, stage: Stage, theme: Theme
) -> Iterator[Bundle]:
    for number, releases, older in parts().numbered():
        page = partial(_page, listing, number, releases, older, entries, stage.newsroom, theme)
        yield stage.bundle(f"part {number}", releases, page, str(older), listing.about)


def _page(
    listing: Listing,
    number: int | None,
    releases: Iterable[Release],
    older: int | None,
    entries: Entries,
    newsroom: Newsroom,
    theme: Theme,
) -> Iterator[Output]:
    language, subject = listing.language, listing.subject
    shown = [entries.of(release) for release in releases]
    about = (Input("list", fingerprint(listing.about)), Input("older part", fingerprint(str(older))))
    yield theme.page(
        "list.html",
        language,
        _addresses(listing, number, newsroom, theme),
        (*about, *(entry.input for entry in shown)),
        section="keywords" if subject and subject.kind == "keyword" else "releases",
        feed=subject if subject and subject.has_feed else None,
        year=listing.year,
        subject=subject,
        entries=shown,
        list_address=listing.address_in(language),
        complete=listing.address_in(newsroom.language) if listing.is_partial(newsroom) else None,
        number=number,
        older=older,
    )


def _addresses(listing: Listing, number: int | None, newsroom: Newsroom, theme: Theme) -> dict[str, str]:
    """Answer where the same part is in every language: another language's list by year or subject has other parts."""
    address_in = part_in(newsroom.addresses, listing.address_in, number)
    if number is None or (listing.year is None and listing.subject is None):
        return theme.everywhere(address_in)
    return {listing.language: address_in(listing.language)}


def _keywords(newsroom: Newsroom, subjects: Subjects, theme: Theme, language: str) -> Output:
    return theme.page(
        "keywords.html",
        language,
        theme.section("keywords"),
        (subjects.input_of("keyword"),),
        section="keywords",
        keywords=subjects.of_kind("keyword"),
    )


def _archive(newsroom: Newsroom, subjects: Subjects, theme: Theme, language: str) -> Output:
    published = years(newsroom.listed(language))
    return theme.page(
        "archive.html",
        language,
        theme.section("archive"),
        (Input("years", fingerprint(repr(published))), subjects.input_of("type"), subjects.input_of("audience")),
        section="releases",
        years=published,
        types=subjects.of_kind("type"),
        audiences=subjects.of_kind("audience"),
    )
