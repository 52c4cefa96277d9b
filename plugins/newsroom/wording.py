"""Two wordings of a passage, and the words in which they differ."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from plugins.newsroom.release import Rewording

_TOKEN = re.compile(r"\w+(?:[.,:’'-]\w+)*|\s+|[^\w\s]")
MOST_WORDS = 2000
"""Longer passages are shown whole, one after the other: to compare them would take long and tell little."""


class Piece(NamedTuple):
    """Some of a passage: as it was before (`gone`), as it is now (`new`); equal, if nothing has changed in it."""

    gone: str
    new: str


def pieces(change: Rewording) -> Iterator[Piece]:
    """Answer the passage piece by piece. A number such as 1,5 or 10.30 is one word, and changes as a whole.

    A space between two changes belongs to them: words that follow each other are read together.
    """
    before, after = _TOKEN.findall(change.before), _TOKEN.findall(change.after)
    if max(len(before), len(after)) > MOST_WORDS:
        yield Piece(change.before, change.after)
        return
    gone = new = ""
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old, now = "".join(before[a:b]), "".join(after[c:d])
        if kind != "equal" or ((gone or new) and not old.strip()):
            gone, new = gone + old, new + now
            continue
        if gone or new:
            yield Piece(gone, new)
        gone = new = ""
        yield Piece(old, now)
    if gone or new:
        yield Piece(gone, new)
