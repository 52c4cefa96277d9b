"""What happens to machines: killed at random, stopped and woken, databases restarted, disks full, clocks wrong."""

import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from plugins.subscriptions.sending.scheduler import Scheduler
from plugins.subscriptions.sending.worker import Sending, Worker
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store, Unusable
from tests.subscriptions import postgres, running
from tests.subscriptions.histories import History, Zygote, zygote
from tests.subscriptions.people import KEYS
from tests.subscriptions.sink import Fault, Sink
from tests.subscriptions.victim import Point

SOAK = int(os.environ.get("PRESSROOM_SOAK", "0"))
"""How many random histories per database and kind `make soak` lives through."""

FAULTY = (
    Fault(at="dot", do="drop", share=0.01, taken=True),
    Fault(at="dot", do="drop", share=0.01),
    Fault(at="RCPT", do="drop", share=0.01),
    Fault(at="RCPT", do="450 4.2.0 greylisted", share=0.02),
    Fault(at="dot", do="451 4.3.0 later", share=0.01),
    Fault(at="MAIL", do="421 4.7.0 enough", after=60),
)


@pytest.fixture(scope="module")
def workers() -> Iterator[list[Zygote]]:
    """Two processes that victims are forked from."""
    with ExitStack() as stack:
        yield [stack.enter_context(zygote()) for _ in range(2)]


@pytest.mark.parametrize("round_", range(max(1, SOAK)))
@pytest.mark.parametrize(("rows", "policy"), [(1, "reconcile_then_resend"), (25, "reconcile_then_resend"), (1, "hold")])
def test_killed_at_random(settings: Settings, workers: list[Zygote], rows: int, policy: str, round_: int) -> None:
    """Two workers with three connections each, killed some times while a bad relay takes their letters."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)  # noqa: S311
    readers, kills = (600, 8) if SOAK else (200, 4)
    with Sink(*FAULTY, seed=seed) as sink:
        names = [f"r{number}" for number in range(readers)]
        history = History(settings, sink, names, connections=3, rows_per_commit=rows, in_doubt=policy)
        running.tell(history.store, now=running.today())
        for _ in range(kills):
            history.hours += dice.choice([0, 0.5, -1, 2])  # clocks jump, too
            for each in workers:
                each.start(history.order([("expire",), ("work",)]))
            time.sleep(dice.uniform(0.05, 0.35))
            for each in workers:
                each.signal(signal.SIGKILL)
            history.crashes += sum(each.wait() == -signal.SIGKILL for each in workers)
        history.hours = max(history.hours, 0) + 1
        history.settle(workers[0])
        history.check()
        if policy == "hold":
            assert max(sink.copies().values()) == 1, "who holds never sends twice"
        reached = {taken.recipient for taken in sink.taken}
        held = history.store.ledger.counts()["held"]
        assert len(reached) + held >= readers, "nobody is forgotten"
        history.close()


@pytest.mark.parametrize("step", ["commands", "body", "dot", "reply"])
def test_stopped_beyond_the_lease(settings: Settings, workers: list[Zygote], step: str) -> None:
    """A worker sleeps over its lease; another takes over; the first wakes in the middle of a letter."""
    with Sink() as sink:
        history = History(settings, sink, ["anna"], connections=1, lease="1s")
        running.tell(history.store, now=running.today())
        sleeper = workers[0].start(history.order([("work",)], [Point(at=step, how=signal.SIGSTOP)]))
        _wait_until_stopped(sleeper)
        time.sleep(1.2)
        assert workers[1].run(history.order([("settle_at_once",), ("work",)])) == 0
        workers[0].signal(signal.SIGCONT)
        assert workers[0].wait() == 0
        # Before the dot it finds that the letter isn't its own any more. After it, nobody can help it.
        assert len(sink.taken) == (1 if step in ("commands", "body") else 2)
        history.crashes = 1
        history.settle(workers[0])
        history.check()
        history.close()


def test_the_database_is_restarted(sqlite_settings: Settings, workers: list[Zygote]) -> None:
    """A letter that the relay has taken is not in doubt because the database was away."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL isn't installed (Debian: apt install postgresql)")
    durable = ""  # whoever looks into what is kept must not tell the server to keep it only soon
    with postgres.server(durable) as server, Sink(delay=0.01) as sink:
        url = server.url("postgres").replace("postgresql:", "postgresql+psycopg:")
        settings = replace(sqlite_settings, database=url)
        Store.migrate(settings)
        history = History(settings, sink, [f"r{number}" for number in range(150)], connections=2, lease="10min")
        running.tell(history.store, now=running.today())
        workers[0].start(history.order([("work",)]))
        for letters in (10, 60):
            _wait_until(lambda letters=letters: len(sink.taken) >= letters)
            server.stop()
            time.sleep(0.3)
            server.start()
        assert workers[0].wait() == 0
        history.store.close()
        history.store = Store.open(history.settings)
        # A commit whose answer was lost may have claimed rows that nobody knows of: they wait for their lease.
        open_ones = history.store.ledger.counts()["handing_over"]
        assert open_ones <= 2 * 2
        assert set(sink.copies().values()) == {1}
        history.settle(workers[0])
        assert len(sink.copies()) == 150
        history.close()


