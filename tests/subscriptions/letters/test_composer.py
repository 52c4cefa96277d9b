"""From a claim of the real ledger to an envelope, with the site's files behind a real client."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from plugins.subscriptions.delivery import Claim, Doubt
from plugins.subscriptions.keys import Address, Keys
from plugins.subscriptions.letters.composer import OFFER_FOR, PATIENCE, Composer
from plugins.subscriptions.letters.record import Misread
from plugins.subscriptions.letters.writer import Writer
from plugins.subscriptions.manifest import Deployed
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.reader import Frequency
from plugins.subscriptions.sending.smtp import Envelope
from plugins.subscriptions.sending.worker import NotYet
from plugins.subscriptions.settings import Dkim, Settings
from plugins.subscriptions.store import Store
from tests.nouns import PUBLISHED, STOCKHOLM, THEME, a_correction, a_release, with_translation
from tests.subscriptions.letters.written import SERVICE, SITE, Deployment, deployed, read, text
from tests.subscriptions.people import KEYS, MINUTE, asked, subscribed

NOW = PUBLISHED + timedelta(minutes=1)
BEFORE = PUBLISHED - timedelta(days=30)


@dataclass
class Web:
    """A web that holds one site; `asked` says what was fetched, and `away` makes it answer 503."""

    site: Deployment
    away: bool = False
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = str(request.url).removeprefix(SITE)
        self.asked.append(path)
        if self.away or path not in self.site.files:
            return httpx.Response(503 if self.away else 404)
        return httpx.Response(200, content=self.site.files[path])


@dataclass
class Clock:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Room:
    """Everything that letters are made with."""

    store: Store
    settings: Settings
    web: Web
    clock: Clock = field(default_factory=Clock)
    now: datetime = NOW

    def __post_init__(self) -> None:
        client = httpx.Client(transport=httpx.MockTransport(self.web))
        self.deployed = Deployed(SITE, client, self.clock)
        self.compose = self.composer()

    def composer(self, settings: Settings | None = None) -> Composer:
        settings = settings or self.settings
        sender = settings.sender

        def writer(offer: Offer) -> Writer:
            return Writer(theme=THEME, offer=offer, service=SERVICE, sender=sender, timezone=STOCKHOLM)

        return Composer(
            settings, KEYS, writer, self.deployed, self.store.mailings.get, now=lambda: self.now, clock=self.clock
        )

    def announce(self, site: Deployment) -> None:
        """Deploy, take in what is announced, and fan it out."""
        self.web.site = site
        self.store.mailings.take_in(self.deployed.announcements(), self.now)
        self.now += 10 * MINUTE
        self.store.mailings.fan_out_due(self.now)

    def claims(self, count: int = 20) -> list[Claim]:
        return list(self.store.ledger.exchange("here/1", [], count, self.now).claims)

    def envelopes(self) -> list[Envelope]:
        return [self.compose(claim) for claim in self.claims()]


@pytest.fixture
def room(sqlite_store: Store, sqlite_settings: Settings) -> Iterator[Room]:
    settings = replace(sqlite_settings, site=SITE, service=SERVICE, return_domain="lista.example.se")
    made = Room(sqlite_store, settings, Web(deployed()))
    sqlite_store.mailings.take_in(made.deployed.announcements(), BEFORE)  # the baseline
    made.web.asked.clear()
    return made


def follow(room: Room, address: str, **choice: object) -> int:
    reader = subscribed(room.store, address, now=BEFORE, **choice)
    room.store.ledger.exchange("here/0", [], 50, BEFORE)  # the confirmation, long sent
    return reader


RELEASES = with_translation(a_release(), title="An example", lead="The lead.")


def test_each_reader_gets_a_letter_of_their_own_from_one_fetch(room: Room) -> None:
    readers = [follow(room, f"kim{number}@example.test") for number in range(3)]
    english = follow(room, "ann@example.test", language="en")
    room.announce(deployed(*RELEASES))
    room.web.asked.clear()
    claims = {claim.reader: claim for claim in room.claims()}
    assert set(claims) == {*readers, english}
    letters = {reader: room.compose(claim) for reader, claim in claims.items()}
    for reader, envelope in letters.items():
        claim, letter = claims[reader], read(envelope.message)
        assert envelope.recipient == claim.address == letter["To"]
        assert KEYS.delivery(envelope.sender) == claim.number
        assert letter["Message-ID"] == KEYS.release_message_id("k7q2m9xd", 1, reader, "lista.example.se")
        token = letter["List-Unsubscribe"].removeprefix(f"<{SERVICE}leave/").removesuffix(">")
        assert KEYS.leave(token) == reader
        assert f"{SERVICE}leave/{token}" in text(letter)
    assert read(letters[english].message)["Subject"] == "An example"
    assert sorted(room.web.asked) == [
        "en/releases/2031/ett-exempel/release.json", "list.json", "pressmeddelanden/2031/ett-exempel/release.json",
    ]  # fmt: skip


def test_threads_share_one_letter(room: Room) -> None:
    for number in range(16):
        follow(room, f"kim{number}@example.test")
    room.announce(deployed(*RELEASES))
    room.web.asked.clear()
    claims = room.claims()
    with ThreadPoolExecutor(8) as threads:
        envelopes = list(threads.map(room.compose, claims))
    assert [envelope.recipient for envelope in envelopes] == [claim.address for claim in claims]
    assert len({read(envelope.message)["Message-ID"] for envelope in envelopes}) == len(claims) == 16
    assert len(room.web.asked) == 2, "the offer and one text"


def test_a_site_that_is_away_delays_letters_and_is_not_asked_for_each(room: Room) -> None:
    for number in range(5):
        follow(room, f"kim{number}@example.test")
    room.announce(deployed(*RELEASES))
    room.web.asked.clear()
    claims = room.claims()
    room.web.away = True
    for claim in claims:
        with pytest.raises(NotYet, match="503"):
            room.compose(claim)
    assert len(room.web.asked) == 1
    room.web.away = False
    with pytest.raises(NotYet):
        room.compose(claims[0])
    room.clock.seconds += PATIENCE + 1
    assert read(room.compose(claims[0]).message)["Subject"] == RELEASES[0].title


def test_what_is_known_of_the_publisher_serves_while_the_site_is_away(room: Room) -> None:
    asked(room.store, "kim@example.test", now=room.now)
    (claim,) = room.claims()
    room.compose(claim)
    room.web.away = True
    room.clock.seconds += OFFER_FOR + 1
    room.now += timedelta(days=1)
    assert "Exempelmyndigheten" in text(read(room.compose(claim).message))


def test_a_text_that_is_not_as_it_should_be_ends_its_letters_alone(room: Room) -> None:
    follow(room, "kim@example.test")
    good = deployed(*RELEASES)
    path = "pressmeddelanden/2031/ett-exempel/release.json"
    bad = b'{"format": 1}'
    notice = good.files["notices.json"].replace(_sha256(good.files[path]).encode(), _sha256(bad).encode())
    room.announce(replace(good, files={**good.files, path: bad, "notices.json": notice}))
    (claim,) = room.claims()
    with pytest.raises(Misread):
        room.compose(claim)


def test_a_correction_answers_the_first_letter(room: Room) -> None:
    reader = follow(room, "kim@example.test")
    room.announce(deployed(a_release()))
    first = read(room.envelopes()[0].message)
    room.now += timedelta(days=1)
    room.announce(deployed(a_release(corrections=(a_correction(),))))
    (claim,) = room.claims()
    letter = read(room.compose(claim).message)
    assert letter["Subject"].startswith("Rättelse: ")
    assert letter["References"] == first["Message-ID"] != letter["Message-ID"]
    assert letter["Message-ID"] == KEYS.release_message_id("k7q2m9xd", 2, reader, "lista.example.se")


def test_a_digest_tells_what_the_reader_follows(room: Room) -> None:
    reader = follow(room, "kim@example.test", frequency=Frequency.DAILY)
    room.announce(deployed(a_release(), a_release(id="a1a1a1a1", slug="b", title="Ett annat")))
    room.now = PUBLISHED.replace(hour=20)
    room.store.digests.run_due(room.now)
    (claim,) = room.claims()
    letter = read(room.compose(claim).message)
    assert letter["Subject"] == "2 pressmeddelanden, 4 maj 2031"
    assert letter["Message-ID"] == KEYS.digest_message_id("daily", "2031-05-04", reader, "lista.example.se")
    assert room.web.asked[-1] == "list.json", "no text is fetched for a digest"


def test_personal_letters_lead_to_their_pages(room: Room) -> None:
    asked(room.store, "kim@example.test", now=room.now)
    (claim,) = room.claims()
    letter = read(room.compose(claim).message)
    link = next(line for line in text(letter).splitlines() if line.startswith(f"{SERVICE}confirm/"))
    confirm = KEYS.confirm(link.removeprefix(f"{SERVICE}confirm/"), room.now)
    assert (confirm.reader, confirm.generation) == (claim.reader, claim.generation)
    follow(room, "ann@example.test")
    room.now += timedelta(days=2)
    mark = KEYS.mark(_address("ann@example.test"))
    assert room.store.subscribers.send_manage_link(mark, mark, room.now)
    (claim,) = [each for each in room.claims() if each.address == "ann@example.test"]
    letter = read(room.compose(claim).message)
    link = next(line for line in text(letter).splitlines() if line.startswith(f"{SERVICE}manage/"))
    assert KEYS.manage(link.removeprefix(f"{SERVICE}manage/"), room.now) == claim.reader


def test_the_reconciler_looks_for_the_message_id_that_the_letter_bears(room: Room) -> None:
    follow(room, "kim@example.test")
    room.announce(deployed(*RELEASES))
    (claim,) = room.claims()
    doubt = Doubt(
        number=claim.number, fence=claim.fence, mailing=claim.mailing, reader=claim.reader, worker="here/1",
        since=room.now, times=1, reply="",
    )  # fmt: skip
    assert room.compose.message_id(doubt) == read(room.compose(claim).message)["Message-ID"]


def test_letters_are_signed_with_every_key_there_is(room: Room, tmp_path: Path) -> None:
    keys = []
    for selector in ("s2031", "s2032"):
        file = tmp_path / f"{selector}.pem"
        key = Ed25519PrivateKey.generate()
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        keys.append(Dkim(key=file, selector=selector, domain="lista.example.se"))
    follow(room, "kim@example.test")
    room.announce(deployed(*RELEASES))
    (claim,) = room.claims()
    signing = room.composer(replace(room.settings, dkim=tuple(keys)))
    signatures = read(signing(claim).message).get_all("DKIM-Signature")
    assert signatures is not None
    assert [f"s={dkim.selector}" in each for dkim, each in zip(keys, signatures, strict=True)] == [True, True]
    assert read(room.compose(claim).message)["DKIM-Signature"] is None


def test_a_link_can_be_followed_after_the_secrets_were_rotated(room: Room) -> None:
    follow(room, "kim@example.test")
    room.announce(deployed(*RELEASES))
    (claim,) = room.claims()
    token = read(room.compose(claim).message)["List-Unsubscribe"].rpartition("/")[2].removesuffix(">")
    assert Keys(["a new secret", "a secret for tests"], "a pepper for tests").leave(token) == claim.reader


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _address(text: str) -> Address:
    return Address.of(text, test=True)
