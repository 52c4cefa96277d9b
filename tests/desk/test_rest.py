"""A build that has nothing to do says so at once, and never when there is something to do."""

import json
import os
import runpy
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from plugins.desk.building import direct, rest
from plugins.desk.building.rest import Look, Rest
from plugins.edition.rendering import Watch
from plugins.newsroom import Faults
from tests.building import NOW
from tests.desk.conftest import NEWSROOM, RELEASE, ROOT


@pytest.fixture
def room(tmp_path):
    """Answer the settings of a press room that has not been built yet."""
    release = tmp_path / "content/releases/2025/forsta/sv.md"
    release.parent.mkdir(parents=True)
    release.write_text(RELEASE, encoding="utf-8")
    (tmp_path / "content/newsroom.yaml").write_text(NEWSROOM, encoding="utf-8")
    shutil.copytree(ROOT / "theme", tmp_path / "theme")
    given = runpy.run_path(str(ROOT / "pelicanconf.py"))
    folders = {"PATH": "content", "OUTPUT_PATH": "output", "CACHE_PATH": "cache", "THEME": "theme"}
    return {**given, **{name: str(tmp_path / folder) for name, folder in folders.items()}, "NOW": NOW}


@pytest.fixture
def resting(room, tmp_path):
    """Answer the settings of a press room that has just been built, and its private folder."""
    private = tmp_path / "private"
    direct.build(room, private, Watch()).rest.note(private)
    return room, private


def test_a_press_room_that_has_been_built_is_at_rest(resting):
    settings, private = resting
    rest = Look.at(private, settings).rest
    held = json.loads(Path(settings["OUTPUT_PATH"], ".edition.json").read_bytes())
    assert rest.files == len(held) > 0
    came = direct.build(settings, private, Watch())
    assert (came.edition.unchanged, came.edition.rendered) == (rest.files, {})


def edit_text(root):
    file = root / "content/releases/2025/forsta/sv.md"
    before = file.stat()
    file.write_text(file.read_text(encoding="utf-8").replace("brödtext", "brodtext "), encoding="utf-8")
    assert file.stat().st_size == before.st_size
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # saved twice within a tick of the disk's clock


def unpack_translation(root):
    folder = root / "content/releases/2025/forsta"
    before = folder.stat()
    (folder / "en.md").write_text("---\ntitle: First\n---\n", encoding="utf-8")
    for path in (folder / "en.md", folder):
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def add_draft(root):
    (root / "content/releases/2025/utkast").mkdir()
    (root / "content/releases/2025/utkast/sv.md").write_text("---\ntitle: Utkast\n---\n", encoding="utf-8")


def other_year(note):
    """One digit of a moment in the note has flipped, and it is as well formed as before."""
    written = note.read_text(encoding="utf-8")
    assert '"since": "2' in written
    note.write_text(written.replace('"since": "2', '"since": "1'), encoding="utf-8")


def append_to(pattern):
    def change(root):
        file = next(root.glob(pattern))
        file.write_bytes(file.read_bytes() + b"\n")

    return change


