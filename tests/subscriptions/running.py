"""A list with readers and something to tell them, for tests of what sends it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from plugins.subscriptions.delivery import Claim, Doubt
from plugins.subscriptions.mailing import Announcement, MailingKind, NoticeKind, Version
from plugins.subscriptions.sending.smtp import Envelope
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from plugins.subscriptions.store.tables import readers

START = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
TEXT = ("Detta är ett pressmeddelande. " * 4 + "\r\n") * 90
"""About 11 kB, as a real letter has."""


def today() -> datetime:
    """Answer the moment; for histories of real processes, which ask the clock."""
    return datetime.now(UTC) - timedelta(seconds=1)


def settings(folder: Path, relay: str, database: str = "", **changes: object) -> Settings:
    environ = {"LIST_STATE": str(folder), "LIST_RELAY": relay, "LIST_PULL_BACK": "0s"}
    if database:
        environ["LIST_DATABASE"] = database
    return Settings.from_environment(environ | {f"LIST_{name.upper()}": str(each) for name, each in changes.items()})


def announcement(release: str = "k7q2m9xd", revision: int = 1, at: datetime = START, **changes: object) -> Announcement:
    version = Version(
        language="sv", title="Nytt", lead="Kort", address=f"https://x.example/{release}/", record="r", sha256="0"
    )
    fields: dict[str, object] = {
        "release": release,
        "revision": revision,
        "kind": NoticeKind.RELEASE,
        "at": at,
        "published": at,
        "urgent": False,
        "topics": frozenset({"type:pressmeddelande"}),
        "versions": (version,),
    }
    return Announcement(**(fields | changes))  # type: ignore[arg-type]


def joined(name: str) -> datetime:
    """Answer when this reader signed up: a time of their own, by which they are known also once the address is gone."""
    return START - timedelta(microseconds=int.from_bytes(name.encode()[-6:]))


def begin(store: Store, names: Iterable[str]) -> None:
    """Give a new list active readers, by their names, and a baseline. Those called daily… get digests."""
    rows = [
        {
            "state": "active",
            "address": f"{name}@example.se",
            "mark": f"{name:0>32}",
            "language": "sv",
            "frequency": "daily" if name.startswith("daily") else "at_once",
            "urgent_only": False,
            "generation": 1,
            "requested_at": joined(name),
            "confirmed_at": START,
        }
        for name in names
    ]
    store.mailings.take_in((), START)
    with store._database.writing() as connection:
        connection.execute(insert(readers), rows)


def tell(store: Store, release: str = "k7q2m9xd", now: datetime = START) -> int:
    """Announce a release and fan it out; answer its mailing."""
    store.mailings.take_in([announcement(release, at=now)], now)
    announced = store.mailings.find(release, 1)
    assert announced is not None
    (made,) = store.mailings.fan_out_due(announced.due_at)
    return made.mailing


def message_id(mailing: int, reader: int) -> str:
    return f"<{mailing}.{reader}@list.example>"


def message_id_of(doubt: Doubt) -> str:
    return message_id(doubt.mailing, doubt.reader)


def claim(number: int, fence: int, mailing: int, reader: int) -> Claim:
    return Claim(
        number=number,
        fence=fence,
        attempt=1,
        lease_until=START,
        mailing=mailing,
        edition=1,
        kind=MailingKind.RELEASE,
        purpose=None,
        reader=reader,
        generation=1,
        address="reader@example.se",
        language="sv",
    )


def compose(claim: Claim, text: str = "Hej\r\n") -> Envelope:
    """Make a plain letter. That letters are what they should be is tested elsewhere."""
    head = f"Message-ID: {message_id(claim.mailing, claim.reader)}\r\nTo: {claim.address}\r\nSubject: Nytt\r\n\r\n"
    return Envelope(
        sender=f"b-{claim.number}@bounces.example.se", recipient=claim.address, message=(head + text).encode()
    )
