"""Bodies that were rendered before, kept as a printer keeps set type: Markdown takes most of the time of a reading.

A galley is found again by everything that its body was rendered from, but for the links to other texts: those are kept
with it, and it is used only if each still leads to the same address. A galley that is damaged or was set by another
program is never found; nothing is lost by throwing the folder away.
"""

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from plugins.newsroom import Text, fingerprint
from plugins.reading.bodies import Body, Links
from plugins.reading.frontmatter import Manuscript
from plugins.reading.program import program


class Galleys:
    """The rendered bodies in a cache folder, for one way of rendering (`options` are Python-Markdown's)."""

    def __init__(self, folder: Path, options: Mapping[str, Any]) -> None:
        self._folder = folder
        self._setter = fingerprint(repr(options), program())
        self._used: set[str] = set()

    def key(self, manuscript: Manuscript, links: Links) -> str:
        """Answer the name of the galley of a body, whose links may lead where `links` says."""
        return fingerprint(
            self._setter,
            manuscript.source.rpartition("/")[0],
            manuscript.body,
            links.site.url,
            *(repr(part) for part in (sorted(links.sections), links.images, links.documents, sorted(links.listed))),
        )

    def find(self, key: str, texts: Mapping[str, str]) -> Body | None:
        """Answer the body, if it is kept whole and its links lead where they led; `texts` as in `Links`."""
        self._used.add(key)
        try:
            about, html = self._kept(key)
            kept = json.loads(about)
            body = Body(html=html.decode(), led=dict(kept["led"]))
            is_whole = kept["digest"] == _digest(key, body)
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return body if is_whole and all(texts.get(path) == address for path, address in body.led.items()) else None

    def html(self, key: str, digest: str) -> str | None:
        """Answer the HTML with that fingerprint, if it is what is kept under the key."""
        try:
            html = self._kept(key)[1]
        except OSError:
            return None
        return html.decode() if fingerprint(html) == digest else None

    def keep(self, key: str, body: Body) -> None:
        """Keep the body. Two readings may do so at once: what they write is the same, and half a galley is none."""
        self._folder.mkdir(parents=True, exist_ok=True)
        about = json.dumps({"digest": _digest(key, body), "led": body.led}, ensure_ascii=False)
        (self._folder / key).write_bytes(f"{about}\n{body.html}".encode())

    def _kept(self, key: str) -> tuple[bytes, bytes]:
        """Answer what a galley says of itself, in its first line, and its HTML. Raises OSError."""
        about, _, html = (self._folder / key).read_bytes().partition(b"\n")
        return about, html

    def still_in_use(self, key: str) -> None:
        """Say that the body is still some text's, though nobody has asked for it."""
        self._used.add(key)

    def prune(self) -> None:
        """Remove what this reading did not ask for, so that no body outlives its text."""
        with contextlib.suppress(FileNotFoundError):
            with os.scandir(self._folder) as files:
                unused = {file.name for file in files} - self._used
            for name in unused:
                (self._folder / name).unlink(missing_ok=True)


def _digest(key: str, body: Body) -> str:
    """Answer what says that a galley is whole, and that it is the one with that name."""
    return fingerprint(key, repr(sorted(body.led.items())), body.html)


class StoredBodies:
    """The rendered bodies of one reading. They lie in the galleys, and only the last few are held in memory.

    `again` renders a text's body once more: for the rare case that its galley has vanished or been damaged meanwhile.
    """

    def __init__(self, galleys: Galleys, again: Callable[[Text], str]) -> None:
        self._galleys = galleys
        self._again = again
        self._bodies: dict[str, tuple[str, dict[str, str]]] = {}
        self._at_hand: dict[str, str] = {}

    def keep(self, key: str, body: Body) -> str:
        """Note where a body is kept, and answer the digest by which its text knows it."""
        digest = fingerprint(body.html)
        self._bodies[digest] = (key, body.led)
        return digest

    def recall(self, digest: str, key: str, led: dict[str, str]) -> None:
        """Note where the body with that digest is kept, without looking at it."""
        self._bodies[digest] = (key, led)
        self._galleys.still_in_use(key)

    def kept(self, text: Text) -> tuple[str, dict[str, str]]:
        """Answer the key of the text's galley, and where its links to other texts lead."""
        return self._bodies[text.body_digest]

    def html(self, text: Text) -> str:
        """Answer the text's body as safe HTML; "" if it has none. Raises ChangedText if it is another by now."""
        if text.body_digest not in self._at_hand:
            if len(self._at_hand) == _AT_HAND:
                self._at_hand.pop(next(iter(self._at_hand)))
            self._at_hand[text.body_digest] = self._read(text)
        return self._at_hand[text.body_digest]

    def _read(self, text: Text) -> str:
        key, _ = self._bodies[text.body_digest]
        html = self._galleys.html(key, text.body_digest)
        if html is None:
            html = self._again(text)
            if fingerprint(html) != text.body_digest:
                raise ChangedText(f"{text.source} has changed since it was read: build again")
        return html


class ChangedText(Exception):
    """A text's body is not what it was when it was read, so what has been said of it does not hold."""


_AT_HAND = 64
"""Bodies in memory: a release's page, text, record and feed items are often made one after the other."""
