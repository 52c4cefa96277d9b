"""A process that reads the few texts that have changed.

To read a text takes programs that are slow to load. An assistant is called in as soon as it is likely that there is
something to read: it loads them while this process loads what it needs itself, and finds out what there is to read.
"""

import os
import pickle
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING

from plugins.reading.processes.apart import ask

if TYPE_CHECKING:
    from plugins.newsroom import Noun
    from plugins.reading.selection import Selected
    from plugins.reading.surroundings import Surroundings
    from plugins.reading.texts.outcome import Outcome


class Assistant:
    """Who waits to be given folders to read, once. Should it fail, nothing is lost but time."""

    def __init__(self) -> None:
        """Call one in: early, while there is little yet that two would have to share."""
        here = os.getpid()
        given, desk = os.pipe()
        self._reading = ask(lambda tell: b"" if os.getpid() == here else _read(given, desk), apart=True)
        os.close(given)
        self._desk = desk
        self._is_busy = False
        self._let_go = weakref.finalize(self, os.close, desk)  # also if nobody ever gives it anything

    def dismiss(self) -> None:
        """Let it go: there is nothing to read."""
        self._let_go()

    def give(self, found: "Sequence[list[Selected]]", around: "Surroundings") -> None:
        """Give it folders to read."""
        only = around.survey.part({f"{around.content}/{ones[0].source.folder}".rpartition("/")[0] for ones in found})
        # what it is given on stays open: where that ends, so has this process, and there is nobody to read for
        with suppress(Exception), os.fdopen(self._desk, "wb", closefd=False) as desk:  # settings may hold what can't go
            desk.write(pickle.dumps((found, replace(around, survey=only)), pickle.HIGHEST_PROTOCOL))
            self._is_busy = True

    def outcomes(self, listed: "Sequence[Noun]") -> "list[Outcome] | None":
        """Answer what came of the folders, in their order; None if they are still to be read. `listed` are the nouns of
        the masthead.
        """
        from plugins.reading.texts.outcome import unpacked  # noqa: PLC0415 - loaded by now

        told = self._reading.answer if self._is_busy else b""
        self._let_go()
        return unpacked(told, listed) if told else None


def _read(given: int, desk: int) -> bytes:
    from plugins.reading.texts import folders  # noqa: PLC0415 - so that it is loaded here, before there is something to do
    from plugins.reading.texts.outcome import packed  # noqa: PLC0415

    os.close(desk)
    folders.prepare()
    with os.fdopen(given, "rb", closefd=False) as pipe:
        found, around = pickle.load(pipe)  # noqa: S301 - said by our own process
    Thread(target=_leave_with, args=(given,), daemon=True).start()
    return packed(folders.read_all(found, around), around.masthead.listed)


def _leave_with(given: int) -> None:
    """End this process as soon as the one that gave it work has ended: its lock on the cache has ended with it."""
    os.read(given, 1)
    os._exit(0)