def test_the_disk_is_full(sqlite_settings: Settings, workers: list[Zygote]) -> None:
    """No file of the worker can grow for two seconds; then there is room again."""
    with Sink() as sink:
        history = History(sqlite_settings, sink, [f"r{number}" for number in range(120)], connections=2)
        running.tell(history.store, now=running.today())
        history.store.close()  # folds the write-ahead log into the database
        limit = 1 << 19
        before = time.monotonic()
        assert workers[0].run(history.order([("work",)], file_limit=limit)) == 0
        assert time.monotonic() - before > 1.5, "the disk wasn't full"
        history.store = Store.open(history.settings)
        assert set(sink.copies().values()) == {1} and len(sink.copies()) == 120
        history.settle(workers[0])
        history.check()
        history.close()


def test_told_to_stop_it_finishes_what_is_in_the_air(settings: Settings, workers: list[Zygote]) -> None:
    with Sink(delay=0.2) as sink:
        history = History(settings, sink, [f"r{number}" for number in range(60)], connections=3, rows_per_commit=5)
        running.tell(history.store, now=running.today())
        workers[0].start(history.order([("work",)], until_idle=False))
        _wait_until(lambda: len(sink.taken) >= 6)
        workers[0].signal(signal.SIGTERM)
        assert workers[0].wait() == 0
        counts = history.store.ledger.counts()
        assert counts["accepted"] == len(sink.taken) < 60
        assert counts["queued"] == 60 - counts["accepted"], "nothing is left claimed or in doubt"
        history.close()


def _scheduler(store: Store, settings: Settings, at: Any = running.today) -> Scheduler:
    def pull() -> list[Any]:
        return [running.announcement("new", at=at()), running.announcement("future", at=at() + timedelta(days=1))]

    return Scheduler(store, settings, KEYS, pull, running.message_id_of, clock=lambda: at() + timedelta(seconds=5))


def test_two_schedulers_fan_out_once(settings: Settings) -> None:
    settings = replace(settings, pull_back=timedelta(0), relay=settings.relay)
    stores = [Store.open(settings) for _ in range(2)]
    stores[0].instance.check()
    running.begin(stores[0], [f"r{number}" for number in range(50)])
    schedulers = [_scheduler(store, settings, lambda: running.START) for store in stores]
    threads = [threading.Thread(target=each.tick) for each in schedulers for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for each in schedulers:
        each._last.clear()
        each.tick()
        assert not each.faults
    assert stores[0].ledger.counts()["queued"] == 50
    for store in stores:
        store.close()


def test_a_cloned_database_mails_nobody(sqlite_settings: Settings, tmp_path: Path) -> None:
    with Sink() as sink:
        settings = running.settings(sqlite_settings.state, sink.address)
        store = Store.open(settings)
        running.begin(store, ["anna"])
        store.instance.beat()
        running.tell(store)
        store.close()
        (tmp_path / "clone").mkdir()
        shutil.copy(settings.state / "list.sqlite", tmp_path / "clone")
        clone = running.settings(tmp_path / "clone", sink.address)
        store = Store.open(clone)
        with pytest.raises(Unusable, match="adopt"):
            Worker(Sending(store=store, settings=clone, compose=running.compose)).run(until_idle=True)
        with pytest.raises(Unusable, match="adopt"):
            _scheduler(store, clone, lambda: running.START).tick()
        store.close()
        assert not sink.taken


def test_nothing_is_told_before_its_time_even_if_the_clock_is_set_back(sqlite_settings: Settings) -> None:
    settings = replace(sqlite_settings, pull_back=timedelta(0))
    store = Store.open(settings)
    running.begin(store, ["anna"])
    release = running.announcement(at=running.START)
    moment = running.START - timedelta(hours=1)  # built early

    scheduler = Scheduler(store, settings, KEYS, lambda: [release], running.message_id_of, clock=lambda: moment)
    scheduler.tick()
    moment = running.START - timedelta(seconds=1)
    scheduler.tick()
    assert not store.ledger.counts()["queued"]
    moment = running.START - timedelta(days=2)  # the clock is set back
    scheduler.tick()
    assert not store.ledger.counts()["queued"]
    moment = running.START
    scheduler.tick()
    assert store.ledger.counts()["queued"] == 1
    assert not scheduler.faults
    store.close()


def _wait_until_stopped(process: int) -> None:
    stat = Path(f"/proc/{process}/stat")
    _wait_until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T")


def _wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < deadline, "it didn't happen"
        time.sleep(0.02)
