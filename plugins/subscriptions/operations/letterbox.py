"""A relay for one's own computer: it takes every letter and passes none on. Only this machine can reach it."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
KEPT = 500
"""How many letters are kept; older ones are removed."""
NAME = re.compile(r"\d{20}-\d{6}")


class Letterbox:
    """Keeps letters in a folder, one file each, by the order in which they came."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._numbers = count()

    def names(self) -> list[str]:
        """Answer the letters' names, the newest first."""
        return sorted((file.stem for file in self._folder.glob("*.eml")), reverse=True)

    def written(self, name: str) -> bytes | None:
        """Answer a letter's bytes; None if there is none of that name."""
        file = self._folder / f"{name}.eml"
        return file.read_bytes() if NAME.fullmatch(name) and file.is_file() else None

    def letter(self, name: str) -> EmailMessage | None:
        found = self.written(name)
        return BytesParser(_class=EmailMessage, policy=default).parsebytes(found) if found is not None else None

    def put(self, letter: bytes) -> None:
        name = f"{time.time_ns():020d}-{next(self._numbers):06d}"
        new = self._folder / f"{name}.new"
        new.write_bytes(letter)
        new.rename(new.with_suffix(".eml"))  # nobody ever sees half a letter
        for old in self.names()[KEPT:]:
            (self._folder / f"{old}.eml").unlink(missing_ok=True)


class Relay:
    """The SMTP server before a letterbox, in a thread of its own, on a free port of this machine."""

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put = put
        self._loop = asyncio.new_event_loop()
        self._listener = socket.create_server((HOST, 0))
        self._thread = threading.Thread(target=self._run, name="letterbox", daemon=True)

    @property
    def address(self) -> str:
        """Answer where letters are handed in, as LIST_RELAY says it."""
        return f"smtp://{HOST}:{self._listener.getsockname()[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content: Any = envelope.content
        await asyncio.to_thread(self._put, bytes(content))
        return "250 2.0.0 in the mailbox on this machine"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: SMTP(self, enable_SMTPUTF8=True, loop=self._loop, hostname="localhost"), sock=self._listener
            )
        )
        try:
            self._loop.run_forever()
        finally:
            server.close()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
