"""A server of the desk's in a process of its own, asked as a browser would."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.desk.conftest import ENVIRONMENT, Desk


@dataclass
class Answered:
    """One answer: status, headers and text."""

    status: int
    headers: Any
    text: str


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        return None


class Served:
    """A running server at `address`; `said` grows with what it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        line = self.wait_for(lambda: next((line for line in self.said if "http://" in line), None))
        self.address = re.search(r"http://localhost:\d+/\S*", line)[0]

    def _listen(self) -> None:
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))

    def wait_for(self, what: Any, seconds: float = 30) -> Any:
        """Answer what `what` answers as soon as it is true."""
        until = time.monotonic() + seconds
        while not (found := what()):
            assert self.process.poll() is None, "\n".join(self.said)
            assert time.monotonic() < until, "\n".join(self.said)
            time.sleep(0.02)
        return found

    def get(self, path: str, **headers: str) -> Answered:
        """Answer what the server answers; `path` starts with a slash. Redirects aren't followed."""
        root = re.match(r"http://localhost:\d+", self.address)[0]
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(root + path, headers={"Accept": "text/html,*/*", **named})
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=10) as answer:
                return Answered(answer.status, answer.headers, answer.read().decode(errors="replace"))
        except urllib.error.HTTPError as error:
            with error:
                return Answered(error.code, error.headers, error.read().decode(errors="replace"))


@contextlib.contextmanager
def served(desk: Desk, *arguments: str) -> Iterator[Served]:
    """Run the command until the block ends, stop it with Ctrl-C, and see that it ends quietly and well."""
    process = subprocess.Popen(
        [sys.executable, "-m", "plugins.desk", *arguments],
        cwd=desk.root,
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        server = Served(process)
        yield server
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert not [line for line in server.said if "Traceback" in line or "ERROR" in line], server.said
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
