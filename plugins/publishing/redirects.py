"""Which addresses lead elsewhere, and which are gone: what a server answers with other than a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from plugins.newsroom import Assignment, Newsroom, Release, WithdrawalKind


@dataclass(frozen=True, slots=True, order=True)
class Redirect:
    """An address that was public, and where its text is now; both as in `Site`, not yet encoded for a link."""

    old: str
    new: str


def redirects(newsroom: Newsroom) -> tuple[Redirect, ...]:
    """Answer every address that a text has moved from, by old address.

    One that another text has taken is not led away from it.
    """
    texts: list[Release | Assignment] = [*newsroom.releases, *newsroom.assignments]
    taken = {text.address for text in texts}
    found = {unquote(old).lstrip("/"): text.address for text in texts for old in text.moved_from}
    return tuple(sorted(Redirect(old, new) for old, new in found.items() if old not in taken))


def gone(newsroom: Newsroom) -> tuple[str, ...]:
    """Answer the addresses of what was published in error: 410 (RFC 9110, section 15.5.11), with a page that says why.

    Not what was withdrawn or replaced: that it was published, and is withdrawn, is something to read.
    """
    return tuple(sorted(_in_error(newsroom)))


def _in_error(newsroom: Newsroom) -> Iterator[str]:
    for release in newsroom.releases:
        if release.withdrawn and release.withdrawn.kind is WithdrawalKind.IN_ERROR:
            yield release.address
