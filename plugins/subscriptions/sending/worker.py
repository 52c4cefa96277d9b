"""The worker: takes rows from the ledger, hands their letters over, and tells the ledger what became of each.

One letter is in the air per connection. What became of the last ones and the claim of the next are one commit.
"""

import logging
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from plugins.subscriptions.delivery import Claim, DeliveryState, Lane, Outcome, without_addresses
from plugins.subscriptions.sending import journal
from plugins.subscriptions.sending.breaker import Breaker
from plugins.subscriptions.sending.journal import Journal, Note, Seat
from plugins.subscriptions.sending.leases import Leases, elapsed
from plugins.subscriptions.sending.pace import Pace
from plugins.subscriptions.sending.smtp import (
    Attempt,
    Connection,
    Envelope,
    Patience,
    RelayUnavailable,
    Result,
    UnfitAddress,
)
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store, Unavailable

log = logging.getLogger("list.sending")

Compose = Callable[[Claim], Envelope]
"""Makes a claim's letter. Raises NotYet if that can't be done at present; any other exception ends that row alone."""

IDLE_SECONDS = 0.5
"""How long a connection with nothing to do waits before it asks again: what a confirmation letter may wait."""
IDLE_CLOSE = 60.0
"""Seconds after which an idle connection to the relay is closed: it would do so itself, and less politely."""
LONGEST_PAUSE = 60.0
GIVE_UP_AFTER = 6
PATIENCE_AT_END = 10.0
"""Seconds to wait for a database that is away when told to stop; what it didn't hear is in the journal."""
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=1)


class NotYet(Exception):
    """That a letter can't be made at present, such as when the site doesn't answer: it is tried again later."""


def now() -> datetime:
    return datetime.now(UTC)


