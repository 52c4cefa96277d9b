"""Who reads: signing up, confirming, changing, leaving. Each method is one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from plugins.subscriptions.delivery import DeliveryState, Lane, SkipReason
from plugins.subscriptions.keys import CONFIRM_FOR, MANAGE_FOR, Address
from plugins.subscriptions.mailing import MailingKind, MailingState, Purpose
from plugins.subscriptions.reader import (
    SUPPRESSING,
    Choice,
    Confirmation,
    Consent,
    EndReason,
    Frequency,
    Reader,
    ReaderState,
    SignUp,
    Suppression,
)
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

LIMITS = {
    Purpose.CONFIRM: ((timedelta(days=1), 1), (timedelta(days=30), 3)),
    Purpose.MANAGE: ((timedelta(minutes=10), 1), (timedelta(days=1), 5)),
}
"""How many letters of a kind go to one mailbox within a time, whoever asks."""

LETTER_LASTS = {Purpose.CONFIRM: timedelta(days=1), Purpose.MANAGE: MANAGE_FOR}
"""After that a personal letter that couldn't be handed over isn't worth sending any more."""

STOPPABLE = frozenset({DeliveryState.WAITING, DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.HELD})
HERE = frozenset({ReaderState.PENDING, ReaderState.ACTIVE})


class Subscribers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def sign_up(
        self, address: Address, mark: str, mailbox: str, choice: Choice, consent: Consent, now: datetime
    ) -> SignUp:
        """Queue a confirmation letter to an address that asks to be told, and remember what it asked for.

        `mailbox` is the mark of the mailbox that the address leads to. An address that is subscribed gets a link to its
        choices instead, and they stay as they are. Nothing at all happens when the mailbox has had its share of
        letters. A reader who asks again before confirming gets a new generation.
        """
        with self._database.writing() as connection:
            self._alone(connection, mark, mailbox)
            if _reason(connection, mark) is EndReason.OPERATOR:
                return SignUp.BLOCKED
            found = _locked(connection, mark)
            if found is not None and found.state == ReaderState.ACTIVE:
                queued = _send(connection, found.number, mark, mailbox, Purpose.MANAGE, now)
                return SignUp.MANAGE_LINK if queued else SignUp.LIMITED
            if not _may_ask(connection, mailbox, Purpose.CONFIRM, now):
                return SignUp.LIMITED
            if found is not None:
                number = _ask_again(connection, found.number, address, choice, now)
            else:
                number = _add(connection, address, mark, choice, ReaderState.PENDING, now)
            _agree(connection, number, consent)
            _send(connection, number, mark, mailbox, Purpose.CONFIRM, now)
            return SignUp.CONFIRMATION

    def confirm(self, reader: int, generation: int, now: datetime) -> Confirmation:
        """Let a pending reader in, who followed the link of that generation. A suppression is lifted, for the address
        is there and wants letters; but not the operator's.
        """
        with self._database.writing() as connection:
            done = connection.execute(
                update(readers)
                .where(
                    readers.c.number == reader,
                    readers.c.generation == generation,
                    readers.c.state == ReaderState.PENDING,
                    readers.c.requested_at > now - CONFIRM_FOR,
                )
                .values(state=ReaderState.ACTIVE, confirmed_at=now)
                .returning(readers.c.mark)
            ).one_or_none()
            if done is not None:
                connection.execute(
                    delete(suppressions).where(
                        suppressions.c.mark == done.mark, suppressions.c.reason != EndReason.OPERATOR
                    )
                )
                return Confirmation.CONFIRMED
            found = connection.execute(select(readers).where(readers.c.number == reader)).one_or_none()
        if found is None or found.state in (ReaderState.EXPIRED, ReaderState.ENDED):
            return Confirmation.GONE
        if found.generation != generation:
            return Confirmation.SUPERSEDED
        return Confirmation.ALREADY if found.state == ReaderState.ACTIVE else Confirmation.GONE

    def send_manage_link(self, mark: str, mailbox: str, now: datetime) -> bool:
        """Queue a letter with a link to the reader's choices, if there is such a reader and the mailbox has not had too
        many.
        """
        with self._database.writing() as connection:
            self._alone(connection, mark, mailbox)
            found = _locked(connection, mark)
            if found is None or found.state != ReaderState.ACTIVE:
                return False
            return _send(connection, found.number, mark, mailbox, Purpose.MANAGE, now)

    def change(self, number: int, choice: Choice, now: datetime) -> bool:
        """Give an active reader other choices; False if there is none. Who goes over to letters at once gets what was
        waiting for the next digest.
        """
        with self._database.writing() as connection:
            changed = connection.execute(
                update(readers)
                .where(readers.c.number == number, readers.c.state == ReaderState.ACTIVE)
                .values(_columns(choice))
            ).rowcount
            if not changed:
                return False
            _follow(connection, number, choice.topics)
            if choice.frequency is Frequency.AT_ONCE:
                connection.execute(
                    update(deliveries)
                    .where(deliveries.c.reader == number, deliveries.c.state == word(DeliveryState.WAITING))
                    .values(state=DeliveryState.QUEUED, next_at=now, changed_at=now)
                )
            return True

    def leave(self, number: int, reason: EndReason, now: datetime) -> bool:
        """End a subscription, pending or active: the address is gone when this returns, and no letter that hasn't
        begun is sent. False if there was nothing to end.
        """
        with self._database.writing() as connection:
            return end(connection, number, reason, now) is not None

    def import_reader(self, address: Address, mark: str, choice: Choice, consent: Consent, now: datetime) -> bool:
        """Add a reader who has agreed elsewhere, without a letter. False if it is here already or is kept away."""
        with self._database.writing() as connection:
            self._database.alone(connection, mark)
            if _reason(connection, mark) is not None or _by_mark(connection, mark) is not None:
                return False
            number = _add(connection, address, mark, choice, ReaderState.ACTIVE, now)
            _agree(connection, number, consent)
            return True

    def suppress(self, mark: str, reason: EndReason, now: datetime, note: str = "") -> None:
        """Keep an address away; a subscription it has is ended."""
        with self._database.writing() as connection:
            self._database.alone(connection, mark)
            found = _by_mark(connection, mark)
            if found is not None:
                end(connection, found.number, reason, now)
            suppress(connection, mark, reason, now, note)

    def suppression(self, mark: str) -> Suppression | None:
        with self._database.reading() as connection:
            found = connection.execute(select(suppressions).where(suppressions.c.mark == mark)).one_or_none()
        if found is None:
            return None
        return Suppression(mark=mark, reason=EndReason(found.reason), at=found.at, note=found.note)

    def lift(self, mark: str) -> bool:
        """Let an address sign up or be imported again. False if it wasn't kept away."""
        with self._database.writing() as connection:
            return connection.execute(delete(suppressions).where(suppressions.c.mark == mark)).rowcount == 1

    def reader(self, number: int) -> Reader | None:
        with self._database.reading() as connection:
            row = connection.execute(select(readers).where(readers.c.number == number)).one_or_none()
            return None if row is None else as_reader(row, _topics(connection, number))

    def by_mark(self, mark: str) -> Reader | None:
        """Answer the pending or active reader with that address."""
        with self._database.reading() as connection:
            row = _by_mark(connection, mark)
            return None if row is None else as_reader(row, _topics(connection, row.number))

    def active(self, batch: int = 1000) -> Iterator[Reader]:
        """Answer all active readers by number, read in batches: a reader who leaves meanwhile may not be among them."""
        last = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(
                    select(readers)
                    .where(readers.c.number > last, readers.c.state == ReaderState.ACTIVE)
                    .order_by(readers.c.number)
                    .limit(batch)
                ).all()
                if not rows:
                    return
                chosen: dict[int, set[str]] = {}
                for reader, topic in connection.execute(
                    select(follows).where(follows.c.reader.between(rows[0].number, rows[-1].number))
                ):
                    chosen.setdefault(reader, set()).add(topic)
            yield from (as_reader(row, chosen.get(row.number, ())) for row in rows)
            last = rows[-1].number

    def consented(self, numbers: Sequence[int]) -> dict[int, Consent]:
        """Answer what each of these readers last agreed to."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(consents).where(consents.c.reader.in_(numbers)).order_by(consents.c.generation)
            ).all()
        return {
            row.reader: Consent(at=row.at, wording=row.wording, source=row.source, generation=row.generation)
            for row in rows
        }

    def count(self) -> dict[ReaderState, int]:
        with self._database.reading() as connection:
            counted = connection.execute(select(readers.c.state, func.count()).group_by(readers.c.state))
            found = {ReaderState(state): count for state, count in counted}
        return {state: found.get(state, 0) for state in ReaderState}

    def letters_since(self, moment: datetime) -> int:
        """Answer how many personal letters were asked for since, by everyone."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).where(askings.c.at >= moment)).scalar_one()

    def _alone(self, connection: Connection, mark: str, mailbox: str) -> None:
        """Let nobody else ask for letters to the mailbox, or take the address, until this transaction ends."""
        self._database.alone(connection, mailbox)
        if mark != mailbox:
            self._database.alone(connection, mark)


