"""Keywords, types and audiences that releases use. One that no public release uses has no page and is not named."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from plugins.newsroom import Input, Newsroom, Noun, Release, ReleaseType, Topic, fingerprint

Kind = Literal["keyword", "type", "audience"]
KINDS: tuple[Kind, ...] = ("keyword", "type", "audience")

_SWEDISH_ORDER = str.maketrans({"å": "{", "ä": "|", "ö": "}"})
"""The three last letters of the Swedish alphabet, as signs that come after z in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject(Noun):
    """A used topic as one language's readers meet it. `has_feed` is False when no release is in their language."""

    kind: Kind
    slug: str
    label: str
    language: str
    address: str
    has_feed: bool

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.slug} in {self.language}"


class Subjects:
    """The topics in use in one language, with their releases, newest first. Made in one pass over the releases."""

    def __init__(self, newsroom: Newsroom, language: str) -> None:
        found = newsroom.listed_under(language)
        topics: dict[Kind, tuple[Topic, ...]] = {
            "keyword": newsroom.keywords,
            "type": newsroom.types,
            "audience": newsroom.audiences,
        }
        self._releases: dict[Subject, tuple[Release, ...]] = {}
        for kind in KINDS:
            for topic in topics[kind]:
                releases = found.get((kind, topic.slug))
                if releases is not None:
                    subject = Subject(
                        kind=kind,
                        slug=topic.slug,
                        label=(topic.plural if isinstance(topic, ReleaseType) else topic.label)[language],
                        language=language,
                        address=getattr(newsroom.addresses, kind)(language, topic.slug),
                        has_feed=any(release.language == language for release in releases),
                    )
                    self._releases[subject] = releases
        self._of_kind: dict[Kind, tuple[Subject, ...]] = {kind: self._in_order(kind) for kind in KINDS}

    def __iter__(self) -> Iterator[Subject]:
        """Answer the subjects by kind, in the order of newsroom.yaml."""
        return iter(self._releases)

    def releases(self, subject: Subject) -> tuple[Release, ...]:
        return self._releases[subject]

    def of_kind(self, kind: Kind) -> tuple[Subject, ...]:
        """Answer the subjects of one kind in the order of newsroom.yaml, keywords in that of the alphabet."""
        return self._of_kind[kind]

    def input_of(self, kind: Kind) -> Input:
        """Answer the subjects of one kind, in their order, as an input of a page that names them all."""
        fingerprints = (subject.input.fingerprint for subject in self._of_kind[kind])
        return Input(f"{kind}s in use", fingerprint("".join(fingerprints)))

    def _in_order(self, kind: Kind) -> tuple[Subject, ...]:
        found = [subject for subject in self._releases if subject.kind == kind]
        return tuple(sorted(found, key=_alphabetical) if kind == "keyword" else found)


def _alphabetical(subject: Subject) -> str:
    label = subject.label.casefold()
    return label.translate(_SWEDISH_ORDER) if subject.language == "sv" else label
