"""What is to be told: taking in what the site announces, holding it back, and making the rows of who is told."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from plugins.subscriptions.delivery import OPEN, RECEIVED, DeliveryState, Lane, SkipReason
from plugins.subscriptions.mailing import (
    LIVE,
    Announcement,
    FanOut,
    Intake,
    Mailing,
    MailingKind,
    MailingState,
    NoticeKind,
    Purpose,
    Version,
)
from plugins.subscriptions.reader import ASSIGNMENTS, Frequency, ReaderState
from plugins.subscriptions.store.database import AnyRow, Database
from plugins.subscriptions.store.tables import (
    deliveries,
    follows,
    installation,
    is_live,
    is_one_of,
    mailings,
    readers,
    word,
)

FAR = timedelta(days=36500)
"""How far away the rows of a held mailing are put, so that claims don't meet them."""

UNBEGUN = frozenset({DeliveryState.WAITING, DeliveryState.QUEUED, DeliveryState.CLAIMED})
"""States of rows of which nothing has been sent."""


class Mailings:
    """`pull_back` is the time between seeing a notice and telling it, `send_window` how old it may get."""

    def __init__(self, database: Database, *, pull_back: timedelta, send_window: timedelta) -> None:
        self._database = database
        self._pull_back = pull_back
        self._send_window = send_window

    def take_in(self, announcements: Iterable[Announcement], now: datetime) -> Intake:
        """Take in a whole manifest, as often as one likes.

        The first one ever is the baseline: nothing of it is told. Later, what is new is announced, what has changed is
        noted (a letter says what the page says), what is gone before it was told is forgotten, and a withdrawal stops
        what isn't sent of the release yet.
        """
        told = sorted(announcements, key=lambda each: (each.at, each.release, each.revision))
        with self._database.writing() as connection:
            self._database.alone(connection, "intake")
            is_first = connection.scalar(select(installation.c.baselined_at)) is None
            if is_first:
                connection.execute(update(installation).values(baselined_at=now))
            known = _known(connection, {each.release for each in told})
            counted = dict.fromkeys(Intake.__dataclass_fields__, 0)
            for each in told:
                found = known.get((each.release, each.revision))
                if found is None:
                    state = self._first_state(each, is_first, now)
                    _announce(connection, each, state, now, self._pull_back, self._send_window)
                    counted[state.value] += 1
                elif found.state in LIVE and found.announcement != _written(each):
                    _change(connection, found.number, each)
                    counted["changed"] += 1
                if each.kind is NoticeKind.WITHDRAWAL:
                    _withdraw(connection, each, now)
            here = {(each.release, each.revision) for each in told}
            gone = [
                row.number
                for key, row in known.items()
                if key not in here and row.state == MailingState.ANNOUNCED
            ]
            if gone:
                counted["forgotten"] = connection.execute(
                    delete(mailings).where(
                        mailings.c.number.in_(gone), mailings.c.state == MailingState.ANNOUNCED
                    )
                ).rowcount
            return Intake(**counted)

    def _first_state(self, announcement: Announcement, is_first: bool, now: datetime) -> MailingState:
        if is_first:
            return MailingState.BASELINE
        return MailingState.TOO_OLD if announcement.at + self._send_window <= now else MailingState.ANNOUNCED

    def fan_out_due(self, now: datetime) -> list[FanOut]:
        """Make the rows of every mailing that is due, the oldest first; each in a transaction of its own."""
        with self._database.reading() as connection:
            due = connection.scalars(
                select(mailings.c.number)
                .where(
                    is_live,
                    mailings.c.state == MailingState.ANNOUNCED,
                    mailings.c.due_at <= now,
                    mailings.c.at <= now,  # a clock set back is no reason to be early
                )
                .order_by(mailings.c.at, mailings.c.revision, mailings.c.number)
            ).all()
        return [made for number in due if (made := self._fan_out(number, now)) is not None]

    def _fan_out(self, number: int, now: datetime) -> FanOut | None:
        """Make the rows of one mailing; None if it is none's turn any more (held, told by another scheduler)."""
        with self._database.writing() as connection:
            is_due = and_(mailings.c.state == MailingState.ANNOUNCED, mailings.c.due_at <= now)
            mine = and_(mailings.c.number == number, is_due)
            too_old = connection.execute(
                update(mailings).where(mine, mailings.c.expires_at <= now).values(state=MailingState.TOO_OLD)
            ).rowcount
            if too_old:
                return None
            mailing = connection.execute(
                update(mailings)
                .where(mine)
                .values(state=MailingState.FANNED_OUT, fanned_out_at=now)
                .returning(mailings.c.number, mailings.c.release, mailings.c.revision, mailings.c.urgent,
                           mailings.c.announcement)
            ).one_or_none()
            if mailing is None:
                return None
            rows = connection.execute(
                insert(deliveries).execution_options(preserve_rowcount=True).from_select(
                    ["mailing", "reader", "state", "lane", "next_at", "changed_at"],
                    select(
                        literal(number),
                        readers.c.number,
                        _first_delivery_state(mailing.urgent),
                        literal(int(Lane.LIST)),
                        literal(now, deliveries.c.next_at.type),
                        literal(now, deliveries.c.changed_at.type),
                    )
                    .where(readers.c.state == word(ReaderState.ACTIVE), _is_told(mailing))
                    .order_by(readers.c.number),
                )
            ).rowcount
            return FanOut(mailing=number, rows=rows)

    def hold(self, release: str, now: datetime) -> int:
        """Stop what isn't sent yet of a release, until it is resumed or cancelled. Answer how many mailings."""
        with self._database.writing() as connection:
            held = _step(connection, release, {MailingState.ANNOUNCED, MailingState.FANNED_OUT}, MailingState.HELD)
            connection.execute(
                update(deliveries)
                .where(deliveries.c.mailing.in_(held), deliveries.c.state == word(DeliveryState.QUEUED))
                .values(next_at=now + FAR)
            )
            connection.execute(
                update(deliveries)
                .where(_in_unbegun_digests(held))
                .values(state=DeliveryState.WAITING, digest=None, changed_at=now)
            )
            return len(held)

    def resume(self, release: str, now: datetime) -> int:
        """Let what was held go on. What had got old meanwhile is told after all, for somebody has decided that."""
        with self._database.writing() as connection:
            fanned_out = mailings.c.fanned_out_at.is_not(None)
            held = [
                *_step(connection, release, {MailingState.HELD}, MailingState.FANNED_OUT, fanned_out),
                *_step(connection, release, {MailingState.HELD}, MailingState.ANNOUNCED, ~fanned_out),
            ]
            until = now + self._send_window
            connection.execute(
                update(mailings)
                .where(mailings.c.number.in_(held), mailings.c.expires_at < until)
                .values(expires_at=until)
            )
            connection.execute(
                update(deliveries)
                .where(
                    deliveries.c.mailing.in_(held),
                    deliveries.c.state == word(DeliveryState.QUEUED),
                    deliveries.c.next_at > until,
                )
                .values(next_at=now)
            )
            return len(held)

    def cancel(self, release: str, now: datetime) -> int:
        """Stop what isn't sent yet of a release, for good. Answer how many mailings."""
        with self._database.writing() as connection:
            cancelled = _step(connection, release, LIVE, MailingState.CANCELLED)
            _stop(connection, cancelled, SkipReason.CANCELLED, now)
            return len(cancelled)

    def finish(self, now: datetime) -> int:
        """Call those mailings done of which no row is open any more. Answer how many."""
        is_open = exists().where(
            deliveries.c.mailing == mailings.c.number, is_one_of(deliveries.c.state, OPEN)
        )
        with self._database.writing() as connection:
            return connection.execute(
                update(mailings)
                .where(is_live, mailings.c.state == MailingState.FANNED_OUT, ~is_open)
                .values(state=MailingState.DONE)
            ).rowcount

    def get(self, number: int) -> Mailing | None:
        with self._database.reading() as connection:
            row = connection.execute(select(mailings).where(mailings.c.number == number)).one_or_none()
        return None if row is None else as_mailing(row)

    def find(self, release: str, revision: int) -> Mailing | None:
        with self._database.reading() as connection:
            row = connection.execute(
                select(mailings).where(mailings.c.release == release, mailings.c.revision == revision)
            ).one_or_none()
        return None if row is None else as_mailing(row)

    def unfinished(self) -> list[Mailing]:
        """Answer what is announced, held or being sent of releases and digests, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(mailings)
                .where(is_live, mailings.c.kind != MailingKind.PERSONAL)
                .order_by(mailings.c.at, mailings.c.number)
            ).all()
        return [as_mailing(row) for row in rows]

    def next_due(self) -> datetime | None:
        """Answer when the next announced mailing is due; None if there is none."""
        with self._database.reading() as connection:
            found: datetime | None = connection.scalar(
                select(func.min(mailings.c.due_at)).where(is_live, mailings.c.state == MailingState.ANNOUNCED)
            )
            return found


def as_mailing(row: AnyRow) -> Mailing:
    return Mailing(
        number=row.number,
        kind=MailingKind(row.kind),
        state=MailingState(row.state),
        at=row.at,
        seen_at=row.seen_at,
        due_at=row.due_at,
        expires_at=row.expires_at,
        fanned_out_at=row.fanned_out_at,
        edition=row.edition,
        announcement=_read(row.announcement) if row.announcement else None,
        frequency=Frequency(row.frequency) if row.frequency else None,
        day=row.day,
        purpose=Purpose(row.purpose) if row.purpose else None,
    )


def _known(connection: Connection, releases: set[str]) -> dict[tuple[str, int], AnyRow]:
    """Answer what there is of these releases, and what is live of others."""
    c = mailings.c
    rows = connection.execute(
        select(c.number, c.release, c.revision, c.state, c.announcement)
        .where(c.release.in_(sorted(releases)))
        .union(
            select(c.number, c.release, c.revision, c.state, c.announcement).where(
                is_live, c.kind == MailingKind.RELEASE
            )
        )
    )
    return {(row.release, row.revision): row for row in rows}


def _announce(
    connection: Connection,
    each: Announcement,
    state: MailingState,
    now: datetime,
    pull_back: timedelta,
    send_window: timedelta,
) -> None:
    connection.execute(
        insert(mailings).values(
            kind=MailingKind.RELEASE,
            state=state,
            at=each.at,
            seen_at=now,
            due_at=max(each.at, now + pull_back),
            expires_at=each.at + send_window,
            release=each.release,
            revision=each.revision,
            urgent=each.urgent,
            announcement=_written(each),
        )
    )


def _change(connection: Connection, number: int, each: Announcement) -> None:
    connection.execute(
        update(mailings)
        .where(mailings.c.number == number)
        .values(announcement=_written(each), urgent=each.urgent, edition=mailings.c.edition + 1)
    )


def _withdraw(connection: Connection, withdrawal: Announcement, now: datetime) -> None:
    """Stop what isn't sent yet of the release's earlier revisions."""
    stopped = _step(
        connection,
        withdrawal.release,
        LIVE | {MailingState.DONE},
        MailingState.WITHDRAWN,
        mailings.c.revision < withdrawal.revision,
    )
    _stop(connection, stopped, SkipReason.WITHDRAWN, now)


def _step(
    connection: Connection,
    release: str,
    before: Iterable[MailingState],
    after: MailingState,
    where: ColumnElement[bool] | None = None,
) -> list[int]:
    """Take a release's mailings from one of these states to another. Answer their numbers."""
    change = update(mailings).where(mailings.c.release == release, is_one_of(mailings.c.state, before))
    if where is not None:
        change = change.where(where)
    return list(connection.scalars(change.values(state=after).returning(mailings.c.number)))


