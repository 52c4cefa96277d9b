"""Proof of work: a number that takes a computer about a second to find, and nothing to check.

Ours, and not a library's: it is one hash in the browser's own WebCrypto (`static/prove.js`), with nothing to fetch from
others. The proof holds for one form and one address, so it can't be used for another.
"""

import hashlib

BITS = 16
"""How many zero bits the hash begins with: 65,000 tries in the middle, about a second in a browser."""


def proven(token: str, address: str, number: str, bits: int = BITS) -> bool:
    """Answer whether SHA-256 of `token:address:number` begins with so many zero bits."""
    if not number.isascii() or not number.isdigit() or len(number) > 12:
        return False
    digest = hashlib.sha256(f"{token}:{address}:{number}".encode()).digest()
    return int.from_bytes(digest) >> (len(digest) * 8 - bits) == 0
