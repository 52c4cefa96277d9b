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
        "content/releases/2031/utkast/sv.md:5: leed är inget fält som finns här; menade du lead?",
    ]


def test_a_time_that_cannot_be_read_stops_the_build_even_if_it_may_be_embargoed(content):
    draft = content / "releases/2031/utkast/sv.md"
    text = draft.read_text(encoding="utf-8").replace("type:", "published: 1 maj\ntype:")
    draft.write_text(text, encoding="utf-8")
    assert faults_of(content) == [
        "content/releases/2031/utkast/sv.md:3: published är ”1 maj”, som inte går att läsa säkert; "
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


PUBLISHED = "published: 2031-05-04T10:00:00+02:00"


@pytest.mark.parametrize(
    "hidden",
    [f'case_number: "1\n{PUBLISHED}\n"', f"case_number: '1\n{PUBLISHED}\n'", f"audiences: [x,\n{PUBLISHED}\n]"],
)
def test_a_line_within_another_text_publishes_nothing(hidden, content):
    first = content / "releases/2031/forsta/sv.md"
    text = first.read_text(encoding="utf-8")
    first.write_text(text.replace(PUBLISHED, hidden), encoding="utf-8")
    assert any(line.endswith(f"published ska stå på en egen rad, som {PUBLISHED}") for line in faults_of(content))


def test_a_time_on_the_next_line_is_not_taken_for_none(content):
    first = content / "releases/2031/forsta/sv.md"
    text = first.read_text(encoding="utf-8").replace(PUBLISHED, PUBLISHED.replace(" ", "\n  "))
    first.write_text(text, encoding="utf-8")
    (line,) = faults_of(content)
    assert line.endswith(f"published ska stå på en egen rad, som {PUBLISHED}")


def test_a_text_that_no_search_finds_anything_in_is_checked_too(content):
    first = content / "releases/2031/forsta/sv.md"
    head, front, body = first.read_text(encoding="utf-8").split("---\n", 2)
    indented = "".join(f"  {line}\n" for line in front.splitlines())
    first.write_text("---\n".join([head, indented, body]), encoding="utf-8")
    assert any(fault.source.endswith("forsta/sv.md") for fault in check(content, now=NOW, cache=content.parent / "c"))


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+02:00"])
def test_the_ends_of_the_calendar_are_no_times(moment, content):
    first = content / "releases/2031/forsta/sv.md"
    text = first.read_text(encoding="utf-8").replace(PUBLISHED, f"published: {moment}")
    first.write_text(text, encoding="utf-8")
    (line,) = faults_of(content)
    assert line.endswith("och det datumet eller den tiden finns inte")


@pytest.mark.parametrize(
    "address", ["/.htaccess", "/%2Fetc/x", "/x%00", "/a/%2e%2e/b", "/a//b", "//a", "/" + "a" * 250, "/x%0d%0ay"]
)
def test_an_old_address_is_a_place_of_the_site(address, content):
    first = content / "releases/2031/forsta/sv.md"
    text = first.read_text(encoding="utf-8").replace(PUBLISHED, f"{PUBLISHED}\nmoved_from: ['{address}']")
    first.write_text(text, encoding="utf-8")
    (line,) = faults_of(content)
    assert "skriv en adress från webbplatsens rot" in line


@pytest.mark.parametrize("file", ["release.txt", "Release.TXT"])
def test_a_document_does_not_take_the_place_of_the_plain_text(file, content):
    first = content / "releases/2031/forsta/sv.md"
    text = first.read_text(encoding="utf-8").replace(PUBLISHED, f"{PUBLISHED}\ndocuments: [{{file: {file}, title: x}}]")
    first.write_text(text, encoding="utf-8")
    first.with_name(file).write_text("x", encoding="utf-8")
    (line,) = faults_of(content)
    assert line.endswith("en annan fil skulle publiceras under samma namn; döp om en av dem")


@pytest.mark.parametrize("year", ["²⁰³¹", "２０３１"])
def test_a_year_is_written_with_ordinary_digits(year, content):
    (content / "releases/2031").rename(content / "releases" / year)
    assert all("en text ska ligga i" in line for line in faults_of(content))


@pytest.mark.parametrize("url", ["press.example.se", "javascript:alert(1)", 'https://x"y/ z', "https://x\ny"])
def test_an_address_from_the_settings_is_judged_like_that_of_the_file(url, content):
    with pytest.raises(Faults) as raised:
        read(content, now=NOW, cache=content.parent / "cache", url=url)
    assert [fault.message.partition(" ")[0] for fault in raised.value.faults] == ["url"]


def test_what_editors_and_systems_hide_in_the_content_is_none_of_it(content):
    folder = content / "releases/2031/forsta"
    (folder / ".#sv.md").symlink_to("someone@computer.1234:5678")
    (folder / "._sv.md").write_bytes(b"\0\5\26\7")
    shutil.copytree(folder, content / "releases/2031/.trash", symlinks=True)
    assert len(read(content, now=NOW, cache=content.parent / "cache").newsroom.releases) == 1


def test_a_preview_does_without_a_faulty_draft_and_says_so(content):
    draft = content / "releases/2031/utkast/sv.md"
    draft.write_text(draft.read_text(encoding="utf-8").replace("lead: Ingressen.", ""), encoding="utf-8")
    reading = read(content, now=NOW, cache=content.parent / "private", preview=True)
    assert [release.title for release in reading.newsroom.releases] == ["Första meddelandet"]
    assert [fault.source for fault in reading.left_out] == ["releases/2031/utkast/sv.md"]


def test_a_preview_does_not_do_without_what_is_public(content):
    shutil.copytree(FAULTY / "unknown-key", content, dirs_exist_ok=True)
    draft = content / "releases/2031/utkast/sv.md"
    draft.write_text(draft.read_text(encoding="utf-8").replace("lead: Ingressen.", ""), encoding="utf-8")
    with pytest.raises(Faults) as raised:
        read(content, now=NOW, cache=content.parent / "private", preview=True)
    assert {fault.source for fault in raised.value.faults} == {
        "releases/2031/andra/sv.md",
        "releases/2031/utkast/sv.md",
    }
