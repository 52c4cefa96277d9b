"""Claims last only as long as this process is awake: who sleeps too long must not finish a letter that isn't its own.

Time is measured on a clock that runs while the machine is suspended and that nobody can set.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from plugins.subscriptions.delivery import Claim
from plugins.subscriptions.store import Store, Unavailable

log = logging.getLogger("list.sending")

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Leases:
    """The leases of the claims in this process' hands; extended at a third of their length by `keep`."""

    def __init__(self, store: Store, length: timedelta, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._length = length.total_seconds()
        self._clock = clock
        self._held: dict[int, tuple[Claim, float]] = {}
        self._end = threading.Event()

    def take(self, claims: Iterable[Claim], asked_at: float) -> None:
        """Remember claims that were asked for at `asked_at` (`elapsed()`)."""
        self._held.update((claim.number, (claim, asked_at + self._length)) for claim in claims)

    def drop(self, claim: Claim) -> None:
        self._held.pop(claim.number, None)

    def may_finish(self, claim: Claim) -> bool:
        """Whether the letter is still ours to finish. The ledger is asked only when much of the lease is gone."""
        _, until = self._held.get(claim.number, (claim, 0.0))
        if until - elapsed() > self._length / 2:
            return True
        try:
            return self._store.ledger.ours(claim)
        except Unavailable:
            return False

    def keep(self) -> None:
        """Extend what is held, until `end` is called."""
        while not self._end.wait(self._length / 3):
            held = [claim for claim, _ in list(self._held.values())]
            asked_at = elapsed()
            try:
                extended = self._store.ledger.extend(held, self._clock()) if held else 0
            except Unavailable as fault:
                log.warning("leases can't be extended", extra={"fault": type(fault).__name__})
                continue
            if extended == len(held):  # if not, some are no longer ours, and each is asked for before its dot
                for claim in held:
                    if claim.number in self._held:
                        self._held[claim.number] = (claim, asked_at + self._length)

    def end(self) -> None:
        self._end.set()


def elapsed() -> float:
    """Answer seconds since some moment; goes on while the machine sleeps."""
    return time.clock_gettime(_CLOCK)
