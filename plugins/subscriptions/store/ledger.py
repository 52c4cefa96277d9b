"""The ledger: which letter is whose to hand over, and what became of it.

One commit writes the outcomes of a worker's last rows and claims its next. Every step is an UPDATE that names the
state and the fence it starts from, and whose row count is looked at: a worker that has lost a row can't write to it.

Threads that come while a commit is being written share the next one: a commit costs the same for one row as for ten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Update,
    and_,
    bindparam,
    case,
    func,
    select,
    update,
)

from plugins.subscriptions.delivery import (
    Claim,
    DeliveryState,
    Doubt,
    Evidence,
    Exchange,
    Lane,
    Outcome,
    Policy,
    SkipReason,
)
from plugins.subscriptions.mailing import MailingKind, MailingState, Purpose
from plugins.subscriptions.reader import EndReason, ReaderState
from plugins.subscriptions.store.database import AnyRow, Database
from plugins.subscriptions.store.mailings import FAR
from plugins.subscriptions.store.tables import deliveries, is_leased, is_one_of, mailings, readers, suppressions, word
from plugins.subscriptions.store.together import Together

_S = DeliveryState

ALL = frozenset(Lane)
PUT_ASIDE_AT_ONCE = 500

FROM: dict[DeliveryState, frozenset[DeliveryState]] = {
    # what is known of an attempt may arrive late: after the lease, or after the row went back into the queue
    _S.ACCEPTED: frozenset({_S.HANDING_OVER, _S.IN_DOUBT, _S.HELD, _S.QUEUED}),
    _S.QUEUED: frozenset({_S.CLAIMED, _S.HANDING_OVER, _S.IN_DOUBT}),
    _S.REFUSED: frozenset({_S.HANDING_OVER, _S.IN_DOUBT}),
    _S.IN_DOUBT: frozenset({_S.HANDING_OVER}),
}
"""From which states an outcome may be written, if the fence is still the claim's."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class _Asked:
    """What one thread wants of a commit."""

    worker: str
    outcomes: Sequence[Outcome]
    rows: int
    now: datetime
    lanes: frozenset[Lane]
    state: DeliveryState


