"""Which rows a worker gets next: those that may be sent now, locked, without what must not be sent any more."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Integer, bindparam, select, update

from plugins.subscriptions.delivery import Claim, DeliveryState, Lane, SkipReason
from plugins.subscriptions.mailing import MailingKind, MailingState, Purpose
from plugins.subscriptions.reader import EndReason, ReaderState
from plugins.subscriptions.store.mailings import FAR
from plugins.subscriptions.store.tables import deliveries, mailings, readers, suppressions, word

_S = DeliveryState

ALL = frozenset(Lane)
PUT_ASIDE_AT_ONCE = 500


class Candidate(NamedTuple):
    """A row that is due, with all that decides whether it may still be sent, and what its letter needs."""

    number: int
    fence: int
    attempts: int
    mailing: int
    reader: int
    kind: str
    purpose: str | None
    edition: int
    expires_at: datetime
    mailing_state: str
    reader_state: str
    generation: int
    address: str
    language: str
    suppressed: str | None


def next_rows(
    connection: Connection, lanes: frozenset[Lane], count: int, now: datetime
) -> tuple[list[Candidate], int]:
    """Answer the next rows that may be sent, locked, and how many before them were put aside."""
    candidates = _CANDIDATES if lanes == ALL else _CANDIDATES.where(deliveries.c.lane.in_(sorted(lanes)))
    put_aside = 0
    while True:
        wanted = max(count, PUT_ASIDE_AT_ONCE) if put_aside else count
        found = [Candidate._make(row) for row in connection.execute(candidates, {"now": now, "rows": wanted})]
        kept = [row for row in found if not _put_aside(connection, row, now)]
        put_aside += len(found) - len(kept)
        # else there may be others behind those that were put aside
        if len(kept) == len(found) or len(kept) >= count or put_aside >= PUT_ASIDE_AT_ONCE:
            return kept[:count], put_aside


def take(
    connection: Connection, rows: Sequence[Candidate], worker: str, state: DeliveryState, until: datetime, now: datetime
) -> None:
    """Make queued rows, which are locked, a worker's."""
    same = {
        "b_worker": worker,
        "b_state": state,
        "b_attempt": 1 if state is _S.HANDING_OVER else 0,
        "b_until": until,
        "b_now": now,
    }
    if rows:  # one by one: for a list of numbers PostgreSQL may choose to walk through the whole queue
        steps = [{"b_number": row.number, "b_fence": row.fence, **same} for row in rows]
        _expect(connection.execute(_TAKE, steps).rowcount, len(rows))


def as_claims(connection: Connection, rows: Iterable[Candidate], until: datetime) -> tuple[Claim, ...]:
    """Answer what rows say that were queued and are now taken."""
    return tuple(
        Claim(
            number=row.number,
            fence=row.fence + 1,
            attempt=row.attempts + 1,
            lease_until=until,
            mailing=row.mailing,
            edition=row.edition,
            kind=MailingKind(row.kind),
            purpose=Purpose(row.purpose) if row.purpose else None,
            reader=row.reader,
            generation=row.generation,
            address=row.address,
            language=row.language,
            items=_items(connection, row.number) if row.kind == MailingKind.DIGEST else (),
        )
        for row in rows
    )


_CANDIDATES = (
    select(
        deliveries.c.number,
        deliveries.c.fence,
        deliveries.c.attempts,
        deliveries.c.mailing,
        deliveries.c.reader,
        mailings.c.kind,
        mailings.c.purpose,
        mailings.c.edition,
        mailings.c.expires_at,
        mailings.c.state,
        readers.c.state,
        readers.c.generation,
        readers.c.address,
        readers.c.language,
        suppressions.c.reason,
    )
    .select_from(
        deliveries.join(mailings, mailings.c.number == deliveries.c.mailing)
        .join(readers, readers.c.number == deliveries.c.reader)
        .outerjoin(suppressions, suppressions.c.mark == readers.c.mark)
    )
    .where(deliveries.c.state == word(_S.QUEUED), deliveries.c.next_at <= bindparam("now"))
    .order_by(deliveries.c.lane, deliveries.c.next_at, deliveries.c.number)
    .limit(bindparam("rows", type_=Integer))
    .with_for_update(of=deliveries, skip_locked=True)
)
"""The next rows; the columns are a Candidate's."""

_TAKE = (
    update(deliveries)
    .where(
        deliveries.c.number == bindparam("b_number"),
        deliveries.c.fence == bindparam("b_fence"),
        deliveries.c.state == word(_S.QUEUED),
    )
    .values(
        state=bindparam("b_state"),
        fence=deliveries.c.fence + 1,
        attempts=deliveries.c.attempts + bindparam("b_attempt"),
        worker=bindparam("b_worker"),
        lease_until=bindparam("b_until"),
        changed_at=bindparam("b_now"),
    )
)

_PUT_ASIDE = (
    update(deliveries)
    .where(deliveries.c.number == bindparam("b_number"), deliveries.c.state == word(_S.QUEUED))
    .values(
        state=bindparam("b_state"),
        reason=bindparam("b_reason"),
        next_at=bindparam("b_next"),
        changed_at=bindparam("b_now"),
    )
)


def _put_aside(connection: Connection, row: Candidate, now: datetime) -> bool:
    """Skip a candidate that must not be sent any more, or put it far away while its mailing is held."""
    reason = _objection(connection, row, now)
    is_held = reason is None and row.mailing_state == MailingState.HELD
    if reason is None and not is_held:
        return False
    step = {
        "b_number": row.number,
        "b_state": _S.QUEUED if is_held else _S.SKIPPED,
        "b_reason": reason,
        "b_next": now + FAR if is_held else now,
        "b_now": now,
    }
    _expect(connection.execute(_PUT_ASIDE, step).rowcount, 1)
    return True


def _objection(connection: Connection, row: Candidate, now: datetime) -> SkipReason | None:
    """Answer why a letter must not be sent any more."""
    is_personal = row.kind == MailingKind.PERSONAL
    if row.purpose == Purpose.CONFIRM and row.reader_state == ReaderState.ACTIVE:
        return SkipReason.SUPERSEDED
    if row.reader_state != (ReaderState.PENDING if row.purpose == Purpose.CONFIRM else ReaderState.ACTIVE):
        return SkipReason.LEFT
    if row.suppressed and (not is_personal or row.suppressed == EndReason.OPERATOR):
        return SkipReason.SUPPRESSED
    if row.mailing_state == MailingState.WITHDRAWN:
        return SkipReason.WITHDRAWN
    if row.mailing_state == MailingState.CANCELLED:
        return SkipReason.CANCELLED
    if row.expires_at <= now and row.mailing_state != MailingState.HELD:
        return SkipReason.TOO_OLD
    if row.kind == MailingKind.DIGEST and not _items(connection, row.number):
        return SkipReason.EMPTY
    return None


def _items(connection: Connection, digest: int) -> tuple[int, ...]:
    """Answer the mailings that a digest carries, in the order of their times."""
    return tuple(
        connection.scalars(
            select(mailings.c.number)
            .join(deliveries, deliveries.c.mailing == mailings.c.number)
            .where(deliveries.c.digest == digest, deliveries.c.state == _S.GATHERED)
            .order_by(mailings.c.at, mailings.c.number)
        )
    )


def _expect(found: int, expected: int) -> None:
    """Stop a transaction that would write something else than it says."""
    if found != expected:
        raise AssertionError(f"{found} rows were changed, not {expected}")
