"""The scheduler takes every step in its time, and one step's trouble is not another's."""

import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from plugins.subscriptions.mailing import Announcement
from plugins.subscriptions.sending.scheduler import Pull, Scheduler
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.subscriptions import running
from tests.subscriptions.people import KEYS


def scheduler(store: Store, settings: Settings, pull: Pull) -> Scheduler:
    return Scheduler(store, settings, KEYS, pull, running.message_id_of, clock=lambda: running.START)


@pytest.fixture
def at_once(sqlite_settings: Settings) -> Settings:
    return replace(sqlite_settings, pull_back=timedelta(0))


def test_a_release_is_told_from_the_manifest_to_the_queue(at_once: Settings) -> None:
    store = Store.open(at_once)
    running.begin(store, ["anna", "bo"])
    some = scheduler(store, at_once, lambda: [running.announcement()])
    for _ in range(3):
        some.tick()
        some.nudge()
    assert store.ledger.counts()["queued"] == 2 and not some.faults
    store.close()


def test_the_first_manifest_is_known_already(at_once: Settings) -> None:
    store = Store.open(at_once)
    some = scheduler(store, at_once, lambda: [running.announcement()])
    some.tick()
    assert not sum(store.ledger.counts().values()) and not some.faults
    store.close()


def test_a_site_that_is_away_stops_nothing_else(at_once: Settings) -> None:
    store = Store.open(at_once)
    running.begin(store, ["anna"])
    store.mailings.take_in([running.announcement()], running.START)

    def away() -> Iterable[Announcement]:
        raise ConnectionError("the site doesn't answer")

    some = scheduler(store, at_once, away)
    some.tick()
    assert list(some.faults) == ["manifest"]
    assert "doesn't answer" in some.faults["manifest"]
    assert store.ledger.counts()["queued"] == 1
    some._pull = lambda: [running.announcement()]
    some.nudge()
    some.tick()
    assert not some.faults, "what is right again is forgotten"
    store.close()


def test_it_looks_at_the_site_each_minute_and_when_it_is_told_to(at_once: Settings) -> None:
    store = Store.open(at_once)
    pulled: list[float] = []

    def pull() -> Iterable[Announcement]:
        pulled.append(time.monotonic())
        return []

    some = scheduler(store, at_once, pull)
    thread = threading.Thread(target=some.run)
    thread.start()
    time.sleep(0.5)
    assert len(pulled) == 1
    some.nudge()
    time.sleep(0.5)
    assert len(pulled) == 2
    some.stop()
    thread.join(10)
    assert not thread.is_alive()
    store.close()
