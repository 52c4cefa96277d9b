"""The deployed site as the list sees it: what is announced, and the text that each announcement points at.

Nothing is believed because of where it came from: only addresses of the configured site are asked, answers have a
largest size and a longest time, and a text must have the hash that was announced.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from plugins.subscriptions.letters.record import Misread, Record
from plugins.subscriptions.mailing import Announcement, NoticeKind, Version
from plugins.subscriptions.offer import PATH as OFFER
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.reader import ASSIGNMENTS

FORMAT = 1
MANIFEST_BYTES = 8_000_000
RECORD_BYTES = 2_000_000
PATIENCE = httpx.Timeout(10, connect=5)
"""Seconds to wait for a connection, and for each part of an answer."""
LONGEST = 30.0
"""Seconds that one answer may take in all."""

_KEY = re.compile(r"[0-9a-z]{1,64}")
_SLUG = re.compile(r"[0-9a-z][0-9a-z-]{0,99}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"https?://[^\s<>\"\\^`{|}]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Unreachable(Exception):
    """That the site didn't give what was asked for, and may do so later. Says why, on one line."""


class BadManifest(ValueError):
    """That the site's notices.json isn't one, or is another site's. Says why, on one line."""


class Deployed:
    """What the site at `site` (with a slash at its end) serves now. Can be used by many threads.

    `client` is closed by whoever made it; `own_client` makes a fitting one.
    """

    def __init__(self, site: str, client: httpx.Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._site = site
        self._client = client
        self._clock = clock
        self._known: tuple[str, tuple[Announcement, ...]] | None = None

    def announcements(self) -> tuple[Announcement, ...]:
        """Answer all that notices.json announces, the newest first. Raises Unreachable, BadManifest.

        An unchanged file is not transferred again.
        """
        known = self._known
        answer, written = self._get(f"{self._site}notices.json", MANIFEST_BYTES, known[0] if known else None)
        if known and answer.status_code == httpx.codes.NOT_MODIFIED:
            return known[1]
        announced = read_manifest(written, self._site)
        self._known = (answer.headers["etag"], announced) if "etag" in answer.headers else None
        return announced

    def offer(self) -> Offer:
        """Answer who publishes and what is offered, by list.json. Raises Unreachable."""
        try:
            return Offer.read(self._get(f"{self._site}{OFFER}", MANIFEST_BYTES)[1])
        except (ValueError, RecursionError) as wrong:
            raise Unreachable(f"list.json can't be read: {_one_line(str(wrong))}") from None

    def record(self, announcement: Announcement, version: Version) -> Record:
        """Answer the text that an announcement points at, in that version. Raises Unreachable, Misread.

        Other bytes than those announced are Unreachable: a deploy may be half-way, or a cache be old.
        """
        if not is_below(version.record, self._site):
            raise Misread("the announced release.json is not on this site")
        written = self._get(version.record, RECORD_BYTES)[1]
        if hashlib.sha256(written).hexdigest() != version.sha256:
            raise Unreachable(f"{version.record} has other bytes than notices.json says")
        record = Record.read(written)
        if (record.id, record.language) != (announcement.release, version.language):
            raise Misread(f"{version.record} is of another release, or in another language")
        return record

    def _get(self, address: str, most: int, etag: str | None = None) -> tuple[httpx.Response, bytes]:
        headers = {"Cache-Control": "no-cache", **({"If-None-Match": etag} if etag else {})}
        began = self._clock()
        written = bytearray()
        try:
            with self._client.stream("GET", address, headers=headers, follow_redirects=False) as answer:
                if answer.status_code not in (httpx.codes.OK, httpx.codes.NOT_MODIFIED):
                    raise Unreachable(f"{address} answers {answer.status_code}")
                for part in answer.iter_bytes():
                    written += part
                    if len(written) > most:
                        raise Unreachable(f"{address} is larger than {most} bytes")
                    if self._clock() - began > LONGEST:
                        raise Unreachable(f"{address} is slower than {LONGEST:.0f} seconds")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as fault:
            raise Unreachable(f"{address}: {_one_line(str(fault)) or type(fault).__name__}") from None
        return answer, bytes(written)


def own_client() -> httpx.Client:
    """Answer a client that goes where it is told and nowhere else: no proxy, cookie or password of this machine's."""
    return httpx.Client(timeout=PATIENCE, trust_env=False, headers={"User-Agent": "press-list"})


def is_below(address: str, site: str) -> bool:
    """Answer whether the address lies below the site's: same scheme, host, port and folder, and no way out of it."""
    if not _ADDRESS.fullmatch(address) or not address.startswith(site):
        return False
    path = address.removeprefix(site)
    return not urlsplit(address).fragment and not {"..", ".", "%2e%2e"} & {part.lower() for part in path.split("/")}


def read_manifest(written: bytes, site: str) -> tuple[Announcement, ...]:
    """Answer what the bytes of notices.json announce. Raises BadManifest, also if it is of another site."""
    try:
        said = json.loads(written)
        if said["format"] != FORMAT:
            raise BadManifest(f"notices.json has format {said['format']!r}, and this program reads {FORMAT}")
        if said["site"].rstrip("/") != site.rstrip("/"):
            raise BadManifest(f"notices.json is of {_one_line(said['site'])}, and LIST_SITE says {site}")
        told = [_announcement(entry, _topics(entry["topics"]), site) for entry in said["notices"]]
        # a site that was built before it told of assignments has no such key
        decided = [_announcement(entry, frozenset({ASSIGNMENTS}), site) for entry in said.get("assignments", ())]
        return tuple(sorted([*told, *decided], key=lambda announcement: announcement.at, reverse=True))
    except BadManifest:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as wrong:
        raise BadManifest(f"notices.json lacks what it should hold: {_one_line(repr(wrong))}") from None


def _topics(topics: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        {
            f"type:{_matching(_SLUG, topics['type'])}",
            *(f"audience:{_matching(_SLUG, slug)}" for slug in topics["audiences"]),
            *(f"keyword:{_matching(_SLUG, slug)}" for slug in topics["keywords"]),
        }
    )


def _announcement(entry: Mapping[str, Any], topics: frozenset[str], site: str) -> Announcement:
    original = entry["original_language"]
    texts = entry["languages"]
    languages = sorted(texts, key=lambda language: (language != original, language))
    if languages[:1] != [original]:
        raise BadManifest(f"notice {entry['id']!r} lacks its original")
    return Announcement(
        release=_matching(_KEY, entry["id"]),
        revision=_revision(entry["revision"]),
        kind=NoticeKind(entry["kind"]),
        at=_moment(entry["at"]),
        published=_moment(entry["published"]),
        urgent=entry["urgent"] is True,
        topics=topics,
        versions=tuple(_version(language, texts[language], site) for language in languages),
    )


def _version(language: str, text: Mapping[str, Any], site: str) -> Version:
    address, record = text["address"], text["record"]["address"]
    if not (is_below(address, site) and is_below(record, site)):
        raise BadManifest(f"notices.json leads to another site than its own: {_one_line(str(address))}")
    return Version(
        language=_matching(_LANGUAGE, language),
        title=_line(text["title"]),
        lead=None if text["lead"] is None else _line(text["lead"]),
        address=address,
        record=record,
        sha256=_matching(_SHA256, text["record"]["sha256"]),
    )


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is not of the form expected")
    return text


def _revision(number: object) -> int:
    if type(number) is not int or not 1 <= number < 100_000:
        raise ValueError(f"{number!r} is no revision")
    return number


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC")
    return moment


def _line(text: str) -> str:
    line = _CONTROLS.sub(" ", text).strip()
    if not line:
        raise ValueError("a title or lead is empty")
    return line


def _one_line(text: str) -> str:
    return _CONTROLS.sub(" ", text)[:200]
