"""What lies in a forme, the file in which a reading keeps rendered bodies, read by tests."""

import json

from plugins.newsroom import fingerprint


def galleys(data: bytes) -> dict[str, bytes]:
    """Answer the bodies that are whole, by their keys; none if nothing tells of them."""
    about = int.from_bytes(data[-8:], "big") + 8
    try:
        listed = json.loads(data[-about:-8])
        bodies = {key: (data[begin : begin + length], digest, led) for key, begin, length, digest, led in listed}
    except (ValueError, TypeError):
        return {}
    return {
        key: body
        for key, (body, digest, led) in bodies.items()
        if digest == fingerprint(key, repr(tuple(tuple(link) for link in led)), body)
    }


def between(data: bytes) -> bytes:
    """Answer what lies between the bodies."""
    rest = data[: -int.from_bytes(data[-8:], "big") - 8]
    for body in galleys(data).values():
        rest = rest.replace(body, b"")
    return rest