def _stop(connection: Connection, numbers: list[int], reason: SkipReason, now: datetime) -> None:
    """Skip the rows of these mailings that haven't begun, also inside digests that haven't."""
    if not numbers:
        return
    unbegun = and_(deliveries.c.mailing.in_(numbers), is_one_of(deliveries.c.state, UNBEGUN))
    for rows in (_in_unbegun_digests(numbers), unbegun):
        connection.execute(
            update(deliveries).where(rows).values(state=DeliveryState.SKIPPED, reason=reason, changed_at=now)
        )


def _in_unbegun_digests(numbers: list[int]) -> ColumnElement[bool]:
    """The rows of these mailings that are in digests of which nothing has been sent."""
    digest = deliveries.alias("digest")
    return and_(
        deliveries.c.mailing.in_(numbers),
        deliveries.c.state == DeliveryState.GATHERED,
        exists().where(digest.c.number == deliveries.c.digest, is_one_of(digest.c.state, UNBEGUN)),
    )


def _first_delivery_state(urgent: bool) -> ColumnElement[str]:
    """What is urgent goes at once to everyone; else it waits for the digest of those who want one."""
    if urgent:
        return word(DeliveryState.QUEUED)
    return case(
        (readers.c.frequency == word(Frequency.AT_ONCE), word(DeliveryState.QUEUED)),
        else_=word(DeliveryState.WAITING),
    )


