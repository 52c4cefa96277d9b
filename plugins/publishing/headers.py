"""What a web server says about each file besides its bytes: written once here, rendered for each kind of server.

A rule's pattern begins with a slash and may hold one `*`, which stands for anything, slashes too; that is what all
servers' own languages can say. No two rules set the same header for one address, for some servers would send both.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from plugins.newsroom import Newsroom, fingerprint

YEAR = 31_536_000
HOUR = 3_600
MINUTES = 300

MEDIA_TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "mp4": "video/mp4",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "png": "image/png",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rss": "application/rss+xml; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "wasm": "application/wasm",
    "webp": "image/webp",
    "woff2": "font/woff2",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "zip": "application/zip",
}
"""Media types by ending. JSON has no charset (RFC 8259, section 11); the feeds' types without one would leave it to
readers that don't look into the file.
"""

MEDIA_TYPES_BY_NAME = {"feed.json": "application/feed+json"}
"""JSON Feed 1.1 has a type of its own, but the ending of plain JSON."""

PLAIN = "application/octet-stream"

OPEN = ("json", "rss", "atom", "ics", "txt", "xml")
"""Data that any page on the web may read with a script."""

HASHED = "/theme/*"
"""Files whose names hold their contents' hash: they never change."""

LONGER = ("webp", "jpg", "jpeg", "png", "pdf", "docx", "xlsx", "pptx", "odt", "ods", "zip", "mp4")
"""Pictures and documents, which are changed or withdrawn seldom and are large."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Headers for all addresses that fit the pattern."""

    pattern: str
    headers: tuple[tuple[str, str], ...]

    def fits(self, address: str) -> bool:
        """Answer whether the rule is for an address such as `/theme/style.1a2b3c4d.css`."""
        before, star, after = self.pattern.partition("*")
        if not star:
            return address == before
        long_enough = len(address) >= len(before) + len(after)
        return long_enough and address.startswith(before) and address.endswith(after)


def content_security_policy(form_endpoint: str | None = None) -> str:
    """Answer the policy (CSP 3): everything comes from the site itself, nothing is inline, nobody frames it.

    `form_endpoint` is the address of the subscription service, if the form leads to another host.
    """
    parts = urlsplit(form_endpoint or "")
    forms = f"'self' {parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        f"connect-src 'self'; manifest-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )


def rules(*, base: str = "/", form_endpoint: str | None = None, demonstration: bool = False) -> tuple[Rule, ...]:
    """Answer all rules but those of media types. `base` is the path that every address starts with (`/press/`)."""
    everywhere = [
        ("Content-Security-Policy", content_security_policy(form_endpoint)),
        ("Strict-Transport-Security", f"max-age={YEAR}"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ]
    if demonstration:
        everywhere.append(("X-Robots-Tag", "noindex"))
    at = base.rstrip("/")
    return (
        Rule(f"{at}/*", tuple(everywhere)),
        Rule(f"{at}{HASHED}", (("Cache-Control", f"public, max-age={YEAR}, immutable"),)),
        *(Rule(f"{at}/*.{ending}", (("Access-Control-Allow-Origin", "*"),)) for ending in OPEN),
    )


def rules_for(newsroom: Newsroom) -> tuple[Rule, ...]:
    """Answer the newsroom's rules; the first is the one for all addresses."""
    return rules(
        base=newsroom.site.base,
        form_endpoint=newsroom.subscription_endpoint,
        demonstration=newsroom.demonstration,
    )


def media_type(path: str) -> str:
    """Answer a file's media type, with the charset where there is one."""
    name = PurePosixPath(path).name
    return MEDIA_TYPES_BY_NAME.get(name) or MEDIA_TYPES.get(name.rpartition(".")[2].lower(), PLAIN)


def cache_control(path: str) -> str:
    """Answer how long a file may be kept: what is hashed for ever, pictures and documents an hour, the rest minutes."""
    if Rule(HASHED, ()).fits(f"/{path}"):
        return f"public, max-age={YEAR}, immutable"
    lifetime = HOUR if path.rpartition(".")[2].lower() in LONGER else MINUTES
    return f"public, max-age={lifetime}"


def headers(path: str, of: tuple[Rule, ...], base: str = "/") -> dict[str, str]:
    """Answer every header of a file, for servers that ask for each and for tests."""
    found = {name: value for rule in of if rule.fits(base + path) for name, value in rule.headers}
    return {**found, "Cache-Control": cache_control(path), "Content-Type": media_type(path)}


KEPT_WITH_FILES = fingerprint(repr((MEDIA_TYPES, MEDIA_TYPES_BY_NAME, PLAIN, HASHED, LONGER, YEAR, HOUR, MINUTES)))
"""Stands for what a store keeps with each file: where this differs, every file must be sent again."""
