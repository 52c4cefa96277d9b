"""Bodies that were rendered before, kept as a printer keeps set type: Markdown takes most of the time of a reading.

A galley is found again by everything that its body was rendered from, but for the links to other texts: those are kept
with it, and it is used only if each still leads to the same address. A galley that is damaged or was set by another
program is never found; nothing is lost by throwing the folder away.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from plugins.newsroom import fingerprint
from plugins.reading.bodies import Body, Links
from plugins.reading.frontmatter import Manuscript

_CODE = (Path(__file__).parent, Path(__file__).parent.parent / "newsroom")


class Galleys:
    """The rendered bodies in a cache folder, for one way of rendering (`options` are Python-Markdown's)."""

    def __init__(self, folder: Path, options: Mapping[str, Any]) -> None:
        self._folder = folder
        self._setter = fingerprint(repr(options), version("markdown"), version("nh3"), *_code())
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
            kept = json.loads((self._folder / key).read_bytes())
            body = Body(html=str(kept["html"]), led=dict(kept["led"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None
        is_whole = kept.get("digest") == fingerprint(body.html)
        return body if is_whole and all(texts.get(path) == address for path, address in body.led.items()) else None

    def keep(self, key: str, body: Body) -> None:
        """Keep the body. Two readings may do so at once: what they write is the same."""
        self._folder.mkdir(parents=True, exist_ok=True)
        data = {"digest": fingerprint(body.html), "led": body.led, "html": body.html}
        new = self._folder / f"{key}.{os.getpid()}"
        new.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        new.replace(self._folder / key)

    def prune(self) -> None:
        """Remove what this reading did not ask for, so that no body outlives its text."""
        with contextlib.suppress(FileNotFoundError):
            for file in self._folder.iterdir():
                if file.name not in self._used:
                    file.unlink(missing_ok=True)


def _code() -> list[bytes]:
    return [file.read_bytes() for folder in _CODE for file in sorted(folder.glob("*.py"))]
