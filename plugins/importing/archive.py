"""The releases that are here already, so that nothing is taken over twice and nothing written is overwritten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from plugins.importing.found import Found, flowing
from plugins.newsroom import Faults
from plugins.reading import selection
from plugins.reading.manuscripts import frontmatter
from plugins.reading.masthead.masthead import Masthead
from plugins.reading.selection import Kind, Source

_ID = re.compile(rb"""^["']?id["']?[ \t]*:[ \t]*["']?([a-z0-9]{8})\b""", re.MULTILINE)


@dataclass
class Archive:
    """Knows a release again by its id, its old address, or its headline and time; each leads to its file's path.

    An id is found also in a file that can't be read because of faults elsewhere in it.
    """

    ids: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    headlines: dict[tuple[str, datetime], str] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Path, languages: tuple[str, ...]) -> "Archive":
        """Answer what the content folder holds."""
        archive = cls()
        for source, data in _originals(content, languages):
            if match := _ID.search(data):
                archive.ids.setdefault(match[1].decode(), source.path)
            front = _front(data, source)
            if url := _old_address(front):
                archive.addresses.setdefault(url, source.path)
            if source.published:
                key = (_headline(str(front.get("title", ""))), source.published)
                archive.headlines.setdefault(key, source.path)
        return archive

    def path(self, found: Found) -> str | None:
        """Answer the path below the content folder of the release's file; None = it isn't here."""
        known = [self.ids.get(found.id), self.addresses.get(found.address)]
        if isinstance(found.published, datetime):
            known.append(self.headlines.get((_headline(found.title), found.published.astimezone(UTC))))
        return next((path for path in known if path is not None), None)

    def add(self, found: Found, path: str) -> None:
        self.ids[found.id] = path
        if found.address:
            self.addresses[found.address] = path
        if isinstance(found.published, datetime):
            self.headlines[_headline(found.title), found.published.astimezone(UTC)] = path


def redirects(content: Path, masthead: Masthead, now: datetime) -> list[tuple[str, str]]:
    """Answer the old and the new whole address of each public release that was taken over from another host.

    They are for whoever runs that host: only there can an address be made to lead on.
    """
    found = []
    for source, data in _originals(content, masthead.languages):
        url = _old_address(_front(data, source))
        if url and urlsplit(url).hostname != masthead.site.host and source.published and source.published <= now:
            address = masthead.addresses.release(source.language, source.year, source.slug)
            found.append((url, masthead.site.absolute(address)))
    return sorted(found)


def _originals(content: Path, languages: tuple[str, ...]) -> Iterator[tuple[Source, bytes]]:
    sources, _ = selection.scan(content, languages)
    for source in sources:
        if source.kind is Kind.RELEASE and source.is_original:
            try:
                yield source, source.file.read_bytes()
            except OSError:
                continue  # `press check` tells it


def _front(data: bytes, source: Source) -> dict[str, object]:
    try:
        return frontmatter.read(data, source.path).front
    except Faults:
        return {}


def _old_address(front: dict[str, object]) -> str:
    imported = front.get("imported")
    return str(imported.get("url") or "") if isinstance(imported, dict) else ""


def _headline(title: str) -> str:
    return flowing(title).casefold()
