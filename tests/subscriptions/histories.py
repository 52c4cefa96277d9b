"""Histories of a list whose processes are killed, and what must hold at the end of each."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from plugins.subscriptions.store.tables import deliveries, readers
from tests.subscriptions import running
from tests.subscriptions.sink import Sink
from tests.subscriptions.victim import Order, Point

Steps = Sequence[tuple[Any, ...]]

SQLITE_TRIGGER = """\
CREATE TRIGGER crossing AFTER UPDATE OF state ON deliveries WHEN old.state <> new.state BEGIN
INSERT INTO crossed (delivery, old, new) VALUES (new.number, old.state, new.state); END"""
POSTGRESQL_FUNCTION = """\
CREATE FUNCTION cross_over() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO crossed (delivery, old, new) VALUES (new.number, old.state, new.state); RETURN NULL; END $$"""
POSTGRESQL_TRIGGER = """\
CREATE TRIGGER crossing AFTER UPDATE OF state ON deliveries FOR EACH ROW WHEN (old.state <> new.state)
EXECUTE FUNCTION cross_over()"""


class Zygote:
    """Where victims are forked from. One victim at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.subscriptions.victim"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._victim: int | None = None
        self._is_busy = False

    def start(self, order: Order) -> int:
        """Start a victim; answer its process number. One left over by a test that failed is ended first."""
        if self._is_busy:
            self.signal(signal.SIGKILL)
            self.wait()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        number = self._said("started")
        self._is_busy = True
        with suppress(ProcessLookupError):  # it may have ended already
            self._victim = os.pidfd_open(number)  # not its number: that might be another's a moment later
        return number

    def signal(self, how: int) -> None:
        """Send the victim a signal, if it still lives."""
        if self._victim is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._victim, how)

    def wait(self) -> int:
        """Wait for the victim's end; answer its exit code, negative for a signal."""
        code = self._said("ended")
        self._is_busy = False
        if self._victim is not None:
            os.close(self._victim)
            self._victim = None
        return code

    def run(self, order: Order) -> int:
        self.start(order)
        return self.wait()

    def close(self) -> None:
        self.signal(signal.SIGKILL)
        self._process.kill()
        self._process.communicate(timeout=30)

    def _said(self, what: str) -> int:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        said, _, number = line.partition(" ")
        assert said == what, f"the zygote says {line!r}, not {what}"
        return int(number)


@contextmanager
def zygote() -> Iterator[Zygote]:
    started = Zygote()
    try:
        yield started
    finally:
        started.close()


class History:
    """One list, from its beginning. `crashes` counts how often a process was killed or stopped on the way."""

    def __init__(self, settings: Settings, sink: Sink, names: Iterable[str], **changes: object) -> None:
        self.sink = sink
        self.crashes = 0
        self.hours = 0.0
        self.environ = {
            "LIST_STATE": str(settings.state),
            "LIST_DATABASE": settings.database,
            "LIST_RELAY": sink.address,
            "LIST_PULL_BACK": "0s",
            "LIST_SEND_WINDOW": "100d",
            "LIST_LEASE": "2s",
            "LIST_BOUNCE_RATE": "1",
        } | {f"LIST_{name.upper()}": str(value) for name, value in changes.items()}
        self.settings = Settings.from_environment(self.environ)
        (self.settings.state / "taken").symlink_to(sink.folder / "taken")
        self.store = Store.open(self.settings)
        running.begin(self.store, names)
        self._watch_transitions()

    def close(self) -> None:
        self.store.close()

    def order(self, steps: Steps, points: Sequence[Point] = (), **more: Any) -> Order:
        return Order(
            environ=self.environ,
            steps=steps,
            points=[asdict(point) for point in points],
            met=str(self.settings.state / "met"),
            hours=self.hours,
            **more,
        )

    def live_through(self, zygote: Zygote, steps: Steps, points: Sequence[Point] = ()) -> list[Point]:
        """Take the steps; when killed, go on with the step that was under way. Answer the points that weren't met."""
        progress, met = self.settings.state / "progress", self.settings.state / "met"
        left, points = list(steps), list(points)
        while left:
            progress.write_text("")
            code = zygote.run(self.order(left, points, progress=str(progress)))
            done = len(progress.read_text())
            self.hours += sum(step[1] for step in left[:done] if step[0] == "later")
            left = left[done:]
            if left:
                assert code == -9, f"step {left[0]} failed: {code}"
                points = [point for number, point in enumerate(points) if str(number) not in met.read_text().split()]
                self.crashes += 1
            else:
                assert code == 0
        return points

    def settle(self, zygote: Zygote, rounds: int = 8) -> None:
        """Let the list come to rest: what is in doubt is settled without evidence, what waits is sent."""
        for _ in range(rounds):
            self.hours += 2
            assert zygote.run(self.order([("settle_blindly",), ("work",)])) == 0
            if not self.states() & {"queued", "claimed", "handing_over", "in_doubt"}:
                return
        raise AssertionError(f"the list doesn't come to rest: {self.states()}")

    def states(self) -> set[str]:
        with self.store._database.reading() as connection:
            return set(connection.scalars(select(deliveries.c.state).distinct()))

    def crossed(self) -> Counter[str]:
        """Which transitions were made, and how often."""
        with self.store._database.reading() as connection:
            return Counter(f"{old}>{new}" for old, new in connection.exec_driver_sql("SELECT old, new FROM crossed"))

    def check(self, *, ghosts: str = "ghost") -> None:
        """Assert what must hold once the list is at rest, whatever happened before."""
        connections, rows = self.settings.connections, self.settings.rows_per_commit
        copies = self.sink.copies()
        with self.store._database.reading() as connection:
            found = connection.execute(
                select(deliveries.c.number, deliveries.c.mailing, deliveries.c.reader, deliveries.c.state).where(
                    deliveries.c.reader.not_in(
                        select(readers.c.number).where(readers.c.requested_at.in_([running.joined(ghosts)]))
                    )
                )
            ).all()
            doubted = Counter(
                row.delivery
                for row in connection.exec_driver_sql("SELECT delivery FROM crossed WHERE new = 'in_doubt'")
            )
        lost = [row for row in found if row.state in SENT and not copies[running.message_id(row.mailing, row.reader)]]
        assert not lost, f"said to be sent, and never taken: {lost}"
        assert not {row.state for row in found} & {"queued", "claimed", "handing_over", "in_doubt"}
        by_letter = {running.message_id(row.mailing, row.reader): row for row in found}
        extra = {letter: count - 1 for letter, count in copies.items() if count > 1}
        bound = rows * connections * self.crashes + self.sink.lost_after_dot
        assert sum(extra.values()) <= bound, f"{sum(extra.values())} extra copies, more than {bound}: {extra}"
        for letter, count in extra.items():
            if letter in by_letter:
                assert doubted[by_letter[letter].number] >= count, f"{letter} came again and was never in doubt"

    def _watch_transitions(self) -> None:
        is_sqlite = self.store._database.is_sqlite
        key = "INTEGER PRIMARY KEY" if is_sqlite else "BIGSERIAL PRIMARY KEY"
        statements = [f"CREATE TABLE crossed (number {key}, delivery BIGINT, old TEXT, new TEXT)"]
        statements += [SQLITE_TRIGGER] if is_sqlite else [POSTGRESQL_FUNCTION, POSTGRESQL_TRIGGER]
        with self.store._database.writing() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


SENT = frozenset({"accepted", "bounced", "complained"})


