"""What comes back reaches the ledger once, storms are not believed, and no address is kept."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from plugins.subscriptions.delivery import Outcome
from plugins.subscriptions.feedback.mailbox import FEWEST, KEEP_OTHERS, Feedback
from plugins.subscriptions.feedback.reports import Kind
from plugins.subscriptions.store import Store
from tests.subscriptions import running
from tests.subscriptions.people import KEYS
from tests.subscriptions.test_reports import OURS, complaint, message, status_report

LATER = running.START + timedelta(hours=1)


def accepted(store: Store, readers: int) -> list[int]:
    """Tell some readers of a release; answer the deliveries."""
    running.begin(store, [f"r{number}" for number in range(readers)])
    running.tell(store)
    claims = store.ledger.exchange("w", (), readers, LATER).claims
    store.ledger.exchange("w", [Outcome.accepted(claim, "ok") for claim in claims], 0, LATER)
    return [claim.number for claim in claims]


def about(delivery: int, raw: bytes) -> bytes:
    return raw.replace(OURS.encode(), KEYS.return_path(delivery, "bounces.example.se").encode())


def put(maildir: Path, *messages: bytes) -> None:
    (maildir / "new").mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(messages):
        file = maildir / "new" / f"{number}.host"
        file.write_bytes(raw)
        os.utime(file, (LATER.timestamp(), LATER.timestamp()))


def test_a_hard_bounce_ends_a_subscription(store: Store, tmp_path: Path) -> None:
    (delivery,) = accepted(store, 1)
    put(tmp_path, about(delivery, status_report()))
    assert Feedback(store, KEYS, bounce_rate=0.5).look_through(tmp_path, LATER) == {Kind.HARD: 1}
    reader = store.subscribers.reader(1)
    assert reader is not None and reader.address is None and reader.end_reason == "bounce"
    assert not list(tmp_path.rglob("*.host*")), "it holds the address"


def test_a_full_mailbox_ends_nothing(sqlite_store: Store) -> None:
    (delivery,) = accepted(sqlite_store, 1)
    feedback = Feedback(sqlite_store, KEYS, bounce_rate=0.5)
    assert feedback.take(about(delivery, status_report("5.2.2", said="smtp; full")), LATER) is Kind.SOFT
    reader = sqlite_store.subscribers.reader(1)
    assert reader is not None and reader.address


def test_a_complaint_ends_everything_even_twice(sqlite_store: Store) -> None:
    (delivery,) = accepted(sqlite_store, 1)
    feedback = Feedback(sqlite_store, KEYS, bounce_rate=0.5)
    for _ in range(2):
        assert feedback.take(about(delivery, complaint()), LATER) is Kind.COMPLAINT
    reader = sqlite_store.subscribers.reader(1)
    assert reader is not None and reader.end_reason == "complaint"
    assert sqlite_store.ledger.counts()["complained"] == 1


@pytest.mark.parametrize("raw", [status_report(), complaint(), message("Hej!", Subject="Re: Nytt")])
def test_forged_ones_and_answers_do_nothing(sqlite_store: Store, raw: bytes, tmp_path: Path) -> None:
    accepted(sqlite_store, 1)
    put(tmp_path, raw)
    assert Feedback(sqlite_store, KEYS, bounce_rate=0.5).look_through(tmp_path, LATER) == {Kind.NOTHING: 1}
    reader = sqlite_store.subscribers.reader(1)
    assert reader is not None and reader.address
    assert len(list((tmp_path / "cur").iterdir())) == 1, "somebody may want to read it"
    Feedback(sqlite_store, KEYS, bounce_rate=0.5).look_through(tmp_path, LATER + timedelta(days=3650))
    assert not list((tmp_path / "cur").iterdir())
    assert timedelta(days=90) >= KEEP_OTHERS


def test_a_storm_of_bounces_is_not_believed(sqlite_store: Store, tmp_path: Path) -> None:
    """When everything comes back it is our fault, and must not empty the list."""
    deliveries = accepted(sqlite_store, 60)
    put(tmp_path, *(about(delivery, status_report()) for delivery in deliveries))
    feedback = Feedback(sqlite_store, KEYS, bounce_rate=0.2)
    feedback.look_through(tmp_path, LATER)
    assert sqlite_store.ledger.counts()["bounced"] == FEWEST + 1
    assert len(list((tmp_path / "new").iterdir())) == 60 - FEWEST - 1, "the others wait for the operator"
    assert feedback.has_stopped
    assert feedback.take(about(deliveries[-1], complaint()), LATER) is Kind.COMPLAINT, "a complaint is believed"
