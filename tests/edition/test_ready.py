"""What is laid ready touches nothing until it is put, and then comes to lie where it belongs, whatever stood there."""

import os

import pytest

from plugins.edition.ready import NEXT, Ready
from tests.building import files


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/old").write_bytes(b"old")
    (tmp_path / "a/stranger").write_bytes(b"?")
    return tmp_path


def laid(folder, outputs):
    ready = Ready(folder)
    ready.prepare()
    for path, data in outputs.items():
        ready.lay(path, data)
    return ready


def test_nothing_is_changed_before_it_is_put(folder):
    before = files(folder)
    laid(folder, {"a/b/old": b"new", "x/y/z": b"new"})
    assert {path: data for path, data in files(folder).items() if not path.startswith(NEXT)} == before


NEW = {
    "top": b"1",
    "a/b/old": b"2",
    "a/b/other": b"3",
    "a/new/one": b"4",
    "a/new/deep/two": b"5",
    "x/y/z": b"6",
    "x/w": b"7",
}


def test_all_comes_to_lie_where_it_belongs(folder):
    ready = laid(folder, NEW)
    ready.put(NEW)
    ready.discard()
    assert files(folder) == {**NEW, "a/stranger": b"?"}


def test_the_time_of_a_file_is_the_one_that_was_told(folder):
    ready = Ready(folder)
    ready.prepare()
    told = {path: ready.lay(path, data) for path, data in NEW.items()}
    ready.put(NEW)
    assert {path: (folder / path).stat().st_mtime_ns for path in NEW} == told


def test_a_first_edition_is_put_in_few_moves(tmp_path, monkeypatch):
    moves = []
    move = os.replace
    monkeypatch.setattr(os, "replace", lambda *names: (moves.append(names), move(*names)))
    edition = {f"{top}/{below}/{name}": b"" for top in "ab" for below in range(5) for name in range(5)}
    laid(tmp_path, edition).put(edition)
    assert len(moves) == 2


def test_a_folder_that_has_come_meanwhile_is_gone_into(folder):
    ready = laid(folder, {"x/y/z": b"1", "x/y/w": b"2"})
    (folder / "x/y").mkdir(parents=True)
    (folder / "x/y/stranger").write_bytes(b"?")
    ready.put(["x/y/z", "x/y/w"])
    assert (folder / "x/y/z").read_bytes() == b"1" and (folder / "x/y/stranger").read_bytes() == b"?"


def test_a_folder_that_has_gone_meanwhile_comes_back(folder):
    ready = laid(folder, {"a/b/new": b"1"})
    (folder / "a/b/old").unlink()
    (folder / "a/b").rmdir()
    ready.put(["a/b/new"])
    assert (folder / "a/b/new").read_bytes() == b"1"


def test_an_empty_folder_gives_way_to_a_file_and_a_stranger_s_does_not(folder):
    (folder / "empty").mkdir()
    ready = laid(folder, {"empty": b"1", "a": b"2"})
    ready.put(["empty"])
    assert (folder / "empty").read_bytes() == b"1"
    with pytest.raises(OSError, match="not empty"):
        ready.put(["a"])
    assert (folder / "a/stranger").read_bytes() == b"?"


def test_what_a_killed_build_left_is_thrown_away(folder):
    laid(folder, {"killed": b"1", "x/killed": b"1"})
    ready = laid(folder, {"top": b"2"})
    ready.put(["top"])
    ready.discard()
    assert set(files(folder)) == {"a/b/old", "a/stranger", "top"}
