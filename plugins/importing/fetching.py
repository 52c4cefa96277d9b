"""Fetching what the press officer named: that address, and the pictures of its release when they are asked for."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

SECONDS = 20
MOST_REDIRECTS = 5


Check = Callable[[str], None]


class NotFetched(Exception):
    """Nothing usable came from the address; the message is the reason, in few words."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches at most `limit` bytes from one address at a time."""

    limit: int

    def fetch(self, address: str) -> bytes:
        """Answer what lies at an address that a person gave. Raises NotFetched."""
        return self._fetch(address, lambda url: None)

    def fetch_found(self, address: str, beside: str) -> bytes:
        """Answer what lies at an address that stood in a source, which nobody has vouched for.

        It must be on the open internet, unless it is on the same host as the source's own address `beside`: a page
        must not make this computer fetch from its own network. Raises NotFetched.
        """
        return self._fetch(address, lambda url: _check_open(url, urlsplit(beside).netloc))

    def _fetch(self, address: str, check: Check) -> bytes:
        try:
            with httpx.Client(timeout=SECONDS, trust_env=True) as client:
                for _step in range(MOST_REDIRECTS):
                    check(address)
                    with client.stream("GET", address) as answer:
                        if answer.next_request is None:
                            return self._read(answer)
                        address = str(answer.next_request.url)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            raise NotFetched(str(error) or type(error).__name__) from None
        raise NotFetched(f"> {MOST_REDIRECTS} redirects")

    def _read(self, answer: httpx.Response) -> bytes:
        if answer.status_code != httpx.codes.OK:
            raise NotFetched(f"{answer.status_code} {answer.reason_phrase}".strip())
        data = bytearray()
        for piece in answer.iter_bytes():
            data += piece
            if len(data) > self.limit:
                raise NotFetched(f"> {self.limit // 1_000_000} MB")
        return bytes(data)


def _check_open(address: str, host: str) -> None:
    """Raise NotFetched if the address leads into a private network, and not to the host that is known already."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotFetched(parts.scheme or "?")
    if parts.netloc == host:
        return
    for *_kind, place in socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM):
        if not ipaddress.ip_address(str(place[0]).partition("%")[0]).is_global:
            raise NotFetched(str(place[0]))
