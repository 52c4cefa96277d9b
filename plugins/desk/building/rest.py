"""At rest: nothing that a build reads or leaves is otherwise than when the last one ended, so there is nothing to do.

This is known without reading a text. What the last build was made of is looked at as names, sizes and times; what it
made, as sizes and times; the program and its settings, as a fingerprint; and the clock must not have passed the moment
of the next change. Whenever one of them is otherwise, or the note of it is damaged, somebody builds.
"""

import contextlib
import json
import marshal
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any, Self

from plugins.desk.building.traces import Traces
from plugins.reading.processes.apart import ask
from plugins.reading.processes.assistant import Assistant
from plugins.reading.survey import RACE, Survey, time_at


@dataclass(frozen=True, slots=True)
class Seen:
    """What a build is about to read: content and theme, and the program that reads them.

    `maker` stands for all that outputs depend on in the program and its settings, `program` also for settings that only
    say where things lie. `young` are the files that could still be saved without a new time: they are known by their
    bytes.
    """

    maker: str
    program: str
    survey: Survey
    young: frozenset[str]

    @property
    def is_steady(self) -> bool:
        """Answer whether all of it could be looked at by name."""
        return not self.survey.has_linked_folders()

    def digest(self, young: frozenset[str]) -> str:
        """Answer a digest of content and theme, in which these files are known by their bytes; "" if one of them can't
        be read.
        """
        digest = blake2b(self.survey.digest().encode(), digest_size=16)
        try:
            for path in sorted(young):
                data = Path(path).read_bytes()
                digest.update(os.fsencode(f"{path}\0{len(data)}\0"))
                digest.update(data)
        except OSError:
            return ""
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """How a build ended: the files that make up the edition, what the rooms had to report, and both `said` in words.

    `program`, `read` and `left` are digests of what built, what it read, and what it left. All holds from `since` on,
    and until the clock changes something (None = never).
    """

    program: str
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
            digest, _, contents = (private / _NOTE).read_bytes().partition(b"\n")
            if digest.decode() != _digest(contents):
                return None
            noted = json.loads(contents)
            return cls(
                program=noted["program"],
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

    def is_time(self, now: datetime) -> bool:
        """Answer whether the clock has changed nothing since."""
        return self.since <= now and (self.until is None or now < self.until)

    def is_read(self, seen: Seen) -> bool:
        """Answer whether the same program would read now what it read then."""
        return self.program == seen.program and seen.is_steady and seen.digest(self.young) == self.read

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
            "program": self.program,
            "read": self.read,
            "young": sorted(self.young),
            "left": self.left,
            "since": self.since.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "files": self.files,
            "report": self.report,
            "said": self.said,
        }
        contents = json.dumps(noted).encode()  # in ASCII: the name of a file need not be one in UTF-8
        _put_away(private / _NOTE, _digest(contents).encode() + b"\n" + contents)


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the press room before a build: what there is to read, and `rest` if there is nothing to do.

    `noted` is how the last build ended, as far as that was known. `is_left` answers whether the output folder and the
    cache were as it left them; that may have to wait. `assistant` has been called in to read what is new.
    """

    seen: Seen
    noted: Rest | None
    rest: Rest | None
    is_left: Callable[[], bool]
    assistant: Assistant | None = None

    @classmethod
    def at(cls, private: Path, settings: Mapping[str, Any], prepare: Callable[[], Assistant] | None = None) -> Self:
        """Look at what there is to read and at what the last build left.

        `prepare` is called as soon as it is likely that there is something to do, while other processes go on looking,
        and answers who has been called in; without it this one looks, alone.
        """
        with contextlib.suppress(OSError):
            private.mkdir(parents=True, exist_ok=True)
        since = min(time.time_ns(), time_at(private)) - RACE  # the disk may be another machine's
        noted = Rest.noted(private)
        was = noted.program if noted else ""
        looking = ask(partial(_surveyed, private, settings, since), apart=prepare is not None)
        naming = ask(partial(_program, settings, was), apart=prepare is not None)
        leaving = ask(partial(_is_left, private, settings, noted.left if noted else ""), apart=bool(prepare and noted))
        is_time = noted is not None and noted.is_time(settings["NOW"])
        assistant = None
        if prepare and (not is_time or looking.has_hinted or naming.has_hinted):
            leaving.stand_back()
            assistant = prepare()
        survey = Survey.unpacked(looking.answer)
        maker, program = marshal.loads(naming.answer)  # noqa: S302 - said by our own process
        seen = Seen(maker, program, survey, survey.young(since))

        def is_left() -> bool:
            return noted is not None and noted.program == program and leaving.answer == _YES

        rest = noted if noted and is_time and noted.is_read(seen) and is_left() else None
        if rest and rest.young - seen.young:  # what is young no more need not be read the next time
            replace(rest, read=seen.digest(seen.young), young=seen.young).note(private)
        return cls(seen, noted, rest, is_left, assistant)


def forget(private: Path) -> Rest | None:
    """Take back what was noted, and answer it: a build begins. If it is stopped, the next one has to clean up behind
    it. Where nothing can be taken back, nothing that was noted counts.
    """
    noted = Rest.noted(private)
    try:
        (private / _NOTE).unlink(missing_ok=True)
    except OSError:
        return None
    return noted


def leave(private: Path, left: Traces) -> str:
    """Put away what a build has left, and answer the digest by which the note of its end knows it."""
    data = left.packed()
    _put_away(private / _LEFT, data)
    return _digest(data)


_NOTE, _LEFT, _SURVEY = "rest.json", "left", "survey"

_YES, _NO = b"y", b"n"


def _program(settings: Mapping[str, Any], was: str, tell: Callable[[], None]) -> bytes:
    """Answer maker and program as `Seen` has them; tell if the program isn't what it was."""
    from plugins.desk.building.program import Program  # whoever asks may not need all that this needs

    program = Program.of(settings)
    if program.digest != was:
        tell()
    return marshal.dumps((program.maker, program.digest))


def _surveyed(private: Path, settings: Mapping[str, Any], since: int, tell: Callable[[], None]) -> bytes:
    """Answer a survey of content and theme, packed, and put it away for the next look if there is news."""
    file = private / _SURVEY
    known, before = None, b""
    with contextlib.suppress(OSError, ValueError):
        before = file.read_bytes()
        known = Survey.unpacked(before)
    folders = (Path(settings["PATH"]), Path(settings["THEME"]))
    survey = Survey.of(folders, since, known, tell).packed()
    if survey != before:
        _put_away(file, survey)
    return survey


def _is_left(private: Path, settings: Mapping[str, Any], digest: str, _tell: Callable[[], None]) -> bytes:
    with contextlib.suppress(OSError):
        data = (private / _LEFT).read_bytes()
        is_whole = _digest(data) == digest
        if is_whole and Traces.unpacked(data).is_there(settings["OUTPUT_PATH"], settings["CACHE_PATH"]):
            return _YES
    return _NO


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _put_away(file: Path, data: bytes) -> None:
    """Write something down for the next build. If that can't be done, it has to look at everything.

    What is stopped meanwhile leaves a file that the next one writes over. Should two write at once, what comes of it is
    no good, and known to be: all that is written here begins with its digest, or is noted with it.
    """
    new = file.with_name(f"{file.name}.next")
    with contextlib.suppress(OSError):
        new.write_bytes(data)
        new.replace(file)
