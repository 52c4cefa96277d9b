"""Answers for people: who was told of a release, why somebody was or wasn't, and how the list is doing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from plugins.subscriptions.delivery import OPEN, DeliveryState
from plugins.subscriptions.mailing import LIVE, MailingKind, MailingState
from plugins.subscriptions.reader import Frequency, ReaderState
from plugins.subscriptions.store.database import Database
from plugins.subscriptions.store.tables import deliveries, is_leased, mailings, readers, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one revision of a release for one reader.

    `delivery` is the state of the letter that told of it: of the digest, if `digest` says which (`daily 2031-05-04`).
    It is None if there is no such letter; then `mailing`, and when the reader was confirmed, say why.
    """

    revision: int
    mailing: MailingState
    fanned_out_at: datetime | None
    delivery: DeliveryState | None
    at: datetime | None
    attempts: int
    reason: str | None
    reply: str | None
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the list is doing. `oldest_open_at` is since when the longest waiting letter could have gone."""

    readers: dict[ReaderState, int]
    open: dict[DeliveryState, int]
    oldest_open_at: datetime | None
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """What isn't decided yet: how many deliveries are in each state, and since when the one of them that has waited
    longest could have gone.
    """

    counts: dict[DeliveryState, int]
    oldest_at: datetime | None


_S, _d = DeliveryState, deliveries.c
SENDING = tuple(
    select(_d.state, func.count(), func.min(_d.next_at)).where(which).group_by(_d.state)
    for which in (_d.state == word(_S.QUEUED), is_leased, _d.state == word(_S.IN_DOUBT))
)
"""What is on its way to the relay. Each statement reads one partial index, however long the ledger is."""
KEPT = {state: select(func.count()).where(_d.state == word(state)) for state in (_S.WAITING, _S.HELD)}
"""What waits for a digest, or for the operator."""


class Answers:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._took: tuple[int, timedelta | None] = 0, None
        """Of the mailing with that number, whose letters have all gone."""

    def why(self, mark: str, release: str) -> tuple[Answer, ...]:
        """Answer what became of each revision of a release for the reader with that address, subscribed now."""
        item, digest, digests = deliveries.alias("item"), deliveries.alias("digest"), mailings.alias("digests")
        with self._database.reading() as connection:
            number = connection.scalar(select(readers.c.number).where(readers.c.mark == mark))
            rows = connection.execute(
                select(
                    mailings.c.revision,
                    mailings.c.state.label("mailing"),
                    mailings.c.fanned_out_at,
                    item.c.state.label("item"),
                    digest.c.state.label("digest"),
                    func.coalesce(digest.c.changed_at, item.c.changed_at).label("changed_at"),
                    func.coalesce(digest.c.attempts, item.c.attempts).label("attempts"),
                    func.coalesce(digest.c.reason, item.c.reason).label("reason"),
                    func.coalesce(digest.c.reply, item.c.reply).label("reply"),
                    digests.c.frequency,
                    digests.c.day,
                )
                .select_from(
                    mailings.outerjoin(item, (item.c.mailing == mailings.c.number) & (item.c.reader == number))
                    .outerjoin(digest, digest.c.number == item.c.digest)
                    .outerjoin(digests, digests.c.number == digest.c.mailing)
                )
                .where(mailings.c.release == release)
                .order_by(mailings.c.revision)
            ).all()
        return tuple(
            Answer(
                revision=row.revision,
                mailing=MailingState(row.mailing),
                fanned_out_at=row.fanned_out_at,
                delivery=_state(row.item, row.digest),
                at=row.changed_at,
                attempts=row.attempts or 0,
                reason=row.reason,
                reply=row.reply,
                digest=f"{Frequency(row.frequency)} {row.day.isoformat()}" if row.frequency else None,
            )
            for row in rows
        )

    def latest_took(self) -> timedelta | None:
        """Answer how long the release that was told last took, from when it was published until the last letter so far
        was handed over; None before there is one.
        """
        told = mailings.c.kind == word(MailingKind.RELEASE), mailings.c.fanned_out_at.is_not(None)
        with self._database.reading() as connection:
            latest = connection.execute(
                select(mailings.c.number, mailings.c.at, mailings.c.state)
                .where(*told)
                .order_by(mailings.c.fanned_out_at.desc())
                .limit(1)
            ).one_or_none()
            if latest is None:
                return None
            if self._took[0] == latest.number:
                return self._took[1]
            last: datetime | None = connection.scalar(
                select(func.max(deliveries.c.changed_at)).where(
                    deliveries.c.mailing == latest.number, deliveries.c.state == word(DeliveryState.ACCEPTED)
                )
            )
        took = last - latest.at if last else None
        if latest.state not in LIVE:
            self._took = latest.number, took
        return took

    def who(self, release: str) -> dict[int, dict[DeliveryState, int]]:
        """Answer, for each revision of a release, how many letters are in which state; of digests, the digest's."""
        item, digest = deliveries.alias("item"), deliveries.alias("digest")
        state = func.coalesce(digest.c.state, item.c.state)
        with self._database.reading() as connection:
            rows = connection.execute(
                select(mailings.c.revision, state, func.count())
                .select_from(
                    mailings.join(item, item.c.mailing == mailings.c.number).outerjoin(
                        digest, (digest.c.number == item.c.digest) & (item.c.state == DeliveryState.GATHERED)
                    )
                )
                .where(mailings.c.release == release)
                .group_by(mailings.c.revision, state)
            ).all()
        told: dict[int, dict[DeliveryState, int]] = {}
        for revision, found, count in rows:
            told.setdefault(revision, {})[DeliveryState(found)] = count
        return told

    def under_way(self) -> UnderWay:
        """Answer what isn't decided yet. Cheap enough to be asked each second: nothing old is read."""
        with self._database.reading() as connection:
            return _under_way(connection)

    def status(self) -> Status:
        with self._database.reading() as connection:
            counted = connection.execute(select(readers.c.state, func.count()).group_by(readers.c.state))
            by_state = {ReaderState(state): count for state, count in counted}
            letters = _under_way(connection)
        return Status(
            readers={state: by_state.get(state, 0) for state in ReaderState},
            open=letters.counts,
            oldest_open_at=letters.oldest_at,
            held=letters.counts[DeliveryState.HELD],
        )


def _under_way(connection: Connection) -> UnderWay:
    found = [row for statement in SENDING for row in connection.execute(statement)]
    counts = {DeliveryState(state): count for state, count, _ in found}
    counts |= {state: connection.scalar(statement) or 0 for state, statement in KEPT.items()}
    return UnderWay(
        counts={state: counts.get(state, 0) for state in sorted(OPEN | set(KEPT))},
        oldest_at=min((at for _, _, at in found), default=None),
    )


def _state(item: str | None, digest: str | None) -> DeliveryState | None:
    if item is None:
        return None
    return DeliveryState(digest if digest and item == DeliveryState.GATHERED else item)
