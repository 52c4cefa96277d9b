"""A question put to another process, so that this one can do something else until it needs the answer."""

import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import BinaryIO

Question = Callable[[Callable[[], None]], bytes]
"""Answers something in bytes. It is given a way to hint, before it has the answer, that there is news."""


class Apart:
    """A question that another process is about to answer. Should that process fail, this one answers."""

    def __init__(self, question: Question) -> None:
        """Ask. Raises OSError if the system has no room for another process."""
        self._question = question
        heard, told = os.pipe()
        try:
            self._process = os.fork()
        except OSError:
            os.close(heard)
            os.close(told)
            raise
        if self._process == 0:
            try:
                _tell(question, told)
            finally:
                os._exit(0)
        os.close(told)
        self._pipe = os.fdopen(heard, "rb")
        weakref.finalize(self, self._pipe.close)  # perhaps nobody needs the answer any more

    def stand_back(self) -> None:
        """Let others go first: the answer won't be needed soon."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process, _BEHIND)

    @cached_property
    def has_hinted(self) -> bool:
        """Answer whether there was a hint; this waits for one or for the answer."""
        return self._pipe.read(1) == _HINT

    @cached_property
    def answer(self) -> bytes:
        """Answer what the question answers; this waits for it. Raises what the question raises."""
        if self.has_hinted:
            self._pipe.read(1)
        with self._pipe as pipe:
            length = int.from_bytes(pipe.read(_LENGTH), "big")
            said = pipe.read()
        with suppress(ChildProcessError):  # somebody else may have heard of its end
            os.waitpid(self._process, 0)
        return said if length == len(said) > 0 else self._question(_unheard)


class Here:
    """A question that this process has answered at once."""

    has_hinted = False

    def __init__(self, question: Question) -> None:
        """Answer it. Raises what the question raises."""
        self.answer = question(_unheard)

    def stand_back(self) -> None:
        """Do nothing: it has been answered."""


def ask(question: Question, *, apart: bool) -> Apart | Here:
    """Ask a question, apart if that is wanted and the system can do it."""
    if apart and hasattr(os, "fork"):
        with suppress(OSError):
            return Apart(question)
    return Here(question)


_HINT, _ANSWER = b"!", b"="

_BEHIND = 10
"""How nice a process is that stands back: it gets a tenth of what others get that want to run. With less it could keep
everybody waiting on a busy machine.
"""

_LENGTH = 8
"""Bytes in which the length of the answer stands before it: a process can be stopped in the middle of a word."""


def _tell(question: Question, told: int) -> None:
    hints = iter([_HINT])
    with os.fdopen(told, "wb", buffering=0) as pipe:
        said = question(lambda: _write(pipe, next(hints, b"")))
        _write(pipe, _ANSWER + len(said).to_bytes(_LENGTH, "big") + said)


def _write(pipe: BinaryIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[pipe.write(left) :]


def _unheard() -> None:
    """Nobody waits for hints."""
