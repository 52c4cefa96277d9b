"""Builders for tests of the list: announcements and readers; a test says only what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from plugins.subscriptions.delivery import Claim, Outcome
from plugins.subscriptions.keys import Address, Keys
from plugins.subscriptions.mailing import Announcement, NoticeKind, Version
from plugins.subscriptions.reader import Choice, Confirmation, Consent, SignUp
from plugins.subscriptions.store import Store

NOW = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
KEYS = Keys(["a secret for tests"], "a pepper for tests")


def announcement(release: str = "k7q2m9xd", revision: int = 1, **changes: Any) -> Announcement:
    """A press release in Swedish, made NOW; revision 2 and on are corrections."""
    at = changes.get("at", NOW)
    return Announcement(
        **{
            "release": release,
            "revision": revision,
            "kind": NoticeKind.RELEASE if revision == 1 else NoticeKind.CORRECTION,
            "at": at,
            "published": at,
            "urgent": False,
            "topics": frozenset({"type:pressmeddelande", "keyword:vatten"}),
            "versions": (version(release),),
            **changes,
        }
    )


def version(release: str = "k7q2m9xd", language: str = "sv", **changes: Any) -> Version:
    return Version(
        **{
            "language": language,
            "title": "Ett exempel",
            "lead": "Ingressen.",
            "address": f"https://press.example.se/{release}/",
            "record": f"https://press.example.se/{release}/release.json",
            "sha256": "0" * 64,
            **changes,
        }
    )


def mark(address: str) -> str:
    return KEYS.mark(Address.of(address, test=True))


def mailbox(address: str) -> str:
    return KEYS.mark(Address.of(address, test=True).mailbox)


def asked(store: Store, address: str, now: datetime = NOW, **choice: Any) -> SignUp:
    """Let an address ask for a subscription."""
    return store.subscribers.sign_up(
        Address.of(address, test=True),
        mark(address),
        mailbox(address),
        Choice(**{"language": "sv", **choice}),
        Consent(at=now, wording="0f" * 16, source="form"),
        now,
    )


def subscribed(store: Store, address: str, now: datetime = NOW, **choice: Any) -> int:
    """A reader who has confirmed, and whose confirmation letter has gone: its number."""
    assert asked(store, address, now, **choice) is SignUp.CONFIRMATION
    reader = store.subscribers.by_mark(mark(address))
    assert reader is not None
    sent(store, now)
    assert store.subscribers.confirm(reader.number, reader.generation, now) is Confirmation.CONFIRMED
    return reader.number


def told(store: Store, *announcements: Announcement, now: datetime = NOW) -> None:
    """Take in announcements, wait for the pull-back window, and make the rows. An empty store is baselined first."""
    store.mailings.take_in([], now)
    store.mailings.take_in(announcements, now)
    store.mailings.fan_out_due(now + 2 * MINUTE)


def sent(store: Store, now: datetime = NOW) -> list[Claim]:
    """Hand over everything that can go now, to a relay that takes all. Answer what was handed over."""
    gone: list[Claim] = []
    claims = store.ledger.exchange("worker", (), 100, now).claims
    while claims:
        gone += claims
        accepted = [Outcome.accepted(claim, "250 ok", f"relay-{claim.number}") for claim in claims]
        claims = store.ledger.exchange("worker", accepted, 100, now).claims
    return gone
