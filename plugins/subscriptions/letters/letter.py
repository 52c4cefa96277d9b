"""A letter: the bytes of a message, made once, with slots for what differs from reader to reader.

A slot is always a line of its own, or a header of its own. So filling one is joining bytes: neither a long link nor a
short one moves the line breaks of quoted-printable anywhere else, and the bytes are those that making the whole message
for that reader would give.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import quoprimime
from email.utils import format_datetime
from enum import StrEnum
from functools import cache, lru_cache
from html import escape

from plugins.subscriptions.letters.dkim import Signer, relaxed_body, relaxed_header, signature_headers
from plugins.subscriptions.letters.message import LINE, Draft, message

LONGEST = 900
"""Characters that a value may have, so that its header stays within 998 (RFC 5322, 2.1.1)."""


class Slot(StrEnum):
    """What differs from reader to reader.

    `to` is the reader's address, `message_id` and `earlier` are Message-IDs with their angle brackets (`earlier`: of
    the letter that this one corrects), `date` is when this one was filled, `leave` is the address that ends the
    subscription (RFC 8058), and `link` the one that a personal letter is about.
    """

    TO = "to"
    MESSAGE_ID = "message_id"
    EARLIER = "earlier"
    DATE = "date"
    LEAVE = "leave"
    LINK = "link"


class UnfitValue(ValueError):
    """That a value would break out of its slot. The text doesn't hold the value: it may be an address."""


_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\"\\]")


class _Kind(StrEnum):
    HEADER = "header"
    TEXT = "text"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class _Place:
    """A line in which a slot stands; `before` and `after` are the rest of it, not yet encoded."""

    slot: Slot
    kind: _Kind
    before: str
    after: str

    def filled(self, value: str) -> bytes:
        if self.kind is _Kind.HEADER:
            return f"{self.before}{value}{self.after}\r\n".encode()
        if self.kind is _Kind.HTML:
            value = escape(value)
        line = f"{self.before}{value}{self.after}".encode().decode("latin-1")
        return quoprimime.body_encode(line, LINE, "\r\n").encode("ascii") + b"\r\n"


_Piece = bytes | _Place


@dataclass(frozen=True, slots=True)
class Letter:
    """Made by `Letter.of`; used by any number of threads. `slots` are those that `fill` needs."""

    slots: frozenset[Slot]
    _fields: tuple[tuple[str, _Piece], ...] = field(repr=False)
    _body: tuple[_Piece, ...] = field(repr=False)
    _canonical: tuple[_Piece, ...] = field(repr=False)
    """The body as DKIM hashes it."""

    @classmethod
    def of(cls, draft: Draft) -> "Letter":
        """Make a letter of a draft that marks its slots."""
        digest = hashlib.sha256(f"{draft.text}\0{draft.html}\0{draft.headers}".encode(errors="replace")).hexdigest()
        marks: dict[str, str] = {slot: f"slot-{slot.value.replace('_', '-')}-{digest[:12]}" for slot in Slot}
        slots = {mark: Slot(slot) for slot, mark in marks.items()}
        whole = message(draft, marks).as_bytes()
        head, _, body = whole.partition(b"\r\n\r\n")
        fields = tuple((_name(line), _header(line, slots)) for line in _unfolded(head))
        pieces = tuple(_pieces(body, slots))
        canonical = tuple(relaxed_body(piece) if isinstance(piece, bytes) else piece for piece in pieces)
        places = [piece for piece in (*(piece for _, piece in fields), *pieces) if isinstance(piece, _Place)]
        return cls(frozenset(place.slot for place in places) - {Slot.DATE}, fields, pieces, canonical)

    def fill(self, values: Mapping[Slot, str], now: datetime, signers: Sequence[Signer] = ()) -> bytes:
        """Answer the message for one reader, dated `now`, with CRLF at the end of lines; signed by each signer.

        Raises UnfitValue for a value that would break out of its slot, and KeyError if one is lacking.
        """
        for slot in self.slots:
            value = values[slot]
            if len(value) > LONGEST or _UNFIT.search(value):
                raise UnfitValue(f"the value for {slot} holds characters that no letter may hold, or is too long")
        values = {**values, Slot.DATE: _date(now.replace(microsecond=0))}
        fields = [
            (name, piece if isinstance(piece, bytes) else piece.filled(values[piece.slot]))
            for name, piece in self._fields
        ]
        body = _joined(self._body, values)
        head = b"".join(line for _, line in fields)
        if signers:
            digest = hashlib.sha256(_joined(self._canonical, values)).digest()
            canonical = [(name, relaxed_header(line)) for name, line in fields]
            head = signature_headers(canonical, digest, signers, now) + head
        return head + b"\r\n" + body


_date = lru_cache(maxsize=8)(format_datetime)
"""Letters of the same second are many."""


def _joined(pieces: Iterable[_Piece], values: Mapping[Slot, str]) -> bytes:
    return b"".join(piece if isinstance(piece, bytes) else piece.filled(values[piece.slot]) for piece in pieces)


@cache
def _any_mark(marks: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile("|".join(map(re.escape, marks)).encode())


def _unfolded(head: bytes) -> list[bytes]:
    """Answer each header with its continuation lines and its CRLF."""
    return re.findall(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", head + b"\r\n")


def _name(line: bytes) -> str:
    return line.partition(b":")[0].decode("ascii").lower()


def _header(line: bytes, slots: Mapping[str, Slot]) -> _Piece:
    found = _any_mark(tuple(slots)).search(line)
    if not found:
        return line
    before, after = line[: found.start()].decode("ascii"), line[found.end() :].decode("ascii")
    return _Place(slots[found[0].decode()], _Kind.HEADER, before, after.removesuffix("\r\n"))


def _pieces(body: bytes, slots: Mapping[str, Slot]) -> Iterable[_Piece]:
    """Cut the body where slots are: text, then HTML, each slot with the rest of its line."""
    html_begins = body.index(b"Content-Type: text/html")
    end = 0
    for found in _any_mark(tuple(slots)).finditer(body):
        start = body.rindex(b"\r\n", 0, found.start()) + 2
        stop = body.index(b"\r\n", found.end())
        yield body[end:start]
        before, after = body[start : found.start()].decode("ascii"), body[found.end() : stop].decode("ascii")
        kind = _Kind.HTML if start > html_begins else _Kind.TEXT
        yield _Place(slots[found[0].decode()], kind, quoprimime.body_decode(before), quoprimime.body_decode(after))
        end = stop + 2
    yield body[end:]
