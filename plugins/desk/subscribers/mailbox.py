"""The mailbox of `press serve`: every letter that the list on this machine sends, as pages."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from plugins.desk.words import _
from plugins.subscriptions.operations.letterbox import Letterbox

HERE = "/.mailbox"
"""Where the mailbox is: the site itself can't have such an address."""
SHOWN = 100
HEADERS = ("From", "To", "Reply-To", "Subject", "Date", "List-Id", "List-Unsubscribe", "Message-ID")
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation"
)
"""A letter has its style in it, as mail programs want it; else it may do nothing but lead to its links."""
PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"

_STATIC = Path(__file__).parents[1] / "static"
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


class Mailbox:
    """The pages. `language` is the desk's; `here` turns addresses of the deployed site into such on this machine."""

    def __init__(self, box: Letterbox, language: str, here: Callable[[str], str]) -> None:
        self._box = box
        self._language = language
        self._here = here
        self._templates = Environment(
            loader=FileSystemLoader(_STATIC), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def mount(self) -> Mount:
        return Mount(
            HERE,
            routes=[
                Route("/", self.all),
                Route("/{name}/", self.one),
                Route("/{name}/html", self.html),
                Route("/{name}/source", self.source),
                Mount("/look", StaticFiles(directory=_STATIC)),
            ],
        )

    async def all(self, request: Request) -> Response:
        letters = [(name, letter) for name in self._box.names()[:SHOWN] if (letter := self._box.letter(name))]
        return self._page("mailbox.html", _("The mailbox on this machine"), letters=letters)

    async def one(self, request: Request) -> Response:
        name, letter = self._asked(request)
        text = letter.get_body(("plain",))
        return self._page(
            "letter.html",
            str(letter["Subject"]),
            name=name,
            headers=[(each, self._here(str(letter[each]))) for each in HEADERS if letter[each]],
            text=self._here(text.get_content()) if text else "",
        )

    async def html(self, request: Request) -> Response:
        _name, letter = self._asked(request)
        body = letter.get_body(("html",))
        if body is None:
            raise HTTPException(404)
        html = _HEAD.sub(lambda head: head[0] + '<base target="_top">', self._here(body.get_content()), count=1)
        return HTMLResponse(html, headers={"Content-Security-Policy": LETTER_POLICY})

    async def source(self, request: Request) -> Response:
        name, _letter = self._asked(request)
        return PlainTextResponse(self._box.written(name) or b"")

    def _asked(self, request: Request) -> tuple[str, EmailMessage]:
        name = request.path_params["name"]
        letter = self._box.letter(name)
        if letter is None:
            raise HTTPException(404)
        return name, letter

    def _page(self, template: str, title: str, **nouns: object) -> Response:
        words = {
            "lead": _("Every letter that the list sends from here ends up here, and nowhere else."),
            "empty": _("No letters yet. Subscribe in the press room, or publish something."),
            "source": _("As it was sent"),
            "back": _("All letters"),
            "plain": _("As text"),
        }
        page = self._templates.get_template(template)
        html = page.render(title=title, language=self._language, here=HERE, words=words, **nouns)
        return HTMLResponse(html, headers={"Content-Security-Policy": PAGE_POLICY})
