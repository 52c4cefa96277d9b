"""A mailing: what a set of readers is told. A revision of a release, a digest of several, or a personal letter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from plugins.subscriptions.reader import Frequency


class MailingKind(StrEnum):
    RELEASE = "release"
    DIGEST = "digest"
    PERSONAL = "personal"


class NoticeKind(StrEnum):
    """What a revision of a release is."""

    RELEASE = "release"
    CLARIFICATION = "clarification"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


class Purpose(StrEnum):
    """What a personal letter is for."""

    CONFIRM = "confirm"
    MANAGE = "manage"


class MailingState(StrEnum):
    """`announced` waits for its `due_at`, in which time it can be pulled back. `baseline` was public before the list
    began and `too_old` was seen too late: neither is ever mailed.
    """

    BASELINE = "baseline"
    TOO_OLD = "too_old"
    ANNOUNCED = "announced"
    HELD = "held"
    FANNED_OUT = "fanned_out"
    DONE = "done"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


MAILING_TRANSITIONS: Mapping[MailingState, frozenset[MailingState]] = {
    MailingState.BASELINE: frozenset(),
    MailingState.TOO_OLD: frozenset(),
    MailingState.ANNOUNCED: frozenset(
        {
            MailingState.HELD,
            MailingState.FANNED_OUT,
            MailingState.CANCELLED,
            MailingState.WITHDRAWN,
            MailingState.TOO_OLD,
        }
    ),
    MailingState.HELD: frozenset(
        {MailingState.ANNOUNCED, MailingState.FANNED_OUT, MailingState.CANCELLED, MailingState.WITHDRAWN}
    ),
    MailingState.FANNED_OUT: frozenset(
        {MailingState.HELD, MailingState.DONE, MailingState.CANCELLED, MailingState.WITHDRAWN}
    ),
    MailingState.DONE: frozenset({MailingState.WITHDRAWN}),
    MailingState.CANCELLED: frozenset(),
    MailingState.WITHDRAWN: frozenset(),
}


LIVE = frozenset({MailingState.ANNOUNCED, MailingState.HELD, MailingState.FANNED_OUT})
"""States of what is to be told or is being told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A release in one language, as notices.json tells it: `record` is the address of its `release.json`, whose bytes
    have the SHA-256 `sha256` (hex). `lead` is None when withdrawn.
    """

    language: str
    title: str
    lead: str | None
    address: str
    record: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One entry of notices.json: revision `revision` of release `release`, made at `at`.

    `topics` are `type:<slug>`, `audience:<slug>` and `keyword:<slug>`, or `assignments` alone; `versions` has the
    original first.
    """

    release: str
    revision: int
    kind: NoticeKind
    at: datetime
    published: datetime
    urgent: bool
    topics: frozenset[str]
    versions: tuple[Version, ...]

    def version(self, language: str) -> Version:
        """Answer the version in that language, else the original."""
        return next((each for each in self.versions if each.language == language), self.versions[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What a set of readers is told.

    `kind` decides which fields there are: a release has `announcement`, a digest `frequency` and `day`, a personal
    letter `purpose`. `edition` grows each time the announcement changes: a letter made of an earlier one is stale.
    Nothing of it is sent before `due_at` nor after `expires_at`. `fanned_out_at` is when its rows were made.
    """

    number: int
    kind: MailingKind
    state: MailingState
    at: datetime
    seen_at: datetime
    due_at: datetime
    expires_at: datetime
    fanned_out_at: datetime | None
    edition: int
    announcement: Announcement | None = None
    frequency: Frequency | None = None
    day: date | None = None
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What taking in a manifest led to; numbers of notices. `baseline` on the first, of which nothing is mailed."""

    baseline: int = 0
    announced: int = 0
    changed: int = 0
    too_old: int = 0
    forgotten: int = 0  # announced, then gone from the site before anything was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """That a mailing's rows were made: how many."""

    mailing: int
    rows: int
