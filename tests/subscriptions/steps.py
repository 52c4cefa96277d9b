"""What is done to a list in a history, one step after the other; each can be taken again after a crash."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from plugins.subscriptions.delivery import BounceKind, Claim, DeliveryState, Outcome
from plugins.subscriptions.mailing import NoticeKind
from plugins.subscriptions.reader import Choice, EndReason, Frequency
from plugins.subscriptions.sending import reconcile
from plugins.subscriptions.sending.journal import machine
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from plugins.subscriptions.store.tables import deliveries, readers
from tests.subscriptions import running

GHOST = "ghost/0"
"""A worker that takes claims and is never heard of again."""


@dataclass
class Doing:
    """The steps, by their names; `reader` is a reader's name."""

    store: Store
    settings: Settings
    clock: Callable[[], datetime]
    work: Callable[[], None]
    ahead: timedelta = timedelta()

    @property
    def now(self) -> datetime:
        return self.clock() + self.ahead

    def later(self, hours: float) -> None:
        self.ahead += timedelta(hours=hours)

    def tell(self, release: str) -> None:
        moment = self.now
        if not self.store.mailings.find(release, 1):
            self.store.mailings.take_in(self._announced() | {running.announcement(release, at=moment)}, moment)
        self.store.mailings.fan_out_due(self.now)

    def withdraw(self, release: str) -> None:
        known = self._announced()
        if not self.store.mailings.find(release, 2):
            known |= {running.announcement(release, 2, self.now, kind=NoticeKind.WITHDRAWAL)}
        self.store.mailings.take_in(known, self.now)
        self.store.mailings.fan_out_due(self.now)

    def hold(self, release: str) -> None:
        self.store.mailings.hold(release, self.now)

    def resume(self, release: str) -> None:
        self.store.mailings.resume(release, self.now)

    def cancel(self, release: str) -> None:
        self.store.mailings.cancel(release, self.now)

    def digests(self) -> None:
        self.store.digests.run_due(self.now)

    def leave(self, reader: str) -> None:
        self.store.subscribers.leave(self._number(reader), EndReason.PAGE, self.now)

    def at_once(self, reader: str) -> None:
        choice = Choice(language="sv", frequency=Frequency.AT_ONCE)
        self.store.subscribers.change(self._number(reader), choice, self.now)

    def settle(self) -> None:
        """Settle doubts with the log of the sink, written as Postfix writes it, that goes back for long."""
        log = self.settings.state / "mail.log"
        taken = (self.settings.state / "taken").read_text(encoding="utf-8").splitlines()
        _write_log(log, [line.partition("\t")[0] for line in taken], self.now)
        self.store.ledger.expire_leases(self.now)
        reconcile.settle(
            self.store,
            running.message_id_of,
            self.settings.in_doubt,
            self.now,
            machine=machine(self.settings.state),
            log_file=log,
        )

    def settle_blindly(self) -> None:
        """Settle doubts without any log."""
        self.store.ledger.expire_leases(self.now)
        reconcile.settle(self.store, running.message_id_of, self.settings.in_doubt, self.now, machine="?")

    def settle_at_once(self) -> None:
        """Settle doubts that have just arisen."""
        self.store.ledger.expire_leases(self.now)
        policy = self.settings.in_doubt
        reconcile.settle(self.store, running.message_id_of, policy, self.now, machine="?", grace=timedelta())

    def expire(self) -> None:
        self.store.ledger.expire_leases(self.now)

    def requeue_held(self) -> None:
        self.store.ledger.requeue_held(None, self.now)

    def claim(self, rows: int) -> None:
        self.store.ledger.claim(GHOST, rows, self.now)

    def begin_claimed(self, reader: str) -> None:
        self.store.ledger.begin(self._claims(reader, DeliveryState.CLAIMED), self.now)

    def recover_ghost(self) -> None:
        self.store.ledger.recover(GHOST, self.now)

    def late(self, reader: str, state: str, result: str) -> None:
        """Write an outcome of a reader's row in this state, as a journal tells it that is found afterwards."""
        outcomes = [
            Outcome(number=claim.number, fence=claim.fence, state=DeliveryState(result))
            for claim in self._claims(reader, DeliveryState(state))
        ]
        self.store.ledger.exchange(GHOST, outcomes, 0, self.now)

    def bounce(self, reader: str) -> None:
        for claim in self._claims(reader, DeliveryState.ACCEPTED):
            self.store.feedback.bounced(claim.number, BounceKind.HARD, "5.1.1", self.now)

    def complain(self, reader: str) -> None:
        for state in (DeliveryState.ACCEPTED, DeliveryState.BOUNCED):
            for claim in self._claims(reader, state):
                self.store.feedback.complained(claim.number, "abuse", self.now)

    def adopt(self) -> None:
        self.store.instance.adopt(self.now)

    def _announced(self) -> set[object]:
        return {mailing.announcement for mailing in self.store.mailings.unfinished() if mailing.announcement}

    def _number(self, reader: str) -> int:
        with self.store._database.reading() as connection:
            found: int = connection.scalars(
                select(readers.c.number).where(readers.c.requested_at == running.joined(reader))
            ).one()
            return found

    def _claims(self, reader: str, state: DeliveryState) -> list[Claim]:
        number = self._number(reader)
        with self.store._database.reading() as connection:
            rows = connection.execute(
                select(deliveries).where(deliveries.c.reader == number, deliveries.c.state == state)
            ).all()
        return [running.claim(row.number, row.fence, row.mailing, row.reader) for row in rows]


def _write_log(log: Path, message_ids: list[str], now: datetime) -> None:
    def line(moment: datetime, said: str) -> str:
        return f"{moment.isoformat()} host postfix/{said}\n"

    lines = [line(now - timedelta(days=40), "master[1]: started")]
    for number, message_id in enumerate(message_ids):
        lines.append(line(now, f"cleanup[1]: Q{number}: message-id={message_id}"))
        lines.append(line(now, f"qmgr[1]: Q{number}: from=<b@example.se>, size=400, nrcpt=1 (queue active)"))
    lines.append(line(now, "master[1]: reload"))
    log.write_text("".join(lines), encoding="utf-8")
