"""What newsroom.yaml makes of a release that was found. What it doesn't list is told, never made up."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from plugins.importing.found import Found, Person, flowing
from plugins.newsroom import Contact, Fault, Link, Localized
from plugins.reading.manuscripts.schema import OldAddress, WebAddress
from plugins.reading.masthead.masthead import Masthead

UNKNOWN_TYPE = "the kind “{name}” is not among types in newsroom.yaml; choose one and fill in type"
NO_TYPE = "the source doesn't say what kind of document it is; {slug} is taken, the first in newsroom.yaml"
UNKNOWN_KEYWORD = "the keyword “{name}” is not in newsroom.yaml; left out"
UNKNOWN_CONTACT = "the contact “{name}” is not in newsroom.yaml; left out"
UNKNOWN_LANGUAGE = "the source is in the language {language}, which the newsroom doesn't have; {taken} is taken"
NO_BODY = "the source has no body; the page will say so"
OTHER_ABOUT = "another text about the agency than newsroom.yaml has; left out: “{words}”"
NO_ADDRESS = "the address “{address}” can't be kept"
NO_LINK = "the link “{words}” leads to “{address}”, which is no address; left out"
NO_REDIRECT = "the old address {address} has signs that a file's name can't have; it doesn't lead on"

_ADDRESS: TypeAdapter[str] = TypeAdapter(WebAddress)
_PATH: TypeAdapter[str] = TypeAdapter(OldAddress)

@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A found release in the newsroom's own words; `type` "" is left to fill in. All else is as in front matter."""

    found: Found
    type: str
    language: str
    published: datetime
    keywords: tuple[str, ...]
    contacts: tuple[str, ...]
    links: tuple[Link, ...]
    url: str
    moved_from: tuple[str, ...]
    doubts: tuple[Fault, ...]


def matched(found: Found, published: datetime, masthead: Masthead, *, type: str = "", language: str = "") -> Matched:
    """Answer the release matched. `type` and `language`, if given, go before what the source says."""
    match = _Match(found, masthead, list(found.doubts))
    language = language or match.language()
    url = match.url()
    if not found.body:
        match.doubt(NO_BODY)
    match.compare_about(language)
    return Matched(
        found=found,
        type=type or match.type(),
        language=language,
        published=published,
        keywords=match.keywords(),
        contacts=match.contacts(),
        links=match.links(),
        url=url,
        moved_from=match.moved_from(url),
        doubts=tuple(match.doubts),
    )


@dataclass
class _Match:
    """Holds one release against newsroom.yaml, and notes what it doesn't have."""

    found: Found
    masthead: Masthead
    doubts: list[Fault]

    def doubt(self, message: str, line: int = 0, **values: object) -> None:
        self.doubts.append(Fault.at(self.found.source, line, message, **values))

    def language(self) -> str:
        languages, said = self.masthead.languages, self.found.language
        if said and said not in languages:
            self.doubt(UNKNOWN_LANGUAGE, language=said, taken=languages[0])
        return said if said in languages else languages[0]

    def type(self) -> str:
        types, said = self.masthead.types, self.found.kind
        if not said:
            first = next(iter(types))
            self.doubt(NO_TYPE, slug=first)
            return first
        slug = _named(said, {slug: (*_texts(kind.label), slug) for slug, kind in types.items()})
        if not slug:
            self.doubt(UNKNOWN_TYPE, name=said)
        return slug

    def keywords(self) -> tuple[str, ...]:
        known = {slug: (*_texts(k.label), *k.aliases, slug) for slug, k in self.masthead.keywords.items()}
        found: dict[str, None] = {}
        for name in self.found.keywords:
            if slug := _named(name, known):
                found[slug] = None
            else:
                self.doubt(UNKNOWN_KEYWORD, name=name)
        return tuple(found)

    def contacts(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for person in self.found.persons:
            if slug := _contact(person, tuple(self.masthead.contacts.values())):
                found[slug] = None
            else:
                ways = ", ".join(filter(None, (person.name, person.phone, person.mail)))
                self.doubt(UNKNOWN_CONTACT, person.line, name=ways)
        return tuple(found)

    def links(self) -> tuple[Link, ...]:
        for link in self.found.links:
            if not _fits(_ADDRESS, link.url):
                self.doubt(NO_LINK, words=link.text, address=link.url)
        return tuple(link for link in self.found.links if _fits(_ADDRESS, link.url))

    def url(self) -> str:
        address = self.found.address
        if not address or (address.startswith(("http://", "https://")) and _fits(_ADDRESS, address)):
            return address
        self.doubt(NO_ADDRESS, address=address)
        return ""

    def moved_from(self, url: str) -> tuple[str, ...]:
        """Answer the old address as one of this site's, if it was on this host; then this site can lead on from it."""
        path = _own_path(url, self.masthead)
        if path and not _fits(_PATH, path):
            self.doubt(NO_REDIRECT, address=url)
            path = ""
        return (path,) if path else ()

    def compare_about(self, language: str) -> None:
        about = flowing(self.masthead.boilerplate[language])
        if self.found.about and self.found.about != about:
            self.doubt(OTHER_ABOUT, self.found.about_line, words=self.found.about)


def _texts(localized: Localized) -> tuple[str, ...]:
    return tuple(text for _, text in localized.texts)


def _named(name: str, names: Mapping[str, Iterable[str]]) -> str:
    """Answer the slug that goes by the name, in whatever language and with small or large letters; "" if none does."""
    wanted = flowing(name).casefold()
    return next((slug for slug, known in names.items() if wanted in {flowing(one).casefold() for one in known}), "")


def _contact(person: Person, contacts: Sequence[Contact]) -> str:
    """Answer the slug of the contact with the same mail address or number, or else the same name; "" if none has."""
    number = _digits(person.phone)
    for contact in contacts:
        if person.mail and contact.mail and person.mail.casefold() == contact.mail.casefold():
            return contact.slug
        if number and contact.phone and number in (_digits(contact.phone.text), _digits(contact.phone.number)):
            return contact.slug
    return _named(person.name, {contact.slug: _texts(contact.function) for contact in contacts})


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)


def _own_path(url: str, masthead: Masthead) -> str:
    """Answer the old address from the press room's front page, if it is on the press room's own host; else ""."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.hostname != masthead.site.host or not parts.path.startswith(masthead.site.base):
        return ""
    return "/" + parts.path.removeprefix(masthead.site.base) + (f"?{parts.query}" if parts.query else "")


def _fits(shape: TypeAdapter[str], value: str) -> bool:
    try:
        shape.validate_python(value)
    except ValidationError:
        return False
    return True