def end(connection: Connection, number: int, reason: EndReason, now: datetime) -> str | None:
    """End a subscription in the caller's transaction. Answer the mark that the address had; None if there was nothing
    to end. A bounce and a complaint keep the address away from now on.
    """
    found = connection.execute(
        select(readers.c.mark).where(readers.c.number == number, is_one_of(readers.c.state, HERE)).with_for_update()
    ).scalar_one_or_none()
    if found is None:
        return None
    connection.execute(
        update(readers)
        .where(readers.c.number == number, is_one_of(readers.c.state, HERE))
        .values(state=ReaderState.ENDED, address=None, mark=None, ended_at=now, end_reason=reason)
    )
    connection.execute(delete(follows).where(follows.c.reader == number))
    skip(connection, number, SkipReason.LEFT, now)
    if reason in (EndReason.BOUNCE, EndReason.COMPLAINT):
        suppress(connection, found, reason, now)
    return str(found)


def suppress(connection: Connection, mark: str, reason: EndReason, now: datetime, note: str = "") -> None:
    """Keep an address away; the operator's reason stays if there is one."""
    if reason not in SUPPRESSING:
        raise ValueError(f"nobody is kept away for {reason}")
    connection.execute(
        delete(suppressions).where(suppressions.c.mark == mark, suppressions.c.reason != EndReason.OPERATOR)
    )
    if _reason(connection, mark) is None:
        connection.execute(insert(suppressions).values(mark=mark, reason=reason, at=now, note=note))


