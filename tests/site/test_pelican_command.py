"""The ordinary `pelican` command, as a pipeline calls it: no fault is silent, and none leaves half a site behind."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.building import PROJECT, SAMPLE, files


@pytest.fixture
def project(tmp_path):
    """A checkout with the base of the faulty samples as its content."""
    for name in ("plugins", "theme"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pelicanconf.py", "publishconf.py"):
        shutil.copy(PROJECT / name, tmp_path)
    shutil.copytree(SAMPLE / "faulty/base", tmp_path / "content")
    return tmp_path


def pelican(project, *options):
    command = [sys.executable, "-m", "pelican", "--fatal", "errors", "content", "-s", "publishconf.py", *options]
    environment = {**os.environ, "PRESSROOM_NOW": "2031-06-01T12:00:00Z", "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def test_a_build_succeeds_and_a_second_one_writes_nothing(project):
    first = pelican(project)
    assert first.returncode == 0, first.stderr
    before = files(project / "output")
    second = pelican(project)
    assert second.stdout.splitlines()[0].startswith("0 files written")
    assert files(project / "output") == before


@pytest.mark.parametrize("case", ["several-faults", "not-an-image", "newsroom-yaml"])
def test_a_fault_in_the_content_is_told_and_the_site_stays_as_it_was(case, project):
    assert pelican(project).returncode == 0
    before = files(project / "output")
    shutil.copytree(SAMPLE / "faulty" / case, project / "content", dirs_exist_ok=True)
    failed = pelican(project)
    assert failed.returncode == 1
    assert failed.stderr == (SAMPLE / "faulty" / case / "expected.txt").read_text(encoding="utf-8")
    assert "Traceback" not in failed.stdout + failed.stderr
    assert files(project / "output") == before


@pytest.mark.parametrize(
    ("wrong", "line"), [("{{ nonsuch }}", "1"), ("\n\n{% if %}", "3"), ("\n{{ release.titel }}", "2")]
)
def test_a_fault_in_a_template_is_told_with_file_and_line(wrong, line, project):
    assert pelican(project).returncode == 0
    before = files(project / "output")
    template = project / "theme/templates/parts/frame.html"
    template.write_text(wrong + template.read_text(encoding="utf-8"), encoding="utf-8")
    failed = pelican(project)
    assert failed.returncode == 1
    assert f"theme/templates/parts/frame.html:{line}: " in failed.stderr
    assert "Traceback" not in failed.stdout + failed.stderr
    assert files(project / "output") == before


def test_a_missing_plugin_fails_the_build(project):
    shutil.rmtree(project / "plugins/feeds")
    failed = pelican(project)
    assert failed.returncode != 0
    assert not (project / "output/index.html").exists()


def test_a_room_that_raises_fails_the_build_and_changes_nothing(project):
    assert pelican(project).returncode == 0
    before = files(project / "output")
    room = project / "plugins/feeds/outputs.py"
    room.write_text(room.read_text(encoding="utf-8") + "\n\ndef outputs(stage):\n    raise ValueError('x')\n")
    assert pelican(project).returncode == 1
    assert files(project / "output") == before
