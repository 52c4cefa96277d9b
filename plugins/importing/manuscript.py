"""A release that was taken over, as a Markdown file of the content."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from plugins.importing.matching import Matched

_PLAIN = re.compile(r"[A-Za-zÀ-ÿ][^:#\"'`{}\[\],&*?|<>=!%@\\]*")
_EMPTY = {"null"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture that lies beside the file; what is "" is left to fill in."""

    file: str
    alt: str
    caption: str
    credit: str
    terms: str


def written(release: Matched, now: datetime, pictures: Sequence[Shown] = ()) -> str:
    """Answer the file's text, marked as taken over `now`."""
    return "\n".join(["---", *_front(release, now, pictures), "---", "", *_body(release)])


def as_draft(text: str) -> str:
    """Answer the file's text with its time off, so that a build doesn't meet what is left to fill in."""
    return re.sub(r"^published:", "#published:", text, count=1, flags=re.MULTILINE)


def _front(release: Matched, now: datetime, pictures: Sequence[Shown]) -> Iterator[str]:
    found = release.found
    yield f"id: {found.id}"
    yield f"type: {release.type}".rstrip()
    yield f"published: {release.published.isoformat(timespec='seconds')}"
    yield f"title: {_value(found.title)}"
    if found.lead:
        yield "lead: >-"
        yield f"  {found.lead}"
    else:
        yield "lead:"
    if release.keywords:
        yield f"keywords: [{', '.join(release.keywords)}]"
    if release.contacts:
        yield f"contacts: [{', '.join(release.contacts)}]"
    if pictures:
        yield "images:"
    for picture in pictures:
        yield f"  - file: {picture.file}"
        yield f"    alt: {_value(picture.alt)}".rstrip()
        if picture.caption:
            yield f"    caption: {_value(picture.caption)}"
        yield f"    credit: {_value(picture.credit)}".rstrip()
        yield f"    terms: {picture.terms}".rstrip()
    if release.links:
        yield "links:"
    for link in release.links:
        yield f"  - text: {_value(link.text)}"
        yield f"    url: {json.dumps(link.url, ensure_ascii=False)}"
    yield "imported:"
    yield f"  at: {now.isoformat(timespec='seconds')}"
    if release.url:
        yield f"  url: {json.dumps(release.url, ensure_ascii=False)}"
    if release.moved_from:
        yield f"moved_from: {json.dumps(release.moved_from, ensure_ascii=False)}"
    if not found.body:
        yield "missing: [body]"


def _body(release: Matched) -> list[str]:
    return [release.found.body, ""] if release.found.body else []


def _value(text: str) -> str:
    """Answer a text as YAML: as it is if nothing in it means anything there, else in quotation marks as in JSON."""
    if not text or (_PLAIN.fullmatch(text) and text.casefold() not in _EMPTY and not text.endswith(" ")):
        return text
    return json.dumps(text, ensure_ascii=False)
