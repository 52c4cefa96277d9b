"""Signatures, judged by another's verifier."""

import base64
import re
from datetime import UTC, datetime
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.subscriptions.letters.dkim import GUARDED, BadKey, Signer
from plugins.subscriptions.letters.letter import Slot
from tests.nouns import a_release
from tests.subscriptions.letters.written import VALUES, a_writer, deployed

DOMAIN = "example.se"
AT = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
"""In the past, as the verifier asks its own clock."""


def pem(key: object) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined, no-any-return]


@cache
def signers() -> tuple[Signer, Signer]:
    return (
        Signer.of(pem(generate_rsa(65537, 2048)), domain=DOMAIN, selector="rsa2031"),
        Signer.of(pem(Ed25519PrivateKey.generate()), domain=DOMAIN, selector="ed2031"),
    )


def dns(name: bytes, timeout: float = 5) -> bytes | None:
    records = {f"{s.selector}._domainkey.{DOMAIN}.": s.public_record.encode() for s in signers()}
    return records.get(name.decode())


def verified(letter: bytes) -> list[bool]:
    """What dkimpy says of each signature."""
    count = letter.partition(b"\r\n\r\n")[0].count(b"DKIM-Signature:")
    return [_verified(letter, number) for number in range(count)]


def _verified(letter: bytes, number: int) -> bool:
    try:
        return bool(dkim.DKIM(letter).verify(idx=number, dnsfunc=dns))
    except dkim.ValidationError:  # what it says of a changed body
        return False


@cache
def letter():  # type: ignore[no-untyped-def]
    body = "<p>Två  blanksteg.   </p><pre>  a\n\t b </pre><p>Tack &amp; hej</p>"
    site = deployed(a_release(title="Ett  långt exempel " * 8), body=body)
    notice = site.announcements[0]
    return a_writer(site).release(notice, site.record(notice, "sv"), "sv")


def test_both_kinds_of_signature_are_right() -> None:
    signed = letter().fill(VALUES, AT, signers())
    assert verified(signed) == [True, True]
    assert signed.endswith(letter().fill(VALUES, AT))


@settings(max_examples=8, deadline=None)
@given(st.text("abc=&./-_", min_size=1, max_size=300), st.text("ab.=+", min_size=1, max_size=60))
def test_it_is_right_whatever_fills_the_slots(link: str, name: str) -> None:
    values = {**VALUES, Slot.LEAVE: f"https://x/{link}", Slot.TO: f"{name}@example.se"}
    assert verified(letter().fill(values, AT, signers())) == [True, True]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: List-Unsubscribe=Two-Click"),
        (b"List-Unsubscribe: <https://lista", b"List-Unsubscribe: <https://listb"),
        (b"To: kim", b"To: kam"),
        (b"Reply-To: press", b"Reply-To: other"),
        (b"Br=C3=B6dtext", b"Dr=C3=B6mtext"),
        (b"From: ", b"From: b@example.org\r\nFrom: "),
        (b"Subject: ", b"Subject: Other\r\nSubject: "),
    ],
)
def test_nothing_signed_can_be_changed_or_doubled(before: bytes, after: bytes) -> None:
    site = deployed(a_release(), body="<p>Brödtext</p>")
    notice = site.announcements[0]
    signed = a_writer(site).release(notice, site.record(notice, "sv"), "sv").fill(VALUES, AT, signers())
    assert verified(signed) == [True, True]
    assert before in signed
    assert verified(signed.replace(before, after, 1)) == [False, False]


def test_the_signature_says_when_and_what() -> None:
    head = letter().fill(VALUES, AT, signers()).partition(b"\r\nSubject:")[0].decode()
    assert head.count("c=relaxed/relaxed") == head.count(f"t={int(AT.timestamp())};") == 2
    for signature in head.split("DKIM-Signature:")[1:]:
        listed = re.sub(r"\s", "", re.search(r"h=([^;]+);", signature)[1]).split(":")  # type: ignore[index]
        assert all(listed.count(name) == 2 for name in GUARDED if name != "reply-to")
        assert {"list-id", "content-type", "mime-version"} <= set(listed)
    assert max(map(len, head.splitlines())) <= 100


def test_records_for_dns_hold_the_public_key_alone() -> None:
    rsa, ed25519 = signers()
    assert rsa.public_record.startswith("v=DKIM1; k=rsa; p=MIIB")
    assert len(base64.b64decode(ed25519.public_record.partition("p=")[2])) == 32
    assert "Key" not in repr(rsa)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (b"nothing", "not a private key"),
        (pem(generate_rsa(65537, 1024)), "1024 bits"),  # noqa: S505 - that is the point
        (pem(generate_private_key(SECP256R1())), "RSA or Ed25519"),
    ],
)
def test_keys_that_would_not_do_are_told(key: bytes, said: str) -> None:
    with pytest.raises(BadKey, match=said):
        Signer.of(key, domain=DOMAIN, selector="s")


def test_the_time_is_that_of_the_letter() -> None:
    later = datetime(2025, 6, 2, tzinfo=UTC)
    assert f"t={int(later.timestamp())};".encode() in letter().fill(VALUES, later, signers())
