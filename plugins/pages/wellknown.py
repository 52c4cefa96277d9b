"""What robots and finders of flaws look for at addresses that everyone knows."""

from collections.abc import Iterator
from datetime import UTC
from functools import partial

from plugins.edition.stage import Stage
from plugins.newsroom import Input, Newsroom, Output, SecurityPolicy, fingerprint

_DEMONSTRATION = """\
# A demonstration. Every page asks not to be indexed; robots are let in so that they can see that it does.
"""


def outputs(stage: Stage) -> Iterator[Output]:
    newsroom = stage.newsroom
    yield Output(
        path="robots.txt",
        inputs=(newsroom.site.input, Input("demonstration", fingerprint(str(newsroom.demonstration)))),
        render=partial(robots, newsroom),
    )
    if newsroom.security:
        yield Output(
            path=".well-known/security.txt",
            inputs=(
                newsroom.site.input,
                newsroom.security.input,
                Input("languages", fingerprint(*newsroom.languages)),
            ),
            render=partial(security, newsroom, newsroom.security),
        )


def robots(newsroom: Newsroom) -> bytes:
    """Answer robots.txt (RFC 9309): everyone is welcome everywhere, and here is the sitemap."""
    note = _DEMONSTRATION if newsroom.demonstration else ""
    return f"{note}User-agent: *\nAllow: /\n\nSitemap: {newsroom.site.absolute('sitemap.xml')}\n".encode()


def security(newsroom: Newsroom, policy: SecurityPolicy) -> bytes:
    """Answer security.txt (RFC 9116, section 2.5). Addresses of the web that are not https may not stand there."""
    expires = policy.expires.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = [("Contact", policy.contact), ("Expires", expires)]
    fields.append(("Preferred-Languages", ", ".join(newsroom.languages)))
    canonical = newsroom.site.absolute(".well-known/security.txt")
    fields += [
        (field, address)
        for field, address in (("Canonical", canonical), ("Policy", policy.policy))
        if address and address.startswith("https://")
    ]
    return "".join(f"{field}: {value}\n" for field, value in fields).encode()
