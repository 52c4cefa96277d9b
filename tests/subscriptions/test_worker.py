"""What a worker does with faults of letters, relays and readers. Kills and disasters have tests of their own."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from plugins.subscriptions.delivery import Claim, DeliveryState
from plugins.subscriptions.keys import Address
from plugins.subscriptions.mailing import MailingKind
from plugins.subscriptions.reader import Choice, Consent, EndReason
from plugins.subscriptions.sending.smtp import Envelope, Patience, RelayUnavailable
from plugins.subscriptions.sending.worker import NotYet, Sending, Worker
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.subscriptions import running
from tests.subscriptions.sink import Fault, Sink

SHORT = Patience(connect=1, command=1, final=1)
LATER = running.START + timedelta(seconds=2)


class List:
    """A list on SQLite whose relay is a sink."""

    def __init__(self, store: Store, settings: Settings, sink: Sink) -> None:
        self.store, self.settings, self.sink = store, settings, sink

    def worker(
        self, compose: Callable[[Claim], Envelope] = running.compose, now: datetime = LATER
    ) -> Worker:
        sending = Sending(
            store=self.store, settings=self.settings, compose=compose, patience=SHORT, clock=lambda: now
        )
        return Worker(sending)

    def send(self, compose: Callable[[Claim], Envelope] = running.compose, now: datetime = LATER) -> None:
        self.worker(compose, now).run(until_idle=True)

    @property
    def counts(self) -> dict[str, int]:
        return {state.value: count for state, count in self.store.ledger.counts().items() if count}

    @property
    def reached(self) -> list[str]:
        return [taken.recipient.partition("@")[0] for taken in self.sink.taken]


@contextmanager
def a_list(
    settings: Settings, *faults: Fault, readers: Sequence[str] = ("anna", "bo", "cilla"), **changes: object
) -> Iterator[List]:
    with Sink(*faults) as sink:
        own = running.settings(settings.state, sink.address, settings.database, **{"connections": 2, **changes})
        store = Store.open(own)
        running.begin(store, readers)
        yield List(store, own, sink)
        store.close()


@pytest.mark.parametrize("rows", [1, 2, 25])
def test_everyone_gets_one_letter(settings: Settings, rows: int) -> None:
    readers = [f"r{number}" for number in range(60)]
    with a_list(settings, readers=readers, connections=5, rows_per_commit=rows) as some:
        running.tell(some.store)
        some.send()
        assert sorted(some.reached) == sorted(readers)
        assert some.counts == {"accepted": 60}
        some.send()
        assert len(some.reached) == 60, "once"


def test_what_became_of_a_letter_is_on_the_disk_before_the_dot_of_the_next(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that when the power goes, no more than one letter of a connection can be in doubt."""
    steps: list[str] = []
    fdatasync = os.fdatasync

    def synced(file: int) -> None:
        fdatasync(file)
        steps.append("synced")

    monkeypatch.setattr(os, "fdatasync", synced)
    readers = [f"r{number}" for number in range(5)]
    with a_list(sqlite_settings, readers=readers, connections=1, rows_per_commit=25) as some:
        running.tell(some.store)
        sending = Sending(
            store=some.store, settings=some.settings, compose=running.compose, clock=lambda: LATER, at=steps.append
        )
        Worker(sending).run(until_idle=True)
    found = [step for step in steps if step in {"dot", "remembered", "synced"}]
    assert found == ["dot", "remembered", "synced"] * 4 + ["dot", "remembered"], "the last is in the ledger's commit"


def test_a_refused_reader_is_no_hindrance(sqlite_settings: Settings) -> None:
    with a_list(sqlite_settings, Fault(at="RCPT", do="550 5.1.1 <bo@example.se> unknown", recipient="bo")) as some:
        running.tell(some.store)
        some.send()
        assert sorted(some.reached) == ["anna", "cilla"]
        assert some.counts == {"accepted": 2, "refused": 1}


