"""What is right by the rules and yet hardly meant: told by `press check`, and never a reason not to publish."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from pathlib import Path

from plugins.newsroom import Assignment, Fault, Page, Release
from plugins.reading.manuscripts import frontmatter
from plugins.reading.manuscripts.manuscript import Manuscript
from plugins.reading.reader import Reading

_FRAGMENT = re.compile(r"\]\([^\s)]*#|href=")
_INDENTED = re.compile(r"^[ \t]*\n(?: {4}| {0,3}\t)", re.MULTILINE)
_LINK = re.compile(r'<a [^>]*?href="([^"#]*)#([^"]+)"')
_ID = re.compile(r'\sid="([^"]+)"')
_CODE = re.compile(r"<pre><code>([^\n<]*)")
_NEED_NO_NAMING = (".md", ".sig")
"""Endings of the texts themselves, and of signatures of who has approved them."""

Written = Release | Assignment | Page


def doubts(content: Path, reading: Reading) -> Iterator[Fault]:
    """Answer what is doubtful in what was read, and in the folders where it lies."""
    room = _Room(content, reading)
    for text in room.texts:
        written = (content / text.source).read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        if _FRAGMENT.search(written) or _INDENTED.search(written):
            manuscript = frontmatter.read(written.encode(), text.source)
            html = reading.bodies.html(text)
            yield from _lost_places(manuscript, html, text, room)
            yield from _code(manuscript, html)
    yield from _unnamed(room)


@dataclass(frozen=True)
class _Room:
    content: Path
    reading: Reading

    @cached_property
    def texts(self) -> tuple[Written, ...]:
        newsroom = self.reading.newsroom
        return (*newsroom.releases, *newsroom.assignments, *newsroom.pages)

    @cached_property
    def by_link(self) -> dict[str, Written]:
        return {self.reading.newsroom.site.href(text.address): text for text in self.texts}

    def places(self, text: Written) -> set[str]:
        """Answer what can be linked to within a text's page."""
        places = {"main", "versions", *map(unescape, _ID.findall(self.reading.bodies.html(text)))}
        if isinstance(text, Assignment):
            places |= {f"task-{task.id}" for task in text.tasks}
            places |= {f"deadline-{deadline.id}" for deadline in text.deadlines}
        return places


def _lost_places(manuscript: Manuscript, html: str, text: Written, room: _Room) -> Iterator[Fault]:
    """A link to a place that isn't there leads to the beginning of the page."""
    for link, place in _LINK.findall(html):
        target = room.by_link.get(unescape(link)) if link else text
        if target is not None and unescape(place) not in room.places(target):
            message = "nothing is named #{place} where this link leads; name a heading so: ## Heading {example}"
            yield _at(manuscript, f"#{place}", message, place=place, example=f"{{: #{place}}}")


def _code(manuscript: Manuscript, html: str) -> Iterator[Fault]:
    """Four spaces make a line a program's code, in a press room hardly ever on purpose."""
    for line in _CODE.findall(html):
        message = "four spaces before a line make it code, shown as it was typed; take them away"
        yield _at(manuscript, unescape(line).strip(), message)


def _unnamed(room: _Room) -> Iterator[Fault]:
    """A file beside a text that no version of the text names is seen by nobody."""
    named: dict[str, set[str]] = {}
    for text in room.texts:
        if not isinstance(text, Page):
            files = named.setdefault(text.source.rpartition("/")[0], set())
            files |= {document.file for document in text.documents}
            files |= {image.file for image in text.images} if isinstance(text, Release) else set()
    for folder, files in named.items():
        with os.scandir(room.content / folder) as entries:
            lying = {entry.name for entry in entries if entry.is_file() and not entry.name.startswith(".")}
        for name in lying - files:
            if not name.lower().endswith(_NEED_NO_NAMING):
                message = "nobody sees this file; list it under images or documents, or take it away"
                yield Fault.at(f"{folder}/{name}", 0, message)


def _at(manuscript: Manuscript, needle: str, message: str, **values: object) -> Fault:
    at = max(0, manuscript.body.find(needle))
    return Fault.at(manuscript.source, manuscript.body_line + manuscript.body.count("\n", 0, at), message, **values)
