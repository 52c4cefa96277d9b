"""At rest: nothing that a build reads or leaves is otherwise than when the last one ended, so there is nothing to do.

This is known without reading a text. What the last build was made of is looked at as names, sizes and times; what it
made, as sizes and times; the program and its settings, as a fingerprint; and the clock must not have passed the moment
of the next change. Whenever one of them is otherwise, or the note of it is damaged, somebody builds.
"""

import json
import os
import time
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

from plugins.edition.maker import maker
from plugins.edition.record import RECORD

_RACE = 2_000_000_000
"""Nanoseconds in which a file could be saved twice with the same time on some disk: one as young as that is known
by its bytes."""


class Unsteady(Exception):
    """A folder leads out of itself, so what lies in it can't be looked at by name."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a build is about to read, as a digest. `young` are the files that were known by their bytes."""

    digest: str
    young: frozenset[str]

    @classmethod
    def of(cls, settings: Mapping[str, Any], young: Collection[str] | None = None) -> Self:
        """Answer the survey of the content and the theme; of an earlier one, give its young files to compare it.

        Raises OSError or Unsteady.
        """
        since = time.time_ns() - _RACE
        digest = blake2b(maker(settings).encode())
        digest.update(repr([str(settings[name]) for name in ("PATH", "OUTPUT_PATH", "THEME", "PREVIEW")]).encode())
        found: set[str] = set()
        for name in ("PATH", "THEME"):
            for path, size, modified in _below(settings[name]):
                is_young = modified > since if young is None else path in young
                if is_young:
                    found.add(path)
                    digest.update(Path(path).read_bytes())
                digest.update(f"{path}\0{size}\0{0 if is_young else modified}\0".encode())
        return cls(digest.hexdigest(), frozenset(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """How a build ended: the files that make up the edition, what the rooms had to report, and both `said` in words.

    `left` is a digest of its files and the cache's folders as they were left. All holds from `since` on, and until the
    clock changes something (None = never).
    """

    survey: Survey
    left: str
    since: datetime
    until: datetime | None
    files: int
    report: tuple[str, ...]
    said: tuple[str, ...] = ()

    @classmethod
    def found(cls, private: Path, settings: Mapping[str, Any]) -> Self | None:
        """Answer how the last build ended, if nothing has changed since."""
        try:
            noted = json.loads((private / _NOTE).read_bytes())
            rest = cls(
                survey=Survey(noted["digest"], frozenset(noted["young"])),
                left=noted["left"],
                since=datetime.fromisoformat(noted["since"]),
                until=datetime.fromisoformat(noted["until"]) if noted["until"] else None,
                files=noted["files"],
                report=tuple(noted["report"]),
                said=tuple(noted["said"]),
            )
            is_time = rest.since <= settings["NOW"] and (rest.until is None or settings["NOW"] < rest.until)
            if not is_time or Survey.of(settings, rest.survey.young) != rest.survey:
                return None
            return rest if rest.left == _left(settings["OUTPUT_PATH"], settings["CACHE_PATH"]) else None
        except (OSError, Unsteady, ValueError, KeyError, TypeError, AttributeError):
            return None

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
        """Write it down for the next build."""
        private.mkdir(parents=True, exist_ok=True)
        noted = {
            "digest": self.survey.digest,
            "young": sorted(self.survey.young),
            "left": self.left,
            "since": self.since.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "files": self.files,
            "report": self.report,
            "said": self.said,
        }
        new = private / f"{_NOTE}.{os.getpid()}"
        new.write_text(json.dumps(noted, ensure_ascii=False), encoding="utf-8")
        new.replace(private / _NOTE)


_NOTE = "rest.json"


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


def _below(folder: str) -> Iterator[tuple[str, int, int]]:
    """Answer the path, size and time (ns) of every file below the folder, in the order of names."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield entry.path, 0, 0
            yield from _below(entry.path)
        elif entry.is_dir():
            raise Unsteady(entry.path)
        else:
            # of a link, what it leads to: that is what is read
            told = entry.stat()
            yield entry.path, told.st_size, told.st_mtime_ns
