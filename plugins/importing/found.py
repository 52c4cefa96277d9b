"""What a source turned out to hold."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from plugins.importing.calendar import Unclear
from plugins.newsroom import Fault, Link, fingerprint

_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"
_JOINERS = "\u200c\u200d"
"""Unseen, but letters and pictures are written with them."""


class Unreadable(Exception):
    """A source that nothing can be read from; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence())
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone that a source names as a contact, with what was written about them; "" is nothing."""

    name: str
    phone: str
    mail: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that a source shows. `data` is there if it lay in the source itself; else it lies at `url`."""

    url: str
    alt: str
    caption: str
    credit: str
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A release in the words of its source; nothing is judged against newsroom.yaml yet.

    `source` is the name of the file or its address, and the doubts' lines are that file's (0 = none). `seed` is what
    makes it this release and no other, so that it gets the same id each time. `body` is Markdown; "" and
    `kind` "" mean that the source doesn't say. `about` is what it says about the agency. `published` is certain, or
    says why it isn't. Of a teaser the source has headline and lead only, and names the release beside another.
    """

    source: str
    seed: str
    title: str
    lead: str
    body: str
    published: datetime | Unclear
    kind: str = ""
    language: str = ""
    keywords: tuple[str, ...] = ()
    persons: tuple[Person, ...] = ()
    pictures: tuple[Picture, ...] = ()
    links: tuple[Link, ...] = ()
    address: str = ""
    about: str = ""
    about_line: int = 0
    doubts: tuple[Fault, ...] = ()
    is_teaser: bool = False

    @property
    def id(self) -> str:
        """Answer 8 characters a–z and 0–9, the same each time this release is found."""
        number = int(fingerprint("imported", self.seed), 16)
        return "".join(_SIGNS[number // 36**place % 36] for place in range(8))


def flowing(text: str) -> str:
    """Answer the text on one line, single spaces between its words, without signs that nobody sees."""
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """Answer the text without controls and invisible signs, which content may not hold; line ends stay."""
    return "".join(sign for sign in text if sign in "\n\t" or _is_seen(sign))


def _is_seen(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign) not in ("Cc", "Cf", "Cn", "Co", "Cs")
