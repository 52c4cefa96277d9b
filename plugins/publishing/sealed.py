"""A text for one trusted reader before it is public: one HTML file, sealed, and a key that stands in the link alone.

The key follows the "#" of a link, the part of an address that browsers never send to a server (RFC 3986, section 3.5);
the file itself says nothing without it. What is sealed is read by a script in the same file, with the browser's own
AES-256-GCM (Web Crypto API), so any place that can show a file will do.

It keeps a text from those who have no link. It can't keep who has one from passing on link, text or a picture of the
screen; and the last day is by the reader's own clock. To shut a text for certain is to remove the file.
"""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from secrets import token_bytes

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = b"press-sealed-1"
"""Bound to what is sealed, so that nothing sealed otherwise is taken for it."""

_NONCE_BYTES = 12
_STEP = 16_384
"""What is sealed is as long as a multiple of this: its length says little of the text."""

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one reader is to see: HTML whose only addresses of pictures are `data:`, for whom, and until when."""

    language: str
    title: str
    recipient: str
    expires: datetime
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A file, and the key to it as it stands in a link: 43 letters, digits, `-` and `_` (RFC 4648, section 5)."""

    page: bytes
    key: str = field(repr=False)


def sealed(letter: Letter, words: Mapping[str, str]) -> Sealed:
    """Answer the letter, sealed with a key of its own that is kept nowhere else.

    `words` are what the page says in plain: `title`, and why it doesn't open: `closed` (without script), `keyless`,
    `wrong`, `expired`, `insecure`.
    """
    key, nonce = AESGCM.generate_key(256), token_bytes(_NONCE_BYTES)
    told = {
        "language": letter.language,
        "title": letter.title,
        "recipient": letter.recipient,
        "expires": letter.expires.isoformat(),
        "html": letter.html,
    }
    plain = json.dumps(told, ensure_ascii=False).encode()
    plain += b" " * (-len(plain) % _STEP)
    data = nonce + AESGCM(key).encrypt(nonce, plain, FORMAT)
    return Sealed(page=_page(letter.language, words, data), key=urlsafe_b64encode(key).decode().rstrip("="))


def _page(language: str, words: Mapping[str, str], data: bytes) -> bytes:
    script, style = (_HERE / f"sealed.{ending}" for ending in ("js", "css"))
    places = {
        "language": escape(language),
        "title": escape(words["title"]),
        "closed": escape(words["closed"]),
        "words": " ".join(
            f'data-{name}="{escape(words[name])}"' for name in ("keyless", "wrong", "expired", "insecure")
        ),
        "script": script.read_text(encoding="utf-8"),
        "style": style.read_text(encoding="utf-8"),
        "data": b64encode(data).decode(),
    }
    places |= {f"hash_of_{part}": _hash(places[part]) for part in ("script", "style")}
    page = (_HERE / "sealed.html").read_text(encoding="utf-8")
    for name, value in places.items():
        page = page.replace(f"%{{{name}}}", value)
    return page.encode()


def _hash(text: str) -> str:
    """Answer the one script or style that may run, as the page's own policy names it (CSP 3, section 2.3.1)."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