def test_greylisting_is_tried_again_later(sqlite_settings: Settings) -> None:
    with a_list(sqlite_settings, Fault(at="RCPT", do="450 4.2.0 greylisted", recipient="bo", times=2)) as some:
        running.tell(some.store)
        some.send()
        assert some.counts == {"accepted": 2, "queued": 1}
        some.send(now=LATER + timedelta(minutes=2))
        assert some.counts == {"accepted": 2, "queued": 1}
        some.send(now=LATER + timedelta(minutes=3))
        assert some.counts == {"accepted": 2, "queued": 1}, "the second pause is longer"
        some.send(now=LATER + timedelta(minutes=10))
        assert some.counts == {"accepted": 3}


def test_a_relay_that_takes_few_letters_a_connection(sqlite_settings: Settings) -> None:
    readers = [f"r{number}" for number in range(20)]
    enough = Fault(at="MAIL", do="421 4.7.0 enough", after=3)
    with a_list(sqlite_settings, enough, readers=readers, rows_per_commit=5) as some:
        running.tell(some.store)
        some.send()
        assert sorted(some.reached) == sorted(readers)
        assert some.counts == {"accepted": 20}


def test_a_lost_reply_is_doubt_and_nothing_is_sent_twice(sqlite_settings: Settings) -> None:
    with a_list(sqlite_settings, Fault(at="dot", do="drop", recipient="bo", taken=True)) as some:
        running.tell(some.store)
        some.send()
        some.send()
        assert some.counts == {"accepted": 2, "in_doubt": 1}
        assert len(some.reached) == 3


def test_a_poison_letter_ends_its_row_and_not_the_run(sqlite_settings: Settings) -> None:
    def compose(claim: Claim) -> Envelope:
        if claim.address.startswith("bo"):
            raise ZeroDivisionError("the template divides by nothing for bo@example.se")
        return running.compose(claim)

    with a_list(sqlite_settings) as some:
        running.tell(some.store)
        some.send(compose)
        assert sorted(some.reached) == ["anna", "cilla"]
        assert some.counts == {"accepted": 2, "refused": 1}


def test_a_poison_release_does_not_stop_the_next(sqlite_settings: Settings) -> None:
    with a_list(sqlite_settings) as some:
        poison = running.tell(some.store, "poison")
        running.tell(some.store, "sound")

        def compose(claim: Claim) -> Envelope:
            if claim.mailing == poison:
                raise KeyError("lead")
            return running.compose(claim)

        some.send(compose)
        assert some.counts == {"accepted": 3, "refused": 3}


def test_a_letter_that_can_not_be_made_yet_waits(sqlite_settings: Settings) -> None:
    def compose(claim: Claim) -> Envelope:
        raise NotYet("the site doesn't answer")

    with a_list(sqlite_settings) as some:
        running.tell(some.store)
        some.send(compose)
        assert some.counts == {"queued": 3} and not some.reached
        some.send(now=LATER + timedelta(minutes=2))
        assert some.counts == {"accepted": 3}


def test_an_address_that_is_none_ends_its_row(sqlite_settings: Settings) -> None:
    def compose(claim: Claim) -> Envelope:
        made = running.compose(claim)
        return Envelope(sender=made.sender, recipient=f"{made.recipient}>\r\nRCPT TO:<x@y.se", message=made.message)

    with a_list(sqlite_settings) as some:
        running.tell(some.store)
        some.send(compose)
        assert some.counts == {"refused": 3} and not some.reached


def test_who_leaves_before_their_turn_gets_nothing(sqlite_settings: Settings) -> None:
    with a_list(sqlite_settings) as some:
        running.tell(some.store)
        some.store.subscribers.leave(2, EndReason.PAGE, LATER)
        some.send()
        assert sorted(some.reached) == ["anna", "cilla"]


def test_a_confirmation_overtakes_a_large_release(sqlite_settings: Settings) -> None:
    readers = [f"r{number}" for number in range(400)]
    with a_list(sqlite_settings, readers=readers, connections=2) as some:
        running.tell(some.store)
        kinds: list[MailingKind] = []

        def compose(claim: Claim) -> Envelope:
            kinds.append(claim.kind)
            if len(kinds) == 50:
                choice, consent = Choice(language="sv"), Consent(at=LATER, wording="0f" * 16, source="form")
                some.store.subscribers.sign_up(
                    Address.of("new@example.org"), "f" * 32, "f" * 32, choice, consent, LATER
                )
            return running.compose(claim)

        some.send(compose)
        assert kinds.count(MailingKind.PERSONAL) == 1
        assert kinds.index(MailingKind.PERSONAL) < 60


