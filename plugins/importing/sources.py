"""Which kind of source some bytes are, and what is found in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from plugins.importing import feed, viatt, webpage, word
from plugins.importing.calendar import Calendar
from plugins.importing.found import Found, Unreadable
from plugins.importing.webpage import Rules
from plugins.newsroom import Fault, Faults
from plugins.reading.manuscripts import frontmatter

LIMIT = 20_000_000
"""Bytes that one source may have."""

TOO_LARGE = "the source is larger than {size} MB"
PDF = "a PDF can't be taken over; ask for the text, or save it as a Word document (.docx)"
OLD_WORD = "an old Word document (.doc) can't be taken over; open it in Word and save it as .docx"
EMPTY = "the source is empty"

_HTML = re.compile(rb"<(?:!doctype html|html|head|body|article|main|h1)\b", re.IGNORECASE)
_FEED = re.compile(rb"<(?:rss|feed|(?:\w+:)?RDF)[\s>]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads sources of every kind, with the newsroom's calendar, its kinds of document, and the rules for pages."""

    calendar: Calendar
    kinds: Sequence[str]
    rules: Rules | None = None

    def read(self, data: bytes, source: str, address: str = "") -> list[Found]:
        """Answer what is found. `source` names it in doubts; `address` is where it was published, if that is known.

        Raises Unreadable.
        """
        head = data[:4096]
        if len(data) > LIMIT:
            raise Unreadable(Fault.at(source, 0, TOO_LARGE, size=LIMIT // 1_000_000))
        if not data.strip():
            raise Unreadable(Fault.at(source, 0, EMPTY))
        if head.startswith(b"%PDF"):
            raise Unreadable(Fault.at(source, 0, PDF))
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            raise Unreadable(Fault.at(source, 0, OLD_WORD))
        if head.startswith(b"PK\x03\x04"):
            return [word.read(data, source, self.calendar, self.kinds)]
        plain = head.replace(b"\0", b"")  # UTF-16 as if it were ASCII
        if _FEED.search(plain) and not _HTML.search(plain):
            return feed.read(data, source, self.calendar)
        if _HTML.search(plain):
            return [webpage.read(data, source, self.calendar, self.rules, address)]
        try:
            text = frontmatter.decode(data, source)
        except Faults as found:
            raise Unreadable(found.faults[0]) from None
        return viatt.read(text, source, self.calendar.timezone)
