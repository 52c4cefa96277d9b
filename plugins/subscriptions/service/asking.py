"""What a request says: its body within limits, its form, where it comes from and who sent it."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from plugins.subscriptions.reader import ASSIGNMENTS, Choice, Frequency

FORM = 32_000
"""Bytes that a form has at most: an address and every topic there is."""
SECONDS = 10.0
"""How long a body may take to arrive."""
TOPIC = re.compile(rf"{ASSIGNMENTS}|(keyword|type|audience):[a-z0-9]+(-[a-z0-9]+)*")
TOPICS = 200
LONGEST = 254
"""Characters that an address has at most (RFC 5321, 4.5.3.1.3, less the angle brackets)."""


async def body(request: Request, most: int = FORM, seconds: float = SECONDS) -> bytes:
    """Answer the request's body. Raises HTTPException 413, 408 or 400 when it is too large, too slow or cut off."""
    if int(request.headers.get("content-length") or 0) > most:
        raise HTTPException(413)
    read = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                read += part
                if len(read) > most:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    return bytes(read)


async def form(request: Request) -> dict[str, list[str]]:
    """Answer the fields of a posted form. Raises HTTPException 415 or 400 for what no form of ours sends."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    written = await body(request)
    if written and kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    try:
        pairs = parse_qsl(
            written.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=TOPICS + 20
        )
    except ValueError:
        raise HTTPException(400) from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What someone wrote into a form of ours, checked for shape only."""

    email: str = ""
    choice: Choice
    token: str = ""
    proof: str = ""
    trapped: bool = False

    @classmethod
    def of(cls, fields: Mapping[str, list[str]], language: str) -> Self:
        """Read the fields; `language` is that of who doesn't say. Raises HTTPException 400 for values of no form."""

        def one(name: str, otherwise: str = "") -> str:
            return fields.get(name, [otherwise])[0]

        topics = frozenset(fields.get("topics", ()))
        if len(topics) > TOPICS or not all(len(topic) <= 120 and TOPIC.fullmatch(topic) for topic in topics):
            raise HTTPException(400)
        try:
            frequency = Frequency(one("frequency", Frequency.AT_ONCE))
        except ValueError:
            raise HTTPException(400) from None
        return cls(
            email=one("email").strip()[: LONGEST + 1],
            choice=Choice(
                language=language, topics=topics, frequency=frequency, urgent_only="urgent_only" in fields
            ),
            token=one("token"),
            proof=one("proof"),
            trapped=bool(one("website")),
        )

    @property
    def chose(self) -> bool:
        """Whether anything else was chosen than what a form begins with."""
        return self.choice != Choice(language=self.choice.language)


def is_foreign(request: Request, own: Iterable[str]) -> bool:
    """Answer whether a form was sent from a page that is neither the site's nor the service's.

    Browsers say so themselves (Fetch Metadata, and `Origin` from those that don't know it); `own` are our origins. What
    says nothing at all is no browser, and has no reader's rights to abuse.
    """
    origin = request.headers.get("origin", "null")
    match request.headers.get("sec-fetch-site"):
        case "same-origin" | "none":
            return False
        case None:
            return origin != "null" and origin not in own
        case _:
            return origin not in own


def origin(address: str) -> str:
    """Answer the origin of an address as browsers write it: `https://press.example.se`."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def client(request: Request, proxies: int) -> str | None:
    """Answer the IP address that a request comes from; each of our proxies has added whom it heard it from."""
    passed_on = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",")]
    if proxies and len(passed_on) >= proxies and passed_on[-proxies]:
        return passed_on[-proxies]
    return request.client.host if request.client else None
