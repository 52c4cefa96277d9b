"""Signing up and confirming.

A sign-up is answered before anything is looked up, so neither the answer nor its time can depend on whether the
address is known; what it leads to happens afterwards and shows in nobody's inbox but its owner's.
"""

import logging
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from plugins.subscriptions.keys import Address, BadToken, OldToken
from plugins.subscriptions.reader import Choice, Confirmation, Consent, ReaderState
from plugins.subscriptions.service import asking
from plugins.subscriptions.service.afterwards import Busy
from plugins.subscriptions.service.asking import Asked
from plugins.subscriptions.service.gate import Verdict
from plugins.subscriptions.service.proof import BITS, proven
from plugins.subscriptions.service.reception import MARKER, Reception, away

log = logging.getLogger(__name__)

YOUNGEST = timedelta(seconds=1)
OLDEST = timedelta(hours=6)
"""How long somebody may have had a form before it is sent: programs take no time, and forgotten pages too much."""


class Joining:
    """The doors that lead in."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception

    def routes(self) -> list[Route]:
        return [
            Route("/", self.home, methods=["GET"], name="home"),
            Route("/token", self.token, methods=["GET"], name="token"),
            Route("/subscribe", self.form, methods=["GET"], name="subscribe"),
            Route("/subscribe", self.subscribe, methods=["POST"], name="subscribe"),
            Route("/confirm/{token}", self.ask_to_confirm, methods=["GET"], name="confirm"),
            Route("/confirm/{token}", self.confirm, methods=["POST"], name="confirm"),
        ]

    async def home(self, request: Request) -> Response:
        return RedirectResponse(f"{self._at.base}subscribe", 302)

    async def token(self, request: Request) -> Response:
        """Answer the signed time that the static form's script puts into the form."""
        return PlainTextResponse(
            self._at.keys.form_token(self._at.now()),
            headers={
                # the press room may have another host than the service
                "Access-Control-Allow-Origin": asking.origin(self._at.settings.site),
                "Vary": "Origin",
            },
        )

    async def form(self, request: Request) -> Response:
        """Show the form itself: for those whose link was too old, and whose address had a slip."""
        return self._form(request, Asked(choice=Choice(language=self._at.language(request))))

    async def subscribe(self, request: Request) -> Response:
        """Take in a sign-up. The answer is the same for every address that can be one."""
        at = self._at
        fields = await asking.form(request)
        asked = Asked.of(fields, at.language(request, *fields.get("language", [])[:1]))
        if at.is_foreign(request):
            return at.problem(request, "foreign", 403)
        address = at.address(asked.email)
        if address is None:
            return self._form(request, asked, status=422)
        if asked.trapped:
            log.info("a program filled in what people don't see")
            return self._look_in_inbox(asked, address)
        if not self._is_fresh(asked.token):
            return self._one_more_click(asked, address)
        verdict = at.gates["subscribe"].verdict(
            asking.client(request, at.settings.proxies),
            address.domain,
            proven=proven(asked.token, asked.email, asked.proof),
        )
        if verdict is not Verdict.PASS:
            at.metrics.refused.labels("subscribe", verdict.value).inc()
        if verdict is Verdict.REFUSE:
            return at.problem(request, "many", 429)
        if verdict is Verdict.PROVE:
            return self._one_more_click(asked, address, bits=BITS)
        if at.afterwards.stuck or not at.offers.known:
            return at.problem(request, "busy", 503)
        try:
            at.afterwards.put(partial(self._sign_up, address, asked.choice, at.now()))
        except Busy:
            return at.problem(request, "busy", 503)
        return self._look_in_inbox(asked, address)

    def _sign_up(self, address: Address, choice: Choice, now: datetime) -> None:
        """What a sign-up leads to, after its answer."""
        at = self._at
        mark = at.keys.mark(address)
        consent = Consent(at=now, wording=at.wording(choice.language), source="form")
        outcome = at.store.subscribers.sign_up(address, mark, at.keys.mark(address.mailbox), choice, consent, now)
        at.metrics.sign_ups.labels(outcome.value).inc()
        log.info("sign-up", extra={"mark": mark[:8], "outcome": outcome.value})

    async def ask_to_confirm(self, request: Request) -> Response:
        """Show the button. Nothing changes, whoever opens the page."""
        at = self._at
        try:
            asked = at.keys.confirm(request.path_params["token"], at.now())
        except OldToken:
            return at.problem(request, "expired", 410)
        except BadToken:
            return at.problem(request, "broken", 400)
        reader = await away(at.store.subscribers.reader, asked.reader)
        if reader is None or reader.state not in (ReaderState.PENDING, ReaderState.ACTIVE):
            return at.problem(request, "gone", 410)
        if reader.generation != asked.generation:
            return at.problem(request, "superseded", 410)
        language = at.language(request, reader.choice.language)
        if reader.state is ReaderState.ACTIVE:
            return at.look.page("confirmed", language)
        return at.look.page("confirm", language, asked_here=at.asked_here(request, reader.address or ""))

    async def confirm(self, request: Request) -> Response:
        """Confirm. The same link may be used again, and changes nothing then."""
        at = self._at
        now = at.now()
        await asking.body(request)
        if at.is_foreign(request):
            return at.problem(request, "foreign", 403)
        try:
            asked = at.keys.confirm(request.path_params["token"], now)
        except OldToken:
            return at.problem(request, "expired", 410)
        except BadToken:
            return at.problem(request, "broken", 400)
        outcome = await away(at.store.subscribers.confirm, asked.reader, asked.generation, now)
        log.info("confirmation", extra={"reader": asked.reader, "outcome": outcome.value})
        if outcome in (Confirmation.SUPERSEDED, Confirmation.GONE):
            return at.problem(request, outcome.value, 410)
        reader = await away(at.store.subscribers.reader, asked.reader)
        response = at.look.page("confirmed", at.language(request, reader.choice.language if reader else None))
        response.delete_cookie(MARKER, path=f"{at.base}confirm/", httponly=True, samesite="lax")
        return response

    def _is_fresh(self, token: str) -> bool:
        try:
            return YOUNGEST <= self._at.keys.form_age(token, self._at.now()) <= OLDEST
        except BadToken:
            return False

    def _form(self, request: Request, asked: Asked, status: int = 200) -> Response:
        return self._at.look.page(
            "form", asked.choice.language, status, asked=asked, wrong=status != 200, token=self._new_token()
        )

    def _one_more_click(self, asked: Asked, address: Address, bits: int = 0) -> Response:
        return self._at.look.page(
            "button", asked.choice.language, asked=asked, shown=address.text, bits=bits, token=self._new_token()
        )

    def _look_in_inbox(self, asked: Asked, address: Address) -> Response:
        return self._at.mark(self._at.look.page("asked", asked.choice.language, shown=address.text), address)

    def _new_token(self) -> str:
        return self._at.keys.form_token(self._at.now())
