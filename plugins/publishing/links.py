"""Whether what pages lead to is there: files of the edition, and places within its pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from plugins.newsroom import Fault, Site
from plugins.publishing.leads import Leads, Page
from plugins.publishing.manifest import Manifest
from plugins.publishing.shipment import Shipment

_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"""<[A-Za-z](?:[^<>"']++|"[^"]*+"|'[^']*+')*>""")
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
    """Where a link leads: an address of ours with its file (None = there is none) and a place in it; or elsewhere."""

    is_ours: bool
    address: str
    file: str | None
    fragment: str


_ELSEWHERE = _Target(False, "", None, "")


class Links:
    """Reads each page of a shipment at most once. `seen` is what the pages lead to that faults were looked for in."""

    def __init__(self, shipment: Shipment, site: Site) -> None:
        self.shipment = shipment
        self.site = site
        self.seen: dict[str, Page] = {}
        self._read: dict[str, _Page] = {}
        self._followed: dict[str, _Target] = {}

    def doubtful(self, right: Manifest, leads: Leads) -> set[str]:
        """Answer the pages that may lead to something in vain, given an edition in which none did: those that it hasn't
        as they are now, and those that lead to what it has and this edition hasn't.
        """
        files = self.shipment.manifest.files
        pages = {path for path in files if is_read(path)}
        known = leads.known(self.shipment.manifest)
        fresh = {path for path in pages if right.files.get(path) != files[path] or path not in known}
        lost = self._lost(right, fresh, leads)
        return pages if lost is None else fresh | (leads.leading_to(lost) & pages)

    def faults(self, path: str) -> Iterator[Fault]:
        """Answer what a page or sitemap leads to in vain."""
        here = self.site.absolute(address_of(path))
        followed = {link: self._follow(here, link) for link in self._page(path).links}
        for link, target in followed.items():
            if not target.is_ours:
                continue
            if target.file is None:
                yield Fault.at(path, 0, "the link to {link} leads to what isn't there", link=link)
            elif target.fragment and target.file.endswith(".html") and not self._is_in(target.fragment, target.file):
                yield Fault.at(path, 0, "the link to {link} leads to a place that isn't on the page", link=link)
        ours = [target for target in followed.values() if target.is_ours]
        leads = {target.address for target in ours}
        leads |= {f"{target.address}#{target.fragment}" for target in ours if target.fragment}
        self.seen[path] = Page(frozenset(leads), self._page(path).places)

    def _lost(self, right: Manifest, fresh: set[str], leads: Leads) -> set[str] | None:
        """Answer the addresses and the places on pages that were there; None if nobody remembers which there were."""
        files = self.shipment.manifest.files
        lost = {address for path in right.files.keys() - files.keys() for address in addresses_of(path)}
        for path in fresh:
            before = right.files.get(path)
            if before is None or before == files[path]:
                continue
            was = leads.page(path, before.sha256)
            if was is None:
                return None
            gone = was.places - self._page(path).places
            lost |= {f"{address}#{place}" for place in gone for address in addresses_of(path)}
        return lost

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
        return _Target(True, address, file_at(address, self.shipment.manifest), unquote(fragment))

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


def addresses_of(path: str) -> set[str]:
    """Answer all addresses at which a web server sends a file."""
    address = address_of(path)
    return {path, address, address.rstrip("/")}


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
