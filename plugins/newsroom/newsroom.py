"""The whole press room at one moment, read once and never changed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from plugins.newsroom.addresses import Addresses
from plugins.newsroom.assignment import Assignment
from plugins.newsroom.contact import Contact
from plugins.newsroom.image import Document, Image, Terms
from plugins.newsroom.localized import Localized
from plugins.newsroom.output import Input, Noun
from plugins.newsroom.page import Page
from plugins.newsroom.release import Release
from plugins.newsroom.site import Site
from plugins.newsroom.thread import Thread
from plugins.newsroom.topics import Audience, Keyword, ReleaseType


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher(Noun):
    """The agency. `tag_authority` is the domain and date that feed ids start with (RFC 4151), fixed for ever."""

    label: Localized
    url: str
    tag_authority: str
    organisation_number: str | None
    responsible_editor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityPolicy(Noun):
    """What security.txt says (RFC 9116): whom to tell about a flaw, and until when that holds."""

    contact: str
    expires: datetime
    policy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PressMaterial(Noun):
    """Wordmarks, portraits and documents that newsrooms may use at any time, with texts in one language."""

    language: str
    images: tuple[Image, ...]
    documents: tuple[Document, ...]


class Text(Protocol):
    """A noun with a body in a Markdown file: a release, an assignment or a page."""

    @property
    def source(self) -> str: ...
    @property
    def body_digest(self) -> str: ...


class Bodies(Protocol):
    """Gives the rendered body of a text when someone needs it, so that bodies are not carried around."""

    def html(self, text: Text) -> str:
        """Answer safe HTML whose links start at the root of the host; "" if the source has no body."""
        ...


class _Versioned(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def original_language(self) -> str: ...
    @property
    def published(self) -> datetime: ...


_V = TypeVar("_V", bound=_Versioned)


@dataclass(frozen=True, kw_only=True, eq=False)
class Newsroom:
    """Everything that is public at `now` (in a preview: everything), and what newsroom.yaml says.

    `releases` and `assignments` hold every language version, the newest first; equal times are ordered by id.
    `input` stands for newsroom.yaml as a whole: any page may show something from it.
    """

    now: datetime
    site: Site
    addresses: Addresses
    timezone: ZoneInfo
    languages: tuple[str, ...]
    demonstration: bool
    publisher: Publisher
    press_desk: Contact
    contacts: tuple[Contact, ...]
    keywords: tuple[Keyword, ...]
    types: tuple[ReleaseType, ...]
    audiences: tuple[Audience, ...]
    terms: tuple[Terms, ...]
    boilerplate: Localized
    introduction: Localized
    teaser: Localized
    subscription_promise: Localized
    subscription_endpoint: str | None
    security: SecurityPolicy | None
    press_materials: tuple[PressMaterial, ...]
    releases: tuple[Release, ...]
    assignments: tuple[Assignment, ...]
    pages: tuple[Page, ...]
    input: Input

    @property
    def language(self) -> str:
        """Answer the first language: that of the root."""
        return self.languages[0]

    def local(self, moment: datetime) -> datetime:
        """Answer the moment as the agency's clock shows it."""
        return moment.astimezone(self.timezone)

    @property
    def today(self) -> date:
        """Answer the day it is at the agency."""
        return self.local(self.now).date()

    @cached_property
    def by_id(self) -> dict[str, Release]:
        """Answer each release's original by its id."""
        return {r.id: r for r in self.releases if not r.is_translation}

    def listed(self, language: str) -> tuple[Release, ...]:
        """Answer each release once, newest first: in that language, or else the original."""
        return self._listed_releases[language]

    def written_in(self, language: str) -> tuple[Release, ...]:
        """Answer the releases that exist in that language, newest first: what a feed in that language holds."""
        return self._written_releases[language]

    def listed_under(self, language: str) -> dict[tuple[str, str], tuple[Release, ...]]:
        """Answer the releases of each type, audience and keyword in use, by kind and slug, newest first.

        In the newsroom's first language that is all of them; in another only those written in it, as in its feeds.
        """
        return self._listed_under[language]

    @cached_property
    def by_year(self) -> dict[int, tuple[Release, ...]]:
        """Answer every language version of the releases of each year, newest first; the newest year first."""
        found: dict[int, list[Release]] = {}
        for release in self.releases:
            found.setdefault(release.year, []).append(release)
        return {year: tuple(found[year]) for year in sorted(found, reverse=True)}

    def replacing(self, releases: Iterable[Release]) -> tuple[Release, ...]:
        """Answer, in every language, the releases that replace any of these."""
        if not self._any_is_replaced:
            return ()
        ids = {r.withdrawn.by for r in releases if r.withdrawn and r.withdrawn.by}
        return tuple(r for r in self.releases if r.id in ids) if ids else ()

    @cached_property
    def _any_is_replaced(self) -> bool:
        return any(r.withdrawn and r.withdrawn.by for r in self.releases)

    def press_material(self, language: str) -> PressMaterial:
        """Answer the press material with its texts in that language."""
        return next(m for m in self.press_materials if m.language == language)

    def listed_assignments(self, language: str) -> tuple[Assignment, ...]:
        """Answer each assignment once, newest first: in that language, or else the original."""
        return _in_language(self.assignments, language)

    def threads(self, language: str) -> tuple[Thread, ...]:
        """Answer the assignments that exist in that language with what answers to them, the newest first."""
        answers = self.answers(language)
        written = (a for a in self.listed_assignments(language) if a.language == language)
        return tuple(Thread(assignment=each, answers=answers.get(each.id, ())) for each in written)

    def answers(self, language: str) -> dict[str, tuple[Release, ...]]:
        """Answer, by the ids of assignments, the releases that answer to them, the newest first: in that language, or
        else the original.
        """
        return self._answers[language]

    @cached_property
    def _answers(self) -> dict[str, dict[str, tuple[Release, ...]]]:
        return {language: _answering(self.listed(language)) for language in self.languages}

    @cached_property
    def _listed_releases(self) -> dict[str, tuple[Release, ...]]:
        return {language: _in_language(self.releases, language) for language in self.languages}

    @cached_property
    def _written_releases(self) -> dict[str, tuple[Release, ...]]:
        return {
            language: tuple([release for release in self.listed(language) if release.language == language])
            for language in self.languages
        }

    @cached_property
    def _listed_under(self) -> dict[str, dict[tuple[str, str], tuple[Release, ...]]]:
        first, *others = self.languages
        found = {first: _under(self.listed(first))}
        for language in others:
            # a topic without any in this language is in use all the same
            found[language] = {**dict.fromkeys(found[first], ()), **_under(self.written_in(language))}
        return found


