"""At rest: nothing that a build reads or leaves is otherwise than when the last one ended, so there is nothing to do.

This is known without reading a text. What the last build was made of is looked at as names, sizes and times; what it
made, as sizes and times; the program and its settings, as a fingerprint; and the clock must not have passed the moment
of the next change. Whenever one of them is otherwise, or the note of it is damaged, somebody builds.
"""

import contextlib
import json
import marshal
import os
import stat
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from threading import Thread
from typing import Any, Self, TypeVar

from plugins.edition.maker import maker, source
from plugins.edition.memory import Memory
from plugins.reading.survey import Stamp, survey

_RACE = 2_000_000_000
"""Nanoseconds in which a file could be saved twice with the same time on some disk: one as young as that is known
by its bytes."""


_WITHOUT_REFERENCES = 2
"""The version of the marshal format in which equal things are equal bytes."""

_UNHEARD = ("NOW", "PRESSROOM_JOBS")
"""The moment is looked at by itself, and over how many processes to work changes nothing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a build is about to read: the program (`maker`) with its settings, and the `stamps` of the content and the
    theme.

    `young` are the files that could still be saved without a new time. `is_steady` says that all of it could be looked
    at by name.
    """

    maker: str
    settings: str
    stamps: dict[str, Stamp]
    young: frozenset[str]
    is_steady: bool
    _digests: dict[frozenset[str], str] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Answer what is there now."""
        since = time.time_ns() - _RACE
        told = {name: value for name, value in settings.items() if name.isupper() and name not in _UNHEARD}
        stamps = {**survey(settings["PATH"]), **survey(settings["THEME"])}
        return cls(
            maker(settings),
            json.dumps(told, sort_keys=True, default=source),
            stamps,
            young=frozenset(path for path, (mode, _, at) in stamps.items() if at > since and not stat.S_ISDIR(mode)),
            is_steady=not any(stat.S_ISLNK(mode) and Path(path).is_dir() for path, (mode, _, _) in stamps.items()),
        )

    def let_go(self) -> None:
        """Forget the stamps, but not the digests of them: a large archive's take as much room as its releases."""
        self.stamps.clear()

    def digest(self, young: frozenset[str]) -> str:
        """Answer a digest of it, in which these files are known by their bytes; "" if one of them can't be read."""
        if young not in self._digests:
            self._digests[young] = self._digest(young)
        return self._digests[young]

    def _digest(self, young: frozenset[str]) -> str:
        digest = blake2b((self.maker + self.settings).encode())
        known = [(path, found[: 2 if path in young else 3]) for path, found in sorted(self.stamps.items())]
        digest.update(marshal.dumps(known, _WITHOUT_REFERENCES))
        try:
            for path in sorted(young):
                digest.update(Path(path).read_bytes())
        except OSError:
            return ""
        return digest.hexdigest()

    @staticmethod
    def told(settings: Mapping[str, Any], young: frozenset[str]) -> tuple[Any, ...]:
        """Answer what is there now, with its digests, in plain values: `Seen(*told)` is the same."""
        seen = Seen.of(settings)
        for known_by_bytes in (young, seen.young):
            seen.digest(known_by_bytes)
        return seen.maker, seen.settings, seen.stamps, seen.young, seen.is_steady, seen._digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """How a build ended: the files that make up the edition, what the rooms had to report, and both `said` in words.

    `left` is a digest of what it lies beside, as `left` makes it. All holds from `since` on, and until the
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
        output, cache = settings["OUTPUT_PATH"], settings["CACHE_PATH"]
        memory = Memory.beside(Path(cache), Path(output), maker(settings))
        try:
            return self.left == left(memory, cache) and memory.is_left(Path(output))
        except OSError:
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
    def at(
        cls, private: Path, settings: Mapping[str, Any], meanwhile: Callable[[], None] | None = None
    ) -> Self:
        """Look at what there is to read and at what the last build left.

        `meanwhile` is something to do while other processes look; without it this one does. If there is nothing to do,
        it may still go on in a thread.
        """
        noted = Rest.noted(private)
        if noted is None:
            return cls(Seen.of(settings), None)
        if meanwhile:
            told, is_left = _apart(Seen.told, settings, noted.young), _apart(noted.is_left, settings)
            doing = Thread(target=meanwhile, daemon=True)
            doing.start()
        else:
            told, is_left = partial(Seen.told, settings, noted.young), partial(noted.is_left, settings)
        look = cls._compared(noted, Seen(*told()), is_left, settings["NOW"])
        if look.rest is None and meanwhile:
            doing.join()
        elif look.rest and noted.young - look.seen.young:  # what is young no more need not be read the next time
            replace(noted, read=look.seen.digest(look.seen.young), young=look.seen.young).note(private)
        return look

    @classmethod
    def _compared(cls, noted: Rest, seen: Seen, is_left: Callable[[], bool], now: datetime) -> Self:
        is_as_left = is_left()
        return cls(seen, noted if is_as_left and noted.is_read(seen, now) else None, is_as_left)


def forget(private: Path) -> None:
    """Take back what was noted: a build begins. If it is stopped, the next one has to clean up behind it."""
    (private / _NOTE).unlink(missing_ok=True)


def left(memory: Memory, cache: str) -> str:
    """Answer a digest of what the cache holds, the memory of the edition among it, and of the edition's record: the
    next build would throw out what somebody has laid there.
    """
    with os.scandir(cache) as entries:
        held = sorted((entry.name, entry.stat().st_mtime_ns) for entry in entries)
    return blake2b(repr((held, memory.record)).encode()).hexdigest()


T = TypeVar("T")


def _apart(question: Callable[..., T], *about: object) -> Callable[[], T]:
    """Ask in another process for something in plain values, and answer what gives the answer. Should that process
    fail, this one answers.
    """
    if not hasattr(os, "fork"):
        return partial(question, *about)
    answer, told = os.pipe()
    if os.fork() == 0:
        with contextlib.suppress(Exception), os.fdopen(told, "wb") as pipe:
            pipe.write(marshal.dumps(question(*about)))  # type: ignore[arg-type]
        os._exit(0)
    os.close(told)

    def given() -> T:
        with os.fdopen(answer, "rb") as pipe:
            said = pipe.read()
        try:
            return marshal.loads(said)  # type: ignore[no-any-return] # noqa: S302 - said by our own process
        except (EOFError, ValueError, TypeError):
            return question(*about)

    return given
