"""What the languages of nginx and Caddy have in common: forms to fill in, and quotation marks."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from plugins.publishing.redirects import Redirect

ROOT = "/srv/pressroom/current"
"""Where a server reads, unless somebody says otherwise."""

_PLACE = re.compile(r"([ \t]*)%\{(\w+)\}(\n?)")


def filled(form: Path, **values: object) -> str:
    """Answer the form with its places `%{name}` filled. Several lines, given as a list, stand one below the other with
    the indentation of their place; an empty list takes its line away.
    """

    def fill(place: re.Match[str]) -> str:
        indentation, name, end = place.groups()
        value = values[name]
        if isinstance(value, Iterable) and not isinstance(value, str):
            return "".join(f"{indentation}{line}\n" for line in value)
        return f"{indentation}{value}{end}"

    return _PLACE.sub(fill, form.read_text(encoding="utf-8"))


def quoted(text: str) -> str:
    """Answer a text in quotation marks, as both servers read it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spellings(redirect: Redirect) -> Iterator[str]:
    """Answer an old address as readers may write it: a folder with and without its slash."""
    yield redirect.old
    if redirect.old.endswith("/"):
        yield redirect.old.rstrip("/")
    elif "." not in redirect.old.rpartition("/")[2]:
        yield f"{redirect.old}/"
