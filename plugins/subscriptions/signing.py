"""Signed requests: how the pipeline and a press officer's own computer prove who they are to the service.

The signature is HMAC-SHA-256 over method, path with query, time and the body's SHA-256, one on each line. It holds for
five minutes to either side, and each can be used once.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

TIME = "List-Time"
SIGNATURE = "List-Signature"
HOLDS = 300
"""How many seconds the clocks of both sides may differ."""


class NotSigned(Exception):
    """The request isn't signed, or not by someone who knows the secret, or not now. Says which."""


def signed(secret: str, method: str, path: str, body: bytes, now: datetime) -> dict[str, str]:
    """Answer the two headers that a request needs."""
    time = str(int(now.timestamp()))
    return {TIME: time, SIGNATURE: _signature(secret, method, path, body, time)}


def check(secret: str, method: str, path: str, body: bytes, headers: Mapping[str, str], now: datetime) -> str:
    """Answer the signature of a request that is signed as it should be. Raises NotSigned for any other."""
    time, signature = headers.get(TIME, ""), headers.get(SIGNATURE, "")
    if not time or not signature:
        raise NotSigned(f"the request lacks the headers {TIME} and {SIGNATURE}")
    right = _signature(secret, method, path, body, time)
    if not hmac.compare_digest(right.encode(), signature.encode()):
        raise NotSigned("the signature is not right for this request; is LIST_API_SECRET the same on both sides?")
    if abs(now.timestamp() - int(time)) > HOLDS:
        raise NotSigned(f"the request is signed at another time than now; the clocks may differ by {HOLDS} seconds")
    return signature


def _signature(secret: str, method: str, path: str, body: bytes, time: str) -> str:
    said = "\n".join((method.upper(), path, time, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()