def skip(
    connection: Connection, reader: int, reason: SkipReason, now: datetime, purpose: Purpose | None = None
) -> None:
    """Stop all letters to a reader that haven't begun; with `purpose` only those personal ones."""
    change = update(deliveries).where(deliveries.c.reader == reader, is_one_of(deliveries.c.state, STOPPABLE))
    if purpose is not None:
        change = change.where(deliveries.c.mailing.in_(select(mailings.c.number).where(mailings.c.purpose == purpose)))
    connection.execute(change.values(state=DeliveryState.SKIPPED, reason=reason, changed_at=now))


def as_reader(row: AnyRow, topics: Iterable[str]) -> Reader:
    return Reader(
        number=row.number,
        state=ReaderState(row.state),
        address=row.address,
        choice=Choice(
            language=row.language,
            topics=frozenset(topics),
            frequency=Frequency(row.frequency),
            urgent_only=row.urgent_only,
        ),
        generation=row.generation,
        requested_at=row.requested_at,
        confirmed_at=row.confirmed_at,
        ended_at=row.ended_at,
        end_reason=EndReason(row.end_reason) if row.end_reason else None,
    )


def _by_mark(connection: Connection, mark: str) -> AnyRow | None:
    return connection.execute(select(readers).where(readers.c.mark == mark)).one_or_none()


