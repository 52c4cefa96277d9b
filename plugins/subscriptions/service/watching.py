"""Watching the service: is it well, how much does it do, and a line in the log for each answer."""

import logging
from time import perf_counter

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plugins.subscriptions.service.metrics import Metrics
from plugins.subscriptions.service.reception import Reception, away
from plugins.subscriptions.store import Unavailable

log = logging.getLogger(__name__)


class Watching:
    """The doors for those who run the service. They stand beside the base path, which alone is public."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self.health, methods=["GET"], name="healthz"),
            Route("/metrics", self.metrics, methods=["GET"], name="metrics"),
        ]

    async def health(self, request: Request) -> Response:
        """Answer 200 when readers can be served, else 503; which part is at fault stands in it."""
        try:
            await away(self._at.store.ping)
            database = True
        except Unavailable:
            database = False
        parts = {"database": database, "offer": self._at.offers.known, "queue": not self._at.afterwards.stuck}
        return JSONResponse({"well": all(parts.values()), **parts}, 200 if all(parts.values()) else 503)

    async def metrics(self, request: Request) -> Response:
        """Answer the numbers, to those on this side of the proxy only."""
        if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
            return Response(status_code=404)
        numbers = await away(generate_latest, self._at.metrics.registry)
        return Response(numbers, headers={"Content-Type": CONTENT_TYPE_LATEST})


class Watched:
    """Counts and logs each answer by its door: never its address, which may hold a token, and never who asked."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            seconds = perf_counter() - began
            door = getattr(scope.get("route"), "name", None) or "none"
            self.metrics.requests.labels(door, str(status)).inc()
            self.metrics.seconds.labels(door).observe(seconds)
            log.info(
                "answer",
                extra={"door": door, "method": scope["method"], "status": status, "ms": round(seconds * 1000, 1)},
            )
