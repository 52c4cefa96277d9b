"""A body as it was written, as a digest: the same for the same words, wherever the texts that it links to have moved.

A link from file to file changes when either of them moves. Readers see no change in that, so it counts as the link to
a text with an id.
"""

import re
from posixpath import join, normpath
from urllib.parse import unquote

from plugins.newsroom import fingerprint
from plugins.reading.manuscripts.manuscript import Manuscript
from plugins.reading.surroundings import Surroundings

LINK = re.compile(r"(?P<before>\]\(<?|^ {0,3}\[[^\]]+\]:[ \t]*<?)(?P<path>[^\s<>()#:]+\.md)(?=[\s>)#]|$)", re.MULTILINE)
"""A link to a text's file, as Markdown writes it: `[words](../other/sv.md)`, or `[1]: ../other/sv.md` on a line."""

_ID = re.compile(rb"""^["']?id["']?[ \t]*:[ \t]*["']?([a-z0-9]{8})\b""", re.MULTILINE)
_HEAD = 4096


def written_digest(manuscript: Manuscript, around: Surroundings) -> str:
    """Answer the digest of the body as written."""

    def named(link: re.Match[str]) -> str:
        path = target(manuscript.source, link["path"])
        return f"{link['before']}{_identity(path, around) if path in around.links.texts else path}"

    body = manuscript.body.strip()
    return fingerprint(LINK.sub(named, body) if ".md" in body else body)


def target(source: str, link: str) -> str:
    """Answer the path below the content folder that a link in the source leads to."""
    return normpath(join(source.rpartition("/")[0], unquote(link)))


def _identity(path: str, around: Surroundings) -> str:
    """Answer the id of a text and which language version it is; its path, if it has no id."""
    file = around.content / path
    for version in sorted(file.parent.glob("*.md")):
        with version.open("rb") as stream:
            found = _ID.search(stream.read(_HEAD))
        if found:
            return f"{found[1].decode()}/{file.name}"
    return path
