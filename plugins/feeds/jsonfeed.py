"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), with what only a press room says under `_pressroom`."""

import json
from collections.abc import Sequence
from typing import Any

from plugins.feeds.channel import Part
from plugins.feeds.entry import Attachment, Entry, legible
from plugins.feeds.told import Told
from plugins.newsroom import Withdrawal

MEDIA_TYPE = "application/feed+json"


def render(part: Part, told: Sequence[Told]) -> bytes:
    """Answer one document of a feed as JSON."""
    channel = part.channel
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": legible(channel.title),
        "home_page_url": channel.url,
        "feed_url": part.url("json"),
        "next_url": part.older_url("json"),
        "description": legible(channel.description),
        "language": channel.language,
        "authors": [{"name": legible(channel.publisher), "url": channel.newsroom.publisher.url}],
    }
    items = b", ".join(map(_clipping, told))
    return b'%b, "items": [%b]}\n' % (_written(feed).removesuffix(b"}"), items)


def _clipping(told: Told) -> bytes:
    """Answer the item as it is in every feed that it stands in."""
    clipping = told.clipping("json")
    if clipping is None:
        clipping = _written(_item(told.entry))
        told.keep("json", clipping)
    return clipping


def _written(members: dict[str, Any]) -> bytes:
    return json.dumps(_said(members), ensure_ascii=False).encode()


def _item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "image": entry.pictures[0].web.url if entry.pictures else None,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": entry.issuer}] if entry.issuer else None,
        "language": entry.language,
        "tags": list(dict.fromkeys(tag.label for tag in entry.tags)),
        "attachments": [_attachment(attachment) for attachment in entry.attachments] or None,
        "_pressroom": {
            "revision": entry.revision,
            "case_number": entry.case_number,
            "urgent": entry.urgent,
            "withdrawn": _withdrawn(entry.withdrawn) if entry.withdrawn else None,
        },
    }


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "url": attachment.url,
        "mime_type": attachment.media_type,
        "title": attachment.title,
        "size_in_bytes": attachment.bytes,
    }


def _withdrawn(withdrawal: Withdrawal) -> dict[str, Any]:
    return {
        "at": withdrawal.at.isoformat(),
        "kind": withdrawal.kind.value,
        "reason": legible(withdrawal.reason),
        "by": withdrawal.by,
    }


def _said(members: dict[str, Any]) -> dict[str, Any]:
    """Answer the members that have a value: what the format calls optional is left out rather than null."""
    return {name: value for name, value in members.items() if value is not None}
