"""Answers for people: who was told of a release, why somebody was or wasn't, and how the list is doing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from plugins.subscriptions.delivery import OPEN, DeliveryState
from plugins.subscriptions.mailing import MailingKind, MailingState
from plugins.subscriptions.reader import Frequency, ReaderState
from plugins.subscriptions.store.database import Database
from plugins.subscriptions.store.tables import deliveries, is_one_of, mailings, readers, word


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


class Answers:
    def __init__(self, database: Database) -> None:
        self._database = database

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
        told = mailings.c.kind == MailingKind.RELEASE, mailings.c.fanned_out_at.is_not(None)
        with self._database.reading() as connection:
            latest = connection.execute(
                select(mailings.c.number, mailings.c.at).where(*told).order_by(mailings.c.fanned_out_at.desc()).limit(1)
            ).one_or_none()
            if latest is None:
                return None
            last: datetime | None = connection.scalar(
                select(func.max(deliveries.c.changed_at)).where(
                    deliveries.c.mailing == latest.number, deliveries.c.state == word(DeliveryState.ACCEPTED)
                )
            )
        return last - latest.at if last else None

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

    def status(self) -> Status:
        with self._database.reading() as connection:
            counted = connection.execute(select(readers.c.state, func.count()).group_by(readers.c.state))
            by_state = {ReaderState(state): count for state, count in counted}
            shown = OPEN | {DeliveryState.WAITING, DeliveryState.HELD}
            recent = select(mailings.c.number).where(
                mailings.c.state.in_([MailingState.FANNED_OUT, MailingState.HELD, MailingState.DONE])
            )
            rows = connection.execute(
                select(deliveries.c.state, func.count(), func.min(deliveries.c.next_at))
                .where(is_one_of(deliveries.c.state, shown), deliveries.c.mailing.in_(recent))
                .group_by(deliveries.c.state)
            ).all()
        open_rows = {DeliveryState(state): count for state, count, _ in rows}
        oldest = min((at for state, _, at in rows if state in OPEN), default=None)
        return Status(
            readers={state: by_state.get(state, 0) for state in ReaderState},
            open={state: open_rows.get(state, 0) for state in sorted(shown)},
            oldest_open_at=oldest,
            held=open_rows.get(DeliveryState.HELD, 0),
        )


def _state(item: str | None, digest: str | None) -> DeliveryState | None:
    if item is None:
        return None
    return DeliveryState(digest if digest and item == DeliveryState.GATHERED else item)
