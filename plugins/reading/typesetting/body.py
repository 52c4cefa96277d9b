"""What a body is made with and comes out as, for those who don't render it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugins.newsroom import Document, Image, Site

MARKDOWN: dict[str, Any] = {
    "extensions": ["tables", "footnotes", "attr_list", "sane_lists"],
    "extension_configs": {"footnotes": {"BACKLINK_TITLE": "↩ {}"}},
}
"""Python-Markdown's options, unless Pelican's setting MARKDOWN says otherwise."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where the links of one body may lead.

    `texts` maps each public text's path below the content folder to its address; `others` are texts that exist but
    are not public; `sections` are the addresses of the room's own pages, for links such as `/prenumerera/`. `listed`
    are the files that the front matter names, also those that can't be used, which is told there.
    """

    site: Site
    texts: Mapping[str, str]
    others: frozenset[str]
    sections: frozenset[str]
    images: tuple[Image, ...] = ()
    documents: tuple[Document, ...] = ()
    listed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Body:
    """A rendered body: safe HTML, and to which address each link to another text's path led."""

    html: str
    led: dict[str, str]
