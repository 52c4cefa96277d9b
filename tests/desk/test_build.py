"""`press build`, as it is run, and against Pelican's own command."""

import os
import re
import subprocess
import sys

import pytest

from tests.desk.conftest import ENVIRONMENT, ROOT

EMBARGOED = "content/releases/2031/hemlig/sv.md"


def add_embargoed(press_room):
    file = press_room.root / EMBARGOED
    file.parent.mkdir(parents=True)
    text = press_room.first.read_text(encoding="utf-8").replace("abcd1234", "bbbb2222").replace("2025-03", "2031-03")
    file.write_text(text.replace("Första", "Hemliga"), encoding="utf-8")


def files(folder):
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_build_tells_what_it_made(press_room):
    answer = press_room.run("build")
    assert answer.returncode == 0, answer.stderr
    assert re.search(r"Byggde output på \d+,\d s\.", answer.stdout)
    assert "articles" not in answer.stdout
    assert "Första meddelandet" in (press_room.root / "output/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("closed", "is_heard"), [("<&-", True), (">&-", False), ("2>&-", True), ("<&- >&- 2>&-", False)]
)
@pytest.mark.parametrize("command", [["build"], ["build", "--explain"], ["status"]])
def test_whoever_starts_it_may_have_closed_what_it_reads_and_says(closed, is_heard, command, press_room):
    started = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "plugins.desk", *command]
    done = subprocess.run(
        started, cwd=press_room.root, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, bool(done.stdout), done.stderr) == (0, is_heard, "")


def test_build_in_json(press_room):
    built = press_room.run("build", "--json").json
    assert (built["built"], built["output"], built["faults"]) == (True, "output", [])


def test_pelicans_own_command_gives_the_same_bytes_in_public(press_room):
    press_room.run("build")
    (press_room.root / "publishconf.py").write_bytes((ROOT / "publishconf.py").read_bytes())
    arguments = ("--fatal", "errors", "content", "-s", "publishconf.py", "-o", "public")
    assert press_room.run(*arguments, module="pelican").returncode == 0
    assert files(press_room.root / "public") == files(press_room.root / "output")


def test_a_fault_in_what_is_public_stops_the_build(press_room):
    text = press_room.first.read_text(encoding="utf-8")
    press_room.first.write_text(text.replace("title:", "titel:"), encoding="utf-8")
    answer = press_room.run("build")
    assert answer.returncode == 1
    assert "content/releases/2025/forsta/sv.md:5: " in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (press_room.root / "output/index.html").exists()


@pytest.mark.parametrize(
    ("code", "line"),
    [("1 / 0\n", 1), ("\n\ndef register(:\n", 3), ("import nowhere\n", 1), ("def register():\n    1 / 0\n", 2)],
)
def test_a_faulty_plugin_stops_the_build_and_is_pointed_out(press_room, code, line):
    (press_room.root / "plugins/wall/__init__.py").write_text(code, encoding="utf-8")
    answer = press_room.run("build")
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"plugins/wall/__init__.py:{line}: ")


def test_a_missing_plugin_stops_the_build(press_room):
    with (press_room.root / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write('PLUGINS = ["plugins.reading", "plugins.nowhere", "plugins.edition"]\n')
    answer = press_room.run("build")
    assert answer.returncode == 1
    assert "plugins.nowhere" in answer.stderr


def test_faulty_settings_are_pointed_out(press_room):
    with (press_room.root / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("\n1 / 0\n")
    answer = press_room.run("check")
    assert answer.returncode == 1
    assert answer.stderr.startswith("pelicanconf.py:")
    assert len(answer.stderr.splitlines()) == 1


def test_a_preview_has_everything_in_folders_of_its_own(press_room):
    press_room.run("build")
    before = files(press_room.root / "output")
    add_embargoed(press_room)
    assert press_room.run("build", "--preview").returncode == 0
    assert "Hemliga" in (press_room.root / ".preview/output/index.html").read_text(encoding="utf-8")
    press_room.run("check")
    press_room.run("build")
    assert files(press_room.root / "output") == before
    cached = files(press_room.root / ".cache") if (press_room.root / ".cache").exists() else {}
    assert not any(b"Hemliga" in data for data in cached.values())


def test_the_moment_can_be_given_but_not_without_an_offset(press_room):
    add_embargoed(press_room)
    assert press_room.run("build", PRESSROOM_NOW="2031-04-01T00:00:00+02:00").returncode == 0
    assert "Hemliga" in (press_room.root / "output/index.html").read_text(encoding="utf-8")
    refused = press_room.run("build", PRESSROOM_NOW="2031-04-01T00:00:00")
    assert refused.returncode == 1
    assert "PRESSROOM_NOW" in refused.stderr
