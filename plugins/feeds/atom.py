"""Atom (RFC 4287), with archives (RFC 5005)."""

from collections.abc import Sequence
from typing import Any

from feedgen.feed import FeedGenerator

from plugins.feeds.channel import Part
from plugins.feeds.entry import Entry, legible
from plugins.feeds.extensions import EntryAtom, EntryMedia, History, Media, archive_links

MEDIA_TYPE = "application/atom+xml"
GENERATOR = "python-feedgen"


def render(part: Part, entries: Sequence[Entry]) -> bytes:
    """Answer one document of a feed as Atom."""
    channel = part.channel
    feed: Any = FeedGenerator()  # extensions become attributes that no type knows
    feed.load_extension("dc")
    feed.register_extension("history", History, EntryAtom)
    feed.register_extension("media", Media, EntryMedia)
    feed.id(channel.id)
    feed.title(legible(channel.title))
    feed.subtitle(legible(channel.description))
    feed.language(channel.language)
    feed.generator(GENERATOR)
    feed.updated(part.updated)
    feed.author(name=legible(channel.publisher), uri=channel.publisher_url)
    feed.link(href=part.url("atom"), rel="self", type=MEDIA_TYPE)
    feed.link(href=channel.url, rel="alternate", type="text/html")
    for rel, url in archive_links(part, "atom"):
        feed.link(href=url, rel=rel, type=MEDIA_TYPE)
    feed.history.part = part
    for entry in entries:
        _add(entry, feed)
    return bytes(feed.atom_str(pretty=True))


def _add(entry: Entry, feed: Any) -> None:
    item = feed.add_entry(order="append")
    item.id(entry.id)
    item.title(entry.title)
    item.summary(entry.summary)
    item.content(entry.html, type="html")
    item.published(entry.published)
    item.updated(entry.updated)
    if entry.case_number:
        item.dc.dc_identifier(entry.case_number)
    for tag in entry.tags:
        item.category(term=tag.slug, label=tag.label, scheme=tag.scheme)
    item.history.entry = entry
    item.media.pictures = entry.pictures
