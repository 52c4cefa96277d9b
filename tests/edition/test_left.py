"""What is left of an edition is believed where it was seen, and otherwise looked at, file by file."""

import os
import shutil
from hashlib import sha256

import pytest

from plugins.edition.standing import Kept, Made, Sealed

FILES = {"a/one": b"1", "a/b/two": b"2", "three": b"3"}


@pytest.fixture
def known(tmp_path):
    """Answer a bundle with one within it, whose files lie in the folder."""
    for path, data in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    made = {
        path: Made(b"", sha256(data).hexdigest(), len(data), (tmp_path / path).stat().st_mtime_ns)
        for path, data in FILES.items()
    }
    return Kept("f", {"three": made.pop("three")}, {"within": Kept("g", made, {})})


def touch(file):
    os.utime(file, ns=(1, 1))


def test_what_is_as_it_was_left_is_the_very_same(known, tmp_path, left_in):
    left, sealed = left_in(tmp_path), Sealed.of(known)
    assert left.bundle(known) is known and left.sealed(sealed) is sealed


@pytest.mark.parametrize("path", FILES)
def test_a_file_with_another_time_and_the_same_bytes_is_left_and_its_time_is_learned(path, known, tmp_path, left_in):
    touch(tmp_path / path)
    found = left_in(tmp_path).bundle(known)
    assert found not in (None, known)
    assert dict(found.files()) == {**dict(known.files()), path: dict(known.files())[path]._replace(modified=1)}
    assert left_in(tmp_path).sealed(Sealed.of(known)) == Sealed.of(found)


def longer(file):
    file.write_bytes(b"longer")


def other(file):
    file.write_bytes(b"x")
    touch(file)


def linked(file):
    shutil.move(file, file.parent / "elsewhere")
    file.symlink_to(file.parent / "elsewhere")


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("damage", [os.unlink, longer, other, linked])
def test_a_bundle_one_of_whose_files_is_otherwise_is_not_left(damage, path, known, tmp_path, left_in):
    damage(tmp_path / path)
    left = left_in(tmp_path)
    assert (left.bundle(known), left.sealed(Sealed.of(known))) == (None, None)
    assert left.file(path, dict(known.files())[path]) is None


def test_a_bundle_that_can_not_be_opened_is_not_left(known, tmp_path, left_in):
    touch(tmp_path / "three")
    sealed = Sealed.of(known)
    assert left_in(tmp_path).sealed(sealed._replace(contents=b"?" + sealed.data()[1:])) is None


def test_where_everything_was_seen_nothing_is_looked_at(known, tmp_path, left_in):
    for path in FILES:
        (tmp_path / path).unlink()
    left, sealed = left_in(tmp_path, is_whole=True), Sealed.of(known)
    assert left.bundle(known) is known and left.sealed(sealed) is sealed
    assert all(left.file(path, made) is made for path, made in known.files())
