"""`press correct`: say what an edit of a public text was, and let its old wording be found beside the new.

The old wording is the public's: `release.json` or `assignment.json` at the text's address, or in what was built last.
The passages that differ are written under `changes`, where the press officer sees them, and takes away what nobody is
to read again.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import Any

from plugins.desk.finding import Finding, findings
from plugins.desk.project import Project
from plugins.desk.words import _
from plugins.newsroom import (
    Assignment,
    Bodies,
    Correction,
    CorrectionKind,
    Faults,
    Newsroom,
    Release,
    Rewording,
    dates,
)
from plugins.newsroom.readable import readable
from plugins.newsroom.record import (
    assignment_json,
    assignment_json_address,
    release_json,
    release_json_address,
)
from plugins.reading.manuscripts import frontmatter
from plugins.reading.reader import read

WAIT = 10.0
"""Seconds that the public site may take to answer."""

_UNDERLINE = re.compile(r"\n-+$")


class Uncorrectable(Exception):
    """There is nothing to correct, or the entry would be wrong; the message is a sentence."""

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What was written: into which file, the entry, and whether the old wording was at hand."""

    file: Path
    entry: Correction
    compared: bool


def correct(project: Project, name: Path, kind: CorrectionKind, text: str) -> Corrected:
    """Write an entry under `corrections`. Raises Uncorrectable or, for content that can't be read, Faults."""
    cache = project.private / "cache"
    reading = read(project.content, now=project.now, cache=cache, url=project.url)
    newsroom = reading.newsroom
    meant = _meant(project, name, newsroom)
    at = newsroom.local(project.now).replace(microsecond=0)
    if meant.language != meant.original_language:
        at, kind = _of_original(meant)
    old = None if kind is CorrectionKind.TYPO else _public(project, meant, newsroom)
    now = json.loads(_record(meant, newsroom, reading.bodies))
    changes = tuple(differing(_passages(old), _passages(now))) if old else ()
    entry = Correction(at=at, kind=kind, text=text, changes=changes)
    file = project.content / meant.source
    before = file.read_bytes()
    file.write_bytes(with_correction(before.decode(), meant.source, entry).encode())
    try:
        read(project.content, now=project.now, cache=cache, url=project.url)
    except Faults as found:
        file.write_bytes(before)
        raise Uncorrectable(_("It can't be corrected so:"), findings(project, found.faults)) from None
    return Corrected(file=file, entry=entry, compared=old is not None)


def differing(before: list[str], after: list[str]) -> Iterator[Rewording]:
    """Answer the passages that differ, each beside the one that took its place."""
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            for old, new in zip_longest(before[a:b], after[c:d], fillvalue=""):
                yield Rewording(before=old, after=new)


def with_correction(text: str, source: str, entry: Correction) -> str:
    """Answer the text with one more entry under `corrections`, all else as it was written."""
    manuscript = frontmatter.read(text.encode(), source)
    lines = text.splitlines(keepends=True)
    ending = "\r\n" if lines[0].endswith("\r\n") else "\n"
    if ("corrections",) not in manuscript.lines or not manuscript.front.get("corrections"):
        start = manuscript.body_line - 2  # before the line that ends the front matter
        if ("corrections",) in manuscript.lines:
            del lines[manuscript.lines["corrections",] - 1]
            start -= 1
        return "".join([*lines[:start], f"corrections:{ending}", *_block(entry, "  ", ending), *lines[start:]])
    first = manuscript.lines["corrections",]
    end = first
    while lines[end].startswith((" ", "\t", "- ")):  # what belongs to the key, and no hint about the next one
        end += 1
    last = lines[end - 1].rstrip()
    if last.endswith("]") and "[" in lines[first - 1].partition(":")[2]:
        lines[end - 1] = f"{last[:-1]}, {_flow(entry)}]{ending}"
        return "".join(lines)
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    return "".join([*lines[:end], *_block(entry, indent, ending), *lines[end:]])


