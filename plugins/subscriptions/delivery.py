"""A delivery: that one reader is told of one mailing. Its states are the ledger's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from plugins.subscriptions.mailing import MailingKind, Purpose


class DeliveryState(StrEnum):
    """Where a delivery is.

    `waiting` is for the reader's next digest and `gathered` is in one; the rest is of letters of their own: `queued`,
    `claimed` by a worker that has sent nothing yet, `handing_over` from before the letter's first byte until its
    outcome is written, `in_doubt` when nobody knows whether the relay took it, `held` for the operator to decide.
    """

    WAITING = "waiting"
    GATHERED = "gathered"
    QUEUED = "queued"
    CLAIMED = "claimed"
    HANDING_OVER = "handing_over"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    HELD = "held"
    SKIPPED = "skipped"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


_S = DeliveryState
DELIVERY_TRANSITIONS: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    _S.WAITING: frozenset({_S.GATHERED, _S.QUEUED, _S.SKIPPED, _S.HELD}),
    _S.GATHERED: frozenset({_S.WAITING, _S.SKIPPED}),
    # accepted: an earlier attempt's outcome arrived late, before the letter was sent again; held: the database was
    # restored, and what became of the row after the backup is known to nobody
    _S.QUEUED: frozenset({_S.CLAIMED, _S.HANDING_OVER, _S.SKIPPED, _S.ACCEPTED, _S.HELD}),
    _S.CLAIMED: frozenset({_S.HANDING_OVER, _S.QUEUED, _S.SKIPPED, _S.HELD}),
    _S.HANDING_OVER: frozenset({_S.ACCEPTED, _S.QUEUED, _S.REFUSED, _S.IN_DOUBT, _S.HELD}),
    _S.IN_DOUBT: frozenset({_S.ACCEPTED, _S.QUEUED, _S.REFUSED, _S.HELD}),
    _S.HELD: frozenset({_S.QUEUED, _S.ACCEPTED, _S.SKIPPED}),
    _S.ACCEPTED: frozenset({_S.BOUNCED, _S.COMPLAINED}),
    _S.BOUNCED: frozenset({_S.COMPLAINED}),
    _S.REFUSED: frozenset(),
    _S.SKIPPED: frozenset(),
    _S.COMPLAINED: frozenset(),
}
"""Which state may follow which. No other step is ever written."""

RECEIVED = frozenset({_S.CLAIMED, _S.HANDING_OVER, _S.ACCEPTED, _S.IN_DOUBT, _S.HELD, _S.COMPLAINED})
"""States of those who got the letter, or may have: they are told of corrections."""

OPEN = frozenset({_S.QUEUED, _S.CLAIMED, _S.HANDING_OVER, _S.IN_DOUBT})
"""States that a mailing must be out of before it is done."""


class SkipReason(StrEnum):
    """Why a letter wasn't sent."""

    LEFT = "left"
    SUPPRESSED = "suppressed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    TOO_OLD = "too_old"
    EMPTY = "empty"  # a digest of which nothing is left to tell
    SUPERSEDED = "superseded"  # a confirmation whose reader has asked again or has confirmed


class Lane(IntEnum):
    """Letters that a person waits for overtake the rest."""

    PERSONAL = 0
    LIST = 1


class Policy(StrEnum):
    """What happens to a letter in doubt when there is no evidence: sent again, once, or held for the operator."""

    RECONCILE_THEN_RESEND = "reconcile_then_resend"
    HOLD = "hold"


class Evidence(StrEnum):
    """What is known of a letter in doubt."""

    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    NONE = "none"


class BounceKind(StrEnum):
    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A delivery that this worker may hand over until `lease_until`, and what its letter needs.

    `fence` proves the ownership: whoever claims next has a higher one. `attempt` counts from 1. `items` are the
    mailings that a digest carries, in the order of their times. `generation` belongs in a confirmation link.
    """

    number: int
    fence: int
    attempt: int
    lease_until: datetime
    mailing: int
    edition: int
    kind: MailingKind
    purpose: Purpose | None
    reader: int
    generation: int
    address: str
    language: str
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a claim. Made by the functions below; `reply` is the relay's, without addresses."""

    number: int
    fence: int
    state: DeliveryState
    reply: str = ""
    relay_id: str | None = None
    next_at: datetime | None = None
    attempted: bool = True

    @classmethod
    def accepted(cls, claim: Claim, reply: str, relay_id: str | None = None) -> "Outcome":
        """The relay answered 250 after the final dot."""
        said = without_addresses(reply)
        return cls(number=claim.number, fence=claim.fence, state=_S.ACCEPTED, reply=said, relay_id=relay_id)

    @classmethod
    def deferred(cls, claim: Claim, reply: str, next_at: datetime) -> "Outcome":
        """Nothing was taken over, and it may go later: a 4xx, or a fault before the final dot."""
        said = without_addresses(reply)
        return cls(number=claim.number, fence=claim.fence, state=_S.QUEUED, reply=said, next_at=next_at)

    @classmethod
    def refused(cls, claim: Claim, reply: str) -> "Outcome":
        """A 5xx for this reader's letter."""
        return cls(number=claim.number, fence=claim.fence, state=_S.REFUSED, reply=without_addresses(reply))

    @classmethod
    def doubtful(cls, claim: Claim, reply: str) -> "Outcome":
        """The connection was lost after the final dot and before its answer."""
        return cls(number=claim.number, fence=claim.fence, state=_S.IN_DOUBT, reply=without_addresses(reply))

    @classmethod
    def unsent(cls, claim: Claim) -> "Outcome":
        """Given back untouched, as when the worker stops: no attempt was made."""
        return cls(number=claim.number, fence=claim.fence, state=_S.QUEUED, attempted=False)

    @classmethod
    def unmade(cls, claim: Claim, why: str) -> "Outcome":
        """The letter can't be made, now or later: the row ends, the run goes on."""
        return cls(number=claim.number, fence=claim.fence, state=_S.REFUSED, reply=without_addresses(f"unmade: {why}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What one commit led to: the rows claimed, the outcomes written, and those that were void because the row had
    gone to somebody else.
    """

    claims: tuple[Claim, ...]
    void: tuple[Outcome, ...] = ()
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A delivery of which nobody knows whether the relay took it, `times` times so far, with all that its Message-ID is
    made of. `worker` had it last: the log of that one's relay may know.
    """

    number: int
    fence: int
    mailing: int
    reader: int
    worker: str
    since: datetime
    times: int
    reply: str


_ADDRESS = re.compile(r"<[^<>@\s]*@[^<>\s]*>|\S+@\S+")
REPLY_LENGTH = 300


def without_addresses(reply: str) -> str:
    """Answer a relay's words as they may be kept: one line, at most 300 characters, addresses taken out."""
    return _ADDRESS.sub("<address>", " ".join(reply.split()))[:REPLY_LENGTH]
