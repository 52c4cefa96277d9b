"""What became of letters, written beside the worker before the ledger hears of it.

If the database is away after a letter was taken, or the machine stops before the ledger's commit, the journal still
knows: its lines are told to the ledger first thing, and nothing of it is in doubt.

A line survives the end of the process once it is written, and that of the machine once it is synced. A connection syncs
what it wrote of one letter only before the final dot of the next: so the disk works while that one is on its way, one
sync serves many connections, and still no more than one letter for each of them can be in doubt.
"""

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from plugins.subscriptions.delivery import DeliveryState, Outcome
from plugins.subscriptions.store.together import Together

ROOM = 1 << 19
"""Bytes that a page is laid out with: some thousand letters."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A worker's place on this machine: a folder that no other process uses, and the name that its claims bear."""

    name: str
    folder: Path


@contextmanager
def seat(state: Path) -> Iterator[Seat]:
    """Take the first free seat. One that a killed worker left is free at once, its journals still in it."""
    number = 0
    while True:
        with _taken(state, number) as found:
            if found:
                yield found
                return
        number += 1


def abandoned(state: Path) -> Iterator[Seat]:
    """Answer every other seat that was used and that nobody sits on now; each is taken until the next is asked for."""
    for folder in sorted((state / "workers").iterdir()):
        if folder.name.isdigit():
            with _taken(state, int(folder.name)) as found:
                if found:
                    yield found


@contextmanager
def _taken(state: Path, number: int) -> Iterator[Seat | None]:
    folder = state / "workers" / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:  # the lock ends with the process, however that ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield Seat(f"{machine(state)}/{number}", folder)


def machine(state: Path) -> str:
    """Answer this state folder's own name. Not the host's: containers may share one."""
    file = state / "workers" / "machine"
    file.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), file.open("x") as new:
        new.write(secrets.token_hex(8))
    return file.read_text()


class Note(NamedTuple):
    """Where a line of the journal stands, and the how manyeth it is."""

    page: "Page"
    number: int


class Journal:
    """A worker's journal, for all its threads. Raises OSError where it can't be written or synced.

    It has two pages. When one is long, the other is begun anew, once the ledger has all that stands there.
    """

    def __init__(self, place: Seat) -> None:
        self._pages = [Page(place.folder / f"{name}.journal") for name in ("a", "b")]
        self._one_at_a_time = threading.Lock()
        self._written = 0
        self._synced = 0
        self._together = Together(self._sync)

    def write(self, outcome: Outcome) -> Note:
        """Write what became of a letter. Answer where it stands."""
        line = _line(outcome)
        with self._one_at_a_time:
            here, there = self._pages
            if here.is_long and not there.untold:
                here.sync()
                there.begin_anew()
                self._pages.reverse()
                here = there
            here.write(line)
            here.untold += 1
            self._written += 1
            return Note(here, self._written)

    def sync(self, note: Note) -> None:
        """Have a line, and all that stand before it, on the disk when this returns. Threads that come at the same
        time share the work.
        """
        if note.number > self._synced:
            self._together(note)

    def told(self, notes: Iterable[Note]) -> None:
        """Note that the ledger has what is written there."""
        with self._one_at_a_time:
            for note in notes:
                note.page.untold -= 1

    def close(self) -> None:
        for page in self._pages:
            page.close()

    def _sync(self, notes: Sequence[Note]) -> Sequence[None]:
        if max(note.number for note in notes) > self._synced:  # else the last ones' sync was in time for these too
            with self._one_at_a_time:
                here, written = self._pages[0], self._written
            here.sync()
            self._synced = written
        return [None] * len(notes)


class Page:
    """A file, laid out beforehand and written in place: a full disk doesn't stop it, and as its length doesn't change
    one write of the disk syncs it. It ends at the first zero byte.
    """

    def __init__(self, file: Path) -> None:
        self.untold = 0
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        self._room = 0
        self._end = 0
        self._lay_out(ROOM)

    @property
    def is_long(self) -> bool:
        return self._end > ROOM // 2

    def begin_anew(self) -> None:
        """Forget what stands here. Until it is written over, it would only be told a second time."""
        self._end = 0

    def write(self, line: bytes) -> None:
        if self._end + len(line) >= self._room:
            self._lay_out(self._room * 2)
        os.pwrite(self._file, line + b"\0", self._end)
        self._end += len(line)

    def sync(self) -> None:
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)

    def _lay_out(self, room: int) -> None:
        os.pwrite(self._file, bytes(room - self._room), self._room)
        os.fsync(self._file)
        self._room = room


def _line(outcome: Outcome) -> bytes:
    fields = (
        outcome.number,
        outcome.fence,
        outcome.state,
        outcome.reply,
        outcome.relay_id,
        outcome.next_at.isoformat() if outcome.next_at else None,
        outcome.attempted,
    )
    return json.dumps(fields).encode() + b"\n"


def remembered(place: Seat) -> tuple[Outcome, ...]:
    """Answer what this seat's journals hold. A line that was being written when the power went is left out."""
    return tuple(
        outcome
        for file in sorted(place.folder.glob("*.journal"))
        for line in file.read_bytes().partition(b"\0")[0].splitlines()
        if (outcome := _outcome(line))
    )


def forget(place: Seat) -> None:
    """Remove this seat's journals, once the ledger has them."""
    for file in place.folder.glob("*.journal"):
        file.unlink()


def _outcome(line: bytes) -> Outcome | None:
    try:
        number, fence, state, reply, relay_id, next_at, attempted = json.loads(line)
        return Outcome(
            number=number,
            fence=fence,
            state=DeliveryState(state),
            reply=reply,
            relay_id=relay_id,
            next_at=datetime.fromisoformat(next_at) if next_at else None,
            attempted=attempted,
        )
    except (ValueError, TypeError):
        return None
