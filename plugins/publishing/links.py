"""Whether what pages lead to is there: files of the edition, and places within its pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from plugins.newsroom import Fault, Site
from plugins.publishing.manifest import Manifest
from plugins.publishing.shipment import Shipment

_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"""<[A-Za-z](?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(
    r"""\s(href|src|srcset|poster|id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE
)
_LOCATION = re.compile(r"<loc>([^<]*)</loc>")


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page leads to, and the places in it that can be led to."""

    links: tuple[str, ...]
    places: frozenset[str]


class _Target(NamedTuple):
    """Where a link leads: a file of the edition (None = there is none), and a place in it; or out of the site."""

    is_ours: bool
    file: str | None
    fragment: str


_ELSEWHERE = _Target(False, None, "")


class Links:
    """Reads each page of a shipment at most once."""

    def __init__(self, shipment: Shipment, site: Site) -> None:
        self.shipment = shipment
        self.site = site
        self._read: dict[str, _Page] = {}
        self._followed: dict[str, _Target] = {}

    def faults(self, path: str) -> Iterator[Fault]:
        """Answer what a page or sitemap leads to in vain."""
        here = self.site.absolute(address_of(path))
        for link in dict.fromkeys(self._page(path).links):
            target = self._follow(here, link)
            if not target.is_ours:
                continue
            if target.file is None:
                yield Fault.at(path, 0, "the link to {link} leads to what isn't there", link=link)
            elif target.fragment and target.file.endswith(".html") and not self._is_in(target.fragment, target.file):
                yield Fault.at(path, 0, "the link to {link} leads to a place that isn't on the page", link=link)

    def _follow(self, here: str, link: str) -> _Target:
        """Answer where a link on a page leads. Most links stand on many pages, and lead to the same from all."""
        if not link.startswith(("/", "https:", "http:")):
            return self._target(urljoin(here, link))
        if link not in self._followed:
            self._followed[link] = self._target(urljoin(here, link))
        return self._followed[link]

    def _target(self, whole: str) -> _Target:
        whole, fragment = urldefrag(whole)
        address = self._ours(whole)
        if address is None:
            return _ELSEWHERE
        return _Target(True, file_at(address, self.shipment.manifest), unquote(fragment))

    def _ours(self, whole: str) -> str | None:
        """Answer the address in our site that a whole address stands for; None if it is elsewhere."""
        home, parts = urlsplit(self.site.url), urlsplit(whole)
        if parts.scheme not in ("http", "https") or parts.netloc != home.netloc:
            return None
        if not f"{parts.path}/".startswith(self.site.base):
            return None
        return unquote(parts.path).removeprefix(self.site.base.rstrip("/")).lstrip("/")

    def _is_in(self, fragment: str, page: str) -> bool:
        # ":~:" begins words that a browser looks for itself
        return fragment == "top" or fragment.startswith(":~:") or fragment in self._page(page).places

    def _page(self, path: str) -> _Page:
        if path not in self._read:
            text = self.shipment.read(path).decode(errors="replace")
            self._read[path] = _page(text) if path.endswith(".html") else _sitemap(text)
        return self._read[path]


def is_read(path: str) -> bool:
    """Answer whether links are looked for in a file."""
    return path.endswith((".html", ".xml"))


def address_of(path: str) -> str:
    """Answer the address at which a file is read: that of its folder, for a folder's page."""
    return path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path


def file_at(address: str, manifest: Manifest) -> str | None:
    """Answer the file that a web server sends for an address; None if it has none."""
    folder = f"{address.rstrip('/')}/index.html".lstrip("/")
    return next((path for path in (address, folder) if path in manifest.files), None)


def _sitemap(xml: str) -> _Page:
    return _Page(tuple(unescape(address) for address in _LOCATION.findall(xml)), frozenset())


def _page(html: str) -> _Page:
    links: list[str] = []
    places: set[str] = set()
    for tag in _TAG.findall(_COMMENT.sub("", _SCRIPT.sub(_opening, html))):
        for name, *quoted in _ATTRIBUTE.findall(tag):
            value = unescape("".join(quoted)).strip()
            if name.lower() in ("id", "name"):
                places.add(value)
            elif name.lower() == "srcset":
                links += [candidate.split()[0] for candidate in value.split(",") if candidate.strip()]
            else:
                links.append(value)
    return _Page(tuple(links), frozenset(places))


def _opening(element: re.Match[str]) -> str:
    """Answer the first tag of a script or style: its address counts, what it holds doesn't."""
    return element[0].partition(">")[0] + ">"
