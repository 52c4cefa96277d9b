"""What comes back: bounces and complaints, about one delivery each."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, update

from plugins.subscriptions.delivery import BounceKind, DeliveryState, without_addresses
from plugins.subscriptions.reader import EndReason, ReaderState
from plugins.subscriptions.store import subscribers
from plugins.subscriptions.store.database import Database
from plugins.subscriptions.store.tables import deliveries, is_one_of, readers

_S = DeliveryState
TAKEN_OVER = frozenset({_S.HANDING_OVER, _S.IN_DOUBT, _S.QUEUED, _S.HELD})
FORGIVEN_AFTER = timedelta(days=14)


class Feedback:
    """`soft_bounces` is on how many days an address may bounce softly, none of them two weeks after the one before."""

    def __init__(self, database: Database, *, soft_bounces: int) -> None:
        self._database = database
        self._soft_bounces = soft_bounces

    def bounced(self, delivery: int, kind: BounceKind, note: str, now: datetime) -> bool:
        """Note that a letter came back. A hard bounce ends the subscription, and so do soft ones on many days. False if
        there was no such letter, or it had come back before.
        """
        with self._database.writing() as connection:
            reader = _note(connection, delivery, _S.BOUNCED, kind, note, now)
            if reader is None:
                return False
            if kind is BounceKind.HARD or self._is_too_many(connection, reader, now):
                subscribers.end(connection, reader, EndReason.BOUNCE, now)
            return True

    def complained(self, delivery: int, note: str, now: datetime) -> bool:
        """Note that a reader called a letter spam: that ends everything at once. False if it is known already, or there
        was no such letter.
        """
        with self._database.writing() as connection:
            reader = _note(connection, delivery, _S.COMPLAINED, "complaint", note, now)
            if reader is None:
                return False
            subscribers.end(connection, reader, EndReason.COMPLAINT, now)
            return True

    def _is_too_many(self, connection: Connection, reader: int, now: datetime) -> bool:
        """Count a soft bounce, one a day."""
        today = now.astimezone(UTC).date()
        row = connection.execute(
            select(readers.c.soft_bounces, readers.c.soft_bounced_on)
            .where(readers.c.number == reader, readers.c.state == ReaderState.ACTIVE)
            .with_for_update()
        ).one_or_none()
        if row is None or row.soft_bounced_on == today:
            return False
        is_new = row.soft_bounced_on is None or today - row.soft_bounced_on >= FORGIVEN_AFTER
        count = 1 if is_new else row.soft_bounces + 1
        connection.execute(
            update(readers).where(readers.c.number == reader).values(soft_bounces=count, soft_bounced_on=today)
        )
        return count >= self._soft_bounces


def _note(
    connection: Connection, delivery: int, state: DeliveryState, reason: str, note: str, now: datetime
) -> int | None:
    """Write on a delivery that it came back. Answer its reader; None if nothing was to be written."""
    # what came back was accepted, also where the worker hasn't said so yet
    connection.execute(
        update(deliveries)
        .where(deliveries.c.number == delivery, is_one_of(deliveries.c.state, TAKEN_OVER), deliveries.c.attempts > 0)
        .values(state=_S.ACCEPTED, changed_at=now)
    )
    before = {_S.ACCEPTED, _S.BOUNCED} if state is _S.COMPLAINED else {_S.ACCEPTED}
    reader: int | None = connection.scalar(
        update(deliveries)
        .where(deliveries.c.number == delivery, is_one_of(deliveries.c.state, before))
        .values(state=state, reason=reason, reply=without_addresses(note), changed_at=now)
        .returning(deliveries.c.reader)
    )
    return reader
