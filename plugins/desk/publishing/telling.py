"""Whom a publishing tells: the list's service, and whoever shall hear that something went wrong."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from plugins.desk.words import _
from plugins.subscriptions import signing

SECRET = "LIST_API_SECRET"  # noqa: S105 - the setting's name
ALARM = "PRESSROOM_ALARM"
DOOR = "api/notices"


class Untold(Exception):
    """The list couldn't be told; says why. Nothing is lost by it: the next publishing tells it again."""


def tell_list(service: str, client: httpx.Client) -> None:
    """Tell the list's service at an address that there is something to fetch. Harmless to repeat. Raises Untold."""
    secret = os.environ.get(SECRET, "")
    if not secret:
        raise Untold(_("{setting} is not set", setting=SECRET))
    address = f"{service.rstrip('/')}/{DOOR}"
    # the signature holds for minutes: it needs the real time, whatever moment is published
    headers = signing.signed(secret, "POST", urlsplit(address).path, b"", datetime.now(UTC))
    try:
        answer = client.post(address, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Untold(str(error)) from None
    if not answer.is_success:
        raise Untold(_fault(answer))


def alarm(site: str, sentences: Sequence[str], client: httpx.Client) -> str:
    """Send what went wrong to the address that the environment names, if any, as `{"site": …, "text": …}`.

    Answer why it couldn't be sent, "" if it was or nobody wants it.
    """
    address = os.environ.get(ALARM, "")
    if not address:
        return ""
    try:
        client.post(address, json={"site": site, "text": "\n".join(sentences)}).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return str(error)
    return ""


def _fault(answer: httpx.Response) -> str:
    """Answer what the service says is wrong, or else its status."""
    try:
        return str(answer.json()["fault"])
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)
