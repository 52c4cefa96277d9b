"""A rate holds over any second, for all connections together."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from plugins.subscriptions.sending.pace import Pace


def test_no_limit_waits_for_nothing() -> None:
    pace, stop = Pace(), threading.Event()
    started = time.monotonic()
    assert all(pace.wait(stop) for _ in range(10_000))
    assert time.monotonic() - started < 1


def test_connections_share_the_rate() -> None:
    pace, stop = Pace(20), threading.Event()

    def connection(letters: int) -> list[float]:
        return [time.monotonic() for _ in range(letters) if pace.wait(stop)]

    with ThreadPoolExecutor(3) as pool:
        left = sorted(moment for moments in pool.map(connection, [10, 10, 10]) for moment in moments)
    assert len(left) == 30
    assert all(later - earlier > 0.9 for earlier, later in zip(left, left[20:], strict=False))


def test_less_than_one_a_second() -> None:
    pace, stop = Pace(0.5), threading.Event()
    assert pace.wait(stop)
    threading.Timer(0.2, stop.set).start()
    started = time.monotonic()
    assert not pace.wait(stop), "a stop is heard while waiting"
    assert time.monotonic() - started < 1.5


def test_a_clock_set_back_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    pace, stop = Pace(5), threading.Event()
    assert pace.wait(stop)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 86_400)
    started = time.monotonic()
    assert pace.wait(stop)
    assert time.monotonic() - started < 1
