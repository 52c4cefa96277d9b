"""The ready-made pipelines: they can be read, keep the edition between runs, and keep nothing that is secret."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from plugins import publishing

RECIPES = Path(publishing.__file__).parent / "recipes"
PIPELINES = {"github-actions.yml": "jobs", "gitlab-ci.yml": "publish"}


def test_every_recipe_publishes_and_none_keeps_the_preview():
    files = [file for file in RECIPES.rglob("*") if file.is_file()]
    assert len(files) == 6
    for file in files:
        text = file.read_text(encoding="utf-8")
        rules = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
        assert "press publish" in text or "OnCalendar" in text or "press hosting" in text, file
        assert ".preview" not in rules
        hosts = set(re.findall(r"[\w-]+(?:\.[\w-]+)*\.(?:se|com|org|net|eu)\b", rules))
        assert hosts <= {"example.se", "press.example.se", "www.example.se"}, file


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines_keep_the_edition_and_run_one_at_a_time(name):
    told = yaml.safe_load((RECIPES / name).read_text(encoding="utf-8"))
    assert PIPELINES[name] in told
    job = told["jobs"]["publish"] if "jobs" in told else told["publish"]
    if "jobs" in told:
        cache = next(step["with"] for step in job["steps"] if step.get("uses", "").startswith("actions/cache"))
        assert cache["path"].split() == ["output", ".cache"]
        assert told["concurrency"]["cancel-in-progress"] is False
        runs = [step["run"] for step in job["steps"] if "run" in step]
    else:
        assert job["cache"][0]["paths"] == ["output", ".cache"]
        assert job["resource_group"] and job["interruptible"] is False
        runs = job["script"]
    assert runs[-1] == "./press publish"


def test_the_timer_and_its_service_are_what_systemd_reads(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    for file in (RECIPES / "systemd").iterdir():
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        text = re.sub(r"^ExecStartPre=-\S+", "ExecStartPre=-/bin/true", text, flags=re.MULTILINE)
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    asked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.iterdir())],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    ours = [line for line in asked.stderr.splitlines() if "press-publish" in line and "Unknown" in line]
    assert ours == []
    when = subprocess.run(
        ["systemd-analyze", "calendar", "*-*-* *:*:00"], capture_output=True, text=True, timeout=60, check=False
    )
    assert when.returncode == 0 and "Next elapse" in when.stdout