def _answering(releases: Iterable[Release]) -> dict[str, tuple[Release, ...]]:
    found: dict[str, list[Release]] = defaultdict(list)
    for release in (release for release in releases if release.responds_to):
        for id in dict.fromkeys(release.responds_to):
            found[id].append(release)
    return {id: tuple(answers) for id, answers in found.items()}


def _under(releases: Iterable[Release]) -> dict[tuple[str, str], tuple[Release, ...]]:
    types: dict[str, list[Release]] = defaultdict(list)
    keywords: dict[str, list[Release]] = defaultdict(list)
    audiences: dict[str, list[Release]] = defaultdict(list)
    for release in releases:
        types[release.type.slug].append(release)
        for keyword in release.keywords:
            keywords[keyword.slug].append(release)
        for audience in release.audiences:
            audiences[audience.slug].append(release)
    kinds = {"type": types, "keyword": keywords, "audience": audiences}
    return {(kind, slug): tuple(texts) for kind, topics in kinds.items() for slug, texts in topics.items()}


def _in_language(texts: Iterable[_V], language: str) -> tuple[_V, ...]:
    texts = tuple(texts)
    written = {text.id for text in texts if text.language == language}
    return tuple(
        [
            text
            for text in texts
            if text.language == language or (text.language == text.original_language and text.id not in written)
        ]
    )
