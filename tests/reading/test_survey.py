"""A survey looked at again says what a new one says, whatever happens to the folders and their times."""

import os
import shutil
import time
from array import array
from random import Random

import pytest

from plugins.reading import survey as rooms
from plugins.reading.survey import Survey


@pytest.fixture
def content(tmp_path):
    """Answer a folder in which nothing has happened for a while."""
    for name in ("newsroom.yaml", "pages/om/sv.md", "releases/2030/ett/sv.md", "releases/2031/tva/sv.md"):
        file = tmp_path / "content" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    return tmp_path / "content"


LATER = 2**62
"""Nanoseconds of a moment at which nothing is young."""


def survey_of(content, known=None, *, since=LATER):
    return Survey.of([content], since, known)


def told_by(content, known, *, since=LATER):
    """Answer a survey, and what was listed anew for it; it must be what a survey says that knows nothing."""
    listed = []
    again = rooms._listed
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rooms, "_listed", lambda folder, *given: listed.append(folder) or again(folder, *given))
        found = survey_of(content, known, since=since)
    anew = survey_of(content)
    assert found.digest() == anew.digest()
    assert found.stamps(str(content)) == anew.stamps(str(content))
    return found, [folder.removeprefix(str(content)) for folder in listed]


def test_it_has_the_stamps_of_all_that_lies_there(content):
    found = survey_of(content).stamps(str(content))
    assert found.keys() == {str(path) for path in (content, *content.rglob("*"))}
    for path, stamp in found.items():
        now = os.lstat(path)
        assert stamp == (now.st_mode, now.st_size, now.st_mtime_ns, now.st_ctime_ns)


def test_it_tells_of_a_part(content):
    found = survey_of(content)
    within = found.stamps(f"{content}/releases/2030")
    assert within.keys() == {f"{content}/releases/2030{name}" for name in ("", "/ett", "/ett/sv.md")}
    digests = {name: found.digest(f"{content}/{name}") for name in ("pages", "releases", "releases/2030", "elsewhere")}
    (content / "releases/2031/tva/sv.md").write_text("another", encoding="utf-8")
    later = survey_of(content)
    same = {name for name, digest in digests.items() if later.digest(f"{content}/{name}") == digest}
    assert same == {"pages", "releases/2030", "elsewhere"}
    assert found.stamps(f"{content}/elsewhere") == {}
    part = found.part([f"{content}/pages", f"{content}/releases/2030", f"{content}/elsewhere"])
    for name in ("pages", "releases/2030", "elsewhere"):
        assert part.stamps(f"{content}/{name}") == found.stamps(f"{content}/{name}")
    assert part.stamps(f"{content}/releases/2031") == {}


def test_what_has_not_changed_is_not_listed_again(content):
    known = Survey.unpacked(survey_of(content).packed())
    _, listed = told_by(content, known)
    assert listed == []


def set_back(*paths):
    for path in paths:
        os.utime(path, ns=(1, 1))


def unpacked_from_an_archive(content):
    folder = content / "releases/2031/tva"
    before = folder.stat()
    (folder / "en.md").write_text("new", encoding="utf-8")
    set_back(folder / "en.md")
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))


