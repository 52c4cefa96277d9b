"""What runs on a timer. Every step can be taken at any time, twice, and by several machines: the store sees to that."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from plugins.subscriptions.feedback.mailbox import Feedback
from plugins.subscriptions.keys import Keys
from plugins.subscriptions.mailing import Announcement
from plugins.subscriptions.sending import reconcile
from plugins.subscriptions.sending.journal import machine
from plugins.subscriptions.sending.reconcile import MessageIdOf
from plugins.subscriptions.sending.worker import now, what_failed
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store, Unusable

log = logging.getLogger("list.sending")

TICK_SECONDS = 2.0
_NEWS = frozenset({"fan-out", "digests", "doubts", "feedback", "finish"})
"""Steps of which it is told when they did something."""

Pull = Callable[[], Iterable[Announcement]]
"""Answers all that the deployed site announces. Any exception: it is asked again at the next pull."""


class Scheduler:
    """Takes the manifest in, fans out what is due, makes digests, frees what workers left, settles doubt, reads what
    came back, and forgets what is old. A step that fails is told (`faults`) and stops no other.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        keys: Keys,
        pull: Pull,
        message_id_of: MessageIdOf,
        *,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.faults: dict[str, str] = {}
        """What is wrong with steps at present, by their names."""
        self._store = store
        self._settings = settings
        self._pull = pull
        self._message_id_of = message_id_of
        self.feedback = Feedback(store, keys, bounce_rate=settings.bounce_rate)
        self._clock = clock
        self._stop = threading.Event()
        self._nudged = threading.Event()
        self._last: dict[str, float] = {}
        self._steps: tuple[tuple[str, Callable[[datetime], object], timedelta], ...] = (
            ("manifest", self._take_in, timedelta(minutes=1)),
            ("fan-out", store.mailings.fan_out_due, timedelta()),
            ("digests", store.digests.run_due, timedelta()),
            ("leases", store.ledger.expire_leases, timedelta(seconds=10)),
            ("doubts", self._settle, timedelta(seconds=30)),
            ("feedback", self._look_through, timedelta(seconds=30)),
            ("finish", store.mailings.finish, timedelta(seconds=10)),
            ("sweep", store.privacy.sweep, timedelta(hours=1)),
        )

    def stop(self) -> None:
        """End after the step that is under way."""
        self._stop.set()
        self._nudged.set()

    def nudge(self) -> None:
        """Look at the site at once: its pipeline says that there is something new."""
        self._last.pop("manifest", None)
        self._nudged.set()

    def run(self) -> None:
        """Tick until told to stop. Raises store.Unusable if this machine must not mail."""
        while not self._stop.is_set():
            self.tick()
            self._nudged.wait(TICK_SECONDS)
            self._nudged.clear()

    def tick(self) -> None:
        """Take every step whose time has come. Raises store.Unusable if this machine must not mail."""
        if not self._taken("instance", lambda _: self._store.instance.beat()):
            return
        for name, step, pause in self._steps:
            last = self._last.get(name)
            if last is None or time.monotonic() - last >= pause.total_seconds():
                self._last[name] = time.monotonic()
                self._taken(name, step)
            if self._stop.is_set():
                return

    def _taken(self, name: str, step: Callable[[datetime], object]) -> bool:
        try:
            done = step(self._clock())
        except Unusable:
            raise
        except Exception as fault:  # one step's trouble is not another's
            told = what_failed(fault)
            log.error("a step failed", extra={"step": name, **told})
            self.faults[name] = told["fault"]
            return False
        self.faults.pop(name, None)
        if done and name in _NEWS:
            log.info("done", extra={"step": name, "what": str(done)})
        return True

    def _take_in(self, moment: datetime) -> object:
        return self._store.mailings.take_in(self._pull(), moment)

    def _settle(self, moment: datetime) -> object:
        settings = self._settings
        return reconcile.settle(
            self._store,
            self._message_id_of,
            settings.in_doubt,
            moment,
            machine=machine(settings.state),
            log_file=settings.relay_log,
        )

    def _look_through(self, moment: datetime) -> object:
        return self.feedback.look_through(self._settings.feedback, moment) if self._settings.feedback else None
