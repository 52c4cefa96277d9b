"""The service's signed API, as a press officer's own computer and the pipeline ask it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from plugins.subscriptions import signing
from plugins.subscriptions.settings import LOCAL_SECRET, NEAR

PATIENCE = httpx.Timeout(60, connect=10)
"""Seconds; the service fetches notices.json before it answers."""


class Refused(Exception):
    """The service can't be asked, or says no; the message is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A service at its address (with a slash at the end), and the secret that it knows."""

    service: str
    secret: str = field(repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read LIST_SERVICE and LIST_API_SECRET, which are all that is needed; without them, those of `make serve`.
        Raises Refused.
        """
        service = environ.get("LIST_SERVICE", "").strip() or "http://localhost:8000/lista/"
        parts = urlsplit(service)
        near = parts.hostname in NEAR
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused(f"LIST_SERVICE must be an address such as https://press.example/lista/, not {service}.")
        if parts.scheme == "http" and not near:
            raise Refused("LIST_SERVICE must begin with https://.")
        secret = environ.get("LIST_API_SECRET", "").strip() or (LOCAL_SECRET if near else "")
        if not secret:
            raise Refused("LIST_API_SECRET must be set; whoever runs the list has it.")
        return cls(service=service if service.endswith("/") else f"{service}/", secret=secret)

    def tell(self, door: str, said: Mapping[str, str], now: datetime) -> dict[str, Any]:
        """Post to `api/<door>`; answer what the service answers. Raises Refused."""
        return self._ask("POST", door, json.dumps(said).encode(), now)

    def ask(self, door: str, now: datetime) -> dict[str, Any]:
        """Get `api/<door>`. Raises Refused."""
        return self._ask("GET", door, b"", now)

    def _ask(self, method: str, door: str, body: bytes, now: datetime) -> dict[str, Any]:
        address = f"{self.service}api/{door}"
        headers = signing.signed(self.secret, method, urlsplit(address).path, body, now)
        try:
            with httpx.Client(timeout=PATIENCE, trust_env=False) as client:
                answer = client.request(method, address, content=body, headers=headers)
            said = answer.json()
        except httpx.HTTPError as fault:
            raise Refused(f"{self.service}: {str(fault) or type(fault).__name__}.") from None
        except ValueError:
            raise Refused(f"{self.service}: {answer.status_code}; that is no list.") from None
        if answer.is_error or not isinstance(said, dict):
            raise Refused(said.get("fault", "") if isinstance(said, dict) else f"{address}: {answer.status_code}.")
        return said
