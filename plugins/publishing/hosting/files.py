"""Files in the site itself that tell a host what to do: `_headers` and `_redirects`."""

from collections.abc import Iterable

from plugins.newsroom import Newsroom
from plugins.publishing.headers import MEDIA_TYPES, MEDIA_TYPES_BY_NAME, rules_for
from plugins.publishing.hosting.form import spellings
from plugins.publishing.redirects import redirects


def headers_file(newsroom: Newsroom) -> bytes:
    """Answer `_headers`, which Cloudflare Pages, Netlify and others read (at most 100 rules, one `*` in each).

    Lifetimes are set for hashed files only: these hosts know when a page is published, and keep others until then.
    """
    base = newsroom.site.base
    typed = {f"{base}*.{ending}": kind for ending, kind in MEDIA_TYPES.items() if ending in ("rss", "atom", "ics")}
    for name, kind in MEDIA_TYPES_BY_NAME.items():
        typed |= {f"{base}{name}": kind, f"{base}*/{name}": kind}
    blocks = [(rule.pattern, rule.headers) for rule in rules_for(newsroom)]
    blocks += [(pattern, (("Content-Type", kind),)) for pattern, kind in typed.items()]
    return "".join(_block(pattern, given) for pattern, given in blocks).encode()


def redirects_file(newsroom: Newsroom) -> bytes:
    """Answer `_redirects`, which Cloudflare Pages (2,000 lines at most), Netlify and GitLab Pages read."""
    href = newsroom.site.href
    lines = [f"{href(old)} {href(each.new)} 301\n" for each in redirects(newsroom) for old in spellings(each)]
    return "".join(lines).encode()


def _block(pattern: str, given: Iterable[tuple[str, str]]) -> str:
    return f"{pattern}\n" + "".join(f"  {name}: {value}\n" for name, value in given)
