"""The signed API: the pipeline tells that something new is published, press officers pull letters back."""

import asyncio
import json
import logging
import re
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from plugins.subscriptions import signing
from plugins.subscriptions.mailing import Intake
from plugins.subscriptions.manifest import BadManifest, Deployed, Unreachable
from plugins.subscriptions.service import asking
from plugins.subscriptions.service.reception import Reception, away

log = logging.getLogger(__name__)

RELEASE = re.compile(r"[a-z0-9]{8}")


class Api:
    """The doors for programs. Each request is signed (see `signing`); the same one can't be used twice."""

    def __init__(self, reception: Reception, site: Deployed) -> None:
        self._at = reception
        self._site = site
        self._pulling = asyncio.Lock()

    def routes(self) -> list[Route]:
        mailings = self._at.store.mailings
        return [
            Route("/api/notices", self.notices, methods=["POST"], name="api/notices"),
            Route("/api/hold", self._moving(mailings.hold), methods=["POST"], name="api/hold"),
            Route("/api/release", self._moving(mailings.resume), methods=["POST"], name="api/release"),
            Route("/api/cancel", self._moving(mailings.cancel), methods=["POST"], name="api/cancel"),
            Route("/api/status", self.status, methods=["GET"], name="api/status"),
        ]

    async def notices(self, request: Request) -> Response:
        """Take in what the site has published. Harmless to repeat: what is known is left as it is."""
        if refusal := await self._refusal(request, await asking.body(request)):
            return refusal
        async with self._pulling:
            try:
                return JSONResponse(_plain(await away(self._take_in)))
            except (Unreachable, BadManifest) as fault:
                log.warning("notices.json can't be taken in", extra={"fault": str(fault)})
                return _said(502, f"The site's notices.json can't be taken in: {fault}.")

    def _take_in(self) -> Intake:
        return self._at.store.mailings.take_in(self._site.announcements(), self._at.now())

    def _moving(self, move: Callable[[str, datetime], int]) -> Callable[[Request], Any]:
        """Answer a door that does something with a release's letters: `{"release": "k7q2m9xd"}`."""

        async def door(request: Request) -> Response:
            body = await asking.body(request)
            if refusal := await self._refusal(request, body):
                return refusal
            try:
                release = json.loads(body)["release"]
            except (ValueError, TypeError, KeyError):
                release = ""
            if not isinstance(release, str) or not RELEASE.fullmatch(release):
                return _said(400, 'The body must be {"release": "<id>"}, with the 8 characters of a release\'s id.')
            moved = await away(move, release, self._at.now())
            log.info(request.scope["path"].rpartition("/")[2], extra={"release": release, "mailings": moved})
            return JSONResponse({"release": release, "mailings": moved})

        return door

    async def status(self, request: Request) -> Response:
        """Answer how the list is."""
        if refusal := await self._refusal(request, b""):
            return refusal
        return JSONResponse(_plain(await away(self._at.store.answers.status)))

    async def _refusal(self, request: Request, body: bytes) -> Response | None:
        """Answer what to say to a request that isn't signed as it should be, or None."""
        now = self._at.now()
        path = request.scope["path"] + (f"?{request.url.query}" if request.url.query else "")
        try:
            signature = signing.check(
                self._at.settings.api_secret, request.method, path, body, request.headers, now
            )
        except signing.NotSigned as fault:
            return _said(401, f"{fault}.")
        until = now + timedelta(seconds=2 * signing.HOLDS)
        if not await away(self._at.store.signatures.use, signature, until, now):
            return _said(409, "this request has been used before; sign a new one.")
        return None


def _said(status: int, sentence: str) -> Response:
    return JSONResponse({"fault": sentence[:1].upper() + sentence[1:]}, status)


def _plain(answer: Any) -> Any:
    """Answer nouns as JSON can hold them."""
    data = asdict(answer) if is_dataclass(answer) and not isinstance(answer, type) else answer
    return json.loads(json.dumps(data, default=str))
