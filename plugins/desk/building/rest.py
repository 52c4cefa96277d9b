"""At rest: nothing that a build reads or leaves is otherwise than when the last one ended, so there is nothing to do.

This is known without reading a text. What the last build was made of is looked at as names, sizes and times; what it
made, as sizes and times; the program and its settings, as a fingerprint; and the clock must not have passed the moment
of the next change. Whenever one of them is otherwise, or the note of it is damaged, somebody builds.
"""

import contextlib
import json
import os
import stat
import time
from array import array
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

from plugins.edition.maker import maker, source
from plugins.edition.record import RECORD
from plugins.reading.survey import Stamps, survey

_RACE = 2_000_000_000
"""Nanoseconds in which a file could be saved twice with the same time on some disk: one as young as that is known
by its bytes."""


_UNHEARD = ("NOW", "PRESSROOM_JOBS")
"""The moment is looked at by itself, and over how many processes to work changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a build is about to read: the program with its settings, and the `stamps` of the content and the theme.

    `young` are the files that could still be saved without a new time. `is_steady` says that all of it could be looked
    at by name.
    """

    made_by: str
    stamps: Stamps
    young: frozenset[str]
    is_steady: bool

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Answer what is there now."""
        since = time.time_ns() - _RACE
        told = {name: value for name, value in settings.items() if name.isupper() and name not in _UNHEARD}
        stamps = {**survey(settings["PATH"]), **survey(settings["THEME"])}
        return cls(
            made_by=maker(settings) + json.dumps(told, sort_keys=True, default=source),
            stamps=stamps,
            young=frozenset(path for path, (mode, _, at) in stamps.items() if at > since and not stat.S_ISDIR(mode)),
            is_steady=not any(stat.S_ISLNK(mode) and Path(path).is_dir() for path, (mode, _, _) in stamps.items()),
        )

    def digest(self, young: Collection[str]) -> str:
        """Answer a digest of it, in which these files are known by their bytes; "" if one of them can't be read."""
        digest = blake2b(self.made_by.encode())
        known = [(path, found[: 2 if path in young else 3]) for path, found in sorted(self.stamps.items())]
        digest.update(repr(known).encode())
        try:
            for path in sorted(young):
                digest.update(Path(path).read_bytes())
        except OSError:
            return ""
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """How a build ended: the files that make up the edition, what the rooms had to report, and both `said` in words.

    `left` is a digest of its files and the cache's folders as they were left. All holds from `since` on, and until the
    clock changes something (None = never).
    """

    read: str
    young: frozenset[str]
    left: str
    since: datetime
    until: datetime | None
    files: int
    report: tuple[str, ...]
    said: tuple[str, ...] = ()

    @classmethod
    def noted(cls, private: Path) -> Self | None:
        """Answer how the last build ended, as far as that is known."""
        try:
            noted = json.loads((private / _NOTE).read_bytes())
            return cls(
                read=noted["read"],
                young=frozenset(noted["young"]),
                left=noted["left"],
                since=datetime.fromisoformat(noted["since"]),
                until=datetime.fromisoformat(noted["until"]) if noted["until"] else None,
                files=noted["files"],
                report=tuple(noted["report"]),
                said=tuple(noted["said"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def is_read(self, seen: Seen, now: datetime) -> bool:
        """Answer whether the build would read now what the last one read then."""
        is_time = self.since <= now and (self.until is None or now < self.until)
        return is_time and seen.is_steady and seen.digest(self.young) == self.read

    def is_left(self, settings: Mapping[str, Any]) -> bool:
        """Answer whether all that the last build left is as it was."""
        try:
            return self.left == _left(settings["OUTPUT_PATH"], settings["CACHE_PATH"])
        except (OSError, ValueError, TypeError):
            return False

    def as_json(self, output: str, seconds: float) -> dict[str, Any]:
        """Answer what a build that had nothing to do says in JSON, in the shape of any other's answer."""
        return {
            "built": True,
            "output": output,
            "seconds": round(seconds, 2),
            "phases": {"look": round(seconds, 3)},
            "report": list(self.report),
            "written": [],
            "removed": [],
            "unchanged": self.files,
            "rendered": {},
            "faults": [],
        }

    def note(self, private: Path) -> None:
        """Write it down for the next build. If that can't be done, it has to look at everything."""
        noted = {
            "read": self.read,
            "young": sorted(self.young),
            "left": self.left,
            "since": self.since.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "files": self.files,
            "report": self.report,
            "said": self.said,
        }
        new = private / f"{_NOTE}.{os.getpid()}"
        with contextlib.suppress(OSError):
            private.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(noted, ensure_ascii=False), encoding="utf-8")
            new.replace(private / _NOTE)


_NOTE = "rest.json"


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the press room before a build: what there is to read, and `rest` if there is nothing to do.

    `is_left` says that the output folder and the cache have been seen to be as the last build left them.
    """

    seen: Seen
    rest: Rest | None
    is_left: bool = False

    @classmethod
    def at(cls, private: Path, settings: Mapping[str, Any], *, apart: bool = False) -> Self:
        """Look at what there is to read and at what the last build left; `apart`: each in a process of its own."""
        noted = Rest.noted(private)
        if noted is None:
            return cls(Seen.of(settings), None)
        told = _apart(noted.is_left, settings) if apart else None
        seen = Seen.of(settings)
        is_read = noted.is_read(seen, settings["NOW"])
        is_left = told() if told else is_read and noted.is_left(settings)
        if not (is_read and is_left):
            return cls(seen, None, is_left)
        if noted.young - seen.young:  # what is young no more need not be read the next time
            replace(noted, read=seen.digest(seen.young), young=seen.young).note(private)
        return cls(seen, noted, is_left)


def forget(private: Path) -> None:
    """Take back what was noted: a build begins. If it is stopped, the next one has to clean up behind it."""
    (private / _NOTE).unlink(missing_ok=True)


def left(stamps: Iterable[tuple[str, int, int]], record: tuple[int, int], cache: str) -> str:
    """Answer a digest of the sizes and times (ns) of an edition's files in any order, of its record's, and of what
    the cache holds: the next build would throw out what somebody has laid there.
    """
    flat = array("q", record)
    for _, size, modified in sorted(stamps):
        flat.append(size)
        flat.append(modified)
    with os.scandir(cache) as entries:
        held = sorted((entry.name, entry.stat().st_mtime_ns) for entry in entries)
    return blake2b(flat.tobytes() + repr(held).encode()).hexdigest()


def _left(output: str, cache: str) -> str:
    """Answer the digest of what lies there now. Raises OSError or ValueError."""
    own = os.lstat(f"{output}/{RECORD}")
    paths = json.loads(Path(output, RECORD).read_bytes())
    lstat = os.lstat
    stamps = [(path, found.st_size, found.st_mtime_ns) for path in paths for found in (lstat(f"{output}/{path}"),)]
    return left(stamps, (own.st_size, own.st_mtime_ns), cache)


def _apart(question: Callable[..., bool], *about: object) -> Callable[[], bool]:
    """Ask in another process, and answer what gives its answer."""
    if not hasattr(os, "fork"):
        return partial(question, *about)
    answer, told = os.pipe()
    if os.fork() == 0:
        try:
            os.write(told, b"yes" if question(*about) else b"no")
        finally:
            os._exit(0)
    os.close(told)

    def given() -> bool:
        with os.fdopen(answer, "rb") as pipe:
            return pipe.read() == b"yes"

    return given
