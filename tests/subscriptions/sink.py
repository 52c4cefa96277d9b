"""A relay that misbehaves as told. It writes down each letter it takes before it answers, so nothing here is unsure.

`with Sink(Fault(at="dot", do="drop", share=0.01, taken=True)) as sink:` runs it as its own process on a free port.
"""

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from plugins.subscriptions.settings import Relay, Security

_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_NEXT = {"MAIL": "RCPT", "RCPT": "DATA", "DATA": "MAIL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong at a step (`connect`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `body`, `dot`).

    `do` is the reply to give ("451 later", "550 no"), or `drop` (reset the connection), `half_close` (end our half,
    keep reading) or `silence` (never answer). At the dot, `taken` says whether the letter is taken first.
    """

    at: str
    do: str
    share: float = 1.0
    recipient: str = ""
    after: int = 0
    """Only once this many letters were taken on the connection."""
    times: int = -1
    """How often at all; -1: without end."""
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that the sink has taken."""

    message_id: str
    recipient: str


class Sink:
    """The sink as a process. `delay`: seconds before each reply to a dot; `careless`: takes commands out of turn."""

    def __init__(
        self,
        *faults: Fault,
        seed: int = 1,
        delay: float = 0.0,
        extensions: str = "PIPELINING SIZE",
        keep: bool = False,
        careless: bool = False,
    ) -> None:
        self._plan = json.dumps(
            {"faults": [asdict(f) for f in faults], "seed": seed, "delay": delay, "extensions": extensions.split(),
             "keep": keep, "careless": careless}
        )  # fmt: skip

    def __enter__(self) -> "Sink":
        self._folder = tempfile.TemporaryDirectory(prefix="sink-")
        self.folder = Path(self._folder.name)
        command = [sys.executable, "-m", "tests.subscriptions.sink", str(self.folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(self._plan + "\n")
        self._process.stdin.flush()
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._folder.cleanup()

    @property
    def address(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def relay(self) -> Relay:
        return Relay(host="127.0.0.1", port=self.port, security=Security.NONE)

    @property
    def taken(self) -> list[Taken]:
        """Every letter taken so far, in order."""
        lines = (self.folder / "taken").read_text(encoding="utf-8").splitlines()
        return [Taken(*line.split("\t")) for line in lines]

    @property
    def lost_after_dot(self) -> int:
        """How many connections were lost or left silent once the dot had come."""
        return (self.folder / "lost").stat().st_size

    @property
    def letters(self) -> list[bytes]:
        """The letters themselves, if `keep` was asked for; as they came over the wire, dots unstuffed."""
        files = sorted(self.folder.glob("*.eml"), key=lambda file: int(file.stem))
        return [file.read_bytes() for file in files]

    def copies(self) -> Counter[str]:
        """How many copies of each Message-ID were taken."""
        return Counter(taken.message_id for taken in self.taken)


class _Plan:
    def __init__(self, folder: Path, plan: dict[str, object]) -> None:
        self.folder = folder
        self.faults = [Fault(**each) for each in plan["faults"]]  # type: ignore[attr-defined]
        self.left = [fault.times for fault in self.faults]
        self.dice = random.Random(plan["seed"])  # type: ignore[arg-type]  # noqa: S311
        self.delay = float(plan["delay"])  # type: ignore[arg-type]
        self.extensions: list[str] = plan["extensions"]  # type: ignore[assignment]
        self.keep = bool(plan["keep"])
        self.careless = bool(plan["careless"])
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self.taken = os.open(folder / "taken", flags, 0o600)
        self.lost = os.open(folder / "lost", flags, 0o600)
        self.count = 0

    def fault(self, step: str, recipient: str, taken: int) -> Fault | None:
        for number, fault in enumerate(self.faults):
            if fault.at != step or fault.recipient not in recipient or taken < fault.after or not self.left[number]:
                continue
            if fault.share < 1 and self.dice.random() >= fault.share:
                continue
            self.left[number] -= 1
            return fault
        return None


class _Session(asyncio.Protocol):
    def __init__(self, plan: _Plan) -> None:
        self.plan = plan
        self.buffer = b""
        self.in_text = False
        self.expected = "MAIL"
        """The next step of a transaction; commands out of turn are refused, as real relays do it."""
        self.recipient = ""
        self.taken = 0
        self.deaf = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.answer("connect", "220 sink ESMTP")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while not self.transport.is_closing() and (self.text() if self.in_text else self.command()):
            pass

    def eof_received(self) -> bool:
        return False

    def command(self) -> bool:
        line, found, rest = self.buffer.partition(b"\r\n")
        if not found:
            return False
        self.buffer = rest
        said = line.decode("utf-8", "replace")
        verb = said.split(" ", 1)[0].upper()
        if verb == "RCPT":
            self.recipient = said.partition("<")[2].partition(">")[0]
        if verb in _NEXT and verb != self.expected and not self.plan.careless:
            self.say("503 5.5.1 out of turn")
            return True
        answered = self.answer(verb, self.reply(verb))
        if verb in _NEXT and answered:
            self.expected = _NEXT[verb]
            self.in_text = verb == "DATA"
        elif verb == "RSET":
            self.expected = "MAIL"
        elif verb == "QUIT":
            self.transport.close()
        return True

    def reply(self, verb: str) -> str:
        if verb == "EHLO":
            lines = ["sink", *self.plan.extensions]
            return "\r\n".join(f"250{'-' if n < len(lines) else ' '}{x}" for n, x in enumerate(lines, start=1))
        return {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")

    def text(self) -> bool:
        if self.buffer and self.plan.fault("body", self.recipient, self.taken):
            self.transport.abort()
            return False
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            return False
        letter, self.buffer = self.buffer[: end + 2], self.buffer[end + 5 :]
        self.in_text = False
        fault = None if self.deaf else self.plan.fault("dot", self.recipient, self.taken)
        lost = self.deaf or (fault is not None and not fault.do[0].isdigit())
        if fault is None or fault.taken:
            self.take(letter)
        if lost:
            os.write(self.plan.lost, b".")
        reply = f"250 2.0.0 Ok: queued as SINK{self.plan.count}" if fault is None else fault.do
        if self.plan.delay:
            asyncio.get_running_loop().call_later(self.plan.delay, self.say, reply)
        else:
            self.say(reply)
        return True

    def take(self, letter: bytes) -> None:
        found = _MESSAGE_ID.search(letter)
        line = f"{found[1].decode() if found else '?'}\t{self.recipient}\n"
        os.write(self.plan.taken, line.encode())
        self.plan.count += 1
        self.taken += 1
        if self.plan.keep:
            (self.plan.folder / f"{self.plan.count}.eml").write_bytes(letter.replace(b"\r\n..", b"\r\n."))

    def answer(self, step: str, reply: str) -> bool:
        fault = self.plan.fault(step, self.recipient, self.taken)
        self.say(fault.do if fault else reply)
        return fault is None

    def say(self, reply: str) -> None:
        if self.deaf or self.transport.is_closing():
            return
        if reply == "drop":
            self.transport.abort()
        elif reply == "half_close":
            self.deaf = True
            self.transport.write_eof()
        elif reply == "silence":
            self.deaf = True
        else:
            self.transport.write(f"{reply}\r\n".encode())
            if reply.startswith("421"):
                self.transport.close()


async def _serve(folder: Path, plan: dict[str, object]) -> None:
    work = _Plan(folder, plan)
    server = await asyncio.get_running_loop().create_server(lambda: _Session(work), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    asyncio.run(_serve(arguments.parse_args().folder, json.loads(sys.stdin.readline())))
