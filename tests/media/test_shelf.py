import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plugins.media.containers import Encoded
from plugins.media.shelf import Kept, Shelf

NEGATIVE, LABEL, OTHER = "a" * 32, "b" * 32, "c" * 32


def a_picture(name: str = "480.jpg", data: bytes = b"pixels") -> Encoded:
    return Encoded(name=name, media_type="image/jpeg", width=480, height=320, data=data)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def test_what_is_kept_is_found(shelf: Shelf) -> None:
    assert shelf.find(NEGATIVE, LABEL) is None
    kept = shelf.keep(NEGATIVE, LABEL, [a_picture(), a_picture("original.jpg", b"more pixels")])
    assert shelf.find(NEGATIVE, LABEL) == kept
    assert [shelf.path(NEGATIVE, LABEL, file).read_bytes() for file in kept] == [b"pixels", b"more pixels"]
    assert shelf.find(NEGATIVE, OTHER) is shelf.find(OTHER, LABEL) is None


def test_pixels_are_found_under_any_label(shelf: Shelf) -> None:
    assert shelf.pixels(NEGATIVE) is None
    shelf.keep(NEGATIVE, LABEL, [a_picture()])
    assert shelf.pixels(NEGATIVE) == (a_picture(),)


def shortened(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def rewritten(path: Path) -> None:
    path.write_bytes(b"x" * path.stat().st_size)


def garbled(path: Path) -> None:
    (path.parent / "contents.json").write_bytes(b'[{"name": "480.jpg"}]')


def emptied(path: Path) -> None:
    (path.parent / "contents.json").write_bytes(b"")


@pytest.mark.parametrize("damage", [shortened, rewritten, garbled, emptied, Path.unlink])
def test_damage_is_noticed_and_mended(shelf: Shelf, damage: object) -> None:
    (kept,) = shelf.keep(NEGATIVE, LABEL, [a_picture()])
    damage(shelf.path(NEGATIVE, LABEL, kept))  # type: ignore[operator]
    assert shelf.find(NEGATIVE, LABEL) is None
    assert shelf.pixels(NEGATIVE) is None
    assert shelf.keep(NEGATIVE, LABEL, [a_picture()]) == shelf.find(NEGATIVE, LABEL) == (kept,)


def test_a_file_that_was_only_touched_is_still_good(shelf: Shelf) -> None:
    (kept,) = shelf.keep(NEGATIVE, LABEL, [a_picture()])
    path = shelf.path(NEGATIVE, LABEL, kept)
    before = path.stat().st_mtime
    os.utime(path)
    assert shelf.find(NEGATIVE, LABEL) == (kept,)
    assert path.stat().st_mtime == before


def test_what_nobody_asked_for_is_pruned(tmp_path: Path) -> None:
    yesterday = Shelf(tmp_path)
    for negative, label in ((NEGATIVE, LABEL), (NEGATIVE, OTHER), (OTHER, LABEL)):
        yesterday.keep(negative, label, [a_picture()])
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "folder" / "within").mkdir(parents=True)
    today = Shelf(tmp_path)
    assert today.find(NEGATIVE, LABEL)
    today.prune()
    assert today.find(NEGATIVE, LABEL)
    assert sorted(path.name for path in tmp_path.iterdir()) == [NEGATIVE, "folder", "notes.txt"]
    assert [path.name for path in (tmp_path / NEGATIVE).iterdir()] == [LABEL]


def test_pruning_an_empty_place_is_no_fault(shelf: Shelf) -> None:
    shelf.prune()


def test_many_may_keep_the_same_picture_at_once(tmp_path: Path) -> None:
    def work(number: int) -> tuple[Kept, ...]:
        mine = Shelf(tmp_path)
        return mine.find(NEGATIVE, LABEL) or mine.keep(NEGATIVE, LABEL, [a_picture(data=b"x" * 100_000)])

    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(work, range(100)))
    assert len(found) == 1
    assert sorted(path.name for path in (tmp_path / NEGATIVE / LABEL).iterdir()) == ["480.jpg", "contents.json"]


def test_nothing_is_left_of_a_write_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path)
    monkeypatch.setattr(Path, "replace", lambda self, target: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        shelf.keep(NEGATIVE, LABEL, [a_picture()])
    assert list((tmp_path / NEGATIVE / LABEL).iterdir()) == []
    assert shelf.find(NEGATIVE, LABEL) is None


