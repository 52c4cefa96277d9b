"""A reader of the list: one address, what it follows, and how its subscription lives and ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Frequency(StrEnum):
    """How often a reader wants letters. What is urgent comes at once to everyone who follows it."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class ReaderState(StrEnum):
    """`pending` has asked and not confirmed; `expired` never did; `ended` has left or was stopped, for good: who
    comes back is a new reader with a new number.
    """

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"
    ENDED = "ended"


READER_TRANSITIONS: Mapping[ReaderState, frozenset[ReaderState]] = {
    ReaderState.PENDING: frozenset({ReaderState.ACTIVE, ReaderState.EXPIRED, ReaderState.ENDED}),
    ReaderState.ACTIVE: frozenset({ReaderState.ENDED}),
    ReaderState.EXPIRED: frozenset(),
    ReaderState.ENDED: frozenset(),
}


class EndReason(StrEnum):
    """Why a subscription ended."""

    ONE_CLICK = "one_click"
    PAGE = "page"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    OPERATOR = "operator"
    ERASED = "erased"


SUPPRESSING = frozenset({EndReason.BOUNCE, EndReason.COMPLAINT, EndReason.OPERATOR, EndReason.ERASED})


ASSIGNMENTS = "assignments"
"""The topic that nobody follows who hasn't chosen it; who chooses nothing else follows all releases beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a reader wants: topics (`keyword:<slug>`, `type:<slug>`, `audience:<slug>`; none = all releases; and
    `assignments`), language (`sv`), frequency, and whether only what is urgent.
    """

    language: str
    topics: frozenset[str] = frozenset()
    frequency: Frequency = Frequency.AT_ONCE
    urgent_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """That a reader agreed: when, to which wording (hash of the text shown), by what (`form`, `import:<file>`), and
    for which generation of the subscription.
    """

    at: datetime
    wording: str
    source: str
    generation: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One subscription. `number` never changes and is never used again; `address` is None once it has ended or expired.

    `generation` counts how often the address asked before it confirmed: only the newest letter's link confirms.
    """

    number: int
    state: ReaderState
    address: str | None
    choice: Choice
    generation: int
    requested_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    end_reason: EndReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """That an address, known only by its mark, gets no letters: why, since when, and the other side's words."""

    mark: str
    reason: EndReason
    at: datetime
    note: str = ""


class SignUp(StrEnum):
    """What a sign-up led to. The person at the form is told the same whatever it was."""

    CONFIRMATION = "confirmation"  # a confirmation letter is queued
    MANAGE_LINK = "manage_link"  # the address is subscribed already: a letter with a link to its choices is queued
    LIMITED = "limited"  # the address's mailbox has had its share of letters; nothing was changed
    BLOCKED = "blocked"  # the operator keeps this address away


class Confirmation(StrEnum):
    """What following a confirmation link led to."""

    CONFIRMED = "confirmed"
    ALREADY = "already"  # the same link, followed again
    SUPERSEDED = "superseded"  # a newer letter was sent: that one's link confirms
    GONE = "gone"  # expired, ended or erased: ask anew