class Ledger:
    """`lease` is for how long a claim is the worker's own."""

    def __init__(self, database: Database, *, lease: timedelta) -> None:
        self._database = database
        self._lease = lease
        self._together = Together(self._commit)

    def exchange(
        self, worker: str, outcomes: Sequence[Outcome], rows: int, now: datetime, *, lanes: Sequence[Lane] = tuple(Lane)
    ) -> Exchange:
        """In one commit, write what became of a worker's last rows and give it up to `rows` new ones to hand over:
        personal letters first, then those that have waited longest. Neither claims nor skipped: there is nothing to do
        now, in these lanes.
        """
        return self._together(
            _Asked(
                worker=worker,
                outcomes=outcomes,
                rows=rows,
                now=now,
                lanes=frozenset(lanes),
                state=_S.HANDING_OVER,
            )
        )

    def claim(self, worker: str, rows: int, now: datetime) -> Exchange:
        """Claim rows of which nothing is to be sent before `begin`."""
        return self._together(
            _Asked(worker=worker, outcomes=(), rows=rows, now=now, lanes=frozenset(Lane), state=_S.CLAIMED)
        )

    def begin(self, claims: Iterable[Claim], now: datetime) -> tuple[Claim, ...]:
        """Note that the handing over of claimed rows begins. Answer those that are still the worker's."""
        with self._database.writing() as connection:
            return tuple(
                each
                for each in claims
                if connection.execute(
                    update(deliveries)
                    .where(_is(each), deliveries.c.state == _S.CLAIMED)
                    .values(state=_S.HANDING_OVER, attempts=deliveries.c.attempts + 1, changed_at=now)
                ).rowcount
            )

    def ours(self, claim: Claim) -> bool:
        """Whether the row is still the worker's. To be asked before the final dot when much of the lease has gone."""
        with self._database.reading() as connection:
            return (
                connection.scalar(
                    select(deliveries.c.number).where(_is(claim), is_leased)
                )
                is not None
            )

    def extend(self, claims: Iterable[Claim], now: datetime) -> int:
        """Give the worker a whole lease again. Answer how many rows are still its own."""
        with self._database.writing() as connection:
            return sum(
                connection.execute(
                    update(deliveries)
                    .where(_is(each), is_leased)
                    .values(lease_until=now + self._lease)
                ).rowcount
                for each in claims
            )

    def expire_leases(self, now: datetime) -> tuple[int, int]:
        """Take back what workers have held for too long. Answer how many rows were queued again, for nothing of them
        was sent, and how many are in doubt.
        """
        return self._take_back(deliveries.c.lease_until <= now, now)

    def recover(self, worker: str, now: datetime) -> tuple[int, int]:
        """The same for all rows of a worker that has died. To be called when one of that name starts."""
        return self._take_back(deliveries.c.worker == worker, now)

    def doubts(self, limit: int = 1000) -> list[Doubt]:
        """Answer the deliveries in doubt, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(deliveries)
                .where(deliveries.c.state == word(_S.IN_DOUBT))
                .order_by(deliveries.c.changed_at, deliveries.c.number)
                .limit(limit)
            ).all()
        return [
            Doubt(
                number=row.number,
                fence=row.fence,
                mailing=row.mailing,
                reader=row.reader,
                worker=row.worker or "",
                since=row.changed_at,
                times=row.doubts,
                reply=row.reply or "",
            )
            for row in rows
        ]

    def settle(self, doubt: Doubt, evidence: Evidence, policy: Policy, now: datetime) -> DeliveryState | None:
        """Decide a row in doubt. Without evidence it is sent again once, if the policy says so, and else held. Answer
        its new state; None if it was decided by somebody else.
        """
        if evidence is Evidence.ACCEPTED:
            state = _S.ACCEPTED
        elif evidence is Evidence.NOT_ACCEPTED or (policy is Policy.RECONCILE_THEN_RESEND and doubt.times <= 1):
            state = _S.QUEUED
        else:
            state = _S.HELD
        with self._database.writing() as connection:
            changed = connection.execute(
                update(deliveries)
                .where(
                    deliveries.c.number == doubt.number,
                    deliveries.c.fence == doubt.fence,
                    deliveries.c.state == _S.IN_DOUBT,
                )
                .values(state=state, next_at=now, changed_at=now)
            ).rowcount
        return state if changed else None

    def requeue_held(self, mailing: int | None, now: datetime) -> int:
        """Send what is held for the operator, of one mailing or of all. Answer how many rows."""
        with self._database.writing() as connection:
            change = update(deliveries).where(deliveries.c.state == word(_S.HELD))
            if mailing is not None:
                change = change.where(deliveries.c.mailing == mailing)
            return connection.execute(change.values(state=_S.QUEUED, next_at=now, changed_at=now)).rowcount

    def next_at(self) -> datetime | None:
        """Answer when the next queued row may go; None if none is queued."""
        with self._database.reading() as connection:
            times = [
                connection.scalar(
                    select(deliveries.c.next_at)
                    .where(deliveries.c.state == word(_S.QUEUED), deliveries.c.lane == int(lane))
                    .order_by(deliveries.c.next_at)
                    .limit(1)
                )
                for lane in Lane
            ]
        return min((each for each in times if each is not None), default=None)

    def counts(self, mailing: int | None = None) -> dict[DeliveryState, int]:
        """Answer how many rows are in each state, of one mailing or of all."""
        counted = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        if mailing is not None:
            counted = counted.where(deliveries.c.mailing == mailing)
        with self._database.reading() as connection:
            found = {DeliveryState(state): count for state, count in connection.execute(counted)}
        return {state: found.get(state, 0) for state in DeliveryState}

    def accepted_and_bounced_since(self, moment: datetime) -> tuple[int, int]:
        """Answer how many letters of what was fanned out since then were accepted, and how many of those bounced."""
        recent = select(mailings.c.number).where(
            mailings.c.fanned_out_at >= moment, mailings.c.kind != MailingKind.PERSONAL
        )
        with self._database.reading() as connection:
            counted = connection.execute(
                select(deliveries.c.state, func.count())
                .where(deliveries.c.mailing.in_(recent))
                .group_by(deliveries.c.state)
            )
            found = {DeliveryState(state): count for state, count in counted}
        bounced = found.get(_S.BOUNCED, 0)
        return found.get(_S.ACCEPTED, 0) + found.get(_S.COMPLAINED, 0) + bounced, bounced

    def _commit(self, together: Sequence[_Asked]) -> list[Exchange]:
        with self._database.writing() as connection:
            voids = [_write(connection, each.outcomes, each.now) for each in together]
            claimed = self._claim(connection, [each for each in together if each.rows])
        return [
            Exchange(claims=claims, void=void, skipped=skipped)
            for void, (claims, skipped) in zip(voids, (claimed.get(each, ((), 0)) for each in together), strict=True)
        ]

    def _claim(self, connection: Connection, together: Sequence[_Asked]) -> dict[_Asked, tuple[tuple[Claim, ...], int]]:
        """Give each of those who ask its rows, and say how many were put aside on the way."""
        claimed: dict[_Asked, tuple[tuple[Claim, ...], int]] = {}
        for lanes in {each.lanes for each in together}:
            alike = [each for each in together if each.lanes == lanes]
            rows, skipped = _next(connection, lanes, sum(each.rows for each in alike), max(each.now for each in alike))
            given = iter(rows)
            shares = [(each, list(islice(given, each.rows))) for each in alike]
            _take(connection, shares, self._lease)
            for each, share in shares:
                claimed[each] = (tuple(self._as_claim(connection, row, each) for row in share), skipped)
        return claimed

    def _as_claim(self, connection: Connection, row: AnyRow, asked: _Asked) -> Claim:
        return Claim(
            number=row.number,
            fence=row.fence + 1,
            attempt=row.attempts + 1,
            lease_until=asked.now + self._lease,
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

    def _take_back(self, which: ColumnElement[bool], now: datetime) -> tuple[int, int]:
        was_sent = deliveries.c.state == word(_S.HANDING_OVER)
        with self._database.writing() as connection:
            states = connection.scalars(
                update(deliveries)
                .where(which, is_leased)
                .values(
                    state=case((was_sent, word(_S.IN_DOUBT)), else_=word(_S.QUEUED)),
                    doubts=deliveries.c.doubts + case((was_sent, 1), else_=0),
                    lease_until=None,
                    changed_at=now,
                )
                .returning(deliveries.c.state)
            ).all()
        return states.count(_S.QUEUED), states.count(_S.IN_DOUBT)


def _next(connection: Connection, lanes: frozenset[Lane], count: int, now: datetime) -> tuple[list[AnyRow], int]:
    """Answer the next rows that may be sent, locked, and how many before them were put aside."""
    candidates = _CANDIDATES if lanes == ALL else _CANDIDATES.where(deliveries.c.lane.in_(sorted(lanes)))
    put_aside = 0
    while True:
        wanted = max(count, PUT_ASIDE_AT_ONCE) if put_aside else count
        found = connection.execute(candidates, {"now": now, "rows": wanted}).all()
        kept = [row for row in found if not _put_aside(connection, row, now)]
        put_aside += len(found) - len(kept)
        # else there may be others behind those that were put aside
        if len(kept) == len(found) or len(kept) >= count or put_aside >= PUT_ASIDE_AT_ONCE:
            return list(kept[:count]), put_aside


def _take(connection: Connection, shares: Iterable[tuple[_Asked, Sequence[AnyRow]]], lease: timedelta) -> None:
    """Make queued rows, which are locked, the workers' that asked for them."""
    steps = [
        {
            "b_number": row.number,
            "b_fence": row.fence,
            "b_worker": each.worker,
            "b_until": each.now + lease,
            "b_now": each.now,
            "b_state": each.state,
            "b_attempt": 1 if each.state is _S.HANDING_OVER else 0,
        }
        for each, rows in shares
        for row in rows
    ]
    if steps:
        _expect(connection.execute(_TAKE, steps).rowcount, len(steps))


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
        mailings.c.state.label("mailing_state"),
        readers.c.state.label("reader_state"),
        readers.c.generation,
        readers.c.address,
        readers.c.language,
        suppressions.c.reason.label("suppressed"),
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
"""The next rows, with all that decides whether they may still be sent."""

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


