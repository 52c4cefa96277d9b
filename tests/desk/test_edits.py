"""`press check` knows what is public, once it has been published from here: no edit without a class."""

import pytest

from plugins.newsroom.public import public_year
from plugins.newsroom.record import json_bytes
from plugins.reading.reader import read
from tests.building import NOW
from tests.desk.conftest import ASSIGNMENT, RELEASE

ENGLISH = "---\ntitle: First\nlead: A lead.\nof_revision: 1\n---\n\nA body.\n"
SENTENCE = "det här har ändrats sedan det publicerades"


@pytest.fixture
def published(desk):
    """The project, when it has been published once."""
    desk.first.with_name("en.md").write_text(ENGLISH, encoding="utf-8")
    newsroom = read(desk.root / "content", now=NOW, cache=desk.root / "cache").newsroom
    copy = desk.root / ".cache/publishing/public/press.example.org/2025.json"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(json_bytes(public_year(newsroom, 2025)))
    return desk


def test_nothing_has_changed(published):
    assert published.press("check").returncode == 0


def test_an_edit_needs_a_class_and_is_told_where_and_how(published):
    text = RELEASE.replace("En brödtext.", "En annan brödtext.")
    published.first.write_text(text, encoding="utf-8")
    answer = published.press("check")
    assert answer.returncode == 1
    assert answer.stdout.startswith(f"content/releases/2025/forsta/sv.md:1: {SENTENCE}")
    assert "corrections: [{at: 2026-11-22T13:00+01:00, kind: typo, text: …}]" in answer.stdout
    classed = "corrections: [{at: 2026-11-22T12:59+01:00, kind: typo, text: Skrivfel.}]\nlead:"
    published.first.write_text(text.replace("lead:", classed), encoding="utf-8")
    assert published.press("check").returncode == 0


def test_an_edited_translation_is_told_where_it_is(published):
    published.first.with_name("en.md").write_text(ENGLISH.replace("A body", "Another body"), encoding="utf-8")
    assert published.press("check").stdout.startswith("content/releases/2025/forsta/en.md:4: ")


def test_what_is_gone_is_told_by_its_address(published):
    for file in published.first.parent.iterdir():
        file.unlink()
    assert "/pressmeddelanden/2025/forsta/: abcd1234 var offentligt här" in published.press("check").stdout


def test_other_files_are_not_told_of(published):
    published.first.write_text(RELEASE.replace("En brödtext.", "En annan."), encoding="utf-8")
    assert published.press("check", "content/newsroom.yaml").returncode == 0
    assert published.press("check", "content/releases").returncode == 1


def test_a_new_phone_number_is_no_edit(published):
    file = published.root / "content/newsroom.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("018-00 00 00", "018-11 11 11"), encoding="utf-8")
    assert published.press("check").returncode == 0


def test_a_translation_that_comes_later_needs_a_time_or_feeds_take_it_for_old(published):
    copy = published.root / ".cache/publishing/public/press.example.org/2025.json"
    english = published.first.with_name("en.md")
    english.unlink()
    newsroom = read(published.root / "content", now=NOW, cache=published.root / "cache").newsroom
    copy.write_bytes(json_bytes(public_year(newsroom, 2025)))
    english.write_text(ENGLISH, encoding="utf-8")
    answer = published.press("check")
    assert answer.returncode == 0, "it is no fault"
    assert answer.stdout.splitlines() == [
        "content/releases/2025/forsta/en.md:1: originalet är offentligt sedan tidigare, så flödena tar det här för "
        "gammalt; skriv published: 2026-11-22T13:00+01:00 (Inget fel; är det meningen?)",
        "Inga fel i 3 filer.",
    ]
    english.write_text(ENGLISH.replace("title:", "published: 2026-11-22T13:00+01:00\ntitle:"), encoding="utf-8")
    assert published.press("check").stdout == "Inga fel i 3 filer.\n"


def test_an_assignment_that_was_edited_needs_a_class_too(desk):
    file = desk.root / "content/assignments/2025/uppdrag/sv.md"
    file.parent.mkdir(parents=True)
    file.write_text(ASSIGNMENT, encoding="utf-8")
    newsroom = read(desk.root / "content", now=NOW, cache=desk.root / "cache").newsroom
    copy = desk.root / ".cache/publishing/public/press.example.org/2025.json"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(json_bytes(public_year(newsroom, 2025)))
    assert desk.press("check").returncode == 0
    file.write_text(ASSIGNMENT.replace("minst 40", "minst 50"), encoding="utf-8")
    answer = desk.press("check")
    assert answer.returncode == 1
    assert answer.stdout.startswith(f"content/assignments/2025/uppdrag/sv.md:1: {SENTENCE}")
    assert desk.press("correct", "content/assignments/2025/uppdrag", "Skrivfel.", "--kind", "typo").returncode == 0
    assert desk.press("check").returncode == 0
