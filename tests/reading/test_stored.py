"""Bodies of a reading: whoever asks for one gets it, also when its galley has vanished meanwhile."""

import shutil

import pytest

from plugins.reading.reader import read
from plugins.reading.typesetting.stored import ChangedText
from tests.reading.test_faults import NOW
from tests.texts import Text, content_of


@pytest.fixture
def reading(tmp_path):
    content = content_of(tmp_path, [Text("x", "public00", "2026-03-01T10:00:00Z", (), "teal", True, None, "ord")])
    came = read(content, now=NOW, cache=tmp_path / "cache")
    shutil.rmtree(tmp_path / "cache/bodies")
    return came


def test_a_body_whose_galley_has_vanished_is_rendered_once_more(reading):
    html = [reading.bodies.html(release) for release in reading.newsroom.releases]
    assert sum("Brödtext om ord." in body and "<img" in body for body in html) == 1
    assert sum("Body about ord." in body for body in html) == 1


def test_a_text_that_has_changed_since_it_was_read_is_not_taken_for_what_it_was(reading, tmp_path):
    (release,) = (release for release in reading.newsroom.releases if not release.is_translation)
    file = tmp_path / "content" / release.source
    file.write_text(file.read_text(encoding="utf-8").replace("Brödtext", "Annat"), encoding="utf-8")
    with pytest.raises(ChangedText):
        reading.bodies.html(release)
