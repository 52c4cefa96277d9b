"""What the journal says is what was written before the end came, however it came."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plugins.subscriptions.delivery import DeliveryState, Outcome
from plugins.subscriptions.sending.journal import ROOM, Journal, Note, abandoned, forget, machine, remembered, seat

NEXT = datetime(2031, 1, 1, tzinfo=UTC)


def outcome(number: int, reply: str = "dot: 250 ok") -> Outcome:
    return Outcome(number=number, fence=3, state=DeliveryState.ACCEPTED, reply=reply, relay_id="ABC")


def test_what_was_written_is_remembered(tmp_path: Path) -> None:
    with seat(tmp_path) as place, closing(Journal(place)) as journal:
        later = Outcome(number=2, fence=1, state=DeliveryState.QUEUED, reply="å", next_at=NEXT)
        for each in (outcome(1), later):
            journal.write(each)
        assert remembered(place) == (outcome(1), later)
        forget(place)
        assert remembered(place) == ()


def test_what_threads_write_is_all_there(tmp_path: Path) -> None:
    with seat(tmp_path) as place, closing(Journal(place)) as journal, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: journal.write(outcome(number)), range(300)))
        assert {each.number for each in remembered(place)} == set(range(300))


def test_one_sync_serves_all_that_was_written_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    with seat(tmp_path) as place, closing(Journal(place)) as journal:
        notes = [journal.write(outcome(number)) for number in range(3)]
        monkeypatch.setattr(os, "fdatasync", synced.append)
        for note in reversed(notes):
            journal.sync(note)
        assert len(synced) == 1
        journal.sync(journal.write(outcome(3)))
        assert len(synced) == 2


def test_a_sync_that_fails_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(file: int) -> None:
        raise OSError("input/output error")

    with seat(tmp_path) as place, closing(Journal(place)) as journal:
        note = journal.write(outcome(1))
        with monkeypatch.context() as broken:
            broken.setattr(os, "fdatasync", fails)
            for _ in range(2):
                with pytest.raises(OSError, match="input/output"):
                    journal.sync(note)
        journal.sync(note)


def test_it_stays_short_as_long_as_the_ledger_hears(tmp_path: Path) -> None:
    with seat(tmp_path) as place, closing(Journal(place)) as journal:
        untold: list[Note] = []
        for number in range(6000):
            untold.append(journal.write(outcome(number, "x" * 250)))
            if len(untold) == 20:
                journal.told(untold)
                untold.clear()
        assert sum(file.stat().st_size for file in place.folder.iterdir()) == 2 * ROOM
        assert 5999 in {each.number for each in remembered(place)}


def test_it_grows_when_the_database_is_away_for_long(tmp_path: Path) -> None:
    with seat(tmp_path) as place, closing(Journal(place)) as journal:
        for number in range(6000):
            journal.write(outcome(number, "x" * 250))
        assert {each.number for each in remembered(place)} == set(range(6000))


@pytest.mark.parametrize("cut", [2, 5, 20])
def test_a_line_half_written_is_left_out(tmp_path: Path, cut: int) -> None:
    with seat(tmp_path) as place, closing(Journal(place)) as journal:
        journal.write(outcome(1))
        journal.write(outcome(2))
        file = place.folder / "a.journal"
        end = file.read_bytes().index(b"\0")
        with file.open("r+b") as written:
            written.seek(end - cut)
            written.write(bytes(cut))
        assert [each.number for each in remembered(place)] == [1]


def test_every_worker_has_a_seat_of_its_own(tmp_path: Path) -> None:
    with seat(tmp_path) as first, seat(tmp_path) as second:
        assert (first.name, second.name) == (f"{machine(tmp_path)}/0", f"{machine(tmp_path)}/1")
        assert list(abandoned(tmp_path)) == []
    assert [place.name for place in abandoned(tmp_path)] == [first.name, second.name]
    assert machine(tmp_path / "other") != machine(tmp_path)


def test_a_killed_workers_seat_is_free(tmp_path: Path) -> None:
    code = (
        "import sys, os, pathlib; from plugins.subscriptions.sending.journal import seat\n"
        "with seat(pathlib.Path(sys.argv[1])) as place: os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, timeout=30)
    assert killed.returncode == -9
    with seat(tmp_path) as place:
        assert place.name.endswith("/0")
