"""Work that several threads ask for at the same time, done by one of them in one go."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Together(Generic[Asked, Answer]):
    """Calls `do` with everything that was asked while the last call ran. `do` answers as many things as it was asked,
    in the same order; what it raises is raised in every thread that had asked.
    """

    def __init__(self, do: Callable[[Sequence[Asked]], Sequence[Answer]]) -> None:
        self._do = do
        self._guard = threading.Lock()
        self._waiting: list[_Place[Asked, Answer]] = []
        self._is_busy = False

    def __call__(self, asked: Asked) -> Answer:
        place: _Place[Asked, Answer] = _Place(asked)
        with self._guard:
            self._waiting.append(place)
            place.leads = not self._is_busy
            self._is_busy = True
        if not place.leads:
            place.turn.acquire()
        if place.leads:
            self._lead()
        if place.fault is not None:
            raise place.fault
        return place.answer[0]

    def _lead(self) -> None:
        """Do what is asked, wake those who asked, and let the first of those who came meanwhile lead."""
        with self._guard:
            served, self._waiting = self._waiting, []
        try:
            answers = self._do([place.asked for place in served])
        except BaseException as fault:  # whatever it is, nobody must be left waiting
            for place in served:
                place.fault = fault
        else:
            for place, answer in zip(served, answers, strict=True):
                place.answer.append(answer)
        with self._guard:
            self._is_busy = bool(self._waiting)
            woken = [place for place in served if not place.leads] + self._waiting[:1]
            if self._waiting:
                self._waiting[0].leads = True
        for place in woken:
            place.turn.release()


class _Place(Generic[Asked, Answer]):
    """One thread's place in the queue."""

    __slots__ = ("answer", "asked", "fault", "leads", "turn")

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.answer: list[Answer] = []
        self.fault: BaseException | None = None
        self.leads = False
        self.turn = threading.Lock()
        self.turn.acquire()
