"""What all of the service's doors share: settings, store, keys, look, limits, and the one clock."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from plugins.newsroom import fingerprint
from plugins.subscriptions.keys import Address, BadAddress, Keys
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.service.afterwards import Afterwards
from plugins.subscriptions.service.asking import is_foreign, origin
from plugins.subscriptions.service.gate import Gate
from plugins.subscriptions.service.look import Look, language_of
from plugins.subscriptions.service.metrics import Metrics
from plugins.subscriptions.service.offers import Offers
from plugins.subscriptions.settings import Mode, Settings
from plugins.subscriptions.store import Store

T = TypeVar("T")
MARKER = "asked"
"""The cookie that says in which browser letters were asked for: the only one there is."""
MARKER_SECONDS = 24 * 60 * 60
AGAIN_SECONDS = 3_600


@dataclass(frozen=True, kw_only=True)
class Reception:
    """The tools of the doors. `base` is the path that all addresses begin with (`/lista/`); `now` is the clock."""

    settings: Settings
    store: Store
    keys: Keys
    look: Look
    offers: Offers
    afterwards: Afterwards
    gates: dict[str, Gate]
    metrics: Metrics
    now: Callable[[], datetime]
    base: str
    own: frozenset[str] = field(init=False)
    """The origins that our own forms come from."""

    def __post_init__(self) -> None:
        own = frozenset(map(origin, (self.settings.site, self.settings.service)))
        object.__setattr__(self, "own", own)

    @property
    def offer(self) -> Offer:
        return self.offers.current

    def language(self, request: Request, *wanted: str | None) -> str:
        """Answer the language to speak: the first wanted that there is, else the browser's."""
        said = (request.query_params.get("language"), language_of(request.headers, self.offer))
        return self.offer.language(*wanted, *said)

    def address(self, written: str) -> Address | None:
        """Answer the address, or None if it isn't one; names that are never public count as some while local."""
        try:
            return Address.of(written, test=self.settings.mode is Mode.LOCAL)
        except BadAddress:
            return None

    def is_foreign(self, request: Request) -> bool:
        return is_foreign(request, self.own)

    def wording(self, language: str) -> str:
        """Answer the mark of what a reader agrees to: the promise as it is shown in that language."""
        return fingerprint(self.offer.promise[language])

    def marker(self, address: Address) -> str:
        """Answer what the browser that asked for letters to the address remembers for a day."""
        return hashlib.sha256(f"marker:{self.keys.mark(address)}".encode()).hexdigest()[:24]

    def mark(self, response: Response, address: Address) -> Response:
        """Leave the marker in the browser, for the confirmation page alone."""
        response.set_cookie(
            MARKER,
            self.marker(address),
            max_age=MARKER_SECONDS,
            path=f"{self.base}confirm/",
            secure=self.settings.service.startswith("https:"),
            httponly=True,
            samesite="lax",
        )
        return response

    def asked_here(self, request: Request, address: str) -> bool:
        """Answer whether letters to the address were asked for in this browser."""
        found = self.address(address)
        return found is not None and request.cookies.get(MARKER) == self.marker(found)

    def problem(self, request: Request, kind: str, status: int, *, again: str = "subscribe") -> Response:
        """Answer a page that says what went wrong, by its name in `problem.html`."""
        response = self.look.page("problem", self.language(request), status, kind=kind, again=again)
        if status in (429, 503):
            response.headers["Retry-After"] = str(AGAIN_SECONDS if status == 429 else 60)
        return response


async def away(work: Callable[..., T], *given: Any) -> T:
    """Answer what the work answers; it may wait for the database, and others are served meanwhile."""
    return await to_thread.run_sync(work, *given)
