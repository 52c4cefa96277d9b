"""Each folder of tests/sample/faulty/ is one thing done wrong, and the sentence that a press officer reads about it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plugins.newsroom import Faults
from plugins.reading.checking import check
from plugins.reading.reader import read
from plugins.reading.words import told

FAULTY = Path(__file__).parent.parent / "sample" / "faulty"
CASES = sorted(folder.name for folder in FAULTY.iterdir() if folder.name != "base")
NOW = datetime(2031, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def content(tmp_path):
    shutil.copytree(FAULTY / "base", tmp_path / "content")
    return tmp_path / "content"


def faults_of(content):
    with pytest.raises(Faults) as raised:
        read(content, now=NOW, cache=content.parent / "cache")
    return told(raised.value.faults, "sv")


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_told_in_a_sentence_at_its_line(case, content):
    shutil.copytree(FAULTY / case, content, dirs_exist_ok=True)
    expected = (content / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert faults_of(content) == expected


def test_the_base_itself_has_no_faults(content):
    reading = read(content, now=NOW, cache=content.parent / "cache")
    assert [release.title for release in reading.newsroom.releases] == ["Första meddelandet"]


def test_an_enormous_text_is_refused_without_being_read(content):
    folder = content / "releases/2031/andra"
    folder.mkdir()
    text = (content / "releases/2031/forsta/sv.md").read_text(encoding="utf-8")
    (folder / "sv.md").write_text(text.replace("aaaaaaa1", "bbbbbbb1") + "a" * 20_000_000, encoding="utf-8")
    assert faults_of(content) == ["content/releases/2031/andra/sv.md: filen är 20 MB; en text får vara högst 1 MB"]


@pytest.mark.parametrize("linked", ["file", "folder", "image"])
def test_a_link_out_of_the_content_is_refused(linked, content):
    outside = content.parent / "outside"
    shutil.copytree(content / "releases/2031/forsta", outside)
    folder = content / "releases/2031/andra"
    if linked == "folder":
        folder.symlink_to(outside)
        assert faults_of(content) == [
            "content/releases/2031/andra: detta är en länk till något utanför innehållsmappen; lägg filen här"
        ]
        return
    folder.mkdir()
    if linked == "file":
        (folder / "sv.md").symlink_to(outside / "sv.md")
        assert faults_of(content) == [
            "content/releases/2031/andra/sv.md: detta är en länk till något utanför innehållsmappen; lägg filen här"
        ]
        return
    shutil.copytree(FAULTY / "missing-image", content, dirs_exist_ok=True)
    (outside / "secret.png").write_bytes(b"secret")
    (folder / "bild.png").symlink_to(outside / "secret.png")
    assert faults_of(content) == [
        "content/releases/2031/andra/sv.md:8: "
        "filen är en länk till något utanför innehållsmappen; lägg själva filen här"
    ]


def test_faults_of_several_files_are_told_together_in_order(content):
    for case, slug in (("unknown-key", "b"), ("missing-field", "a")):
        shutil.copytree(FAULTY / case / "releases/2031/andra", content / "releases/2031" / slug)
    sources = [line.split(":")[0] for line in faults_of(content)]
    assert sources == ["content/releases/2031/a/sv.md", "content/releases/2031/b/sv.md"]


def test_a_fault_in_a_text_that_is_not_public_does_not_stop_the_build_but_fails_the_check(content):
    draft = content / "releases/2031/utkast/sv.md"
    draft.write_text(draft.read_text(encoding="utf-8").replace("lead: Ingressen.", "leed: Fel"), encoding="utf-8")
    read(content, now=NOW, cache=content.parent / "cache")
    told_by_check = told(check(content, now=NOW, cache=content.parent / "private"), "sv")
    assert told_by_check == [
        "content/releases/2031/utkast/sv.md:1: lead saknas och måste anges",
        "content/releases/2031/utkast/sv.md:5: leed är ingen nyckel som används här; kontrollera stavningen",
    ]


def test_a_time_that_cannot_be_read_stops_the_build_even_if_it_may_be_embargoed(content):
    draft = content / "releases/2031/utkast/sv.md"
    text = draft.read_text(encoding="utf-8").replace("type:", "published: 1 maj\ntype:")
    draft.write_text(text, encoding="utf-8")
    assert faults_of(content) == [
        "content/releases/2031/utkast/sv.md:3: published är ”1 maj”, som kan missförstås; "
        "skriv som 2031-05-04T10:00:00+02:00"
    ]


def test_a_link_to_what_will_be_public_by_then_is_right(content):
    first = content / "releases/2031/forsta/sv.md"
    text = first.read_text(encoding="utf-8")
    for slug, id, month, link in (("b", "bbbbbbb1", "08", ""), ("c", "ccccccc1", "09", "\n[Tidigare](../b/sv.md)\n")):
        folder = content / "releases/2031" / slug
        folder.mkdir()
        changed = text.replace("aaaaaaa1", id).replace("2031-05", f"2031-{month}")
        (folder / "sv.md").write_text(changed + link, encoding="utf-8")
    assert check(content, now=NOW, cache=content.parent / "private") == []
    b = content / "releases/2031/b/sv.md"
    b.write_text(b.read_text(encoding="utf-8") + "\n[Senare](../c/sv.md)\n", encoding="utf-8")
    assert told(check(content, now=NOW, cache=content.parent / "private"), "sv") == [
        "content/releases/2031/b/sv.md:12: länken till ../c/sv.md leder till en text som inte är offentlig"
    ]
