"""A site for nginx."""

import re
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
    PLAIN,
    YEAR,
    rules_for,
)
from plugins.publishing.hosting.form import ROOT, filled, quoted, spellings
from plugins.publishing.redirects import Redirect, gone, redirects


def nginx(newsroom: Newsroom, *, root: str = ROOT, certificate: str | None = None, brotli: bool = False) -> str:
    """Answer a file for nginx's `conf.d/` or `sites-enabled/`.

    `root` is the folder that the host's own `/` leads to. For a press room at `/press/` that is a folder in which
    `press` is a symbolic link to where editions are published. `certificate` is a folder with fullchain.pem and
    privkey.pem; without one it answers on port 80 alone. `brotli` says that the server has the module brotli_static.
    """
    site, everywhere = newsroom.site, rules_for(newsroom)[0]
    return filled(
        Path(__file__).with_name("nginx.conf"),
        minutes=MINUTES,
        hour=HOUR,
        year=YEAR,
        at=re.escape(site.base.rstrip("/")),
        hashed=re.escape(HASHED.removesuffix("*")),
        longer="|".join(LONGER),
        open="|".join(OPEN),
        listen=_listening(certificate),
        redirect_to_tls=_to_tls(site) if certificate else [],
        host=site.host,
        root=quoted(root),
        base=site.base,
        with_charset=" ".join(_with_charset()),
        plain=PLAIN,
        types=[f"{kind.partition(';')[0]} {ending};" for ending, kind in MEDIA_TYPES.items()],
        brotli=["brotli_static on;"] if brotli else [],
        headers=[f"add_header {name} {quoted(value)} always;" for name, value in everywhere.headers],
        named_types=[
            f"location ~ /{re.escape(name)}$ {{ types {{ }} default_type {kind}; }}"
            for name, kind in MEDIA_TYPES_BY_NAME.items()
        ],
        gone=_gone(site, gone(newsroom)),
        redirects=_redirects(site, redirects(newsroom)),
    )


def _listening(certificate: str | None) -> list[str]:
    if certificate is None:
        return ["listen 80;", "listen [::]:80;"]
    folder = certificate.rstrip("/")
    return [
        "listen 443 ssl http2;",
        "listen [::]:443 ssl http2;",
        f"ssl_certificate {quoted(f'{folder}/fullchain.pem')};",
        f"ssl_certificate_key {quoted(f'{folder}/privkey.pem')};",
        "ssl_protocols TLSv1.2 TLSv1.3;",
        "ssl_session_cache shared:press:2m;",
    ]


def _to_tls(site: Site) -> list[str]:
    return [
        "server {",
        "\tlisten 80;",
        "\tlisten [::]:80;",
        f"\tserver_name {site.host};",
        f"\treturn 301 https://{site.host}$request_uri;",
        "}",
    ]


def _with_charset() -> list[str]:
    """Answer the types that nginx is to add the charset to."""
    kinds = {kind.partition(";")[0] for kind in MEDIA_TYPES.values() if "charset" in kind}
    return sorted(kinds - {"text/html"})  # nginx warns of a type that is there anyway


def _redirects(site: Site, moved: Iterable[Redirect]) -> Iterator[str]:
    for each in moved:
        new = quoted(site.href(each.new).replace("$", "%24"))  # "$" would begin a variable
        for old in spellings(each):
            yield f"location = {quoted(site.base + old)} {{ return 301 {new}; }}"


def _gone(site: Site, addresses: Iterable[str]) -> Iterator[str]:
    for address in addresses:
        place = site.base + address
        yield f"location = {quoted(place)} {{ error_page 410 {quoted(f'{place}index.html')}; return 410; }}"