def saved_with_the_old_time(content):
    file = content / "releases/2031/tva/sv.md"
    before = file.stat()
    file.write_text(file.read_text(encoding="utf-8").upper(), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def another_in_its_place(content):
    shutil.copytree(content / "releases/2031/tva", content / "tva")
    shutil.rmtree(content / "releases/2031/tva")
    (content / "tva").rename(content / "releases/2031/tva")


CHANGES = {
    "an archive": unpacked_from_an_archive,
    "an old time": saved_with_the_old_time,
    "a copy": another_in_its_place,
    "a file": lambda content: (content / "releases/2031/tva/bild.png").write_bytes(b"?"),
    "a lost file": lambda content: (content / "releases/2031/tva/sv.md").unlink(),
    "a folder": lambda content: (content / "releases/2031/tre").mkdir(),
    "rights": lambda content: (content / "releases/2031/tva/sv.md").chmod(0o600),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_and_only_its_year_listed(change, content):
    known = survey_of(content)
    CHANGES[change](content)
    found, listed = told_by(content, known)
    assert found.digest() != known.digest()
    assert [folder for folder in listed if folder] == ["/releases/2031"]


COMING_AND_GOING = ["a new year", "a lost year", "a new kind", "a file that was a folder", "nothing left"]


@pytest.mark.parametrize("change", COMING_AND_GOING)
def test_groups_come_and_go(change, content):
    known = survey_of(content)
    match change:
        case "a new year":
            (content / "releases/2032/fyra").mkdir(parents=True)
        case "a lost year":
            shutil.rmtree(content / "releases/2030")
        case "a new kind":
            (content / "assignments/2031/uppdrag").mkdir(parents=True)
        case "a file that was a folder":
            shutil.rmtree(content / "releases/2030")
            (content / "releases/2030").write_bytes(b"")
        case "nothing left":
            shutil.rmtree(content)
    assert told_by(content, known)[0].digest() != known.digest()


def test_a_folder_is_listed_again_while_the_disk_could_not_tell(content):
    (content / "releases/2031/tre").mkdir()
    changed = (content / "releases/2031").stat().st_ctime_ns
    set_back(content / "releases/2031/tre", content / "releases/2031")
    known = survey_of(content, since=changed - 1)
    assert "/releases/2031" in told_by(content, known)[1]
    assert told_by(content, told_by(content, known)[0])[1] == []


def test_what_a_link_leads_to_is_looked_at_every_time(content, tmp_path):
    (tmp_path / "elsewhere.md").write_text("a", encoding="utf-8")
    (content / "releases/2031/tva/en.md").symlink_to(tmp_path / "elsewhere.md")
    known = survey_of(content)
    assert not known.has_linked_folders()
    (tmp_path / "elsewhere.md").write_text("other", encoding="utf-8")
    assert told_by(content, known)[0].digest() != known.digest()


def test_a_folder_behind_a_link_is_not_looked_into(content, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (content / "releases/2029").symlink_to(tmp_path / "elsewhere")
    found = survey_of(content)
    assert found.has_linked_folders()
    (tmp_path / "elsewhere/sv.md").write_bytes(b"")
    assert f"{content}/releases/2029/sv.md" not in told_by(content, found)[0].stamps(str(content))


def test_the_content_itself_may_lie_behind_a_link(content, tmp_path):
    (tmp_path / "link").symlink_to(content)
    known = survey_of(tmp_path / "link")
    assert not known.has_linked_folders()
    (content / "robots.txt").write_bytes(b"")
    assert told_by(tmp_path / "link", known)[0].digest() != known.digest()


def test_a_link_that_leads_nowhere_hides_nothing(content):
    """As an editor leaves one beside the text that somebody is writing."""
    folder = content / "releases/2031/tva"
    for number in range(9):
        (folder / f".#{number}.md").symlink_to("somebody@somewhere.1234")
        (folder / f"{number}.md").write_bytes(b"")
    found = survey_of(content).stamps(str(content))
    assert {str(path) for path in folder.iterdir()} <= found.keys()


def test_times_of_any_age_and_names_of_any_bytes_are_kept(content):
    file = content / "releases/2031/tva" / os.fsdecode(b"\xff\n.md")
    file.write_bytes(b"")
    os.utime(file, ns=(-(10**18), -(10**18)))
    known = Survey.unpacked(survey_of(content).packed())
    assert known.stamps(str(content))[str(file)][2] == file.stat().st_mtime_ns
    told_by(content, known)


@pytest.mark.parametrize("moment", [2**63, -(2**63) - 1])
def test_a_time_too_far_away_to_be_told_hides_nothing(moment, content):
    file = content / "releases/2031/tva/sv.md"
    os.utime(file, ns=(moment, moment))
    if file.stat().st_mtime_ns != moment:
        pytest.skip("this disk knows no such time")
    known = Survey.unpacked(survey_of(content).packed())
    found, listed = told_by(content, known)
    assert listed == ["/releases/2031"]
    file.write_text("another length", encoding="utf-8")
    os.utime(file, ns=(moment, moment))
    assert told_by(content, found)[0].digest() != known.digest()


@pytest.mark.parametrize("moment", [2**63, -(2**63) - 1, 10**30])
def test_a_stamp_can_be_told_in_64_bits_whatever_the_disk_knows(moment):
    found = os.stat_result((0,) * 10, {"st_mtime_ns": moment, "st_ctime_ns": moment})
    assert len(array("q", rooms._stamp(found))) == 4


def test_what_is_young_is_told_by_file(content):
    known = survey_of(content)
    since = time.time_ns()
    file = content / "pages/om/sv.md"
    os.utime(file, ns=(since + 1, since + 1))
    assert survey_of(content, known).young(since) == {str(file)}


def test_news_are_told_once_and_the_latest_year_comes_first(content):
    told = []
    known = survey_of(content)
    Survey.of([content], LATER, known, lambda: told.append("nothing"))
    (content / "releases/2030/ett/bild.png").write_bytes(b"?")
    (content / "releases/2031/tva/bild.png").write_bytes(b"?")
    with pytest.MonkeyPatch.context() as patched:
        again = rooms._listed
        patched.setattr(rooms, "_listed", lambda folder, *given: told.append(folder) or again(folder, *given))
        Survey.of([content], LATER, known, lambda: told.append("news"))
    assert told == [f"{content}/releases/2031", "news", f"{content}/releases/2030"]


def test_another_programs_survey_is_not_believed(content, monkeypatch):
    data = survey_of(content).packed()
    monkeypatch.setattr(rooms, "_maker", lambda: b"another")
    with pytest.raises(ValueError, match="not a survey"):
        Survey.unpacked(data)


@pytest.mark.parametrize("harm", ["cut", "a bit", "empty"])
def test_damaged_bytes_are_not_believed(harm, content):
    data = bytearray(survey_of(content).packed())
    if harm == "a bit":
        data[Random(1).randrange(len(data))] ^= 4  # noqa: S311 - a bit, not a secret
    with pytest.raises(ValueError):
        Survey.unpacked(b"" if harm == "empty" else bytes(data[:-1] if harm == "cut" else data))
