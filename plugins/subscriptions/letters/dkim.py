"""DKIM signatures (RFC 6376, RFC 8463), relaxed/relaxed. The key is loaded once; only the signing is per letter."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

SMALLEST_KEY = 2048
SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "references", "list-id", "list-unsubscribe",
    "list-unsubscribe-post", "auto-submitted", "content-language", "mime-version", "content-type",
)  # fmt: skip
"""What is signed, if it is there (RFC 6376, 5.4; the two of RFC 8058, 4 must be)."""
GUARDED = ("from", "to", "subject", "date", "message-id", "reply-to", "list-unsubscribe", "list-unsubscribe-post")
"""Named once more than they are there, so that nobody can add another (RFC 6376, 8.15)."""

_SPACES = re.compile(rb"[ \t]+")
_SPACES_AT_END = re.compile(rb"[ \t]+(?=\r\n)")


class BadKey(ValueError):
    """That a key can't be used; says why."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for a domain with the key whose public half stands at `<selector>._domainkey.<domain>`."""

    domain: str
    selector: str
    _key: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, pem: bytes, *, domain: str, selector: str) -> "Signer":
        """Make one of a private key in PEM, without password. Raises BadKey for none, another or a weak one."""
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise BadKey("the DKIM key is not a private key in PEM without a password") from None
        if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
            raise BadKey("the DKIM key must be RSA or Ed25519")
        if isinstance(key, RSAPrivateKey) and key.key_size < SMALLEST_KEY:
            raise BadKey(f"the DKIM key has {key.key_size} bits; it needs {SMALLEST_KEY}")
        return cls(domain, selector, key)

    @property
    def algorithm(self) -> str:
        return "rsa-sha256" if isinstance(self._key, RSAPrivateKey) else "ed25519-sha256"

    @property
    def public_record(self) -> str:
        """Answer what the TXT record in DNS must say."""
        public = self._key.public_key()
        if isinstance(self._key, RSAPrivateKey):
            return f"v=DKIM1; k=rsa; p={_base64(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))}"
        return f"v=DKIM1; k=ed25519; p={_base64(public.public_bytes(Encoding.Raw, PublicFormat.Raw))}"

    def sign(self, digest: bytes) -> bytes:
        """Answer the signature of a SHA-256 digest."""
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(digest, PKCS1v15(), Prehashed(SHA256()))
        return self._key.sign(digest)  # RFC 8463, 3: the digest itself is the message


def signature_headers(
    fields: Sequence[tuple[str, bytes]], body_digest: bytes, signers: Iterable[Signer], now: datetime
) -> bytes:
    """Answer a DKIM-Signature header per signer.

    `fields` are the letter's headers, each once, by their names in lower case and in their relaxed form;
    `body_digest` is the SHA-256 of the body in its relaxed form.
    """
    present = dict(fields)
    names = [name for name in SIGNED if name in present]
    signed = b"".join(present[name] for name in names)
    listed = ":\r\n ".join(":".join(some) for some in _in_groups([*names, *GUARDED], 5))
    made = []
    for signer in signers:
        header = (
            f"DKIM-Signature: v=1; a={signer.algorithm}; c=relaxed/relaxed;\r\n"
            f" d={signer.domain}; s={signer.selector}; t={int(now.timestamp())};\r\n"
            f" h={listed};\r\n"
            f" bh={_base64(body_digest)};\r\n"
            f" b="
        )
        own = relaxed_header(f"{header}\r\n".encode()).removesuffix(b"\r\n")
        signature = _base64(signer.sign(hashlib.sha256(signed + own).digest()))
        made.append(header + "\r\n ".join(re.findall(".{1,72}", signature)) + "\r\n")
    return "".join(made).encode("ascii")


def _in_groups(names: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))


def relaxed_header(line: bytes) -> bytes:
    """Answer a header (with its CRLF) in the relaxed form of RFC 6376, 3.4.2."""
    name, _, value = line.partition(b":")
    return name.lower().strip() + b":" + _SPACES.sub(b" ", value.replace(b"\r\n", b"")).strip(b" \t") + b"\r\n"


def relaxed_body(lines: bytes) -> bytes:
    """Answer whole lines of a body in the relaxed form of RFC 6376, 3.4.4.

    What letters end with is a boundary and not empty lines, so there are none to take away.
    """
    return _SPACES.sub(b" ", _SPACES_AT_END.sub(b"", lines))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
