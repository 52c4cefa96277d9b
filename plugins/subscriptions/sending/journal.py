"""What became of letters, written beside the worker before the ledger hears of it.

If the database is away after a letter was taken, or the machine stops before the ledger's commit, the journal still
knows: its lines are told to the ledger first thing, and nothing of it is in doubt.
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


class Journal:
    """A worker's journal, for all its threads: what they write at the same moment is synced at once.

    It has two pages. When one is long, the other is begun anew, once the ledger has all that stands there.
    """

    def __init__(self, place: Seat) -> None:
        self._pages = [Page(place.folder / f"{name}.journal") for name in ("a", "b")]
        self._counting = threading.Lock()
        self._together = Together(self._write_all)

    def write(self, outcome: Outcome) -> "Page":
        """Write what became of a letter; it is on the disk when this returns. Answer where it stands.

        Raises OSError if it can't be written.
        """
        return self._together(outcome)

    def told(self, pages: Iterable["Page"]) -> None:
        """Note that the ledger has what was written on these pages, one line for each time that a page is named."""
        with self._counting:
            for page in pages:
                page.untold -= 1

    def close(self) -> None:
        for page in self._pages:
            page.close()

    def _write_all(self, outcomes: Sequence[Outcome]) -> Sequence["Page"]:
        here, there = self._pages
        if here.is_long and not there.untold:
            there.begin_anew()
            self._pages.reverse()
            here = there
        here.write(b"".join(map(_line, outcomes)))
        with self._counting:
            here.untold += len(outcomes)
        return [here] * len(outcomes)


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

    def write(self, lines: bytes) -> None:
        if self._end + len(lines) >= self._room:
            self._lay_out(self._room * 2)
        os.pwrite(self._file, lines + b"\0", self._end)
        os.fdatasync(self._file)
        self._end += len(lines)

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
