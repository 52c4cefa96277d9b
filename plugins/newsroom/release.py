"""A press release in one language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from plugins.newsroom.contact import Contact
from plugins.newsroom.image import Document, Image, Link
from plugins.newsroom.output import Noun
from plugins.newsroom.topics import Audience, Keyword, ReleaseType


class State(StrEnum):
    """Where a text is in its life. Only a preview ever sees a draft or an embargoed text."""

    DRAFT = "draft"
    EMBARGOED = "embargoed"
    PUBLIC = "public"


class CorrectionKind(StrEnum):
    """A typo is silent; a clarification or a correction is a new revision that readers are told of."""

    TYPO = "typo"
    CLARIFICATION = "clarification"
    CORRECTION = "correction"


class WithdrawalKind(StrEnum):
    WITHDRAWN = "withdrawn"
    IN_ERROR = "in_error"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewording:
    """A passage as it read before a correction and after it; "" = it wasn't there."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A change after publication: when, of what kind, and what it was, in the reader's words.

    `changes` are the passages that were worded anew, as far as readers are shown them.
    """

    at: datetime
    kind: CorrectionKind
    text: str
    changes: tuple[Rewording, ...] = ()


def told(corrections: Iterable[Correction]) -> tuple[Correction, ...]:
    """Answer the corrections that readers are told of, in the order of time."""
    heard = (correction for correction in corrections if correction.kind is not CorrectionKind.TYPO)
    return tuple(sorted(heard, key=lambda correction: correction.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The end of a release. `by` is the id of the release that replaces it."""

    at: datetime
    kind: WithdrawalKind
    reason: str
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """That a release was taken over from another press room: when, and its whole address there, if it had one."""

    at: datetime
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageVersion:
    """Where the same text can be read in another language."""

    language: str
    address: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Noun):
    """One release in one language, whole but for its body: that is read when someone needs it.

    `id` is the same in every language and never changes. `source` is the file's path below the content folder.
    `body_digest` is the fingerprint of the rendered body with what its links lead to, `written_digest` that of the body
    as written: the first decides what must be made anew, the second whether somebody has edited the text.
    `original_language` is the language it was written in; `official` is False for an unofficial translation, and
    `of_revision` says which revision of the original was translated.
    `contacts` are those valid now; `missing` names what the source lacks (`body`).
    """

    id: str
    language: str
    original_language: str
    year: int
    slug: str
    address: str
    source: str
    state: State
    type: ReleaseType
    audiences: tuple[Audience, ...]
    published: datetime
    case_number: str | None
    title: str
    lead: str
    body_digest: str
    written_digest: str
    keywords: tuple[Keyword, ...]
    contacts: tuple[Contact, ...]
    images: tuple[Image, ...]
    documents: tuple[Document, ...]
    links: tuple[Link, ...]
    urgent: bool
    responds_to: tuple[str, ...]
    corrections: tuple[Correction, ...]
    withdrawn: Withdrawal | None
    imported: Imported | None
    moved_from: tuple[str, ...]
    missing: tuple[str, ...]
    official: bool
    of_revision: int | None
    versions: tuple[LanguageVersion, ...]

    @property
    def name(self) -> str:
        return self.source

    @property
    def is_translation(self) -> bool:
        return self.language != self.original_language

    @property
    def revisions(self) -> tuple[datetime, ...]:
        """Answer when each revision was made, the first (publication) first. A typo makes none."""
        if not self.corrections and not self.withdrawn:
            return (self.published,)
        changed = [correction.at for correction in self.told]
        if self.withdrawn:
            changed.append(self.withdrawn.at)
        return (self.published, *sorted(changed))

    @property
    def news(self) -> tuple[datetime, ...]:
        """Answer those revisions that readers are told of: none from before the release was taken over."""
        if self.imported is None:
            return self.revisions
        return tuple(at for at in self.revisions if at > self.imported.at)

    @property
    def revision(self) -> int:
        """Answer 1 + corrections that are not typos + withdrawal."""
        return len(self.revisions) if self.corrections or self.withdrawn else 1

    @property
    def updated(self) -> datetime:
        """Answer the time of the last revision: what feeds call `updated`."""
        return max(self.revisions) if self.corrections or self.withdrawn else self.published

    @property
    def told(self) -> tuple[Correction, ...]:
        """Answer the corrections that readers are told of, in the order of time."""
        return told(self.corrections)

    @property
    def is_behind(self) -> bool:
        """Answer whether this translation is of an earlier revision than the original's. Of a withdrawn one nothing is
        left to translate.
        """
        return self.of_revision is not None and self.of_revision < self.revision and not self.withdrawn
