"""Digests: one letter a day or a week, of everything that waited for it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, literal, select, update

from plugins.subscriptions.delivery import DeliveryState, Lane, SkipReason
from plugins.subscriptions.digests import PERIOD, Run, latest_runs
from plugins.subscriptions.mailing import FanOut, MailingKind, MailingState
from plugins.subscriptions.reader import ReaderState
from plugins.subscriptions.settings import DigestTimes
from plugins.subscriptions.store.database import Database
from plugins.subscriptions.store.tables import deliveries, mailings, readers, word


class Digests:
    def __init__(self, database: Database, *, times: DigestTimes, send_window: timedelta) -> None:
        self._database = database
        self._times = times
        self._send_window = send_window

    def run_due(self, now: datetime) -> list[FanOut]:
        """Make each digest that is due and hasn't been made, also a missed one, up to a week later. A run is recorded
        even if there was nothing to tell, so that what comes an hour later waits for the next.
        """
        return [made for run in latest_runs(self._times, now) if (made := self._run(run, now)) is not None]

    def _run(self, run: Run, now: datetime) -> FanOut | None:
        """Make one digest; None if it has been made."""
        with self._database.writing() as connection:
            self._database.alone(connection, "digest")
            made = mailings.c.frequency == run.frequency, mailings.c.day >= run.day
            if connection.scalar(select(mailings.c.number).where(*made).limit(1)) is not None:
                return None
            is_late = run.at + self._send_window <= now
            number = _record(connection, run, self._send_window, MailingState.TOO_OLD if is_late else None, now)
            if is_late:  # what waits is told by the next run
                return None
            self._leave_out_the_old(connection, run, now)
            rows = _gather(connection, run, number, now)
            return FanOut(mailing=number, rows=rows)

    def _leave_out_the_old(self, connection: Connection, run: Run, now: datetime) -> None:
        """Skip what has waited longer than it can have done in health, one missed run included."""
        oldest = run.at - 2 * PERIOD[run.frequency] - self._send_window
        connection.execute(
            update(deliveries)
            .where(
                deliveries.c.state == word(DeliveryState.WAITING),
                deliveries.c.reader.in_(select(readers.c.number).where(readers.c.frequency == run.frequency)),
                deliveries.c.mailing.in_(select(mailings.c.number).where(mailings.c.fanned_out_at < oldest)),
            )
            .values(state=DeliveryState.SKIPPED, reason=SkipReason.TOO_OLD, changed_at=now)
        )


def _record(
    connection: Connection, run: Run, send_window: timedelta, state: MailingState | None, now: datetime
) -> int:
    number: int = connection.execute(
        insert(mailings)
        .values(
            kind=MailingKind.DIGEST,
            state=state or MailingState.FANNED_OUT,
            urgent=False,
            at=run.at,
            seen_at=now,
            due_at=run.at,
            expires_at=run.at + send_window,
            fanned_out_at=None if state else now,
            frequency=run.frequency,
            day=run.day,
        )
        .returning(mailings.c.number)
    ).scalar_one()
    return number


def _gather(connection: Connection, run: Run, number: int, now: datetime) -> int:
    """Queue one row for each reader of this frequency for whom something waits, and put what waits into it. Held and
    cancelled mailings stay out. Answer how many readers.
    """
    item = deliveries.alias("item")
    tellable = select(mailings.c.number).where(
        mailings.c.state.in_([MailingState.FANNED_OUT, MailingState.DONE]), mailings.c.kind == MailingKind.RELEASE
    )
    rows = connection.execute(
        insert(deliveries).execution_options(preserve_rowcount=True).from_select(
            ["mailing", "reader", "state", "lane", "next_at", "changed_at"],
            select(
                literal(number),
                item.c.reader,
                word(DeliveryState.QUEUED),
                literal(int(Lane.LIST)),
                literal(now, deliveries.c.next_at.type),
                literal(now, deliveries.c.changed_at.type),
            )
            .join(readers, readers.c.number == item.c.reader)
            .where(
                item.c.state == word(DeliveryState.WAITING),
                item.c.mailing.in_(tellable),
                readers.c.frequency == run.frequency,
                readers.c.state == word(ReaderState.ACTIVE),
            )
            .group_by(item.c.reader)
            .order_by(item.c.reader),
        )
    ).rowcount
    digest = deliveries.alias("digest")
    mine = select(digest.c.number).where(digest.c.mailing == number, digest.c.reader == deliveries.c.reader)
    connection.execute(
        update(deliveries)
        .where(
            deliveries.c.state == word(DeliveryState.WAITING),
            deliveries.c.mailing.in_(tellable),
            deliveries.c.reader.in_(select(digest.c.reader).where(digest.c.mailing == number)),
        )
        .values(state=DeliveryState.GATHERED, digest=mine.scalar_subquery(), changed_at=now)
    )
    return rows
