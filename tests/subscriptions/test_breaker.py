"""A reader's no is believed; everyone's no at once isn't."""

import time

from plugins.subscriptions.sending.breaker import FEWEST, LAST, Breaker


def test_some_refusals_are_believed() -> None:
    breaker = Breaker(0.2)
    for number in range(2 * LAST):
        assert breaker.tell(refused=number % 10 == 0)
    assert not breaker.is_open


def test_a_storm_of_refusals_is_not() -> None:
    breaker = Breaker(0.2, pause=0.2)
    believed = sum(breaker.tell(refused=True) for _ in range(100))
    assert believed == FEWEST and breaker.is_open
    time.sleep(0.25)
    assert not breaker.is_open
    assert breaker.tell(refused=True), "it begins to count anew"
