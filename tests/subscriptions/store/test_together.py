import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from plugins.subscriptions.store.together import Together


def test_one_alone_is_served_at_once() -> None:
    assert Together(lambda asked: [each * 2 for each in asked])(21) == 42


def test_those_who_come_meanwhile_are_served_together() -> None:
    began, go_on = threading.Event(), threading.Event()
    calls: list[list[int]] = []

    def do(asked: Sequence[int]) -> list[int]:
        calls.append(sorted(asked))
        if len(calls) == 1:
            began.set()
            go_on.wait(10)
        return [each * 2 for each in asked]

    together = Together(do)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(together, 0)
        began.wait(10)
        others = [pool.submit(together, n) for n in range(1, 6)]
        while len(together._waiting) < 5:
            pass
        go_on.set()
        assert [first.result(10), *(other.result(10) for other in others)] == [0, 2, 4, 6, 8, 10]
    assert calls == [[0], [1, 2, 3, 4, 5]]


def test_everyone_gets_its_own_answer_under_load() -> None:
    together = Together(lambda asked: [each * 2 for each in asked])
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(together, range(2000))) == [n * 2 for n in range(2000)]


def test_a_fault_is_everyone_s_and_the_next_are_served() -> None:
    def do(asked: Sequence[int]) -> list[int]:
        if 13 in asked:
            raise RuntimeError("unlucky")
        return list(asked)

    together = Together(do)
    with pytest.raises(RuntimeError, match="unlucky"):
        together(13)
    assert together(14) == 14