def _locked(connection: Connection, mark: str) -> AnyRow | None:
    """The same, and nobody else changes the row until this transaction ends."""
    return connection.execute(select(readers).where(readers.c.mark == mark).with_for_update()).one_or_none()


def _topics(connection: Connection, number: int) -> list[str]:
    return list(connection.scalars(select(follows.c.topic).where(follows.c.reader == number)))


def _reason(connection: Connection, mark: str) -> EndReason | None:
    """Answer why an address is kept away."""
    found = connection.scalar(select(suppressions.c.reason).where(suppressions.c.mark == mark))
    return EndReason(found) if found else None


def _columns(choice: Choice) -> dict[str, object]:
    return {"language": choice.language, "frequency": choice.frequency, "urgent_only": choice.urgent_only}


def _follow(connection: Connection, number: int, topics: Iterable[str]) -> None:
    connection.execute(delete(follows).where(follows.c.reader == number))
    if rows := [{"reader": number, "topic": topic} for topic in sorted(topics)]:
        connection.execute(insert(follows), rows)


def _add(
    connection: Connection, address: Address, mark: str, choice: Choice, state: ReaderState, now: datetime
) -> int:
    number: int = connection.execute(
        insert(readers)
        .values(
            state=state,
            address=address.text,
            mark=mark,
            generation=1,
            requested_at=now,
            confirmed_at=now if state is ReaderState.ACTIVE else None,
            **_columns(choice),
        )
        .returning(readers.c.number)
    ).scalar_one()
    _follow(connection, number, choice.topics)
    return number


def _ask_again(connection: Connection, pending: int, address: Address, choice: Choice, now: datetime) -> int:
    """Renew a pending reader, whose row is locked, with what it asks for now."""
    connection.execute(
        update(readers)
        .where(readers.c.number == pending)
        .values(address=address.text, generation=readers.c.generation + 1, requested_at=now, **_columns(choice))
    )
    _follow(connection, pending, choice.topics)
    skip(connection, pending, SkipReason.SUPERSEDED, now, Purpose.CONFIRM)
    return pending


def _agree(connection: Connection, number: int, consent: Consent) -> None:
    generation = select(readers.c.generation).where(readers.c.number == number).scalar_subquery()
    connection.execute(
        insert(consents).values(
            reader=number, generation=generation, at=consent.at, wording=consent.wording, source=consent.source
        )
    )


def _may_ask(connection: Connection, mailbox: str, purpose: Purpose, now: datetime) -> bool:
    for span, most in LIMITS[purpose]:
        asked = connection.scalar(
            select(func.count()).where(
                askings.c.mailbox == mailbox, askings.c.purpose == purpose, askings.c.at > now - span
            )
        )
        if (asked or 0) >= most:
            return False
    return True


def _send(connection: Connection, number: int, mark: str, mailbox: str, purpose: Purpose, now: datetime) -> bool:
    """Queue a personal letter, unless the mailbox has had its share."""
    if not _may_ask(connection, mailbox, purpose, now):
        return False
    connection.execute(insert(askings).values(mark=mark, mailbox=mailbox, purpose=purpose, at=now))
    mailing = connection.execute(
        insert(mailings)
        .values(
            kind=MailingKind.PERSONAL,
            state=MailingState.FANNED_OUT,
            purpose=purpose,
            urgent=False,
            at=now,
            seen_at=now,
            due_at=now,
            fanned_out_at=now,
            expires_at=now + LETTER_LASTS[purpose],
        )
        .returning(mailings.c.number)
    ).scalar_one()
    connection.execute(
        insert(deliveries).values(
            mailing=mailing,
            reader=number,
            state=DeliveryState.QUEUED,
            lane=Lane.PERSONAL,
            next_at=now,
            changed_at=now,
        )
    )
    return True
