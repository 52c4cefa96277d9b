"""A site for Caddy (2.5 or later), which gets its certificates itself."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from plugins.newsroom import Newsroom, Site
from plugins.publishing.headers import (
    HASHED,
    HOUR,
    LONGER,
    MEDIA_TYPES,
    MEDIA_TYPES_BY_NAME,
    MINUTES,
    OPEN,
    YEAR,
    rules_for,
)
from plugins.publishing.hosting.form import ROOT, filled, quoted, spellings
from plugins.publishing.redirects import Redirect, gone, redirects


def caddy(newsroom: Newsroom, *, root: str = ROOT) -> str:
    """Answer a Caddyfile. `root` is as for nginx."""
    site, everywhere = newsroom.site, rules_for(newsroom)[0]
    return filled(
        Path(__file__).with_name("Caddyfile"),
        minutes=MINUTES,
        hour=HOUR,
        year=YEAR,
        host=site.host,
        root=quoted(root),
        base=site.base,
        hashed=site.base.rstrip("/") + HASHED,
        longer=_patterns(LONGER),
        open=_patterns(OPEN),
        headers=[f"{name} {quoted(value)}" for name, value in everywhere.headers],
        types=_types(),
        redirects=_redirects(site, redirects(newsroom)),
        gone=_gone(site, gone(newsroom)),
    )


def _patterns(endings: Iterable[str]) -> str:
    return " ".join(f"*.{ending}" for ending in endings)


def _types() -> Iterator[str]:
    named = " ".join(f"*/{name}" for name in MEDIA_TYPES_BY_NAME)
    for ending, kind in MEDIA_TYPES.items():
        yield f"@{ending} {{"
        yield f"\tpath *.{ending}"
        yield f"\tnot path {named}"
        yield "}"
        yield f"header @{ending} Content-Type {quoted(kind)}"
    for name, kind in MEDIA_TYPES_BY_NAME.items():
        yield f"@{name} path */{name}"
        yield f"header @{name} Content-Type {quoted(kind)}"


def _redirects(site: Site, moved: Iterable[Redirect]) -> Iterator[str]:
    for each in moved:
        for old in spellings(each):
            yield f"redir {quoted(site.base + old)} {quoted(site.href(each.new))} 301"


def _gone(site: Site, addresses: Iterable[str]) -> Iterator[str]:
    for address in addresses:
        place = site.base + address
        yield f"handle {quoted(place)} {{"
        yield f"\trewrite * {quoted(f'{place}index.html')}"
        yield "\tfile_server {"
        yield "\t\tstatus 410"
        yield "\t}"
        yield "}"