CHANGES = {
    "a text": edit_text,
    "a translation from an archive": unpack_translation,
    "a draft": add_draft,
    "a folder": lambda root: (root / "content/releases/2030").mkdir(),
    "newsroom.yaml": append_to("content/newsroom.yaml"),
    "a template": append_to("theme/templates/base.html"),
    "an output": append_to("output/index.html"),
    "a lost output": lambda root: (root / "output/index.html").unlink(),
    "the record": lambda root: (root / "output/.edition.json").unlink(),
    "the cache": lambda root: shutil.rmtree(root / "cache"),
    "another's cache": lambda root: (root / "cache/texts/releases-1999").write_bytes(b"?"),
    "a link out of the content": lambda root: (root / "content/loop").symlink_to(root),
    "the list of what is left": lambda root: (root / "private/left").unlink(),
    "a damaged list of what is left": append_to("private/left"),
    "a damaged note": lambda root: (root / "private/rest.json").write_text("{"),
    "a note with another digit": lambda root: other_year(root / "private/rest.json"),
    "what a stopped build has laid ready": lambda root: (root / "output/.edition-next").mkdir(),
    "a foreign note": lambda root: (root / "private/rest.json").write_text("[]"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_ends_the_rest(change, resting, tmp_path):
    settings, private = resting
    CHANGES[change](tmp_path)
    assert Look.at(private, settings).rest is None


def test_what_stopped_builds_have_left_of_their_notes_does_not_add_up(resting, tmp_path):
    settings, private = resting
    noted = {file.name for file in private.iterdir()}
    for name in ("survey", "left", "rest.json"):
        (private / f"{name}.next").write_bytes(b"half")
    add_draft(tmp_path)
    direct.build(settings, private, Watch()).rest.note(private)
    assert {file.name for file in private.iterdir()} == noted
    assert Look.at(private, settings).rest


@pytest.mark.parametrize("change", ["lost", "damaged", "old"])
def test_a_survey_that_is_of_no_use_changes_nothing(change, resting, tmp_path):
    settings, private = resting
    known = (private / "survey").read_bytes()
    if change == "old":
        add_draft(tmp_path)
        direct.build(settings, private, Watch()).rest.note(private)
        (private / "survey").write_bytes(known)
    elif change == "lost":
        (private / "survey").unlink()
    else:
        (private / "survey").write_bytes(known[:-1])
    for prepare in (None, lambda: None):
        assert Look.at(private, settings, prepare).rest is not None
    append_to("content/newsroom.yaml")(tmp_path)
    assert Look.at(private, settings).rest is None


SETTINGS = [
    {"SITEURL": "https://staging.example.org"},
    {"PREVIEW": True},
    {"PRESSROOM_MARKDOWN": {}},
    {"THEME_TEMPLATES_OVERRIDES": ["x"]},
]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: next(iter(setting)))
def test_other_settings_end_the_rest(setting, resting):
    settings, private = resting
    assert Look.at(private, {**settings, **setting}).rest is None


def test_the_rest_ends_when_the_clock_changes_something(room, tmp_path):
    file = tmp_path / "content/releases/2031/hemlig/sv.md"
    file.parent.mkdir(parents=True)
    text = RELEASE.replace("abcd1234", "bbbb2222").replace("2025-03-14T09:34:36+01:00", "2031-05-04T10:00:00+02:00")
    file.write_text(text, encoding="utf-8")
    rest = direct.build(room, tmp_path / "private", Watch()).rest
    rest.note(tmp_path / "private")

    def at(moment):
        return Look.at(tmp_path / "private", {**room, "NOW": moment}).rest

    assert rest.until.isoformat() == "2031-05-04T08:00:00+00:00"
    assert at(rest.until - timedelta(seconds=1)) is not None
    assert at(rest.until) is None
    assert at(rest.since - timedelta(seconds=1)) is None


def test_a_build_that_was_stopped_ends_the_rest(resting, tmp_path):
    """It may have left behind what the next one has to take away."""
    settings, private = resting
    file = tmp_path / "content/releases/2025/forsta/sv.md"
    good = file.read_bytes()
    file.write_bytes(good.replace(b"title:", b"titel:"))
    with pytest.raises(Faults):
        direct.build(settings, private, Watch())
    file.write_bytes(good)
    assert Look.at(private, settings).rest is None


def test_a_build_that_was_stopped_after_the_look_is_seen(room, tmp_path):
    """It was begun by somebody else, and had changed what this one doesn't reach."""
    private = tmp_path / "private"
    other = tmp_path / "content/releases/2024/andra/sv.md"
    other.parent.mkdir(parents=True)
    other.write_text(RELEASE.replace("abcd1234", "bbbb2222").replace("2025-03-14", "2024-03-14"), encoding="utf-8")
    direct.build(room, private, Watch()).rest.note(private)
    edit_text(tmp_path)
    look = Look.at(private, room)
    assert look.is_left()
    rest.forget(private)
    file = next((tmp_path / "output").glob("*/2024/andra/index.html"))
    good = file.read_bytes()
    file.write_bytes(b"half")
    direct.build(room, private, Watch(), look)
    assert file.read_bytes() == good


def test_the_command_says_so_in_words_and_in_json(press_room):
    first = press_room.run("build", "--json").json
    answer = press_room.run("build")
    assert answer.stdout == (
        f"Ingenting har ändrats: output har alla {len(first['written'])} filer.\nSe det med ./press serve.\n"
    )
    again = press_room.run("build", "--json").json
    assert again.keys() == first.keys()
    assert (again["built"], again["written"], again["unchanged"]) == (True, [], len(first["written"]))
    assert press_room.run("build", "--explain").returncode == 0


def test_what_is_young_no_more_is_not_read_again(resting):
    settings, private = resting
    assert Rest.noted(private).young
    for path in Path(settings["PATH"]).parent.rglob("*"):
        os.utime(path, (1, 1))
    direct.build(settings, private, Watch()).rest.note(private)
    assert not Rest.noted(private).young


def test_a_look_forgets_who_was_young(resting, monkeypatch):
    settings, private = resting
    monkeypatch.setattr(rest, "RACE", 0)
    assert Look.at(private, settings).rest is not None
    assert not Rest.noted(private).young
    assert Look.at(private, settings).rest is not None


def test_other_processes_see_the_same(resting):
    settings, private = resting
    done = []
    apart = Look.at(private, settings, prepare=lambda: done.append("loaded"))
    here = Look.at(private, settings)
    assert apart.seen.digest(frozenset()) == here.seen.digest(frozenset())
    assert (apart.seen.maker, apart.seen.program) == (here.seen.maker, here.seen.program)
    assert apart.seen.young == here.seen.young
    assert (apart.rest, apart.is_left(), here.is_left()) == (here.rest, True, True)
    assert done == []
    append_to("content/releases/2025/forsta/sv.md")(private.parent)
    assert Look.at(private, settings, prepare=lambda: done.append("loaded")).rest is None
    assert done == ["loaded"]


def test_a_build_that_must_be_made_in_any_case_is_prepared_at_once(resting):
    settings, private = resting
    done = []
    Look.at(private, {**settings, "SITEURL": "https://example.org"}, prepare=lambda: done.append("another's"))
    (private / "rest.json").unlink()
    Look.at(private, settings, prepare=lambda: done.append("the first"))
    assert done == ["another's", "the first"]


def test_a_file_whose_name_is_not_utf8_is_noted_too(resting):
    settings, private = resting
    try:
        Path(os.fsdecode(os.fsencode(settings["PATH"]) + b"/releases/2025/forsta/\xe5.jpg")).write_bytes(b"x")
    except OSError:
        pytest.skip("this disk wants names in UTF-8")
    direct.build(settings, private, Watch()).rest.note(private)
    assert Look.at(private, settings).rest is not None


def test_what_cannot_be_taken_back_does_not_count(resting):
    settings, private = resting
    (private / "rest.json").unlink()
    (private / "rest.json").mkdir()
    (private / "rest.json/x").write_bytes(b"")
    append_to("content/newsroom.yaml")(private.parent)
    assert direct.build(settings, private, Watch()).edition.rendered


def test_a_look_that_fails_is_told_by_the_build(press_room):
    settings = press_room.root / "pelicanconf.py"
    settings.write_text(settings.read_text(encoding="utf-8") + '\nJINJA_GLOBALS = {1: "a", "b": 2}\n', encoding="utf-8")
    ended = press_room.run("build")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stdout + ended.stderr
