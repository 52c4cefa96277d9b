"""Over how many processes to read changes nothing but the time that it takes."""

import pytest

from plugins.newsroom import Faults
from plugins.reading.processes import crew
from plugins.reading.processes.assistant import Assistant
from plugins.reading.reader import read
from tests.reading.test_faults import NOW
from tests.texts import Text, content_of


@pytest.fixture
def content(tmp_path, monkeypatch):
    monkeypatch.setattr(crew, "_CHUNK", 1)
    texts = [
        Text(f"text-{n}", f"public0{n}", f"202{5 + n % 2}-03-0{n + 1}T10:00:00Z", ("alfa",), picture, n == 2, None, "x")
        for n, picture in enumerate(["teal", None, "navy", "teal", None, None])
    ]
    return content_of(tmp_path, texts)


def read_by(jobs, content, assistant=None):
    reading = read(content, now=NOW, cache=content.parent / "cache", jobs=jobs, assistant=assistant)
    reading.keep()
    texts = [*reading.newsroom.releases, *reading.newsroom.assignments, *reading.newsroom.pages]
    return repr(reading.newsroom), [reading.bodies.html(text) for text in texts]


def test_several_processes_make_what_one_makes(content):
    assert len(list(content.rglob("sv.md"))) > 4  # so many that they are shared out
    by_three = read_by(3, content)
    assert read_by(1, content) == by_three  # recalled, with the bodies of the three
    (content.parent / "cache").rename(content.parent / "thrown away")
    assert read_by(1, content) == by_three


def test_an_assistant_makes_the_same_of_a_few(content, monkeypatch):
    monkeypatch.setattr(crew, "_CHUNK", 32)
    by_assistant = read_by(1, content, Assistant())
    assert read_by(1, content, Assistant()) == by_assistant  # recalled, and there was nothing to do
    (content.parent / "cache").rename(content.parent / "thrown away")
    assert read_by(1, content) == by_assistant


def test_several_processes_tell_the_faults_that_one_tells(content):
    for n in (1, 4):
        file = next(content.glob(f"releases/*/text-{n}/sv.md"))
        file.write_text(file.read_text(encoding="utf-8").replace("title:", "tittel:"), encoding="utf-8")
    told = []
    for jobs, assistant in ((1, None), (3, None), (1, Assistant())):
        with pytest.raises(Faults) as raised:
            read_by(jobs, content, assistant)
        told.append(raised.value.faults)
    assert told[0] == told[1] == told[2] and len({fault.source for fault in told[0]}) == 2
