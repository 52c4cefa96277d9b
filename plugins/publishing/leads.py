"""What each page that was ever looked through leads to, so that a page that is gone needn't be searched for in all.

It follows from a page's path and bytes, so it is never out of date. It lies in a file that may be lost: then all pages
are read again.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from plugins.newsroom import Site, fingerprint
from plugins.publishing.manifest import Manifest

_FORMAT = "1"
_AT_ONCE = 500


class Page(NamedTuple):
    """`leads` are the addresses within the site that a page leads to, without and with their fragments; `places` the
    fragments that others can lead to.
    """

    leads: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


class Leads:
    """Pages by path and digest, of one site. Without a file it remembers nothing."""

    def __init__(self, file: Path | None, site: Site) -> None:
        self.file = file
        self.version = int(fingerprint(_FORMAT, site.url)[:7], 16)

    def known(self, manifest: Manifest) -> set[str]:
        """Answer the pages of an edition that are remembered."""
        rows = self._asked("SELECT path, digest FROM pages")
        return {path for path, digest in rows if path in manifest.files and manifest.files[path].sha256 == digest}

    def page(self, path: str, digest: str) -> Page | None:
        for leads, places in self._asked("SELECT leads, places FROM pages WHERE path = ? AND digest = ?", path, digest):
            return Page(_set(leads), _set(places))
        return None

    def leading_to(self, addresses: Collection[str]) -> set[str]:
        """Answer the pages that lead to any of the addresses."""
        if not addresses:
            return set()
        rows, lost = self._asked("SELECT path, leads FROM pages"), frozenset(addresses)
        return {path for path, leads in rows if not lost.isdisjoint(_set(leads))}

    def keep(self, pages: Mapping[str, Page], manifest: Manifest) -> None:
        """Remember these pages of an edition as well."""
        rows = [
            (path, manifest.files[path].sha256, _text(page.leads), _text(page.places)) for path, page in pages.items()
        ]
        self._do("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?)", rows)

    def forget(self, *kept: Manifest) -> None:
        """Forget all pages but those of these editions."""
        rows = [
            (path, digest)
            for path, digest in self._asked("SELECT path, digest FROM pages")
            if not any(path in each.files and each.files[path].sha256 == digest for each in kept)
        ]
        self._do("DELETE FROM pages WHERE path = ? AND digest = ?", rows)

    def _asked(self, question: str, *values: str) -> Iterator[tuple[Any, ...]]:
        if self.file is None or not self.file.is_file():
            return
        try:
            with closing(self._open(self.file)) as connection:
                rows = connection.execute(question, values)
                while some := rows.fetchmany(_AT_ONCE):
                    yield from some
        except sqlite3.DatabaseError:
            self.file.unlink(missing_ok=True)

    def _do(self, what: str, rows: Iterable[tuple[str, ...]]) -> None:
        rows = list(rows)
        if self.file is None or not rows:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(self._open(self.file)) as connection, connection:
                connection.executemany(what, rows)
        except sqlite3.DatabaseError:
            self.file.unlink(missing_ok=True)

    def _open(self, file: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(file)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != self.version:  # another site's, or empty
                connection.execute("DROP TABLE IF EXISTS pages")
                table = "path TEXT, digest TEXT, leads TEXT, places TEXT, PRIMARY KEY (path, digest)"
                connection.execute(f"CREATE TABLE pages ({table})")
                connection.execute(f"PRAGMA user_version = {self.version}")
                connection.commit()
        except BaseException:
            connection.close()
            raise
        return connection


def _text(lines: Iterable[str]) -> str:
    return "\n".join(sorted(lines))


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split("\n")) if text else frozenset()
