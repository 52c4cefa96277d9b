"""What is held on an address, and how it goes: on request, and by itself after a time."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select, update

from plugins.subscriptions.delivery import DeliveryState, SkipReason
from plugins.subscriptions.keys import CONFIRM_FOR
from plugins.subscriptions.mailing import MailingKind, MailingState
from plugins.subscriptions.reader import EndReason, ReaderState
from plugins.subscriptions.store import subscribers
from plugins.subscriptions.store.database import AnyRow, Database
from plugins.subscriptions.store.tables import (
    askings,
    consents,
    deliveries,
    follows,
    is_one_of,
    mailings,
    readers,
    suppressions,
    word,
)

KEEP_EXPIRED = timedelta(days=30)
KEEP_PERSONAL = timedelta(days=30)
KEEP_ASKINGS = timedelta(days=30)
CHANGING = frozenset(
    {DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.HANDING_OVER, DeliveryState.IN_DOUBT}
)


class Privacy:
    """`keep_deliveries` is for how long the ledger remembers who was told what, `keep_ended` for how long it is kept
    that somebody had agreed, without the address, `keep_suppressions` for how long a bounce or complaint counts.
    """

    def __init__(
        self,
        database: Database,
        *,
        keep_deliveries: timedelta,
        keep_ended: timedelta,
        keep_suppressions: timedelta,
    ) -> None:
        self._database = database
        self._keep_deliveries = keep_deliveries
        self._keep_ended = keep_ended
        self._keep_suppressions = keep_suppressions

    def held_on(self, mark: str) -> dict[str, Any]:
        """Answer everything that is held on an address, ready for JSON. Of who has left nothing can be found any more:
        what remains doesn't say whose it was.
        """
        with self._database.reading() as connection:
            reader = connection.execute(select(readers).where(readers.c.mark == mark)).one_or_none()
            kept_away = connection.execute(select(suppressions).where(suppressions.c.mark == mark)).one_or_none()
            asked = connection.execute(
                select(askings.c.purpose, askings.c.at).where(askings.c.mark == mark).order_by(askings.c.number)
            ).all()
            return {
                "subscription": _subscription(connection, reader) if reader else None,
                "letters": _letters(connection, reader.number) if reader else [],
                "letters_asked_for": [{"purpose": row.purpose, "at": row.at.isoformat()} for row in asked],
                "kept_away": (
                    {"reason": kept_away.reason, "since": kept_away.at.isoformat(), "note": kept_away.note}
                    if kept_away
                    else None
                ),
            }

    def erase(self, number: int, keep_away: bool, now: datetime) -> bool:
        """Forget a reader: address, choices, consent, replies, and that letters were asked for. With `keep_away` a
        keyed hash stays, so that an import can't bring the address back. False if there was nobody to forget.
        """
        with self._database.writing() as connection:
            mark = subscribers.end(connection, number, EndReason.ERASED, now)
            if mark is None:
                return False
            _forget(connection, number, mark)
            if keep_away:
                subscribers.suppress(connection, mark, EndReason.ERASED, now)
            return True

    def forget(self, mark: str, keep_away: bool, now: datetime) -> bool:
        """The same by address, also when it isn't subscribed: then what is known of its bounces goes, unless it is to
        be kept away. False if nothing was held on it.
        """
        with self._database.reading() as connection:
            number = connection.scalar(select(readers.c.number).where(readers.c.mark == mark))
        if number is not None and self.erase(number, keep_away, now):
            return True
        with self._database.writing() as connection:
            asked = connection.execute(delete(askings).where(askings.c.mark == mark)).rowcount
            if keep_away:
                subscribers.suppress(connection, mark, EndReason.ERASED, now)
                return bool(asked)
            kept_away = connection.execute(delete(suppressions).where(suppressions.c.mark == mark)).rowcount
            return bool(asked or kept_away)

    def sweep(self, now: datetime) -> dict[str, int]:
        """Let go of what has been kept for long enough. Answer how many of each."""
        with self._database.writing() as connection:
            self._database.alone(connection, "sweep")
            return {
                "expired": _expire(connection, now),
                "readers": _drop_readers(connection, self._drop_before(now)),
                "personal_letters": _drop_personal(connection, now - KEEP_PERSONAL),
                "deliveries": _drop_deliveries(connection, now - self._keep_deliveries),
                "askings": connection.execute(delete(askings).where(askings.c.at < now - KEEP_ASKINGS)).rowcount,
                "suppressions": connection.execute(
                    delete(suppressions).where(
                        suppressions.c.at < now - self._keep_suppressions,
                        suppressions.c.reason.in_([EndReason.BOUNCE, EndReason.COMPLAINT]),
                    )
                ).rowcount,
            }

    def _drop_before(self, now: datetime) -> ColumnElement[bool]:
        return or_(
            (readers.c.state == ReaderState.EXPIRED) & (readers.c.requested_at < now - CONFIRM_FOR - KEEP_EXPIRED),
            (readers.c.state == ReaderState.ENDED) & (readers.c.ended_at < now - self._keep_ended),
        )


def _subscription(connection: Connection, reader: AnyRow) -> dict[str, Any]:
    topics = connection.scalars(select(follows.c.topic).where(follows.c.reader == reader.number))
    agreed = connection.execute(
        select(consents).where(consents.c.reader == reader.number).order_by(consents.c.generation)
    )
    return {
        "number": reader.number,
        "address": reader.address,
        "state": reader.state,
        "language": reader.language,
        "frequency": reader.frequency,
        "urgent_only": reader.urgent_only,
        "topics": sorted(topics),
        "requested_at": reader.requested_at.isoformat(),
        "confirmed_at": reader.confirmed_at.isoformat() if reader.confirmed_at else None,
        "soft_bounces": reader.soft_bounces,
        "consents": [
            {"at": row.at.isoformat(), "wording": row.wording, "source": row.source, "generation": row.generation}
            for row in agreed
        ],
    }


def _letters(connection: Connection, reader: int) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(deliveries, mailings.c.kind, mailings.c.release, mailings.c.revision, mailings.c.purpose,
               mailings.c.frequency, mailings.c.day)
        .join(mailings, mailings.c.number == deliveries.c.mailing)
        .where(deliveries.c.reader == reader)
        .order_by(deliveries.c.number)
    )
    return [
        {
            "kind": row.kind,
            "what": row.release or row.purpose or f"{row.frequency} {row.day.isoformat()}",
            "revision": row.revision,
            "state": row.state,
            "reason": row.reason,
            "at": row.changed_at.isoformat(),
            "reply": row.reply,
        }
        for row in rows
    ]


def _forget(connection: Connection, number: int, mark: str) -> None:
    connection.execute(delete(consents).where(consents.c.reader == number))
    connection.execute(delete(askings).where(askings.c.mark == mark))
    connection.execute(delete(suppressions).where(suppressions.c.mark == mark,
                                                  suppressions.c.reason != EndReason.OPERATOR))
    connection.execute(
        update(deliveries).where(deliveries.c.reader == number).values(reply=None, relay_id=None)
    )


def _expire(connection: Connection, now: datetime) -> int:
    """End the waiting for those who never confirmed."""
    late = connection.scalars(
        update(readers)
        .where(readers.c.state == word(ReaderState.PENDING), readers.c.requested_at <= now - CONFIRM_FOR)
        .values(state=ReaderState.EXPIRED, address=None, mark=None)
        .returning(readers.c.number)
    ).all()
    for number in late:
        connection.execute(delete(follows).where(follows.c.reader == number))
        subscribers.skip(connection, number, SkipReason.LEFT, now)
    return len(late)


def _drop_readers(connection: Connection, which: ColumnElement[bool]) -> int:
    """Delete readers who are long gone, and what was about them; not while a letter of theirs is under way."""
    is_busy = exists().where(deliveries.c.reader == readers.c.number, is_one_of(deliveries.c.state, CHANGING))
    numbers = connection.scalars(select(readers.c.number).where(which, ~is_busy)).all()
    for number in numbers:
        for table in (consents, follows, deliveries):
            connection.execute(delete(table).where(table.c.reader == number))
        connection.execute(delete(readers).where(readers.c.number == number))
    return len(numbers)


def _drop_personal(connection: Connection, before: datetime) -> int:
    old = select(mailings.c.number).where(
        mailings.c.kind == MailingKind.PERSONAL, mailings.c.state == MailingState.DONE, mailings.c.at < before
    )
    connection.execute(delete(deliveries).where(deliveries.c.mailing.in_(old)))
    return connection.execute(
        delete(mailings).where(
            mailings.c.kind == MailingKind.PERSONAL, mailings.c.state == MailingState.DONE, mailings.c.at < before
        )
    ).rowcount


def _drop_deliveries(connection: Connection, before: datetime) -> int:
    """Delete the rows of old mailings. The mailings stay: they say that it was told."""
    old = select(mailings.c.number).where(mailings.c.kind != MailingKind.PERSONAL, mailings.c.at < before)
    return connection.execute(
        delete(deliveries).where(deliveries.c.mailing.in_(old), ~is_one_of(deliveries.c.state, CHANGING))
    ).rowcount
