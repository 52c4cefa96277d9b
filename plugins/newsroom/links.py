"""Links in rendered bodies, for readers who are not on the site: feeds, open data and letters."""

import re
from urllib.parse import urlsplit

from plugins.newsroom.site import Site

_TAG = re.compile(r'<[A-Za-z][A-Za-z0-9]*(?:\s+[^\s="<>/]+(?:="[^"]*")?)+\s*/?>')
_ATTRIBUTE = re.compile(r'(\s)([^\s="<>/]+)="([^"]*)"')
_ADDRESSES = {"href", "src", "cite", "poster"}


def absolute_links(html: str, site: Site) -> str:
    """Answer the HTML with every link that starts at the root of the host made a whole address.

    For sanitised HTML only: there, as in a body, attributes stand in double quotes. Text is left alone even when it
    looks like a link, and so are `#note` and `//other.example`.
    """
    parts = urlsplit(site.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(lambda a: _absolute(a, origin), tag[0]), html)


def _absolute(attribute: re.Match[str], origin: str) -> str:
    space, name, value = attribute.groups()
    if name in _ADDRESSES:
        value = _from_root(value, origin)
    elif name == "srcset":
        value = ", ".join(_from_root(candidate.strip(), origin) for candidate in value.split(","))
    return f'{space}{name}="{value}"'


def _from_root(link: str, origin: str) -> str:
    return origin + link if link.startswith("/") and not link.startswith("//") else link
