"""What every page in one language has around what it is about: the only part of the newsroom that all pages read."""

from dataclasses import dataclass
from typing import Self

from plugins.newsroom import Addresses, Contact, Localized, Newsroom, Noun, Page, Publisher, Site

FOOTER = ("about", "accessibility", "privacy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame(Noun):
    """The frame in one language. Templates see it and not the newsroom, so they can't read what a page didn't declare.

    `footer` holds title, address and language of those standing pages that belong at the foot of every page;
    `has_assignments` says whether the navigation leads to them, `has_feeds` whether there are feeds and calendars to
    lead to, `has_deadlines` whether there is any in the calendar. `timezone` is the agency's (IANA).
    """

    language: str
    languages: tuple[str, ...]
    site: Site
    addresses: Addresses
    timezone: str
    demonstration: bool
    publisher: Publisher
    press_desk: Contact
    boilerplate: Localized
    introduction: Localized
    teaser: Localized
    subscription_promise: Localized
    subscription_endpoint: str | None
    footer: tuple[tuple[str, str, str], ...]
    has_assignments: bool
    has_feeds: bool
    has_deadlines: bool

    @classmethod
    def of(cls, newsroom: Newsroom, language: str, *, has_feeds: bool = True) -> Self:
        pages = (standing(newsroom, key, language) for key in FOOTER)
        return cls(
            language=language,
            languages=newsroom.languages,
            site=newsroom.site,
            addresses=newsroom.addresses,
            timezone=newsroom.timezone.key,
            demonstration=newsroom.demonstration,
            publisher=newsroom.publisher,
            press_desk=newsroom.press_desk,
            boilerplate=newsroom.boilerplate,
            introduction=newsroom.introduction,
            teaser=newsroom.teaser,
            subscription_promise=newsroom.subscription_promise,
            subscription_endpoint=newsroom.subscription_endpoint,
            footer=tuple((page.title, page.address, page.language) for page in pages if page),
            has_assignments=bool(newsroom.assignments),
            has_feeds=has_feeds,
            has_deadlines=any(assignment.deadlines for assignment in newsroom.assignments),
        )

    @property
    def name(self) -> str:
        return f"frame:{self.language}"


def standing(newsroom: Newsroom, key: str, language: str) -> Page | None:
    """Answer the standing page in the language, or else in the one it was written in; None = there is none."""
    versions = {page.language: page for page in newsroom.pages if page.key == key}
    original = next((page for page in versions.values() if page.language == page.original_language), None)
    return versions.get(language, original)
