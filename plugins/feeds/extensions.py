"""What feedgen can't say by itself: extensions of its feeds and entries."""

from collections.abc import Sequence
from typing import Any

from feedgen import feed as feeds  # first: it loads what the others expect to be loaded
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.ext.dc import DcEntryExtension, DcExtension
from feedgen.util import xml_elem

from plugins.feeds.channel import Part, archive_links
from plugins.feeds.entry import Attachment, Entry, Picture, Shot

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
MEDIA = "http://search.yahoo.com/mrss/"

Element = Any
"""An element of lxml, which has no types."""


class History(BaseExtension):
    """Marks the parts of an archive and links them (RFC 5005, sections 2 and 4)."""

    part: Part

    def extend_ns(self) -> dict[str, str]:
        return {"fh": HISTORY}

    def extend_atom(self, feed: Element) -> Element:
        """Say whether this is a part of the archive; feedgen writes an Atom feed's links itself."""
        if self.part.number is not None:
            xml_elem(f"{{{HISTORY}}}archive", feed)
        return feed

    def extend_rss(self, rss: Element) -> Element:
        """Add the links, of which feedgen writes only `self` into RSS."""
        channel = rss[0]
        for rel, url in archive_links(self.part, "rss"):
            xml_elem(f"{{{ATOM}}}link", channel, href=url, rel=rel, type="application/rss+xml")
        return self.extend_atom(channel)


class Tombstones(BaseExtension):
    """Says in Atom which entries no longer hold (RFC 6721, section 3).

    The entries stay, and say why: most readers don't know tombstones, and what vanishes from a feed they simply keep.
    Those that do go by the later of the entry's `updated` and the tombstone's `when`, and these are the same.
    """

    entries: Sequence[Entry] = ()

    def extend_ns(self) -> dict[str, str]:
        return {"at": TOMBSTONES} if self.entries else {}

    def extend_atom(self, feed: Element) -> Element:
        for entry in self.entries:
            if entry.withdrawn:
                when = entry.updated.isoformat()
                tombstone = xml_elem(f"{{{TOMBSTONES}}}deleted-entry", feed, ref=entry.id, when=when)
                xml_elem(f"{{{TOMBSTONES}}}comment", tombstone).text = entry.summary
        return feed


class EntryAtom(BaseEntryExtension):
    """Says in Atom's words what feedgen leaves out."""

    entry: Entry

    def extend_atom(self, element: Element) -> Element:
        """Add the links, of which feedgen 1.0 keeps nothing but the `href`."""
        xml_elem("link", element, rel="alternate", type="text/html", href=self.entry.url)
        for attachment in self.entry.attachments:
            xml_elem("link", element, rel="enclosure", **_described(attachment))
        return element

    def extend_rss(self, element: Element) -> Element:
        """Add when the release was last revised, for which RSS has no word of its own."""
        xml_elem(f"{{{ATOM}}}updated", element).text = self.entry.updated.isoformat()
        return element


def _described(attachment: Attachment) -> dict[str, str]:
    return {
        "type": attachment.media_type,
        "length": str(attachment.bytes),
        "title": attachment.title,
        "href": attachment.url,
    }


class Media(BaseExtension):
    """Declares Media RSS."""

    def extend_ns(self) -> dict[str, str]:
        return {"media": MEDIA}


class EntryMedia(BaseEntryExtension):
    """Adds a release's pictures as Media RSS 1.5.1, with text, photographer and terms.

    `media:license` is left out because validators do not know it; `media:copyright` holds the terms.
    """

    pictures: tuple[Picture, ...] = ()

    def extend_rss(self, element: Element) -> Element:
        for picture in self.pictures:
            self._texts(picture, self._files(picture, element))
        return element

    extend_atom = extend_rss

    def _files(self, picture: Picture, element: Element) -> Element:
        """Add the picture's files and answer the element that its texts belong in: a group if there are several."""
        if picture.web.url == picture.original.url:
            return self._file(picture.original, element)
        group = xml_elem(f"{{{MEDIA}}}group", element)
        self._file(picture.web, group).set("isDefault", "true")
        self._file(picture.original, group)
        return group

    def _file(self, shot: Shot, element: Element) -> Element:
        return xml_elem(
            f"{{{MEDIA}}}content",
            element,
            url=shot.url,
            fileSize=str(shot.bytes),
            type=shot.media_type,
            medium="image",
            height=str(shot.height),
            width=str(shot.width),
        )

    def _texts(self, picture: Picture, element: Element) -> None:
        xml_elem(f"{{{MEDIA}}}title", element, type="plain").text = picture.title
        xml_elem(f"{{{MEDIA}}}description", element, type="plain").text = picture.alt
        xml_elem(f"{{{MEDIA}}}credit", element, role="photographer", scheme="urn:ebu").text = picture.credit
        copyright = xml_elem(f"{{{MEDIA}}}copyright", element)
        copyright.text = picture.terms
        if picture.terms_url:
            copyright.set("url", picture.terms_url)


def a_feed() -> Any:
    """Answer an empty feed, with all extensions as attributes that no type knows: their names."""
    feed = feeds.FeedGenerator()
    feed.register_extension("dc", DcExtension, DcEntryExtension)
    feed.register_extension("history", History, EntryAtom)
    feed.register_extension("tombstones", Tombstones, rss=False)
    feed.register_extension("media", Media, EntryMedia)
    return feed
