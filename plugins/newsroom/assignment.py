"""A government decision that gives the agency a task: the second document type.

The agency publishes it but did not write it, so issuer and publisher are different, and what the source lacks is
said to be missing rather than filled in.
"""

from dataclasses import dataclass
from datetime import date, datetime

from plugins.newsroom.image import Document, Link
from plugins.newsroom.output import Noun
from plugins.newsroom.release import Correction, LanguageVersion, State, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that the agency is told to do; `id` is unique within the assignment and names its place on the page."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """By when (the last day) what shall be done, and to whom it goes."""

    id: str
    date: date
    action: str
    to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """What the assignment may cost. None = missing in the source."""

    year: int | None
    amount: str | None
    appropriation: str | None
    item: str | None
    payer: str | None
    mode: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Who signed, in order; `role` None = missing in the source."""

    name: str
    role: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment(Noun):
    """One decision in one language, whole but for its body (the background), which is read when someone needs it.

    `missing` names the fields that the source lacks, as paths: `decision_date`, `funding.amount`, `signatories.0.role`.
    `operative` is the decision itself, one string per paragraph. `conditions` are its further rules, likewise.
    """

    id: str
    language: str
    original_language: str
    year: int
    slug: str
    address: str
    source: str
    state: State
    published: datetime
    title: str
    issuer: str
    ministry: str | None
    recipient: str
    decision_date: date | None
    decision_number: str | None
    case_number: str | None
    operative: tuple[str, ...]
    tasks: tuple[Task, ...]
    consult_with: tuple[str, ...]
    deadlines: tuple[Deadline, ...]
    funding: Funding | None
    conditions: tuple[str, ...]
    legal_refs: tuple[Link, ...]
    signatories: tuple[Signatory, ...]
    copies_to: tuple[str, ...]
    documents: tuple[Document, ...]
    corrections: tuple[Correction, ...]
    body_digest: str
    written_digest: str
    missing: tuple[str, ...]
    moved_from: tuple[str, ...]
    versions: tuple[LanguageVersion, ...]

    @property
    def name(self) -> str:
        return self.source

    @property
    def told(self) -> tuple[Correction, ...]:
        """Answer the corrections that readers are told of, in the order of time."""
        return told(self.corrections)

    @property
    def revisions(self) -> tuple[datetime, ...]:
        """Answer when each revision was made, the first (publication) first. A typo makes none."""
        return (self.published, *(correction.at for correction in self.told))

    @property
    def revision(self) -> int:
        """Answer 1 + corrections that are not typos."""
        return len(self.revisions)

    @property
    def updated(self) -> datetime:
        """Answer the time of the last revision; a translation may have come after it."""
        return max(self.revisions)
