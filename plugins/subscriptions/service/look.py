"""How the service's pages look: as the press room does, with its own copy of the theme's files."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from plugins.newsroom import catalogue, fingerprint
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.reader import ASSIGNMENTS

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
KINDS = ("type", "audience", "keyword")
"""In which order topics are offered: the few first."""
_ALPHABET = str.maketrans({"å": "{", "ä": "|", "ö": "}"})
"""The last letters of the Swedish alphabet, as signs that come after z."""


class Assets:
    """The theme's static files and the service's own scripts, in a folder named by all their bytes.

    The name changes whenever a file does, so they can be cached for ever.
    """

    def __init__(self, *folders: Path) -> None:
        self._files = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for folder in folders
            for file in sorted(folder.rglob("*"))
            if file.suffix in MEDIA_TYPES
        }
        self.folder = fingerprint(*(part for pair in self._files.items() for part in pair))[:12]

    def address(self, name: str) -> str:
        """Answer where the file is, below the service's base. Raises KeyError for a name that isn't there."""
        self._files[name]
        return f"look/{self.folder}/{name}"

    async def answer(self, request: Request) -> Response:
        """Answer the file that `folder` and `name` of the request's path lead to."""
        name = request.path_params["name"]
        if request.path_params["folder"] != self.folder or name not in self._files:
            raise HTTPException(404)
        return Response(
            self._files[name],
            media_type=MEDIA_TYPES[Path(name).suffix],
            headers={"Cache-Control": "public, max-age=31536000, immutable"},
        )


class Look:
    """Makes pages in the reader's language. `base` is the path that the service lies below (`/lista/`)."""

    def __init__(self, theme: Path, base: str, offer: Callable[[], Offer]) -> None:
        self.assets = Assets(theme / "static", STATIC)
        self._offer = offer
        self._theme = theme
        self._base = base

    @property
    def offer(self) -> Offer:
        return self._offer()

    def page(self, template: str, language: str, status: int = 200, **nouns: Any) -> HTMLResponse:
        """Answer a page of `list/`, filled with the nouns, in one of the languages that the offer has."""
        offer = self.offer
        shared = {"offer": offer, "topics": topics(offer, language), "base": self._base, "asset": self._asset}
        html = _environment(self._theme, language).get_template(f"list/{template}.html").render({**shared, **nouns})
        return HTMLResponse(html, status, {"Content-Language": language})

    def _asset(self, name: str) -> str:
        return self._base + self.assets.address(name)


@cache
def _environment(theme: Path, language: str) -> Environment:
    """Answer the theme's templates as they speak in one language."""
    environment = Environment(
        loader=FileSystemLoader(theme / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["own_name"] = lambda code: Locale.parse(code).get_display_name(code)
    environment.globals.update(_=_words(theme / "locale", language), language=language)
    return environment


def topics(offer: Offer, language: str, also: Iterable[str] = ()) -> list[tuple[str, list[tuple[str, str]]]]:
    """Answer what can be followed, by kind: key and label. `also` adds keys that are followed and no longer offered."""
    offered = {subject.key: subject.label[language] for subject in offer.subjects}
    left = {key: key.partition(":")[2] for key in sorted(set(also) - {*offered, ASSIGNMENTS})}
    found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
    for key, label in {**offered, **left}.items():
        found.setdefault(key.partition(":")[0], []).append((key, label))
    found["keyword"].sort(key=lambda keyword: keyword[1].casefold().translate(_ALPHABET))
    return list(found.items())


def _words(locale: Path, language: str) -> Callable[..., Markup]:
    """Answer what says a message in the language: the list's own words, and those that it shares with the site."""

    def said(domain: str) -> bytes:
        file = locale / language / "LC_MESSAGES" / f"{domain}.po"
        return file.read_bytes() if file.is_file() else b""

    own, shared = (catalogue(said(domain), language) for domain in ("list", "messages"))

    def gettext(message: str, **values: object) -> Markup:
        found = own.gettext(message)
        text = shared.gettext(message) if found == message else found
        return Markup(text) % values  # noqa: S704 - the catalogues are ours, and the values are escaped

    return gettext


def language_of(accepted: Mapping[str, str], offer: Offer) -> str:
    """Answer the first language of the request's Accept-Language (RFC 9110, 12.5.4) that the press room speaks."""
    written = accepted.get("accept-language", "")[:200].split(",")
    return offer.language(*(part.partition(";")[0].strip().partition("-")[0].lower() for part in written))
