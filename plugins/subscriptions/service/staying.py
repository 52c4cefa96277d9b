"""Leaving, and what only the owner of an address may do: see, change, fetch and erase what is held.

A leave link stops letters, for ever, and shows nothing: letters are forwarded. Everything else takes a fresh link that
is sent to the address itself.
"""

import json
import logging
from datetime import datetime
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plugins.subscriptions.keys import Address, BadToken, OldToken
from plugins.subscriptions.reader import Choice, EndReason, Reader, ReaderState
from plugins.subscriptions.service import asking
from plugins.subscriptions.service.afterwards import Busy
from plugins.subscriptions.service.asking import Asked
from plugins.subscriptions.service.gate import Verdict
from plugins.subscriptions.service.look import topics
from plugins.subscriptions.service.reception import Reception, away

log = logging.getLogger(__name__)

ONE_CLICK = b"One-Click"
"""What mail programs send (RFC 8058, 3.2). It tells how readers leave; they may leave without it too."""


class Closed(Exception):
    """The link opens nothing: `kind` is the page in `problem.html` that says why."""

    def __init__(self, kind: str, status: int) -> None:
        self.kind = kind
        self.status = status


class Staying:
    """The doors of those who are on the list, or were."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception

    def routes(self) -> list[Route]:
        return [
            Route("/leave/{token}", self.ask_to_leave, methods=["GET"], name="leave"),
            Route("/leave/{token}", self.leave, methods=["POST"], name="leave"),
            Route("/manage", self.form, methods=["GET"], name="manage"),
            Route("/manage", self.send_link, methods=["POST"], name="manage"),
            Route("/manage/{token}", self.show, methods=["GET"], name="choices"),
            Route("/manage/{token}", self.change, methods=["POST"], name="choices"),
            Route("/manage/{token}/export", self.export, methods=["GET"], name="export"),
            Route("/manage/{token}/erase", self.erase, methods=["POST"], name="erase"),
        ]

    async def ask_to_leave(self, request: Request) -> Response:
        """Show the button, and nothing of the reader's but their language. Nothing changes."""
        try:
            number = self._at.keys.leave(request.path_params["token"])
        except BadToken:
            return self._at.problem(request, "broken", 400)
        return self._at.look.page("leave", await self._language(request, number))

    async def leave(self, request: Request) -> Response:
        """Stop the letters. Needs nothing but the link, works again and again, and never redirects (RFC 8058)."""
        at = self._at
        body = await asking.body(request)
        try:
            number = at.keys.leave(request.path_params["token"])
        except BadToken:
            return at.problem(request, "broken", 400)
        reason = EndReason.ONE_CLICK if ONE_CLICK in body else EndReason.PAGE
        language = await self._language(request, number)
        if await away(at.store.subscribers.leave, number, reason, at.now()):
            at.metrics.ended.labels(reason.value).inc()
            log.info("left", extra={"reader": number, "how": reason.value})
        return at.look.page("left", language)

    async def form(self, request: Request) -> Response:
        """Show the form that asks for a link."""
        return self._form(request, Asked(choice=Choice(language=self._at.language(request))))

    async def send_link(self, request: Request) -> Response:
        """Send the link, if the address is on the list. The answer is the same if it isn't, and comes before."""
        at = self._at
        fields = await asking.form(request)
        asked = Asked.of(fields, at.language(request, *fields.get("language", [])[:1]))
        if at.is_foreign(request):
            return at.problem(request, "foreign", 403, again="manage")
        address = at.address(asked.email)
        if address is None:
            return self._form(request, asked, status=422)
        try:
            at.keys.form_age(asked.token, at.now())
        except BadToken:
            return at.problem(request, "stale", 400, again="manage")
        verdict = at.gates["manage"].verdict(
            asking.client(request, at.settings.proxies), address.domain, proven=True
        )
        if verdict is not Verdict.PASS:
            at.metrics.refused.labels("manage", verdict.value).inc()
            return at.problem(request, "many", 429)
        try:
            if not asked.trapped:
                at.afterwards.put(partial(self._send_link, address, at.now()))
        except Busy:
            return at.problem(request, "busy", 503)
        return at.look.page("manage_asked", asked.choice.language, shown=address.text)

    def _send_link(self, address: Address, now: datetime) -> None:
        mark, mailbox = self._at.keys.mark(address), self._at.keys.mark(address.mailbox)
        sent = self._at.store.subscribers.send_manage_link(mark, mailbox, now)
        log.info("manage link", extra={"mark": mark[:8], "sent": sent})

    async def show(self, request: Request) -> Response:
        """Show what is chosen, and how to leave, to whoever has the fresh link."""
        try:
            return self._choices(request, await self._reader(request))
        except Closed as closed:
            return self._at.problem(request, closed.kind, closed.status, again="manage")

    async def change(self, request: Request) -> Response:
        """Save what is chosen, and show it."""
        at = self._at
        fields = await asking.form(request)
        if at.is_foreign(request):
            return at.problem(request, "foreign", 403, again="manage")
        try:
            reader = await self._reader(request)
            wanted = fields.get("language", [reader.choice.language])[0]
            choice = Asked.of(fields, at.language(request, wanted, reader.choice.language)).choice
            if not await away(at.store.subscribers.change, reader.number, choice, at.now()):
                raise Closed("closed", 410)
            log.info("changed", extra={"reader": reader.number})
            return self._choices(request, await self._reader(request), saved=True)
        except Closed as closed:
            return at.problem(request, closed.kind, closed.status, again="manage")

    async def export(self, request: Request) -> Response:
        """Answer everything that is held on the address, as a file (GDPR, articles 15 and 20)."""
        at = self._at
        try:
            reader = await self._reader(request)
        except Closed as closed:
            return at.problem(request, closed.kind, closed.status, again="manage")
        held = await away(at.store.privacy.held_on, self._mark(reader))
        log.info("exported", extra={"reader": reader.number})
        return Response(
            json.dumps(held, ensure_ascii=False, indent=2, default=str) + "\n",
            media_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="subscription.json"'},
        )

    async def erase(self, request: Request) -> Response:
        """Erase everything (GDPR, article 17). Done already, it is said again."""
        at = self._at
        fields = await asking.form(request)
        if at.is_foreign(request):
            return at.problem(request, "foreign", 403, again="manage")
        keep_away = "keep_away" in fields
        language = at.language(request)
        try:
            reader = await self._reader(request)
            language = at.language(request, reader.choice.language)
            await away(at.store.privacy.erase, reader.number, keep_away, at.now())
            log.info("erased", extra={"reader": reader.number, "keep_away": keep_away})
        except Closed as closed:
            if closed.kind != "closed":
                return at.problem(request, closed.kind, closed.status, again="manage")
        return at.look.page("erased", language, keep_away=keep_away)

    def _choices(self, request: Request, reader: Reader, *, saved: bool = False) -> Response:
        at = self._at
        language = at.language(request, reader.choice.language)
        return at.look.page(
            "manage",
            language,
            reader=reader,
            chosen=reader.choice,
            topics=topics(at.offer, language, reader.choice.topics),
            link=request.path_params["token"],
            leave=at.keys.leave_token(reader.number),
            saved=saved,
        )

    async def _reader(self, request: Request) -> Reader:
        """Answer the reader whose link this is. Raises Closed when it has run out, or they have left."""
        try:
            number = self._at.keys.manage(request.path_params["token"], self._at.now())
        except OldToken:
            raise Closed("expired", 410) from None
        except BadToken:
            raise Closed("broken", 400) from None
        reader = await away(self._at.store.subscribers.reader, number)
        if reader is None or reader.state is not ReaderState.ACTIVE or reader.address is None:
            raise Closed("closed", 410)
        return reader

    async def _language(self, request: Request, number: int) -> str:
        reader = await away(self._at.store.subscribers.reader, number)
        return self._at.language(request, reader.choice.language if reader else None)

    def _mark(self, reader: Reader) -> str:
        address = self._at.address(reader.address or "")
        if address is None:
            raise HTTPException(500)
        return self._at.keys.mark(address)

    def _form(self, request: Request, asked: Asked, status: int = 200) -> Response:
        token = self._at.keys.form_token(self._at.now())
        return self._at.look.page(
            "manage_ask", asked.choice.language, status, asked=asked, wrong=status != 200, token=token
        )