def test_a_storm_of_refusals_stops_the_list_and_not_confirmations(sqlite_settings: Settings) -> None:
    readers = [f"r{number}" for number in range(100)]
    unsigned = Fault(at="dot", do="550 5.7.1 not signed", recipient="@example.se")
    with a_list(sqlite_settings, unsigned, readers=readers) as some:
        running.tell(some.store)
        worker = some.worker()
        worker.run(until_idle=True)
        assert some.counts["refused"] <= 25, "what everyone is refused isn't about the readers"
        assert some.counts["queued"] >= 75
        choice, consent = Choice(language="sv"), Consent(at=LATER, wording="0f" * 16, source="form")
        some.store.subscribers.sign_up(
            Address.of("anna@example.org"), "f" * 32, "f" * 32, choice, consent, LATER
        )
        some.send()
        assert "anna" in some.reached


def test_a_relay_that_is_away_costs_no_attempt(sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.subscriptions.sending.worker.GIVE_UP_AFTER", 2)
    with a_list(sqlite_settings) as some:
        running.tell(some.store)
        away = Settings.from_environment(
            {"LIST_STATE": str(some.settings.state), "LIST_RELAY": "smtp://127.0.0.1:1", "LIST_CONNECTIONS": "1"}
        )
        sending = Sending(store=some.store, settings=away, compose=running.compose, clock=lambda: LATER)
        with pytest.raises(RelayUnavailable):
            Worker(sending).run(until_idle=True)
        assert some.counts == {"queued": 3}
        some.send()
        assert some.counts == {"accepted": 3}


def test_a_relay_that_does_not_want_us_costs_no_attempt(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.subscriptions.sending.worker.GIVE_UP_AFTER", 2)
    with a_list(sqlite_settings, Fault(at="MAIL", do="530 5.7.0 sign in first")) as some:
        running.tell(some.store)
        with pytest.raises(RelayUnavailable, match="sign in"):
            some.send()
        assert some.counts == {"queued": 3}


def test_a_rate_is_kept(sqlite_settings: Settings) -> None:
    readers = [f"r{number}" for number in range(16)]
    with a_list(sqlite_settings, readers=readers, connections=4, rate=20) as some:
        running.tell(some.store)
        started = time.monotonic()
        some.send()
        assert time.monotonic() - started > 15 / 20
        assert some.counts == {"accepted": 16}


def test_what_comes_while_it_waits_goes_at_once(sqlite_settings: Settings) -> None:
    with a_list(sqlite_settings) as some:
        worker = some.worker()
        thread = threading.Thread(target=worker.run)
        thread.start()
        time.sleep(0.3)
        running.tell(some.store)
        deadline = time.monotonic() + 10
        while len(some.reached) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        worker.stop()
        thread.join(10)
        assert not thread.is_alive()
        assert some.counts == {"accepted": 3}
        assert worker.tally[DeliveryState.ACCEPTED] == 3


def test_two_workers_on_one_machine_send_each_letter_once(settings: Settings) -> None:
    readers = [f"r{number}" for number in range(80)]
    with a_list(settings, readers=readers, connections=2, rows_per_commit=3) as some:
        running.tell(some.store)
        threads = [threading.Thread(target=some.send) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(some.reached) == sorted(readers)
        assert some.counts == {"accepted": 80}


def test_logs_hold_no_address(sqlite_settings: Settings, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    def compose(claim: Claim) -> Envelope:
        if claim.address.startswith("cilla"):
            raise ValueError(f"no letter for {claim.address}")
        return running.compose(claim)

    caplog.set_level("DEBUG", "list")
    faults = (Fault(at="RCPT", do="550 <bo@example.se> no", recipient="bo"), Fault(at="dot", do="drop", times=1))
    with a_list(sqlite_settings, *faults) as some:
        running.tell(some.store)
        some.send(compose)
    said = [*caplog.text.splitlines(), *(str(vars(record)) for record in caplog.records)]
    assert said and not [line for line in said if "@example" in line]
