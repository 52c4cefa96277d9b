"""`press check`: every file, also embargoed ones and drafts, as of each moment at which something becomes public."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from plugins.newsroom import Fault, Faults, State
from plugins.reading import selection
from plugins.reading.masthead import masthead
from plugins.reading.reader import Reading, read
from plugins.reading.typesetting.body import MARKDOWN


def check(
    content: Path, *, now: datetime, cache: Path, url: str = "", markdown: Mapping[str, Any] = MARKDOWN
) -> list[Fault]:
    """Answer all faults, in the order of files and lines.

    A link to what will be public by then is right. Drafts are read last, with everything else, as in a preview.
    `cache` will hold pictures and bodies of embargoed texts too, so it must be a folder that is never uploaded.
    """
    return look(content, now=now, cache=cache, url=url, markdown=markdown)[0]


def look(
    content: Path, *, now: datetime, cache: Path, url: str = "", markdown: Mapping[str, Any] = MARKDOWN
) -> tuple[list[Fault], Reading | None]:
    """Answer the same faults, and the last reading that came about: that with the most in it."""
    sources, _ = selection.scan(content, masthead.languages(content))
    faults: set[Fault] = set()
    last: Reading | None = None
    for moment in selection.moments(sources, now):
        try:
            last = read(content, now=moment, cache=cache, url=url, markdown=markdown)
        except Faults as found:
            faults.update(found.faults)
    if any(one.state is State.DRAFT for one in selection.select(sources, now, preview=True)):
        try:
            last = read(content, now=now, cache=cache, url=url, preview=True, markdown=markdown)
            faults.update(last.left_out)
        except Faults as found:
            faults.update(found.faults)
    return sorted(faults), last
