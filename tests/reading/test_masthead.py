"""What newsroom.yaml says, remembered: as right as when it is read, and never that of another file."""

import shutil

import pytest

from plugins.newsroom import Faults
from plugins.reading.masthead import masthead, newsroom_yaml
from tests.building import SAMPLE

SOURCES = SAMPLE / "english", SAMPLE / "everything"


@pytest.fixture
def content(tmp_path):
    shutil.copytree(SAMPLE / "everything", tmp_path / "content")
    return tmp_path / "content"


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def taken_apart(monkeypatch):
    """The files that were taken apart, and not recalled."""
    seen = []
    whole = newsroom_yaml.masthead

    def noted(data, url=""):
        seen.append(data)
        return whole(data, url)

    monkeypatch.setattr(newsroom_yaml, "masthead", noted)
    return seen


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_remembered_is_what_was_read(source, cache, taken_apart):
    made = masthead.read(source, cache=cache)
    assert masthead.read(source, cache=cache) == made == masthead.read(source)
    assert [noun.input for noun in masthead.read(source, cache=cache).listed] == [noun.input for noun in made.listed]
    assert len(taken_apart) == 2  # the first time, and without a cache
    assert masthead.languages(source, cache=cache) == masthead.languages(source) == made.languages


def test_another_file_or_another_address_is_read_anew(content, cache, taken_apart):
    before = masthead.read(content, cache=cache)
    assert masthead.read(content, "https://other.example", cache).site.url == "https://other.example"
    file = content / "newsroom.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    assert masthead.read(content, cache=cache).input != before.input
    assert len(taken_apart) == 3


def test_another_programs_memory_is_not_used(content, cache, taken_apart, monkeypatch):
    masthead.read(content, cache=cache)
    monkeypatch.setattr(masthead, "program", lambda: "another")
    masthead.read(content, cache=cache)
    assert len(taken_apart) == 2


def test_a_damaged_memory_is_written_anew(content, cache, taken_apart):
    made = masthead.read(content, cache=cache)
    (file,) = cache.iterdir()
    for damaged in (b"", file.read_bytes()[:-1], b"x" * 200):
        file.write_bytes(damaged)
        assert masthead.read(content, cache=cache) == made
    assert masthead.read(content, cache=cache) == made
    assert len(taken_apart) == 4


def test_what_a_stopped_reading_has_left_does_not_add_up(content, cache):
    cache.mkdir()
    (cache / "masthead.next").write_bytes(b"half")
    masthead.read(content, cache=cache)
    assert [file.name for file in cache.iterdir()] == ["masthead"]


def test_faults_are_told_as_often_as_there_are_any(content, cache):
    file = content / "newsroom.yaml"
    masthead.read(content, cache=cache)
    file.write_text(file.read_text(encoding="utf-8").replace("timezone:", "time_zone:"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(Faults):
            masthead.read(content, cache=cache)


def test_a_cache_that_cant_be_written_hinders_nothing(content, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert masthead.read(content, cache=tmp_path / "file") == masthead.read(content)


def test_a_fault_found_later_is_told_at_its_line(content):
    fault = masthead.fault(content, ("timezone",), "a sentence")
    lines = (content / "newsroom.yaml").read_text(encoding="utf-8").split("\n")
    assert lines[fault.line - 1].startswith("timezone:")
