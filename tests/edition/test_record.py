"""The record names every file of the edition, in order; a change to it comes out as if it had been written whole."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.edition.record import NEXT_RECORD, RECORD, amended, recorded, write

DIGESTS = [digit * 64 for digit in "def"]

odd = st.text('"\\\n\x01\x7f\u2028å😀,: {}/ab', max_size=5)
records = st.dictionaries(odd, st.sampled_from(DIGESTS), max_size=20)
changes = st.dictionaries(odd, st.sampled_from([*DIGESTS, None]), max_size=8)


def with_change(record, change):
    return {path: digest for path, digest in {**record, **change}.items() if digest is not None}


@given(records, changes, st.data())
def test_a_change_makes_the_bytes_that_the_whole_makes(record, change, data):
    struck = data.draw(st.dictionaries(st.sampled_from([*record, "a"]), st.none()))
    change = {**change, **struck}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, record.items())
        pieces = amended((folder / RECORD).read_bytes(), change)
        write(folder, with_change(record, change).items())
        assert b"".join(pieces) == (folder / RECORD).read_bytes()


def test_it_is_sorted_json_with_a_line_for_each_file(tmp_path):
    write(tmp_path, [("b/å", DIGESTS[0]), ("a", DIGESTS[1])])
    assert (tmp_path / RECORD).read_text("utf-8") == f'{{"a": "{DIGESTS[1]}",\n"b/å": "{DIGESTS[0]}"}}'
    assert recorded(tmp_path) == {"a": DIGESTS[1], "b/å": DIGESTS[0]}


def test_what_is_written_from_a_change_is_the_record_in_one_step(tmp_path):
    record = {f"{number}": DIGESTS[0] for number in range(3000)}
    write(tmp_path, record.items())
    change = {"5": DIGESTS[1], "7": None, "new": DIGESTS[2]}
    write(tmp_path, (), change)
    assert recorded(tmp_path) == with_change(record, change)
    assert [file.name for file in tmp_path.iterdir()] == [RECORD]
    write(tmp_path, (), dict.fromkeys(with_change(record, change)))
    assert (tmp_path / RECORD).read_bytes() == b"{}"


def test_many_changes_at_once_come_to_the_same(tmp_path):
    record = {f"{number}": DIGESTS[0] for number in range(3000)}
    write(tmp_path, record.items())
    change = {**dict.fromkeys(list(record)[:2000], DIGESTS[1]), "5": None, "new": DIGESTS[2]}
    write(tmp_path, with_change(record, change).items(), change)
    assert recorded(tmp_path) == with_change(record, change)


@pytest.mark.parametrize("held", [None, b"", b"{", b"[]", b'{"a": "x"', b"\xff\xfe\xff", b'{"a": "1",\n"b"}', b"{a}"])
def test_if_there_is_no_record_in_good_order_it_is_written_whole(held, tmp_path):
    if held is not None:
        (tmp_path / RECORD).write_bytes(held)
    write(tmp_path, [("b", DIGESTS[0]), ("c", DIGESTS[1])], {"b": DIGESTS[0]})
    assert recorded(tmp_path) == {"b": DIGESTS[0], "c": DIGESTS[1]}


@pytest.mark.parametrize("change", [None, {}, {"a": DIGESTS[0]}, {"b": None}])
def test_what_stands_there_already_is_left(change, tmp_path):
    write(tmp_path, [("a", DIGESTS[0])])
    before = (tmp_path / RECORD).stat()
    (tmp_path / NEXT_RECORD).write_bytes(b"left by a killed build")
    write(tmp_path, [("a", DIGESTS[0])], change)
    after = (tmp_path / RECORD).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert not (tmp_path / NEXT_RECORD).exists()


def test_a_record_of_something_else_is_none(tmp_path):
    assert recorded(tmp_path) == {}
    for held in ("[]", "{", json.dumps("text")):
        (tmp_path / RECORD).write_text(held)
        assert recorded(tmp_path) == {}
