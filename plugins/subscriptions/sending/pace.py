"""How fast letters may leave: what the relay's owner has set, kept by each worker for itself."""

import threading
import time


class Pace:
    """Gives each letter its turn, evenly spaced, for all connections of a process; `rate` letters/s, 0: no limit."""

    def __init__(self, rate: float = 0) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._next = 0.0
        self._one_at_a_time = threading.Lock()

    def wait(self, stop: threading.Event) -> bool:
        """Wait for one letter's turn and answer True; False if `stop` was set meanwhile."""
        if not self._gap:
            return not stop.is_set()
        with self._one_at_a_time:
            now = time.monotonic()  # not the clock on the wall: that may be set back
            turn = max(self._next, now)
            self._next = turn + self._gap
        return not stop.wait(turn - now)
