"""A press room on this machine that announces what a test puts into it, and its list's settings."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from plugins.subscriptions.settings import Settings
from tests.subscriptions.service.conftest import OFFER


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


class PressRoom:
    """The site at `address`, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        (folder / "list.json").write_bytes(OFFER.json())
        self.announce([])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def announce(self, notices: list[object]) -> None:
        said = {"format": 1, "site": self.address, "demonstration": False, "publisher": {"sv": "Ex"}}
        (self.folder / "notices.json").write_text(json.dumps(said | {"notices": notices}))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def press_room(tmp_path: Path) -> Iterator[PressRoom]:
    folder = tmp_path / "site"
    folder.mkdir()
    room = PressRoom(folder)
    yield room
    room.close()


@pytest.fixture
def list_settings(sqlite_settings: Settings, press_room: PressRoom) -> Settings:
    """Local settings of that press room's list, with an empty database."""
    return replace(sqlite_settings, site=press_room.address)
