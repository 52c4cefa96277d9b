"""`press correct`: say what an edit of a public release was, and let its old wording be found beside the new.

The old wording is the public's: `release.json` at the release's address, or in what was built last. The passages that
differ are written under `changes`, where the press officer sees them, and takes away what nobody is to read again.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import Any

from plugins.desk.finding import Finding, findings
from plugins.desk.project import Project
from plugins.desk.words import _
from plugins.newsroom import Correction, CorrectionKind, Faults, Newsroom, Release, Rewording
from plugins.newsroom.links import absolute_links
from plugins.newsroom.readable import readable
from plugins.newsroom.record import release_json_address
from plugins.reading import frontmatter
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
    release = _meant(project, name, newsroom)
    at = newsroom.local(project.now).replace(microsecond=0)
    if release.is_translation:
        at, kind = _of_original(release)
    old = None if kind is CorrectionKind.TYPO else _public(project, release, newsroom)
    body = absolute_links(reading.bodies.html(release), newsroom.site)
    now = _passages(release.title, release.lead, body)
    changes = tuple(differing(_passages(old["title"], old["lead"], old["body_html"]), now)) if old else ()
    entry = Correction(at=at, kind=kind, text=text, changes=changes)
    file = project.content / release.source
    before = file.read_bytes()
    file.write_bytes(with_correction(before.decode(), release.source, entry).encode())
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


def _meant(project: Project, name: Path, newsroom: Newsroom) -> Release:
    file = project.given(name)
    file = file / f"{newsroom.language}.md" if file.is_dir() else file
    found = next((release for release in newsroom.releases if project.content / release.source == file), None)
    if found is None:
        raise Uncorrectable(_("{file} is no public release.", file=name))
    if found.withdrawn:
        raise Uncorrectable(_("{file} has been withdrawn; there is nothing left to correct.", file=name))
    return found


def _of_original(release: Release) -> tuple[datetime, CorrectionKind]:
    """Answer time and kind of the original's last correction: a translation words it in its own language."""
    if not release.corrections:
        raise Uncorrectable(_("Correct the original first; a translation only says the same in its language."))
    last = max(release.corrections, key=lambda correction: correction.at)
    return last.at, last.kind


def _public(project: Project, release: Release, newsroom: Newsroom) -> dict[str, Any] | None:
    """Answer what readers have of the release now; None if it can't be known."""
    address = release_json_address(release)
    for found in (_live(newsroom.site.absolute(address)), _built(project.output / address)):
        try:
            told = json.loads(found) if found else {}
        except ValueError:
            continue
        if isinstance(told, dict) and told.get("id") == release.id and told.get("lead"):
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


def _passages(title: str, lead: str, body: str | None) -> list[str]:
    """Answer headline, lead and the body's paragraphs, headings and lists, as plain text."""
    parts = (_UNDERLINE.sub("", part).strip() for part in readable(body or "").split("\n\n"))
    return [title, lead, *(part for part in parts if part)]


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
