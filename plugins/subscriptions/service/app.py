"""The service as one ASGI application, and how it is started and stopped."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp

from plugins.subscriptions.keys import Keys
from plugins.subscriptions.manifest import Deployed
from plugins.subscriptions.service.afterwards import PAUSE, Afterwards
from plugins.subscriptions.service.api import Api
from plugins.subscriptions.service.gate import Gate, Limits
from plugins.subscriptions.service.headers import HEADERS, WithHeaders
from plugins.subscriptions.service.joining import Joining
from plugins.subscriptions.service.look import Look
from plugins.subscriptions.service.metrics import Metrics
from plugins.subscriptions.service.offers import Offers, spoken
from plugins.subscriptions.service.reception import Reception
from plugins.subscriptions.service.staying import Staying
from plugins.subscriptions.service.watching import Watched, Watching
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store, Unavailable

log = logging.getLogger(__name__)

THEME = Path(__file__).parents[3] / "theme"
CLOCK = partial(datetime.now, UTC)
PROBLEMS = {404: "missing", 503: "busy", 500: "fault"}
"""The page for a status; every other one means that a program asked for something that no page of ours asks for."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """The application, and the two threads that work beside it: start it before the first request, stop it after the
    last. A server that knows ASGI's lifespan does both by itself.
    """

    app: Starlette
    offers: Offers
    afterwards: Afterwards
    metrics: Metrics

    @classmethod
    def of(
        cls,
        settings: Settings,
        store: Store,
        *,
        site: Deployed,
        now: Callable[[], datetime] = CLOCK,
        theme: Path = THEME,
        limits: Limits | None = None,
        pause: float = PAUSE,
    ) -> Self:
        """Make the service. `site` is the press room as it is deployed; `pause` is 0 for tests, which wait for nothing.
        """
        base = urlsplit(settings.service).path
        offers = Offers(site.offer, settings.site, spoken(theme))
        afterwards = Afterwards((Unavailable,), pause)
        metrics = _metrics(store, afterwards, now)
        reception = Reception(
            settings=settings,
            store=store,
            keys=Keys(settings.secrets, settings.pepper),
            look=Look(theme, base, lambda: offers.current),
            offers=offers,
            afterwards=afterwards,
            gates={
                "subscribe": Gate(limits or Limits(), always=settings.proof_of_work),
                "manage": Gate(limits or Limits(), always=False),
            },
            metrics=metrics,
            now=now,
            base=base,
        )
        service = cls(app=_application(reception, site), offers=offers, afterwards=afterwards, metrics=metrics)

        @asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            service.start()
            try:
                yield
            finally:
                service.stop()

        service.app.router.lifespan_context = lifespan
        return service

    def start(self) -> None:
        self.offers.start()
        self.afterwards.start()

    def stop(self) -> None:
        """Do what was promised, and end."""
        if left := self.afterwards.stop():
            log.error("the service stopped before all sign-ups were stored", extra={"left": left})
        self.offers.stop()


def config(app: ASGIApp) -> uvicorn.Config:
    """Answer a server's settings: patient with nobody, and with no log of its own, for addresses hold tokens."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # how many proxies there are is a setting of the list's
        timeout_keep_alive=5,
        timeout_graceful_shutdown=10,
        limit_concurrency=1_000,
        backlog=2_048,
        h11_max_incomplete_event_size=16_384,
    )


def _application(reception: Reception, site: Deployed) -> Starlette:
    look = Route("/look/{folder}/{name:path}", reception.look.assets.answer, methods=["GET"], name="look")
    doors = [*Joining(reception).routes(), *Staying(reception).routes(), *Api(reception, site).routes(), look]

    async def http_fault(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        response = reception.problem(request, PROBLEMS.get(status, "misused"), status)
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    async def unavailable(request: Request, error: Exception) -> Response:
        log.error("the database can't be used", extra={"fault": str(error)})
        return reception.problem(request, "busy", 503)

    async def fault(request: Request, error: Exception) -> Response:
        # this answer is made outside of all middleware
        response = reception.problem(request, "fault", 500)
        response.headers.update(HEADERS)
        return response

    public = Mount(reception.base.rstrip("/"), Router(doors, redirect_slashes=False))
    return Starlette(
        routes=[*Watching(reception).routes(), public],
        middleware=[Middleware(WithHeaders), Middleware(Watched, metrics=reception.metrics)],
        exception_handlers={HTTPException: http_fault, Unavailable: unavailable, Exception: fault},
    )


def _metrics(store: Store, afterwards: Afterwards, now: Callable[[], datetime]) -> Metrics:
    def oldest() -> float:
        due = store.answers.under_way().oldest_at, store.mailings.next_due()
        since = min((at for at in due if at), default=now())
        return max(0.0, (now() - since).total_seconds())

    def took() -> float:
        latest = store.answers.latest_took()
        return latest.total_seconds() if latest else 0.0

    metrics = Metrics()
    metrics.watch("list_waiting", "Sign-ups that were answered and are not stored yet.", afterwards.__len__)
    metrics.watch("list_stuck", "1 while the database can't be used.", lambda: float(afterwards.stuck))
    metrics.count("list_readers", "Readers by state.", store.subscribers.count)
    metrics.watch(
        "list_oldest_letter_seconds", "For how long the letter or release that waits longest could have gone.", oldest
    )
    metrics.watch(
        "list_release_seconds", "From when the release told last was published to its last letter so far.", took
    )
    metrics.count("list_deliveries", "Deliveries under way by state.", lambda: store.answers.under_way().counts)
    return metrics
