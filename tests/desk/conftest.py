"""A whole project in a folder of its own: the real rooms, a small content, and a room that shows what was read."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plugins.desk.app import main

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"PRESSROOM_NOW": "2026-11-22T12:00:00Z", "COLUMNS": "200"}

NEWSROOM = """\
url: https://press.example.org
timezone: Europe/Stockholm
languages: [sv, en]
publisher:
  name: {sv: Provverket, en: The Testing Agency}
  url: https://www.example.org
  tag_authority: example.org,2025
press_desk: presstjansten
contacts:
  presstjansten:
    function: {sv: Presstjänsten, en: Press desk}
    phone: {text: 018-00 00 00, number: "+4618000000"}
types:
  pressmeddelande: {name: {sv: Pressmeddelande}, plural: {sv: Pressmeddelanden}}
  nyhet: {name: {sv: Nyhet}, plural: {sv: Nyheter}}
audiences:
  media: {name: {sv: Media}}
keywords:
  prov: {name: {sv: Prov}}
terms:
  fri: {name: {sv: Fri}, text: {sv: Får användas fritt}}
boilerplate: {sv: Provverket prövar.}
introduction: {sv: Välkommen.}
teaser: {sv: Mer finns i pressrummet.}
subscription: {promise: {sv: Bara adressen behövs.}}
"""

RELEASE = """\
---
id: abcd1234
type: pressmeddelande
published: 2025-03-14T09:34:36+01:00
title: Första meddelandet
lead: En ingress.
---

En brödtext.
"""

ASSIGNMENT = """\
---
id: uppdrag1
published: 2025-03-14T09:34:36+01:00
title: Uppdraget
issuer: Regeringen
recipient: Provverket
operative: [Pröva saker.]
tasks:
  - {id: prova, text: Pröva minst 40 saker.}
deadlines:
  - {id: slut, date: 2026-03-01, action: Redovisa, to: Regeringen}
missing: [decision_date, case_number]
---

Bakgrunden.
"""

WALL = '''\
"""A room for tests: one page with all titles."""

from plugins.newsroom import Output


def register():
    from plugins.edition.stage import gathering

    gathering.connect(outputs)


def outputs(stage):
    titles = "".join(f"<p>{release.title}</p>" for release in stage.newsroom.releases)
    page = f"<!doctype html><title>Pressrum</title><body><h1>Pressrum</h1>{titles}</body>"
    inputs = tuple(release.input for release in stage.newsroom.releases)
    yield Output(path="index.html", inputs=inputs, render=page.encode)
    yield Output(path="404.html", inputs=(), render="<!doctype html><body>Borta</body>".encode)
'''


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


@dataclass(frozen=True)
class Desk:
    """A project's folder, and the command `press` in it."""

    root: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def first(self) -> Path:
        return self.root / "content/releases/2025/forsta/sv.md"

    def press(self, *arguments: str, **environment: str) -> Answer:
        """Give the command in this process: quick, for commands that only read and write content."""
        out, err = io.StringIO(), io.StringIO()
        with self.monkeypatch.context() as patch:
            patch.chdir(self.root)
            patch.setattr(sys, "argv", ["press", *arguments])
            patch.setattr(sys, "path", sys.path[:])
            for name, value in (ENVIRONMENT | environment).items():
                patch.setenv(name, value)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
                main()
        return Answer(int(left.value.code or 0), out.getvalue(), err.getvalue())

    def run(self, *arguments: str, module: str = "plugins.desk", **environment: str) -> Answer:
        """Give the command in a process of its own, with the plugins as they stand in the folder."""
        command = [sys.executable, "-m", module, *arguments]
        env = {**os.environ, **ENVIRONMENT, **environment}
        done = subprocess.run(command, cwd=self.root, env=env, capture_output=True, text=True, timeout=60, check=False)
        return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A project with content and settings, for commands in this process."""
    root = tmp_path / "project"
    first = root / "content/releases/2025/forsta/sv.md"
    first.parent.mkdir(parents=True)
    first.write_text(RELEASE, encoding="utf-8")
    (root / "content/newsroom.yaml").write_text(NEWSROOM, encoding="utf-8")
    shutil.copy(ROOT / "pelicanconf.py", root)
    return Desk(root, monkeypatch)


@pytest.fixture
def press_room(desk):
    """The same with the real rooms and a room for tests, for builds."""
    shutil.copytree(ROOT / "plugins", desk.root / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    wall = desk.root / "plugins/wall/__init__.py"
    wall.parent.mkdir()
    wall.write_text(WALL, encoding="utf-8")
    with (desk.root / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write('\nPLUGINS = ["plugins.reading", "plugins.wall", "plugins.edition"]\n')
    (desk.root / "theme/templates").mkdir(parents=True)
    return desk
