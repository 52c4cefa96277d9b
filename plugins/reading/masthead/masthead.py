"""The masthead: who publishes, whom to call, what may be chosen among, as newsroom.yaml says it.

It seldom changes, and to take newsroom.yaml apart takes as long as to read a dozen releases: so it is remembered.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

from plugins.newsroom import (
    Addresses,
    Audience,
    Contact,
    Fault,
    Faults,
    Input,
    Keyword,
    Localized,
    Noun,
    Publisher,
    ReleaseType,
    SecurityPolicy,
    Site,
    Terms,
    fingerprint,
)
from plugins.newsroom.keeping import NotKept, packed, unpacked
from plugins.reading.program import program

FILE = "newsroom.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedImage:
    """A picture of the press material as newsroom.yaml lists it; `terms` is a slug."""

    file: str
    alt: Localized
    caption: Localized | None
    credit: str
    terms: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDocument:
    """A document of the press material as newsroom.yaml lists it."""

    file: str
    title: Localized


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """newsroom.yaml as nouns, each kind by its slug; `desk` is the slug of the press desk."""

    input: Input
    site: Site
    addresses: Addresses
    timezone: ZoneInfo
    languages: tuple[str, ...]
    demonstration: bool
    publisher: Publisher
    desk: str
    contacts: dict[str, Contact]
    keywords: dict[str, Keyword]
    types: dict[str, ReleaseType]
    audiences: dict[str, Audience]
    terms: dict[str, Terms]
    boilerplate: Localized
    introduction: Localized
    teaser: Localized
    subscription_promise: Localized
    subscription_endpoint: str | None
    security: SecurityPolicy | None
    images: tuple[ListedImage, ...]
    documents: tuple[ListedDocument, ...]

    @property
    def press_desk(self) -> Contact:
        return self.contacts[self.desk]

    @property
    def listed(self) -> tuple[Noun, ...]:
        """Answer what newsroom.yaml lists and texts hold, in its order."""
        kinds = (self.contacts, self.keywords, self.types, self.audiences, self.terms)
        return tuple(noun for kind in kinds for noun in kind.values())

    def day(self, moment: datetime) -> date:
        """Answer the day it is at the agency."""
        return moment.astimezone(self.timezone).date()


def read(content: Path, url: str = "", cache: Path | None = None) -> Masthead:
    """Answer what newsroom.yaml says; `url` (Pelican's SITEURL), if given, goes before the file's own.

    It is remembered in the folder `cache`. Raises Faults with all that is wrong in it.
    """
    data = _bytes(content)
    known = _recalled(data, url, cache) if cache else None
    if known:
        return known
    from plugins.reading.masthead import newsroom_yaml  # noqa: PLC0415 - what reads it takes longer to load than many a build

    made = newsroom_yaml.masthead(data, url)
    if cache:
        _remember(made, data, url, cache)
    return made


def languages(content: Path, url: str = "", cache: Path | None = None) -> tuple[str, ...]:
    """Answer the newsroom's languages as far as the file can be read; () if it can't."""
    try:
        data = _bytes(content)
    except Faults:
        return ()
    known = _recalled(data, url, cache) if cache else None
    if known:
        return known.languages
    from plugins.reading.masthead import newsroom_yaml  # noqa: PLC0415 - as above

    return newsroom_yaml.languages(data)


def fault(content: Path, path: tuple[str | int, ...], message: str, **values: object) -> Fault:
    """Answer a fault that was found when newsroom.yaml had been read: only now its lines are looked up."""
    from plugins.reading.masthead import newsroom_yaml  # noqa: PLC0415 - as above

    return Fault.at(FILE, newsroom_yaml.line(_bytes(content), path), message, **values)


def choices(wanted: str, known: Iterable[str]) -> str:
    """Answer what there is to choose among: all of a short list, the most similar of a long one."""
    listed = list(known)
    if len(listed) > 15:
        listed = [*get_close_matches(wanted.lower(), listed, n=5, cutoff=0), "…"]
    return ", ".join(listed) or "–"


def _bytes(content: Path) -> bytes:
    try:
        return (content / FILE).read_bytes()
    except OSError:
        raise Faults([Fault.at(FILE, 0, "newsroom.yaml is missing in the content folder")]) from None


def _recalled(data: bytes, url: str, cache: Path) -> Masthead | None:
    try:
        found: Masthead = unpacked(_maker(data, url), (cache / _NAME).read_bytes(), _KINDS)
    except (OSError, NotKept):
        return None
    return found


def _remember(made: Masthead, data: bytes, url: str, cache: Path) -> None:
    new = cache / f"{_NAME}.next"  # what was stopped, or wrote at the same time, leaves nothing that could be recalled
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        new.write_bytes(packed(_maker(data, url), made, _KINDS))
        new.replace(cache / _NAME)


def _maker(data: bytes, url: str) -> str:
    return fingerprint(program(), data, url)


_NAME = "masthead"
_KINDS = (Masthead, ListedImage, ListedDocument)