def _outcome(state: DeliveryState, **values: object) -> Update:
    return (
        update(deliveries)
        .where(
            deliveries.c.number == bindparam("b_number"),
            deliveries.c.fence == bindparam("b_fence"),
            is_one_of(deliveries.c.state, FROM[state]),
        )
        .values(state=state, changed_at=bindparam("b_now"), lease_until=None, **values)
    )


_REPLY: BindParameter[str] = bindparam("b_reply")
_OUTCOMES = {
    _S.ACCEPTED: _outcome(_S.ACCEPTED, reply=_REPLY, relay_id=bindparam("b_relay_id"), reason=None),
    _S.REFUSED: _outcome(_S.REFUSED, reply=_REPLY),
    _S.IN_DOUBT: _outcome(_S.IN_DOUBT, reply=_REPLY, doubts=deliveries.c.doubts + 1),
    _S.QUEUED: _outcome(
        _S.QUEUED,
        reply=func.coalesce(_REPLY, deliveries.c.reply),
        next_at=bindparam("b_next"),
        attempts=deliveries.c.attempts - bindparam("b_unattempted"),
    ),
}


def _write(connection: Connection, outcomes: Sequence[Outcome], now: datetime) -> tuple[Outcome, ...]:
    """Write what became of claims. Answer those outcomes that came too late, for the row has gone another way."""
    void: list[Outcome] = []
    for state in {each.state for each in outcomes}:
        same = [each for each in outcomes if each.state is state]
        written = connection.execute(_OUTCOMES[state], [_values(each, now) for each in same]).rowcount
        if written != len(same):
            void += [each for each in same if not _is_known(connection, each)]
    return tuple(void)