def what_failed(fault: Exception) -> dict[str, str]:
    """Answer for the log what an exception says and where it arose. Without addresses: a traceback may hold some."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return {"fault": without_addresses(f"{type(fault).__name__}: {fault}"), "where": where}


def nothing(step: str) -> None:
    """Crash points cost nothing where nobody asked for them."""


@dataclass(frozen=True, kw_only=True)
class Sending:
    """What all connections of a worker share.

    `at` is called with the name of each step just before it is taken: the tests' kill harness listens there.
    """

    store: Store
    settings: Settings
    compose: Compose
    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], datetime] = now
    at: Callable[[str], None] = nothing


class Worker:
    """One process' share of the sending; any number of them may run, on any number of machines.

    `tally` counts what became of letters, by the row's state. While `breaker` is open only those go that somebody waits
    for.
    """

    def __init__(self, sending: Sending) -> None:
        self.tally: Counter[DeliveryState] = Counter()
        self.breaker = Breaker(sending.settings.bounce_rate)
        self._sending = sending
        self._stop = threading.Event()
        self._faults: list[BaseException] = []

    def stop(self) -> None:
        """Finish the letters that are in the air, claim no more, and end. For signal handlers, too."""
        self._stop.set()

    def run(self, *, until_idle: bool = False) -> None:
        """Send until told to stop, or until nothing can go at this moment.

        Raises store.Unusable, store.Unavailable if the database doesn't answer at the start, and OSError if the state
        folder can't be written.
        """
        store, settings = self._sending.store, self._sending.settings
        store.instance.check()
        with journal.seat(settings.state) as seat:
            self._take_over(seat)
            leases = Leases(store, settings.lease, self._sending.clock)
            pace = Pace(settings.rate)
            notes = Journal(seat)
            lines = [
                Line(
                    self._sending,
                    name=seat.name,
                    leases=leases,
                    pace=pace,
                    breaker=self.breaker,
                    journal=notes,
                    stop=self._stop,
                    tally=self.tally,
                )
                for _ in range(settings.connections)
            ]
            self._serve(lines, leases, until_idle=until_idle)
            notes.close()
        if self._faults:
            raise self._faults[0]

    def _take_over(self, seat: Seat) -> None:
        """Tell the ledger what this seat's last user knew, and everyone else's who is gone."""
        self._take_over_one(seat)
        for place in journal.abandoned(self._sending.settings.state):
            self._take_over_one(place)

    def _take_over_one(self, place: Seat) -> None:
        ledger, clock, at = self._sending.store.ledger, self._sending.clock, self._sending.at
        at("replay")
        if known := journal.remembered(place):
            ledger.exchange(place.name, known, 0, clock())
        at("recover")
        ledger.recover(place.name, clock())
        at("forget")
        journal.forget(place)

    def _serve(self, lines: Sequence["Line"], leases: Leases, *, until_idle: bool) -> None:
        def serve(line: Line) -> None:
            try:
                with closing(line):
                    line.serve(until_idle=until_idle)
            except BaseException as fault:  # a fault in our own code ends the run, and is told by run()
                self._faults.append(fault)
                self.stop()

        keeper = threading.Thread(target=leases.keep, name="leases", daemon=True)
        threads = [threading.Thread(target=serve, args=(line,)) for line in lines]
        for thread in (keeper, *threads):
            thread.start()
        for thread in threads:
            thread.join()
        leases.end()
        keeper.join()


class Line:
    """One connection to the relay and what belongs to it. Serves in a thread of its own."""

    def __init__(
        self,
        sending: Sending,
        *,
        name: str,
        leases: Leases,
        pace: Pace,
        breaker: Breaker,
        journal: Journal,
        stop: threading.Event,
        tally: Counter[DeliveryState],
    ) -> None:
        self._sending = sending
        self._name = name
        self._leases = leases
        self._pace = pace
        self._breaker = breaker
        self._journal = journal
        self._stop = stop
        self._tally = tally
        self._connection = Connection(sending.settings.relay, sending.patience, sending.at)
        self._relay_faults = 0
        self._relay_said = ""
        self._outcomes: list[Outcome] = []
        self._written: list[Note] = []
        """Where in the journal those outcomes stand."""

    def close(self) -> None:
        self._connection.close(politely=True)

    def serve(self, *, until_idle: bool) -> None:
        """Send letters until told to stop, or until there are none. Raises RelayUnavailable in the second case."""
        while not self._stop.is_set():
            if self._connected(give_up=until_idle):
                claims = self._exchange(self._sending.settings.rows_per_commit)
                for claim in claims:
                    self._outcomes.append(self._send(claim))
                    self._leases.drop(claim)
                if not claims:
                    if until_idle:
                        break
                    self._wait_for_work()
        self._exchange(0)

    def _wait_for_work(self) -> None:
        idle_since = elapsed()
        while not self._stop.wait(IDLE_SECONDS):
            if elapsed() - idle_since > IDLE_CLOSE:
                self._connection.close(politely=True)
            with suppress(Unavailable):
                due = self._sending.store.ledger.next_at()
                if due and due <= self._sending.clock():
                    return

    def _connected(self, *, give_up: bool) -> bool:
        """Whether the relay is there. If it is in trouble the ledger hears what there is to tell, and some time is let
        pass; after several times, whoever wants to `give_up` does.
        """
        if self._relay_faults > 1:  # the first is often just an idle connection that the relay has closed
            self._exchange(0)
            if give_up and self._relay_faults > GIVE_UP_AFTER:
                raise RelayUnavailable(self._relay_said)
            self._stop.wait(min(2.0 ** (self._relay_faults - 2), LONGEST_PAUSE))
        try:
            self._connection.open()
        except RelayUnavailable as fault:
            self._note_relay_fault(str(fault))
            self._relay_faults = max(2, self._relay_faults)
            return False
        return True

    def _note_relay_fault(self, said: str) -> None:
        self._relay_faults += 1
        self._relay_said = without_addresses(said)
        log.warning("the relay is in trouble", extra={"fault": self._relay_said, "times": self._relay_faults})

    def _exchange(self, rows: int) -> tuple[Claim, ...]:
        """Tell the ledger the outcomes and answer new claims. While the database is away nothing is sent and nothing
        lost: what relays have taken is in the journal.
        """
        if not (rows or self._outcomes):
            return ()
        pause, waited = 0.1, 0.0
        while True:
            asked_at = elapsed()
            self._sending.at("exchange")
            try:
                done = self._sending.store.ledger.exchange(
                    self._name, self._outcomes, rows, self._sending.clock(), lanes=self._lanes()
                )
            except Unavailable as fault:
                log.warning("the database is away", extra={"fault": str(fault), "outcomes": len(self._outcomes)})
                self._sync()
                if self._stop.is_set() and waited > PATIENCE_AT_END:
                    return self._leave_to_journal()
                time.sleep(pause)
                waited, pause = waited + pause, min(pause * 2, 2.0)
                continue
            self._sending.at("exchanged")
            self._tally.update(outcome.state for outcome in self._outcomes if outcome.attempted)
            self._outcomes.clear()
            self._journal.told(self._written)
            self._written.clear()
            for late in done.void:  # the row went another way while this worker slept
                log.warning("an outcome came too late", extra={"delivery": late.number, "state": late.state})
            self._leases.take(done.claims, asked_at)
            return done.claims

    def _lanes(self) -> tuple[Lane, ...]:
        """While nearly everything is refused only those letters go that somebody waits for."""
        return (Lane.PERSONAL,) if self._breaker.is_open else tuple(Lane)

    def _leave_to_journal(self) -> tuple[Claim, ...]:
        for outcome in self._outcomes:
            if outcome.state is not DeliveryState.ACCEPTED:  # those are there already
                self._remember(outcome)
        self._sync()
        self._outcomes.clear()
        return ()

    def _remember(self, outcome: Outcome) -> None:
        try:
            self._written.append(self._journal.write(outcome))
        except OSError as fault:  # the ledger hears of it in a moment
            log.error("the journal can't be written", extra={"fault": str(fault)})

    def _sync(self) -> None:
        """Have on the disk what the journal says of this line's letters."""
        if self._written:
            try:
                self._journal.sync(self._written[-1])
            except OSError as fault:
                log.error("the journal can't be synced", extra={"fault": str(fault)})

    def _may_finish(self, claim: Claim) -> bool:
        """Whether a letter's final dot may be sent: no other one of this line can be in doubt, and it is still ours."""
        self._sync()
        return self._leases.may_finish(claim)

    def _send(self, claim: Claim) -> Outcome:
        """Make the letter, hand it over, and answer what became of it."""
        if not self._pace.wait(self._stop):
            return Outcome.unsent(claim)
        try:
            self._sending.at("compose")
            attempt = self._connection.hand_over(
                self._sending.compose(claim), partial(self._may_finish, claim)
            )
        except RelayUnavailable:
            return Outcome.unsent(claim)
        except NotYet as reason:
            return Outcome.deferred(claim, str(reason), self._later(claim))
        except UnfitAddress as fault:
            return Outcome.unmade(claim, str(fault))
        except Exception as fault:  # whatever is wrong with one letter, the next is another one
            log.error("a letter can't be made", extra={"delivery": claim.number, **what_failed(fault)})
            return Outcome.unmade(claim, f"{type(fault).__name__}: {fault}")
        outcome = self._outcome(claim, attempt)
        self._sending.at("outcome")
        if outcome.state is DeliveryState.ACCEPTED:
            self._remember(outcome)
            self._sending.at("remembered")
        return outcome

    def _outcome(self, claim: Claim, attempt: Attempt) -> Outcome:
        """Answer what the ledger is to write of an attempt."""
        if attempt.result is Result.RELAY_FAULT:
            self._note_relay_fault(attempt.reply)
        else:
            self._relay_faults = 0
        believed = self._breaker.tell(refused=attempt.result is Result.REFUSED)
        match attempt.result:
            case Result.ACCEPTED:
                return Outcome.accepted(claim, attempt.reply, attempt.relay_id)
            case Result.IN_DOUBT:
                return Outcome.doubtful(claim, attempt.reply)
            case Result.REFUSED if believed:
                return Outcome.refused(claim, attempt.reply)
            case Result.RELAY_FAULT if attempt.step == "MAIL":  # before anything of this letter was said
                return Outcome.unsent(claim)
        return Outcome.deferred(claim, attempt.reply, self._later(claim))

    def _later(self, claim: Claim) -> datetime:
        """Answer when to try again: after 1, 2, 4 … 60 minutes, not everyone in the same second."""
        pause = min(FIRST_RETRY * (1 << min(claim.attempt - 1, 10)), LAST_RETRY)
        return self._sending.clock() + pause + timedelta(seconds=claim.number % 30)
