"""Many refusals in a row say something about us, not about the readers: then it is better to wait than to go on."""

import threading
import time
from collections import deque

LAST = 200
FEWEST = 20
"""Refusals that may be a coincidence."""
PAUSE_SECONDS = 900.0


class Breaker:
    """Opens when more than a share of the last 200 letters was refused, for a quarter of an hour.

    While it is open a refusal isn't believed: the letter is tried again later.
    """

    def __init__(self, share: float, pause: float = PAUSE_SECONDS) -> None:
        self._share = share
        self._pause = pause
        self._last: deque[bool] = deque(maxlen=LAST)
        self._closed_at = 0.0
        self._one_at_a_time = threading.Lock()

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._closed_at

    def tell(self, *, refused: bool) -> bool:
        """Count one reply to a letter; answer whether a refusal may be believed."""
        with self._one_at_a_time:
            self._last.append(refused)
            refusals = sum(self._last) if refused else 0
            if refusals > max(FEWEST, self._share * len(self._last)):
                self._closed_at = time.monotonic() + self._pause
                self._last.clear()
            return not self.is_open
