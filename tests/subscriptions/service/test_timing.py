"""The time of an answer tells nothing of the address.

That the answer doesn't wait for the store is proven in `test_joining`; this measures what is left. Answers to four
kinds of addresses come in random order, and each kind is compared with all others by ranks (Mann and Whitney), which
needs no assumption of how times are distributed. A door that does leak is measured beside it, so that the measure is
known to see what it is for.
"""

import math
import random
import time
from collections.abc import Callable

from plugins.subscriptions.keys import Address
from plugins.subscriptions.reader import EndReason

ROUNDS = 60
STRANGE = 5.0
"""Standard deviations: a fair service gets here once in millions of runs."""
LEAK = 0.025


def shift(one: list[float], others: list[float]) -> float:
    """Answer by how many standard deviations the ranks of one sample differ from those of the others."""
    ranked = sorted([(value, True) for value in one] + [(value, False) for value in others])
    ranks = sum(rank for rank, (_, is_one) in enumerate(ranked, start=1) if is_one)
    n, m = len(one), len(others)
    return abs(ranks - n * (n + m + 1) / 2) / math.sqrt(n * m * (n + m + 1) / 12)


def measured(
    kinds: dict[str, Callable[[int], str]], answer: Callable[[str], None], settle: Callable[[], bool]
) -> dict[str, list[float]]:
    """Answer seconds by kind. Each answer is measured when what followed the last one is done."""
    random.seed(4711)
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(ROUNDS):
        for kind in random.sample(sorted(kinds), len(kinds)):
            email = kinds[kind](number)
            began = time.perf_counter()
            answer(email)
            times[kind].append(time.perf_counter() - began)
            assert settle()
    return times


def test_known_and_unknown_addresses_are_answered_in_the_same_time(served):
    served.subscribed("aktiv@example.test")
    served.ask("vanta@example.test")
    mark = served.keys.mark(Address.of("studs@example.test", test=True))
    served.store.subscribers.suppress(mark, EndReason.BOUNCE, served.now)
    kinds = {
        "active": lambda number: "aktiv@example.test",
        "pending": lambda number: "vanta@example.test",
        "bounced": lambda number: "studs@example.test",
        "unknown": lambda number: f"ny{number:03}@example.test",
        "one mailbox": lambda number: f"vanta+{number:03}@example.test",
    }
    form = served.form("")

    def ask(email: str) -> None:
        served.client.post("/lista/subscribe", data={**form, "email": email})

    times = measured(kinds, ask, served.service.afterwards.settle)
    for kind, own in times.items():
        others = [value for other, values in times.items() if other != kind for value in values]
        assert shift(own, others) < STRANGE, (kind, times)


def test_the_measure_sees_a_door_that_looks_before_it_answers(served):
    kinds = {"known": lambda number: "aktiv@example.test", "unknown": lambda number: f"ny{number:03}@example.test"}
    form = served.form("")

    def leaking(email: str) -> None:
        served.client.post("/lista/subscribe", data={**form, "email": email})
        if email.startswith("ny"):
            time.sleep(LEAK)

    times = measured(kinds, leaking, served.service.afterwards.settle)
    assert shift(times["known"], times["unknown"]) > STRANGE
