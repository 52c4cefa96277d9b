"""Runs the programs that carry editions (rsync, git), with an end to every wait."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from plugins.publishing.trouble import Trouble

MINUTES = 30
"""How long one program may take: an archive of many gigabytes over a slow line."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its exit code, what it said, and its complaints."""

    code: int
    said: bytes
    complaints: str

    @property
    def complaint(self) -> str:
        """Answer the first thing that went wrong: what follows is mostly programs complaining of each other."""
        lines = [line.strip() for line in self.complaints.splitlines() if line.strip()]
        return lines[0] if lines else "?"


def run(
    *command: str | Path,
    input: bytes | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run a program to its end and answer how it ended. Its words are in English, whatever the computer's language.

    Raises Trouble if the program isn't installed or takes longer than MINUTES.
    """
    parts: Sequence[str] = [str(part) for part in command]
    program = shutil.which(parts[0])
    if program is None:
        raise Trouble("{program} is not installed on this machine", program=parts[0])
    try:
        done = subprocess.run(  # noqa: S603 - a list, never a shell
            [program, *parts[1:]],
            input=input if input is not None else b"",
            capture_output=True,
            cwd=folder,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
            timeout=MINUTES * 60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Trouble("{program} took more than {minutes} minutes", program=parts[0], minutes=MINUTES) from None
    return Ended(done.returncode, done.stdout, done.stderr.decode(errors="replace"))
