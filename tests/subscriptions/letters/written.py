"""Builders for tests of letters: a deployed site made of nouns, a writer for it, and letters read as programs do."""

import email
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import Any

from plugins.newsroom import Newsroom, Release
from plugins.newsroom.record import assignment_json, assignment_json_address, release_json, release_json_address
from plugins.subscriptions.letters.letter import Letter, Slot
from plugins.subscriptions.letters.record import Record
from plugins.subscriptions.letters.writer import Writer
from plugins.subscriptions.mailing import Announcement
from plugins.subscriptions.manifest import read_manifest
from plugins.subscriptions.notices import notices, notices_json
from plugins.subscriptions.offer import Offer
from tests.nouns import STOCKHOLM, THEME, StoredBodies, a_newsroom

AT = datetime(2031, 6, 1, 12, 0, 5, tzinfo=UTC)
SITE = "https://press.example.se/"
SERVICE = "https://lista.example.se/lista/"
VALUES: Mapping[Slot, str] = {
    Slot.TO: "kim@redaktionen.example",
    Slot.MESSAGE_ID: "<abcdefghijklmnopqrst@lista.example.se>",
    Slot.EARLIER: "<zyxwvutsrqponmlkjihg@lista.example.se>",
    Slot.LEAVE: f"{SERVICE}leave/WzEyMzQ1XQ.kGm3X0qb7qv0hXy1zC0c0Vd3y9kY6mJ0a1b2c3d4e5f",
    Slot.LINK: f"{SERVICE}confirm/WzEyMzQ1LDFd.kGm3X0qb7qv0hXy1zC0c0Vd3y9kY6mJ0a1b2c3d4e5f",
}


@dataclass(frozen=True)
class Deployment:
    """The files of a site that the list reads, by their paths below it."""

    files: Mapping[str, bytes]
    offer: Offer

    @property
    def announcements(self) -> tuple[Announcement, ...]:
        return read_manifest(self.files["notices.json"], SITE)

    def record(self, announcement: Announcement, language: str) -> Record:
        return Record.read(self.files[announcement.version(language).record.removeprefix(SITE)])


def deployed(*releases: Release, body: str = "<p>Brödtexten.</p>", **newsroom: Any) -> Deployment:
    """Deploy a press room with these releases."""
    room: Newsroom = a_newsroom(releases=list(releases), **newsroom)
    bodies = StoredBodies(otherwise=body)
    offer = Offer.of(room)
    records = {each.source: release_json(each, room, bodies) for each in room.releases}
    records |= {each.source: assignment_json(each, room, bodies) for each in room.assignments}
    return Deployment(
        files={
            "notices.json": notices_json(notices(room), room, lambda each: sha256(records[each.source]).hexdigest()),
            "list.json": offer.json(),
            **{release_json_address(each): records[each.source] for each in room.releases},
            **{assignment_json_address(each): records[each.source] for each in room.assignments},
        },
        offer=offer,
    )


def a_writer(site: Deployment, sender: str = "list@lista.example.se") -> Writer:
    return Writer(theme=THEME, offer=site.offer, service=SERVICE, sender=sender, timezone=STOCKHOLM)


def newest(site: Deployment, language: str = "sv", **writer: str) -> EmailMessage:
    """The letter that tells of the newest notice, as a mail program reads it."""
    notice = site.announcements[0]
    return read(a_writer(site, **writer).release(notice, site.record(notice, language), language))


def read(letter: Letter | bytes) -> EmailMessage:
    written = letter if isinstance(letter, bytes) else letter.fill(VALUES, AT)
    found = email.message_from_bytes(written, policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


def text(letter: EmailMessage) -> str:
    return _part(letter, "plain")


def html(letter: EmailMessage) -> str:
    return _part(letter, "html")


def _part(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def defects(letter: EmailMessage) -> list[str]:
    """Everything that the library finds wrong, in the message, its parts and its headers."""
    parts: Iterable[Any] = letter.walk()
    found = [str(defect) for part in parts for defect in part.defects]
    return found + [f"{name}: {defect}" for name, value in letter.items() for defect in value.defects]
