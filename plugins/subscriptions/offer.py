"""`/list.json`: what the e-mail list offers. The site says it when it is built, and the service shows it to readers."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from plugins.newsroom import Localized, Newsroom, Noun, ReleaseType, State, Topic
from plugins.newsroom.record import json_bytes

PATH = "list.json"
FORMAT = 1
FOOTER = ("about", "accessibility", "privacy")
"""The standing pages that every page leads to, by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject(Noun):
    """Something that a reader can follow: `key` is `keyword:<slug>`, `type:<slug>` or `audience:<slug>`."""

    key: str
    label: Localized

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Noun):
    """Who publishes, what is promised and what can be followed.

    Addresses are whole. `home` and `follow` hold the front page and the page with the form in each language; `footer`
    holds title and address of each standing page that belongs below all others. Only topics that a public release has
    can be followed: the others are named nowhere. `has_assignments` says whether there are any to follow.
    """

    languages: tuple[str, ...]
    demonstration: bool
    publisher: Localized
    publisher_url: str
    promise: Localized
    subjects: tuple[Subject, ...]
    has_assignments: bool
    home: Localized
    follow: Localized
    footer: tuple[tuple[Localized, Localized], ...]

    @classmethod
    def of(cls, newsroom: Newsroom) -> Self:
        def everywhere(key: str) -> Localized:
            here = newsroom.addresses
            found = {each: here.section(each, key) if key else here.home(each) for each in newsroom.languages}
            return Localized.of({each: newsroom.site.absolute(address) for each, address in found.items()})

        return cls(
            languages=newsroom.languages,
            demonstration=newsroom.demonstration,
            publisher=newsroom.publisher.label,
            publisher_url=newsroom.publisher.url,
            promise=newsroom.subscription_promise,
            subjects=tuple(_subjects(newsroom)),
            has_assignments=any(assignment.state is State.PUBLIC for assignment in newsroom.assignments),
            home=everywhere(""),
            follow=everywhere("follow"),
            footer=tuple(_footer(newsroom)),
        )

    @classmethod
    def read(cls, written: bytes) -> Self:
        """Answer what `written` says in list.json's format. Raises ValueError for anything else."""
        try:
            said = json.loads(written)
            if said["format"] != FORMAT:
                raise ValueError(f"list.json has format {said['format']!r}, and this program reads {FORMAT}")
            return cls(
                languages=tuple(map(str, said["languages"])),
                demonstration=bool(said["demonstration"]),
                publisher=_localized(said["publisher"]),
                publisher_url=str(said["publisher_url"]),
                promise=_localized(said["promise"]),
                subjects=tuple(Subject(key=key, label=_localized(texts)) for key, texts in said["subjects"].items()),
                has_assignments=said.get("assignments", False) is True,
                home=_localized(said["home"]),
                follow=_localized(said["follow"]),
                footer=tuple((_localized(page["title"]), _localized(page["address"])) for page in said["footer"]),
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"list.json lacks what it should hold: {error}") from error

    def json(self) -> bytes:
        """Answer the bytes of list.json."""
        said: dict[str, Any] = {
            "format": FORMAT,
            "languages": self.languages,
            "demonstration": self.demonstration,
            "publisher": dict(self.publisher.texts),
            "publisher_url": self.publisher_url,
            "promise": dict(self.promise.texts),
            "subjects": {subject.key: dict(subject.label.texts) for subject in self.subjects},
            "assignments": self.has_assignments,
            "home": dict(self.home.texts),
            "follow": dict(self.follow.texts),
            "footer": [
                {"title": dict(title.texts), "address": dict(address.texts)} for title, address in self.footer
            ],
        }
        return json_bytes(said)

    def language(self, *wanted: str | None) -> str:
        """Answer the first of the wanted languages that the press room speaks, or else its own."""
        return next((each for each in wanted if each in self.languages), self.languages[0])


def _subjects(newsroom: Newsroom) -> Iterator[Subject]:
    """Answer what can be followed, in newsroom.yaml's order."""
    public = [release for release in newsroom.releases if release.state is State.PUBLIC]
    used = {
        "type": {release.type.slug for release in public},
        "audience": {audience.slug for release in public for audience in release.audiences},
        "keyword": {keyword.slug for release in public for keyword in release.keywords},
    }
    listed: dict[str, Iterable[Topic]] = {
        "type": newsroom.types,
        "audience": newsroom.audiences,
        "keyword": newsroom.keywords,
    }
    for kind, topics in listed.items():
        for topic in topics:
            if topic.slug in used[kind]:
                label = topic.plural if isinstance(topic, ReleaseType) else topic.label
                yield Subject(key=f"{kind}:{topic.slug}", label=label)


def _footer(newsroom: Newsroom) -> Iterator[tuple[Localized, Localized]]:
    for key in FOOTER:
        versions = [page for page in newsroom.pages if page.key == key]
        versions.sort(key=lambda page: newsroom.languages.index(page.language))
        if versions:
            yield (
                Localized.of({page.language: page.title for page in versions}),
                Localized.of({page.language: newsroom.site.absolute(page.address) for page in versions}),
            )


def _localized(texts: Any) -> Localized:
    return Localized.of({str(language): str(text) for language, text in texts.items()})
