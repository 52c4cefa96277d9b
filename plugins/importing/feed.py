"""An RSS or Atom feed, from its bytes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

import feedparser
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from plugins.importing import prose
from plugins.importing.calendar import Calendar, Unclear
from plugins.importing.found import Found, Picture, Unreadable, flowing
from plugins.importing.prose import Prose
from plugins.newsroom import Fault

_parse: Any = vars(feedparser)["parse"]  # it has no types, and exports nothing by its own account
MOST_ITEMS = 5_000

DANGEROUS = "the XML defines entities, which no feed needs; it isn't read"
NOT_WELL_FORMED = "the feed isn't well-formed XML ({why}); compare what was read with the source"
NO_FEED = "no releases were found in the feed"
TOO_MANY = "the feed has more than {number} items; the others are left out"
ONLY_CHANGED = "the feed only says when it was changed, “{written}”, not when it was published"


def read(data: bytes, source: str, calendar: Calendar) -> list[Found]:
    """Answer the feed's releases in its order. Nothing is fetched. Raises Unreadable if it isn't a feed."""
    doubts = _checked(data, source)
    # A stream: of anything else feedparser would try whether it is a file or an address
    try:
        feed: Any = _parse(BytesIO(data), resolve_relative_uris=False, sanitize_html=False)
    except Exception:  # whatever the library trips over, the feed can't be read
        feed = None
    if not feed or not feed.entries:
        raise Unreadable(Fault.at(source, 0, NO_FEED))
    if len(feed.entries) > MOST_ITEMS:
        doubts.append(Fault.at(source, 0, TOO_MANY, number=MOST_ITEMS))
    language = str(feed.feed.get("language", ""))[:2].lower()
    calendar = replace(calendar, is_local=bool(calendar.form))
    found = [_release(entry, source, language, calendar) for entry in feed.entries[:MOST_ITEMS]]
    first = replace(found[0], doubts=(*doubts, *found[0].doubts))
    return [first, *found[1:]]


def _checked(data: bytes, source: str) -> list[Fault]:
    """Answer a doubt if the XML is broken. Raises Unreadable for XML that would grow when it is read."""
    try:
        fromstring(data)
    except DefusedXmlException:
        raise Unreadable(Fault.at(source, 0, DANGEROUS)) from None
    except (ParseError, ValueError, LookupError) as error:
        if b"<!ENTITY" in data.replace(b"\0", b""):
            raise Unreadable(Fault.at(source, 0, DANGEROUS)) from None
        return [Fault.at(source, getattr(error, "position", (0,))[0], NOT_WELL_FORMED, why=error)]
    return []


def _release(entry: Any, source: str, language: str, calendar: Calendar) -> Found:
    address = str(entry.get("link", ""))
    title = _words(entry.get("title", ""), source)
    body = Prose(source, address, has_lines=False)
    whole = [content.get("value", "") for content in entry.get("content", [])]
    summary = str(entry.get("summary", ""))
    lead = _words(summary, source) if whole and summary != whole[0] else ""  # feedparser fills the one with the other
    element = prose.soup(whole[0] if whole else summary, source)
    lead = body.lead(element, lead)
    text = body.markdown(element)
    return Found(
        source=source,
        seed=str(entry.get("id") or address or title),
        title=title,
        lead=lead,
        body=text,
        published=_published(entry, calendar),
        language=str(entry.get("language", language))[:2].lower(),
        keywords=tuple(dict.fromkeys(flowing(tag.term) for tag in entry.get("tags", []) if tag.term)),
        pictures=(*body.pictures, *_enclosed(entry)),
        address=address,
        doubts=tuple(body.doubts),
    )


def _published(entry: Any, calendar: Calendar) -> datetime | Unclear:
    if "published" in entry or "updated" not in entry:
        return calendar.read(str(entry.get("published", "")))
    return Unclear(flowing(str(entry.updated)), ONLY_CHANGED)


def _words(markup: str, source: str) -> str:
    return flowing(prose.soup(markup, source).get_text(" ")) if "<" in markup or "&" in markup else flowing(markup)


def _enclosed(entry: Any) -> Iterator[Picture]:
    for file in entry.get("enclosures", []):
        if str(file.get("type", "")).startswith("image/") and file.get("href"):
            yield Picture(url=str(file.href), alt="", caption="", credit="")
