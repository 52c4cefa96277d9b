"""Atom (RFC 4287), with archives (RFC 5005) and tombstones (RFC 6721)."""

from collections.abc import Sequence
from typing import Any

from plugins.feeds.channel import Part, archive_links
from plugins.feeds.entry import Entry, legible
from plugins.feeds.extensions import a_feed
from plugins.feeds.told import Told, pasted

MEDIA_TYPE = "application/atom+xml"
GENERATOR = "python-feedgen"


def render(part: Part, told: Sequence[Told]) -> bytes:
    """Answer one document of a feed as Atom."""
    return pasted(told, "atom", lambda new: _document(part, new, told), b"  <entry>\n", b"</feed>\n")


def _document(part: Part, new: Sequence[Told], told: Sequence[Told]) -> bytes:
    """Answer the document with those entries that are new, of all that it tells."""
    channel = part.channel
    feed = a_feed()
    feed.id(channel.id)
    feed.title(legible(channel.title))
    feed.subtitle(legible(channel.description))
    feed.language(channel.language)
    feed.generator(GENERATOR)
    feed.updated(part.updated)
    feed.author(name=legible(channel.publisher), uri=channel.newsroom.publisher.url)
    feed.link(href=part.url("atom"), rel="self", type=MEDIA_TYPE)
    feed.link(href=channel.url, rel="alternate", type="text/html")
    for rel, url in archive_links(part, "atom"):
        feed.link(href=url, rel=rel, type=MEDIA_TYPE)
    feed.history.part = part
    feed.tombstones.entries = [each.entry for each in told if each.is_withdrawn]
    for each in new:
        _add(each.entry, feed)
    return bytes(feed.atom_str(pretty=True))


def _add(entry: Entry, feed: Any) -> None:
    item = feed.add_entry(order="append")
    item.id(entry.id)
    item.title(entry.title)
    item.summary(entry.summary)
    if entry.issuer:
        item.author(name=entry.issuer)
    item.content(entry.html, type="html")
    item.published(entry.published)
    item.updated(entry.updated)
    if entry.case_number:
        item.dc.dc_identifier(entry.case_number)
    item.category([{"term": tag.slug, "label": tag.label, "scheme": tag.scheme} for tag in entry.tags])
    item.history.entry = entry
    item.media.pictures = entry.pictures
