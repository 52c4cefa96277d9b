"""What one whole process takes, and what it changes in a folder."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")
LIMIT = 3600
"""Seconds after which a build is ended."""


class BuildFailed(Exception):
    """The build ended with an error or not at all, or its site lacks what it should have."""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock, seconds of all cores together, and bytes of the largest process."""

    wall: float
    cpu: float
    peak: int


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Took:
    """Run the command in the folder, with these variables added to the environment.

    Raises BuildFailed, with the end of what the command said.
    """
    # What others have left to be written to the disk must not be this one's burden, nor what they have pushed out of
    # the system's memory.
    os.sync()
    held(folder)
    log = folder.with_suffix(".log")
    with log.open("w+b") as complaints:
        # -I and -S: the launcher needs nothing but the standard library, and must not be measured
        launcher = subprocess.Popen(
            [sys.executable, "-I", "-S", LAUNCHER, *command],
            cwd=folder,
            env={**_ours(), **environment},
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
        )
        try:
            answer, _ = launcher.communicate(timeout=LIMIT)
        except BaseException as interruption:
            os.killpg(launcher.pid, signal.SIGKILL)
            launcher.wait()
            if isinstance(interruption, subprocess.TimeoutExpired):
                raise BuildFailed(f"not ready after {LIMIT} s: {' '.join(command)}") from None
            raise
    if not answer:
        raise BuildFailed(f"{' '.join(command)}\n{log.read_text(errors='replace')[-2000:]}")
    wall, cpu, peak, status = json.loads(answer)
    if status:
        raise BuildFailed(f"status {status}: {' '.join(command)}\n{log.read_text(errors='replace')[-2000:]}")
    return Took(wall, cpu, peak)


@dataclass(frozen=True, slots=True)
class Held:
    """A file at one moment: its content, and the stamp that shows whether it has been written since."""

    digest: bytes
    written: tuple[int, int]


def _ours() -> dict[str, str]:
    """Answer this process's variables, but for what keeps Python from keeping what it has compiled: seldom is it set
    where somebody builds, and each build would compile all of its own code again.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def held(folder: Path) -> dict[str, Held]:
    """Answer every file of a built site by its path; hidden ones at its top are the builder's own notes."""
    found: dict[str, Held] = {}
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in names:
            file = Path(parent, name)
            path = file.relative_to(folder)
            if len(path.parts) == 1 and name.startswith("."):
                continue
            stat = file.stat()
            digest = blake2b(file.read_bytes(), digest_size=16).digest()
            found[path.as_posix()] = Held(digest, (stat.st_mtime_ns, stat.st_ino))
    return found


def differing(before: Mapping[str, Held], after: Mapping[str, Held]) -> list[str]:
    """Answer the files that are new, gone or have other bytes."""
    return sorted(path for path in before.keys() | after.keys() if _digest(before, path) != _digest(after, path))


def written(before: Mapping[str, Held], after: Mapping[str, Held]) -> list[str]:
    """Answer the files that were written or removed, also those whose bytes stayed the same."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _digest(files: Mapping[str, Held], path: str) -> bytes | None:
    return files[path].digest if path in files else None
