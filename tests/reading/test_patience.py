"""No text may keep a press officer waiting for ever, whatever is pasted into it."""

import signal
import threading
import time

import pytest

from plugins.newsroom import Faults, Site
from plugins.reading.manuscripts import frontmatter
from plugins.reading.typesetting import bodies
from plugins.reading.typesetting.body import Links
from plugins.reading.typesetting.patience import within

LINKS = Links(site=Site("https://press.example.se"), texts={}, others=frozenset(), sections=frozenset())


def fault_of(body):
    manuscript = frontmatter.read(f"---\ntitle: x\n---\n{body}\n".encode(), "releases/2031/x/sv.md")
    with pytest.raises(Faults) as raised:
        bodies.render(manuscript, LINKS)
    return {fault.message for fault in raised.value.faults}


def test_work_that_takes_too_long_is_stopped():
    before = signal.getsignal(signal.SIGPROF)
    with pytest.raises(TimeoutError), within(0.05):
        while True:
            pass
    assert signal.getsignal(signal.SIGPROF) is before
    with within(0.05):
        time.sleep(0.1)  # waiting is not work


def test_where_there_is_no_clock_work_goes_on():
    done = []

    def work():
        with within(1):
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


def test_a_body_that_takes_too_long_is_told(monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE", 0.2)
    assert fault_of("[" * 20_000) == {bodies.TOO_SLOW}


@pytest.mark.parametrize("body", ["> " * 90 + "x", "> " * 3000 + "x", "<div>" * 60 + "x", "a <b>" * 3000])
def test_a_body_in_too_many_levels_is_told(body):
    assert fault_of(body) == {bodies.TOO_DEEP}


def test_many_headings_take_no_time():
    begun = time.process_time()
    with pytest.raises(Faults):
        bodies.render(
            frontmatter.read(("---\ntitle: x\n---\n" + "a\n---\n" * 3_000 + "# b").encode(), "x.md"), LINKS
        )
    assert time.process_time() - begun < 5
