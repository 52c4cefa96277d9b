"""Real processes that send, made to die: forked from one that has imported everything, so that each costs little.

`python -m tests.subscriptions.victim` reads orders, one JSON object a line. An order names the steps to take, and where
to be killed (or stopped) on the way.
"""

import json
import os
import resource
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from plugins.subscriptions.sending.smtp import Patience
from plugins.subscriptions.sending.worker import Sending, Worker
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.subscriptions import running, steps

LONGEST = 60
"""Seconds after which a victim that nobody has killed ends itself."""


@dataclass
class Point:
    """Where to die: the `count`th time that a step is taken (`at`), or that a transition is committed (`crossing`).

    `after`: once the commit is done, not before it. `how`: the signal's number.
    """

    at: str = ""
    crossing: str = ""
    after: bool = False
    count: int = 1
    how: int = signal.SIGKILL


class Fate:
    """The points that a victim may meet; which it met is written into a file just before the end."""

    def __init__(self, points: Sequence[Point], met: str) -> None:
        self._points = points
        self._met = met
        self._lock = threading.Lock()
        self._seen: Counter[int] = Counter()

    def step(self, name: str) -> None:
        self._meet(lambda point: point.at == name)

    def watch(self, store: Store) -> None:
        """Look at every commit: which transitions are in it is written by a trigger that the tests have made."""
        if not any(point.crossing for point in self._points):
            return
        dialect = store._database.engine.dialect
        commit = dialect.do_commit
        seen = 0

        def do_commit(connection: Any) -> None:
            nonlocal seen
            cursor = connection.cursor()
            cursor.execute(f"SELECT number, old, new FROM crossed WHERE number > {seen} ORDER BY number")  # noqa: S608
            rows = cursor.fetchall()
            cursor.close()
            seen = max((row[0] for row in rows), default=seen)
            crossed = {f"{old}>{new}" for _, old, new in rows}
            self._meet(lambda point: point.crossing in crossed and not point.after)
            commit(connection)
            self._meet(lambda point: point.crossing in crossed and point.after)

        with store._database.reading() as connection:
            seen = connection.exec_driver_sql("SELECT coalesce(max(number), 0) FROM crossed").scalar_one()
        dialect.do_commit = do_commit  # type: ignore[method-assign]

    def _meet(self, is_met: Callable[[Point], bool]) -> None:
        with self._lock:
            now = [number for number, point in enumerate(self._points) if is_met(point)]
            self._seen.update(now)
            met = [number for number in now if self._seen[number] == self._points[number].count]
            if met:  # one commit may hold several transitions
                Path(self._met).write_text(" ".join(map(str, met)), encoding="utf-8")
                os.kill(os.getpid(), self._points[met[0]].how)
                time.sleep(0.2)  # this thread may run on for a moment before the whole process stands still


@dataclass(frozen=True)
class Order:
    """What a victim is to do: the settings' variables, the steps in turn, hours to put its clock forward."""

    environ: dict[str, str]
    steps: Sequence[Sequence[Any]]
    points: Sequence[dict[str, Any]] = ()
    met: str = ""
    hours: float = 0
    until_idle: bool = True
    progress: str = ""
    """A file that gets a byte for each step that is done."""
    file_limit: int = 0
    """Bytes that no file may outgrow for two seconds: the disk is full."""


def obey(order: Order) -> None:
    signal.alarm(LONGEST)
    settings = Settings.from_environment(order.environ)
    fate = Fate([Point(**point) for point in order.points], order.met)
    store = Store.open(settings)
    fate.watch(store)
    if order.file_limit:
        _fill_the_disk(order.file_limit)

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(hours=order.hours)

    def work() -> None:
        _work(store, settings, lambda: doing.now, fate, order.until_idle)

    doing = steps.Doing(store, settings, clock, work)
    for name, *arguments in order.steps:
        getattr(doing, name)(*arguments)
        if order.progress:
            with Path(order.progress).open("a") as progress:
                progress.write(".")
    store.close()


def _work(
    store: Store, settings: Settings, clock: Callable[[], datetime], fate: Fate, until_idle: bool
) -> None:
    patience = Patience(connect=2, command=2, final=2)
    sending = Sending(
        store=store, settings=settings, compose=running.compose, patience=patience, clock=clock, at=fate.step
    )
    worker = Worker(sending)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run(until_idle=until_idle)


def _fill_the_disk(limit: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    timer = threading.Timer(2.0, resource.setrlimit, (resource.RLIMIT_FSIZE, (hard, hard)))
    timer.daemon = True
    timer.start()


def main() -> None:
    for line in sys.stdin:
        order = Order(**json.loads(line))
        if child := os.fork():
            print("started", child, flush=True)
            _, status = os.waitpid(child, 0)
            print("ended", os.waitstatus_to_exitcode(status), flush=True)
        else:
            code = 1
            try:
                obey(order)
                code = 0
            except Exception as fault:
                traceback.print_exception(fault)
            finally:
                sys.stderr.flush()
                os._exit(code)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