def _meant(project: Project, name: Path, newsroom: Newsroom) -> Release | Assignment:
    file = project.given(name)
    file = file / f"{newsroom.language}.md" if file.is_dir() else file
    texts: list[Release | Assignment] = [*newsroom.releases, *newsroom.assignments]
    found = next((text for text in texts if project.content / text.source == file), None)
    if found is None:
        raise Uncorrectable(_("{file} is neither a public release nor a public assignment.", file=name))
    if isinstance(found, Release) and found.withdrawn:
        raise Uncorrectable(_("{file} has been withdrawn; there is nothing left to correct.", file=name))
    return found


def _of_original(text: Release | Assignment) -> tuple[datetime, CorrectionKind]:
    """Answer time and kind of the original's last correction: a translation words it in its own language."""
    if not text.corrections:
        raise Uncorrectable(_("Correct the original first; a translation only says the same in its language."))
    last = max(text.corrections, key=lambda correction: correction.at)
    return last.at, last.kind


def _record(text: Release | Assignment, newsroom: Newsroom, bodies: Bodies) -> bytes:
    """Answer what the text says, as the public has it."""
    if isinstance(text, Assignment):
        return assignment_json(text, newsroom, bodies)
    return release_json(text, newsroom, bodies)


def _public(project: Project, text: Release | Assignment, newsroom: Newsroom) -> dict[str, Any] | None:
    """Answer what readers have of the text now; None if it can't be known."""
    address = assignment_json_address(text) if isinstance(text, Assignment) else release_json_address(text)
    for found in (_live(newsroom.site.absolute(address)), _built(project.output / address)):
        try:
            told = json.loads(found) if found else {}
        except ValueError:
            continue
        if isinstance(told, dict) and told.get("id") == text.id and told.get("lead"):
            return told
    return None


def _live(url: str) -> bytes | None:
    import httpx

    try:
        answer = httpx.get(url, timeout=WAIT, follow_redirects=True)
    except httpx.HTTPError:
        return None
    return answer.content if answer.is_success else None


def _built(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _passages(told: dict[str, Any]) -> list[str]:
    """Answer headline, lead, what was decided, and the body's paragraphs, headings and lists, as plain text."""
    parts = (_UNDERLINE.sub("", part).strip() for part in readable(told["body_html"] or "").split("\n\n"))
    decided = _decided(told["decision"], told["language"]) if "decision" in told else ()
    return [told["title"], told["lead"], *decided, *(part for part in parts if part)]


def _decided(decision: dict[str, Any], language: str) -> Iterator[str]:
    """Answer the passages of an assignment's decision after the first, which is the lead."""
    for part in ("paragraphs", "tasks", "consult_with"):
        yield from decision[part]
    for each in decision["deadlines"]:
        told = f"{dates.day(date.fromisoformat(each['date']), language)}: {each['action']}"
        yield f"{told} ({each['to']})" if each["to"] else told
    yield from decision["conditions"]


def _block(entry: Correction, indent: str, ending: str) -> list[str]:
    lines = [f"- at: {entry.at.isoformat()}", f"  kind: {entry.kind}", f"  text: {_quoted(entry.text)}"]
    if entry.changes:
        lines.append("  changes:")
        for change in entry.changes:
            lines += [f"    - before: {_quoted(change.before)}", f"      after: {_quoted(change.after)}"]
    return [f"{indent}{line}{ending}" for line in lines]


def _flow(entry: Correction) -> str:
    changes = ", ".join(f"{{before: {_quoted(c.before)}, after: {_quoted(c.after)}}}" for c in entry.changes)
    shown = f", changes: [{changes}]" if changes else ""
    return f"{{at: {entry.at.isoformat()}, kind: {entry.kind}, text: {_quoted(entry.text)}{shown}}}"


def _quoted(text: str) -> str:
    """Answer the text as JSON writes it, which YAML reads as it stands; on one line, as front matter is."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
