"""A whole press room that is published to a folder, which a real nginx serves by the rules that the desk wrote."""

import contextlib
import os
import re
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from plugins.subscriptions.manifest import Deployed
from plugins.subscriptions.service.app import Service
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.desk.conftest import NEWSROOM, ROOT, Answer, Desk
from tests.publishing.conftest import free_port, program, running

SHARED = "a secret of thirty-two characters or more"
NOW = "2026-11-22T12:00:00Z"

TEXT = """\
---
id: {id}
type: pressmeddelande
published: {published}
title: {title}
lead: Ingressen till {title}.
{more}---

{body}
"""


@dataclass
class Press:
    """A press officer with a project and a host. `now` is the moment of the next command."""

    desk: Desk
    url: str
    root: Path
    now: str = NOW
    extra: tuple[tuple[str, str], ...] = ()

    def __call__(self, *arguments: str, **environment: str) -> Answer:
        given = {"PRESSROOM_NOW": self.now, "PRESSROOM_TARGET": f"folder:{self.root}", **dict(self.extra)}
        return self.desk.press(*arguments, **(given | environment))

    def publish(self, *arguments: str, **environment: str) -> dict[str, Any]:
        """Publish, and answer what it said as JSON; what isn't there yet isn't waited for."""
        return self("publish", "--json", "--wait", "0", *arguments, **environment).json

    def write(self, name: str, title: str, *, id: str, published: str = "2026-11-22T10:00:00Z", more: str = "",
              body: str = "En brödtext.") -> Path:  # fmt: skip
        file = self.desk.root / f"content/releases/2026/{name}/sv.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = TEXT.format(id=id, published=published, title=title, more=more, body=body)
        file.write_text(text, encoding="utf-8")
        return file

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=20)


@contextlib.contextmanager
def press_with_a_host(desk: Desk, folder: Path, *, list_port: int = 0) -> Iterator[Press]:
    """Answer a press officer whose host is up, with nothing published yet. The list is below it, at a port."""
    binary, port = program("nginx"), free_port()
    for name in ("plugins", "theme"):
        (desk.root / name).symlink_to(ROOT / name)
    url = f"http://127.0.0.1:{port}"
    newsroom = NEWSROOM.replace("https://press.example.org", url)
    if list_port:
        newsroom = newsroom.replace("{promise:", "{endpoint: /lista/, promise:")
    (desk.root / "content/newsroom.yaml").write_text(newsroom, encoding="utf-8")
    press = Press(desk, url, folder / "srv")
    press.root.mkdir(parents=True)
    answer = press("hosting", "nginx", "--root", str(press.root / "current"))
    assert answer.returncode == 0, answer.stderr
    ours = re.sub(r"listen \[::\].*;", "", answer.stdout.replace("listen 80;", f"listen 127.0.0.1:{port};"))
    door = f"location /lista/ {{ proxy_pass http://127.0.0.1:{list_port}; }}\n" if list_port else ""
    ours = ours.replace("\t# what has moved\n", f"\t{door}")
    (folder / "press.conf").write_text(ours, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr crit;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}include {folder}/press.conf;\n}}\n"
    )
    command = (binary, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr")
    with running(*command, port=port, log=folder / "log"):
        yield press


@dataclass
class List:
    """The real service of the list, with its database."""

    database: Path

    @property
    def announced(self) -> set[tuple[str, int]]:
        """Answer what the list has taken in, as id and revision."""
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            return set(connection.execute("select release, revision from mailings"))


@contextlib.contextmanager
def a_list(folder: Path, listening: socket.socket, site: str) -> Iterator[List]:
    """Answer the service of the list, running in this process until the block ends."""
    folder.mkdir()
    environment = {"STATE": str(folder), "SITE": f"{site}/", "SERVICE": f"{site}/lista/", "API_SECRET": SHARED}
    settings = Settings.from_environment({f"LIST_{name}": value for name, value in environment.items()})
    Store.migrate(settings)
    store = Store.open(settings)
    with httpx.Client() as client:
        service = Service.of(settings, store, site=Deployed(settings.site, client), pause=0)
        server = uvicorn.Server(uvicorn.Config(service.app, log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            yield List(folder / "list.sqlite")
        finally:
            server.should_exit = True
            thread.join(10)
            store.close()
