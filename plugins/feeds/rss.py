"""RSS 2.0, as the RSS Advisory Board's profile advises."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from plugins.feeds.channel import Part
from plugins.feeds.entry import Entry, legible
from plugins.feeds.extensions import a_feed
from plugins.feeds.told import Told, pasted

MEDIA_TYPE = "application/rss+xml"
GENERATOR = "python-feedgen"

_HTML = re.compile(rb"(<content:encoded>[^<]*)")
"""What is HTML by name, and needs no other references."""


def render(part: Part, told: Sequence[Told]) -> bytes:
    """Answer one document of a feed as RSS."""
    return pasted(told, "rss", lambda new: _document(part, new), b"    <item>\n", b"  </channel>\n</rss>\n")


def _document(part: Part, told: Sequence[Told]) -> bytes:
    channel = part.channel
    feed = a_feed()
    feed.title(legible(channel.title))
    feed.description(legible(channel.description))
    feed.language(channel.language)
    feed.generator(GENERATOR)
    feed.lastBuildDate(part.updated)
    feed.link(href=part.url("rss"), rel="self", type=MEDIA_TYPE)
    feed.link(href=channel.url, rel="alternate")  # the last link becomes the channel's
    feed.dc.dc_publisher(legible(channel.publisher))
    feed.history.part = part
    for each in told:
        _add(each.entry, feed)
    return _with_references(feed.rss_str(pretty=True))


def _with_references(document: bytes) -> bytes:
    """Write `&`, `<` and `>` in plain text as hexadecimal character references, which most readers take for themselves.

    RSS does not say whether a title is text or HTML, so a reader may take `&lt;b&gt;` for bold (RSS Advisory Board's
    profile, "Character Data"). To XML it is the same document.
    """
    parts = _HTML.split(document)
    parts[::2] = [
        plain.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;").replace(b"&gt;", b"&#x3E;")
        for plain in parts[::2]
    ]
    return b"".join(parts)


def _add(entry: Entry, feed: Any) -> None:
    item = feed.add_entry(order="append")
    item.guid(entry.id, permalink=False)
    item.link(href=entry.url)
    item.title(entry.title)
    item.description(escape(entry.summary, quote=False))  # an item's description is HTML
    item.content(entry.html)
    item.published(entry.published)
    item.dc.dc_creator(entry.issuer or entry.publisher)
    if entry.case_number:
        item.dc.dc_identifier(entry.case_number)
    item.category([{"term": tag.slug, "label": tag.label, "scheme": tag.scheme} for tag in entry.tags])
    for attachment in entry.attachments[:1]:  # RSS readers expect one; the text links to all of them
        item.enclosure(attachment.url, attachment.bytes, attachment.media_type)
    item.history.entry = entry
    item.media.pictures = entry.pictures