def _is_told(mailing: AnyRow) -> ColumnElement[bool]:
    """Who is told: of a publication those who follow it, of what comes after those who got, or may have got, it. Of an
    assignment only who has asked for assignments; that doesn't narrow which releases a reader is told of.
    """
    announcement = _read(mailing.announcement)
    if announcement.kind is not NoticeKind.RELEASE:
        return readers.c.number.in_(_recipients(announcement))
    chosen = exists().where(follows.c.reader == readers.c.number, follows.c.topic.in_(sorted(announcement.topics)))
    narrowed = exists().where(follows.c.reader == readers.c.number, follows.c.topic != ASSIGNMENTS)
    followed = chosen if ASSIGNMENTS in announcement.topics else or_(chosen, ~narrowed)
    return followed if announcement.urgent else and_(followed, ~readers.c.urgent_only)


def _recipients(announcement: Announcement) -> Any:
    """Select the readers who were told of an earlier revision, in a letter of its own or in a digest."""
    digest = deliveries.alias("digest")
    in_digest = exists().where(digest.c.number == deliveries.c.digest, is_one_of(digest.c.state, RECEIVED))
    return (
        select(deliveries.c.reader)
        .join(mailings, mailings.c.number == deliveries.c.mailing)
        .where(
            mailings.c.release == announcement.release,
            mailings.c.revision < announcement.revision,
            or_(
                is_one_of(deliveries.c.state, RECEIVED),
                and_(deliveries.c.state == word(DeliveryState.GATHERED), in_digest),
            ),
        )
    )


def _written(announcement: Announcement) -> str:
    """Answer an announcement as it is kept: JSON, the same for equal ones."""
    plain = asdict(announcement) | {
        "at": announcement.at.isoformat(),
        "published": announcement.published.isoformat(),
        "topics": sorted(announcement.topics),
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def _read(written: str) -> Announcement:
    plain = json.loads(written)
    return Announcement(
        release=plain["release"],
        revision=plain["revision"],
        kind=NoticeKind(plain["kind"]),
        at=datetime.fromisoformat(plain["at"]),
        published=datetime.fromisoformat(plain["published"]),
        urgent=plain["urgent"],
        topics=frozenset(plain["topics"]),
        versions=tuple(Version(**each) for each in plain["versions"]),
    )
