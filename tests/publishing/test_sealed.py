"""A sealed text: what stands in the file, and what opens it."""

import base64
import json
import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from plugins.publishing.sealed import FORMAT, Letter, sealed

WORDS = {name: f"<{name} & words>" for name in ("title", "closed", "keyless", "wrong", "expired", "insecure")}
LETTER = Letter(
    language="sv",
    title="Hemliga siffror",
    recipient="Anna Åkesson",
    expires=datetime(2031, 5, 4, 8, tzinfo=UTC),
    html="<h1>Hemliga siffror</h1><p>42 procent</p>",
)


def key_of(made):
    return base64.urlsafe_b64decode(made.key + "=")


def data_of(made):
    return base64.b64decode(re.search(rb'id="sealed">([^<]+)<', made.page)[1])


def opened(made, key):
    data = data_of(made)
    return json.loads(AESGCM(key).decrypt(data[:12], data[12:], FORMAT))


def test_the_key_opens_it_and_no_other_does():
    one, other = sealed(LETTER, WORDS), sealed(LETTER, WORDS)
    assert opened(one, key_of(one)) == {
        "language": "sv",
        "title": "Hemliga siffror",
        "recipient": "Anna Åkesson",
        "expires": "2031-05-04T08:00:00+00:00",
        "html": LETTER.html,
    }
    with pytest.raises(InvalidTag):
        opened(one, key_of(other))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", one.key)


def test_nothing_of_it_is_in_the_file():
    made = sealed(LETTER, WORDS)
    for place in (made.page, data_of(made)):
        for secret in ("Hemliga", "siffror", "Anna", "Åkesson", "2031", "42 procent", made.key):
            assert secret.encode() not in place
            assert base64.b64encode(secret.encode())[:-4] not in place or len(secret) < 5
    assert made.key not in repr(made)
    # what is well sealed can't be told from noise
    assert len(zlib.compress(data_of(made))) >= len(data_of(made))


def test_its_length_says_little():
    longer = replace(LETTER, html=LETTER.html * 20)
    assert len(sealed(LETTER, WORDS).page) == len(sealed(longer, WORDS).page)


def test_what_has_been_tampered_with_does_not_open():
    made = sealed(LETTER, WORDS)
    data = bytearray(data_of(made))
    data[40] ^= 1
    with pytest.raises(InvalidTag):
        AESGCM(key_of(made)).decrypt(bytes(data[:12]), bytes(data[12:]), FORMAT)


def test_the_words_are_text_and_not_markup():
    page = sealed(LETTER, WORDS).page.decode()
    assert "&lt;closed &amp; words&gt;" in page and "<closed" not in page and "<wrong" not in page
