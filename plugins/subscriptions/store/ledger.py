"""The ledger: which letter is whose to hand over, and what became of it.

One commit writes the outcomes of a worker's last rows (`outcomes`) and claims its next (`claiming`). Every step is an
UPDATE that names the state and the fence it starts from, and whose row count is looked at: a worker that has lost a row
can't write to it.

Threads that come while a commit is being written share the next one: a commit costs the same for one row as for ten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, Connection, and_, case, func, select, update

from plugins.subscriptions.delivery import (
    Claim,
    DeliveryState,
    Doubt,
    Evidence,
    Exchange,
    Lane,
    Outcome,
    Policy,
)
from plugins.subscriptions.mailing import MailingKind
from plugins.subscriptions.store.claiming import as_claims, next_rows, take
from plugins.subscriptions.store.database import Database
from plugins.subscriptions.store.outcomes import write_outcomes
from plugins.subscriptions.store.tables import deliveries, is_leased, mailings, word
from plugins.subscriptions.store.together import Together

_S = DeliveryState


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
        now = max(each.now for each in together)
        with self._database.writing() as connection:
            void = write_outcomes(connection, [outcome for each in together for outcome in each.outcomes], now)
            claimed = self._claim(connection, [each for each in together if each.rows], now)
        exchanges = []
        for each in together:
            claims, skipped = claimed.get(each, ((), 0))
            late = tuple(outcome for outcome in each.outcomes if outcome in void)
            exchanges.append(Exchange(claims=claims, void=late, skipped=skipped))
        return exchanges

    def _claim(
        self, connection: Connection, together: Sequence[_Asked], now: datetime
    ) -> dict[_Asked, tuple[tuple[Claim, ...], int]]:
        """Give each of those who ask its rows, and say how many were put aside on the way."""
        claimed: dict[_Asked, tuple[tuple[Claim, ...], int]] = {}
        for worker, lanes, state in {(each.worker, each.lanes, each.state) for each in together}:
            alike = [each for each in together if (each.worker, each.lanes, each.state) == (worker, lanes, state)]
            rows, skipped = next_rows(connection, lanes, sum(each.rows for each in alike), now)
            take(connection, rows, worker, state, now + self._lease, now)
            given = iter(rows)
            for each in alike:
                share = islice(given, each.rows)
                claimed[each] = as_claims(connection, share, each.now + self._lease), skipped
        return claimed

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


def _is(claim: Claim) -> ColumnElement[bool]:
    return and_(deliveries.c.number == claim.number, deliveries.c.fence == claim.fence)
