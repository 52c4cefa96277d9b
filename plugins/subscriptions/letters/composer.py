"""From a claim to an envelope: finds what is to be told, has the letter written once, fills it for each reader."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from plugins.subscriptions.delivery import Claim, Doubt
from plugins.subscriptions.keys import Keys
from plugins.subscriptions.letters.dkim import Signer
from plugins.subscriptions.letters.letter import Letter, Slot
from plugins.subscriptions.letters.record import Misread
from plugins.subscriptions.letters.writer import TooLarge, Unwritable, Writer
from plugins.subscriptions.mailing import Announcement, Mailing, MailingKind, Purpose
from plugins.subscriptions.manifest import Deployed, Unreachable
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.sending.smtp import Envelope
from plugins.subscriptions.sending.worker import NotYet
from plugins.subscriptions.settings import Settings

KEPT = 256
"""How many letters are kept; the one made longest ago gives way. A digest has one for each set of releases."""
PATIENCE = 15.0
"""Seconds for which what couldn't be made isn't tried again, whoever's turn it is."""
OFFER_FOR = 300.0
"""Seconds for which the site isn't asked again who publishes."""


class NothingToTell(Exception):
    """That a claim leads to no mailing, or to one without what its kind must have."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A letter, with the mailing that it is of; a personal letter is of none, as all readers' are the same."""

    letter: Letter
    mailing: Mailing | None


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why there is no letter, and when that was."""

    reason: Exception
    at: float


class Composer:
    """Makes claims' letters, for all threads of a process. `mailing` answers a mailing by its number.

    What every reader of a mailing gets is written once, when the first of them is due, from what the site says then.
    """

    def __init__(
        self,
        settings: Settings,
        keys: Keys,
        writer: Callable[[Offer], Writer],
        deployed: Deployed,
        mailing: Callable[[int], Mailing | None],
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._keys = keys
        self._writer = writer
        self._deployed = deployed
        self._mailing = mailing
        self._now = now
        self._clock = clock
        self._made: dict[Hashable, _Written | _Fault] = {}
        self._making = threading.Lock()
        self._speaks: Writer | None = None
        self._asked = -OFFER_FOR
        self._signers = tuple(
            Signer.of(each.key.read_bytes(), domain=each.domain, selector=each.selector) for each in settings.dkim
        )

    def __call__(self, claim: Claim) -> Envelope:
        """Answer the claim's letter, addressed.

        Raises NotYet when the site can't be read at present. Anything else that is raised means that this letter can't
        be made: Misread, Unwritable, TooLarge, UnfitValue, NothingToTell.
        """
        written, now = self._written(claim), self._now()
        values = {slot: self._value(slot, claim, written.mailing, now) for slot in written.letter.slots}
        return Envelope(
            sender=self._keys.return_path(claim.number, self._settings.return_domain),
            recipient=claim.address,
            message=written.letter.fill(values, now, self._signers),
        )

    def message_id(self, doubt: Doubt) -> str:
        """Answer which Message-ID the letter of a delivery bears, to look for it in the relay's log."""
        return self._message_id(self._found(doubt.mailing), doubt.reader)

    def _value(self, slot: Slot, claim: Claim, mailing: Mailing | None, now: datetime) -> str:
        service, domain = self._settings.service, self._settings.return_domain
        match slot:
            case Slot.TO:
                return claim.address
            case Slot.MESSAGE_ID if mailing is not None:
                return self._message_id(mailing, claim.reader)
            case Slot.MESSAGE_ID:
                return self._keys.personal_message_id(claim.mailing, domain)
            case Slot.EARLIER if mailing is not None:
                return self._keys.release_message_id(_announced(mailing).release, 1, claim.reader, domain)
            case Slot.LEAVE:
                return f"{service}leave/{quote(self._keys.leave_token(claim.reader))}"
            case Slot.LINK if claim.purpose is Purpose.MANAGE:
                return f"{service}manage/{quote(self._keys.manage_token(claim.reader, now))}"
            case Slot.LINK:
                return f"{service}confirm/{quote(self._keys.confirm_token(claim.reader, claim.generation, now))}"
        raise NothingToTell(f"a personal letter has no {slot}")

    def _message_id(self, mailing: Mailing, reader: int) -> str:
        domain = self._settings.return_domain
        match mailing.kind:
            case MailingKind.RELEASE:
                told = _announced(mailing)
                return self._keys.release_message_id(told.release, told.revision, reader, domain)
            case MailingKind.DIGEST if mailing.frequency and mailing.day:
                return self._keys.digest_message_id(mailing.frequency, mailing.day.isoformat(), reader, domain)
        return self._keys.personal_message_id(mailing.number, domain)

    def _written(self, claim: Claim) -> _Written:
        """Answer the letter for this claim and all like it. One thread writes it, and the others wait for that."""
        key = self._key(claim)
        known = self._made.get(key)
        if not isinstance(known, _Written):
            with self._making:
                known = self._made.get(key)
                if known is None or (isinstance(known, _Fault) and self._clock() - known.at > PATIENCE):
                    known = self._made[key] = self._tried(claim)
                    while len(self._made) > KEPT:
                        del self._made[next(iter(self._made))]
        if isinstance(known, _Fault):
            raise known.reason
        return known

    def _tried(self, claim: Claim) -> _Written | _Fault:
        try:
            return self._write(claim)
        except Unreachable as reason:
            return _Fault(NotYet(str(reason)), self._clock())
        except (Misread, Unwritable, TooLarge, NothingToTell) as reason:
            return _Fault(reason, self._clock())

    def _write(self, claim: Claim) -> _Written:
        writer = self._speaking()
        language = writer.offer.language(claim.language)
        if claim.kind is MailingKind.PERSONAL:
            write = writer.manage_link if claim.purpose is Purpose.MANAGE else writer.confirmation
            return _Written(write(language), None)
        mailing = self._found(claim.mailing)
        if claim.kind is MailingKind.DIGEST and mailing.frequency and mailing.day:
            told = [_announced(self._found(number)) for number in claim.items]
            return _Written(writer.digest(mailing.frequency, mailing.day, told, language), mailing)
        notice = _announced(mailing)
        record = self._deployed.record(notice, notice.version(language))
        return _Written(writer.release(notice, record, language), mailing)

    def _speaking(self) -> Writer:
        """Answer the writer for what the site says of itself; what it said before serves while it doesn't answer."""
        if self._clock() - self._asked >= OFFER_FOR or self._speaks is None:
            self._asked = self._clock()
            try:
                self._speaks = self._writer(self._deployed.offer())
            except Unreachable:
                if self._speaks is None:
                    raise
        return self._speaks

    def _key(self, claim: Claim) -> Hashable:
        if claim.kind is MailingKind.PERSONAL:  # each day anew, as the publisher's words may change
            return claim.purpose, claim.language, self._now().date()
        return claim.mailing, claim.edition, claim.language, claim.items

    def _found(self, number: int) -> Mailing:
        mailing = self._mailing(number)
        if mailing is None:
            raise NothingToTell(f"mailing {number} is not there")
        return mailing


def _announced(mailing: Mailing) -> Announcement:
    if mailing.announcement is None:
        raise NothingToTell(f"mailing {mailing.number} announces nothing")
    return mailing.announcement
