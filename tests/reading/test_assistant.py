"""An assistant reads what it is given, in a process of its own; what becomes of it matters to nobody."""

import os
import signal
import time

import pytest

from plugins.reading.processes.assistant import Assistant
from plugins.reading.reader import read
from plugins.reading.texts import folders
from plugins.reading.typesetting.body import MARKDOWN
from tests.reading.test_faults import NOW
from tests.texts import Text, content_of


@pytest.fixture
def content(tmp_path):
    return content_of(tmp_path, [Text("x", "public00", "2026-03-01T10:00:00Z", ("alfa",), "teal", True, None, "ord")])


@pytest.fixture
def read_here(monkeypatch):
    """The folders that this process has read."""
    seen = []
    one = folders.read

    def noted(ones, around):
        seen.append((os.getpid(), ones[0].source.folder))
        return one(ones, around)

    monkeypatch.setattr(folders, "read", noted)
    return seen


def titles(content, assistant, **given):
    reading = read(content, now=NOW, cache=content.parent / "cache", assistant=assistant, **given)
    reading.keep()
    return [(release.title, reading.bodies.html(release)) for release in reading.newsroom.releases]


def test_it_reads_elsewhere(content, read_here):
    told = titles(content, Assistant())
    assert read_here == []
    assert [title for title, _ in told] == ["Om ord", "About ord"]
    assert all("ord" in html for _, html in told)


def test_what_it_has_read_is_remembered(content, read_here):
    (content / "pages/hjalp").mkdir(parents=True)
    page = "---\npublished: 2026-03-01T10:00:00Z\ntitle: Om oss\n---\nEn sida.\n"
    (content / "pages/hjalp/sv.md").write_text(page, encoding="utf-8")
    titles(content, Assistant())
    titles(content, None)
    assert read_here == []


def test_this_process_does_something_else_meanwhile(content):
    done = []
    titles(content, Assistant(), meanwhile=lambda: done.append(1))
    assert done == [1]


def test_whoever_has_fallen_asleep_for_ever_is_not_missed(content, read_here):
    assistant = Assistant()
    os.kill(assistant._reading._process, signal.SIGKILL)
    time.sleep(0.05)
    assert [title for title, _ in titles(content, assistant)] == ["Om ord", "About ord"]
    assert len(read_here) == 1


def test_where_there_is_no_room_for_one_this_process_reads(content, read_here, monkeypatch):
    def full():
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", full)
    assert [title for title, _ in titles(content, Assistant())] == ["Om ord", "About ord"]
    assert len(read_here) == 1


def test_it_ends_with_the_process_that_gave_it_work(content, monkeypatch):
    """Else it would write into a cache that somebody else has taken by then."""
    heard, told = os.pipe()
    one = folders.read

    def slowly(ones, around):
        os.write(told, b"!")
        time.sleep(60)
        return one(ones, around)

    monkeypatch.setattr(folders, "read", slowly)
    if (builds := os.fork()) == 0:
        titles(content, Assistant())
        os._exit(0)
    assert os.read(heard, 1) == b"!"
    os.kill(builds, signal.SIGKILL)
    os.waitpid(builds, 0)
    os.close(told)
    assert os.read(heard, 1) == b"", "nobody holds the other end any more"
    assert not list((content.parent / "cache").glob("bodies/*"))


def test_a_preview_that_reads_twice_does_without(content):
    (content / "releases/2026/utkast").mkdir()
    (content / "releases/2026/utkast/sv.md").write_text("---\nid: utkast00\ntittel: Fel\n---\n", encoding="utf-8")
    reading = read(content, now=NOW, cache=content.parent / "cache", preview=True, assistant=Assistant())
    assert [fault.source for fault in reading.left_out]


def test_what_cant_be_sent_is_read_here(content, read_here):
    options = {**MARKDOWN, "tab_length": 4, "nobody knows": lambda: None}
    assert titles(content, Assistant(), markdown=options)
    assert len(read_here) == 1


def test_who_has_nothing_to_do_goes(content):
    titles(content, None)
    assistant = Assistant()
    process = assistant._reading._process
    titles(content, assistant)  # all of it is remembered
    assert os.waitpid(process, 0) == (process, 0)


def test_who_is_forgotten_goes_too():
    assistant = Assistant()
    process = assistant._reading._process
    del assistant
    assert os.waitpid(process, 0) == (process, 0)