def _values(outcome: Outcome, now: datetime) -> dict[str, object]:
    values: dict[str, object] = {
        "b_number": outcome.number,
        "b_fence": outcome.fence,
        "b_now": now,
        "b_reply": outcome.reply or None,
    }
    if outcome.state is _S.ACCEPTED:
        values["b_relay_id"] = outcome.relay_id
    if outcome.state is _S.QUEUED:
        values |= {"b_next": outcome.next_at or now, "b_unattempted": 0 if outcome.attempted else 1}
    return values


def _is_known(connection: Connection, outcome: Outcome) -> bool:
    """Whether the row says what the outcome says, from now or from before. A letter that bounced was accepted."""
    says = {outcome.state} | ({_S.BOUNCED, _S.COMPLAINED} if outcome.state is _S.ACCEPTED else set())
    return (
        connection.scalar(
            select(deliveries.c.number).where(
                deliveries.c.number == outcome.number,
                deliveries.c.fence == outcome.fence,
                is_one_of(deliveries.c.state, says),
            )
        )
        is not None
    )


def _put_aside(connection: Connection, row: AnyRow, now: datetime) -> bool:
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


def _objection(connection: Connection, row: AnyRow, now: datetime) -> SkipReason | None:
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


def _is(claim: Claim) -> ColumnElement[bool]:
    return and_(deliveries.c.number == claim.number, deliveries.c.fence == claim.fence)


def _expect(found: int, expected: int) -> None:
    """Stop a transaction that would write something else than it says."""
    if found != expected:
        raise AssertionError(f"{found} rows were changed, not {expected}")
