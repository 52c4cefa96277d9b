"""A folder comes to hold another edition, and nothing of what is the same is touched."""

import os

from plugins.publishing import laying
from tests.building import files


def filled(folder, held):
    for path, data in held.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def test_what_is_the_same_stays_what_is_new_is_laid_and_what_is_gone_goes(tmp_path):
    folder = filled(tmp_path / "a", {"same": b"1", "x/changed": b"2", "gone/deep/file": b"3", "file": b"4"})
    before = (folder / "same").stat()
    wanted = {"same": b"1", "x/changed": b"20", "file/is/a/folder/now": b"5"}
    laid = []

    def lay(path, place):
        laid.append(path)
        place.write_bytes(wanted[path])

    gone = ["gone/deep/file", "file", "never/there"]
    laying.change(folder, gone=gone, changed=["x/changed", "file/is/a/folder/now"], lay=lay)
    assert files(folder) == wanted and laid == ["x/changed", "file/is/a/folder/now"]
    assert not (folder / "gone").exists()
    assert (folder / "same").stat() == before


def test_a_file_that_another_folder_shares_is_left_to_it(tmp_path):
    folder, other = filled(tmp_path / "a", {"file": b"old"}), tmp_path / "b"
    other.mkdir()
    laying.link(folder / "file", other / "file")
    laying.change(other, gone=[], changed=["file"], lay=lambda path, place: place.write_bytes(b"new"))
    assert (files(folder), files(other)) == ({"file": b"old"}, {"file": b"new"})


def test_everything_but_folders_is_listed(tmp_path):
    folder = filled(tmp_path / "a", {"file": b"123", "deep/er/file": b""})
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("file")
    (folder / "way").symlink_to("deep")
    os.mkfifo(folder / "pipe")
    assert laying.listing(folder) == {"file": 3, "deep/er/file": 0, "link": -1, "way": -1, "pipe": -1}
    assert laying.paths(folder) == set(laying.listing(folder))
