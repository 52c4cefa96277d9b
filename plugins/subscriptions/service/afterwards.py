"""Work that is done after the answer, so that neither its time nor its outcome can be seen in the answer."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Full, Queue
from time import monotonic

log = logging.getLogger(__name__)

MOST = 2_000
"""How much may wait; beyond that the service says that it is busy, to everyone alike."""
PAUSE = 0.25
"""Seconds from when the first work comes until all that has come by then is done."""
PATIENCE = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds between the tries of what the database couldn't do; the last one is repeated."""

Work = Callable[[], object]


class Busy(Exception):
    """So much waits that more would be a promise that can't be kept."""


class Afterwards:
    """Does work in the order it came, in one thread of its own, in bursts: after a pause, all that has come.

    Without the pause the answer to the *next* request could take a little longer when the last address was a new one.
    What fails with one of `transient` is tried again until it works or the service stops; any other fault is logged and
    costs only that piece of work.
    """

    def __init__(self, transient: tuple[type[Exception], ...], pause: float = PAUSE, most: int = MOST) -> None:
        self._transient = transient
        self._pause = pause
        self._waiting: Queue[Work | None] = Queue(most)
        self._draining = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="afterwards", daemon=True)
        self.stuck = False
        """True while the database can't be reached."""

    def __len__(self) -> int:
        return self._waiting.unfinished_tasks

    def put(self, work: Work) -> None:
        """Promise to do the work soon. Raises Busy when it can't be promised."""
        try:
            self._waiting.put_nowait(work)
        except Full as error:
            raise Busy from error

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float = 60.0) -> int:
        """Do what waits, for so many seconds at most. Answer how much was left undone."""
        if self._ended.is_set():
            return 0
        self._draining.set()
        self.settle(seconds)
        left = len(self)
        self._ended.set()
        with suppress(Full):
            self._waiting.put_nowait(None)  # wakes it if it waits
        self._thread.join(1)
        return left

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until all that has come is done; answer whether it is."""
        end = monotonic() + seconds
        while len(self) and monotonic() < end:
            self._ended.wait(0.002)
        return not len(self)

    def _run(self) -> None:
        while not self._ended.is_set():
            work = self._waiting.get()
            self._draining.wait(self._pause)
            while work is not None and not self._ended.is_set():
                self._do(work)
                self._waiting.task_done()
                work = self._next()

    def _next(self) -> Work | None:
        try:
            return self._waiting.get_nowait()
        except Empty:
            return None

    def _do(self, work: Work) -> None:
        tries = 0
        while not self._ended.is_set():
            try:
                work()
                self.stuck = False
                return
            except self._transient as error:
                self.stuck = True
                log.error("the database can't be used; the work waits", extra={"fault": type(error).__name__})
                self._ended.wait(PATIENCE[min(tries, len(PATIENCE) - 1)])
                tries += 1
            except Exception as error:
                log.exception("work after an answer failed", extra={"fault": type(error).__name__})
                return
