"""What only the list can make and know again: marks of addresses, signed tokens, return paths, Message-IDs.

Two secrets with two lives. Tokens are signed with the first of a list and verified with any of it, so that it can be
rotated. Marks, return paths and Message-IDs are keyed with the pepper, which is never changed: they must come out the
same for as long as the list lives.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email
from itsdangerous import BadData, URLSafeSerializer

CONFIRM_FOR = timedelta(days=7)
MANAGE_FOR = timedelta(minutes=30)

DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
"""Domains that hear no dots before the @, by the name under which they are one."""


class BadAddress(ValueError):
    """That something isn't an address to which mail can be sent; says why, in English, without the address."""


class BadToken(ValueError):
    """That a token was not made here for this purpose, or was changed on the way."""


class OldToken(BadToken):
    """That a token was made here, but too long ago."""


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address. `text` is what letters are sent to; `canonical` is the same for all ways to write it.

    `ascii` is False if the relay needs SMTPUTF8: then there are letters outside ASCII before the @.
    """

    text: str
    canonical: str
    ascii: bool = True

    @classmethod
    def of(cls, written: str, *, test: bool = False) -> "Address":
        """Read an address as somebody wrote it. No network is asked. Domains are lower case, in their Unicode form
        only inside `canonical`; what stands before the @ is kept in `text` and case-folded in `canonical`.

        `test` lets names pass that are never public (`example.test`). Raises BadAddress.
        """
        try:
            found = validate_email(
                written.strip(), check_deliverability=False, test_environment=test, strict=True
            )
        except EmailNotValidError as wrong:
            raise BadAddress(_reason(wrong)) from None
        domain = found.ascii_domain.lower()
        return cls(
            text=f"{found.local_part}@{domain}",
            canonical=f"{found.local_part.casefold()}@{domain}",
            ascii=found.local_part.isascii(),
        )

    @property
    def domain(self) -> str:
        return self.text.rpartition("@")[2]

    @property
    def mailbox(self) -> "Address":
        """Answer the address of the mailbox that letters to this one lie in, as far as it can be told from outside:
        without what follows a plus sign (RFC 5233), and at Gmail without dots. For limits only: what is written to is
        the address itself, and each is a subscription of its own.
        """
        local, _, domain = self.canonical.rpartition("@")
        local = local[:1] + local[1:].partition("+")[0]
        if domain in DOTLESS:
            local, domain = local.replace(".", ""), DOTLESS[domain]
        return replace(self, text=f"{local}@{domain}", canonical=f"{local}@{domain}")


@dataclass(frozen=True, slots=True)
class Confirm:
    """What a confirmation link says: this reader, and the how manyeth time it asked."""

    reader: int
    generation: int


class Keys:
    """Makes and verifies everything keyed. `secrets`: the first signs, all verify."""

    def __init__(self, secrets: Sequence[str], pepper: str) -> None:
        if not secrets or not all(secrets) or not pepper:
            raise ValueError("keys need at least one secret, and a pepper")
        self._pepper = pepper.encode()
        newest_last = list(reversed(secrets))  # as itsdangerous wants them
        self._tokens = {
            purpose: URLSafeSerializer(
                newest_last, salt=f"list.{purpose}", signer_kwargs={"digest_method": hashlib.sha256}
            )
            for purpose in ("confirm", "leave", "manage", "form")
        }

    def mark(self, address: Address) -> str:
        """Answer the keyed hash of an address: 32 hex characters, the same for all ways to write it."""
        return self._keyed("mark", address.canonical).hex()[:32]

    def confirm_token(self, reader: int, generation: int, now: datetime) -> str:
        """Answer a token that confirms this reader's asking within 7 days."""
        return self._sign("confirm", [reader, generation, _seconds(now)])

    def confirm(self, token: str, now: datetime) -> Confirm:
        """Answer what the token confirms. Raises BadToken, OldToken."""
        reader, generation, made = self._read("confirm", token, 3)
        _fresh(made, CONFIRM_FOR, now)
        return Confirm(reader, generation)

    def leave_token(self, reader: int) -> str:
        """Answer a token that stops this reader's letters, for ever, and can do nothing else."""
        return self._sign("leave", [reader])

    def leave(self, token: str) -> int:
        """Answer the number of the reader who leaves. Raises BadToken."""
        return self._read("leave", token, 1)[0]

    def manage_token(self, reader: int, now: datetime) -> str:
        """Answer a token that shows and changes this reader's choices for 30 minutes."""
        return self._sign("manage", [reader, _seconds(now)])

    def manage(self, token: str, now: datetime) -> int:
        """Answer the number of the reader. Raises BadToken, OldToken."""
        reader, made = self._read("manage", token, 2)
        _fresh(made, MANAGE_FOR, now)
        return reader

    def form_token(self, now: datetime) -> str:
        """Answer a token that says when a form was fetched."""
        return self._sign("form", [_seconds(now)])

    def form_age(self, token: str, now: datetime) -> timedelta:
        """Answer for how long somebody has had the form. Raises BadToken."""
        (made,) = self._read("form", token, 1)
        return now - datetime.fromtimestamp(made, UTC)

    def return_path(self, delivery: int, domain: str) -> str:
        """Answer the address to which bounces of this delivery go (VERP). Only lower case, for relays may fold it."""
        return f"b-{delivery}-{self._short('return path', str(delivery))}@{domain}"

    def delivery(self, return_path: str) -> int:
        """Answer the delivery that a return path is of, with or without its domain. Raises BadToken if it is forged."""
        parts = return_path.partition("@")[0].lower().split("-")
        if len(parts) != 3 or parts[0] != "b" or not (parts[1].isascii() and parts[1].isdigit()):
            raise BadToken("this is no return path of the list")
        if not hmac.compare_digest(parts[2].encode(), self._short("return path", parts[1]).encode()):
            raise BadToken("this return path was not made here")
        return int(parts[1])

    def release_message_id(self, release: str, revision: int, reader: int, domain: str) -> str:
        """Answer the Message-ID of the letter that tells this reader of this revision; with its angle brackets."""
        return self._message_id(domain, "release", release, revision, reader)

    def digest_message_id(self, frequency: str, date: str, reader: int, domain: str) -> str:
        """Answer the Message-ID of this reader's digest of that date (ISO 8601)."""
        return self._message_id(domain, "digest", frequency, date, reader)

    def personal_message_id(self, mailing: int, domain: str) -> str:
        """Answer the Message-ID of a confirmation or of a letter with a manage link."""
        return self._message_id(domain, "personal", mailing)

    def _message_id(self, domain: str, *of: object) -> str:
        return f"<{self._short('message-id', *of)}@{domain}>"

    def _keyed(self, purpose: str, *parts: object) -> bytes:
        text = "\0".join([purpose, *map(str, parts)])
        return hmac.digest(self._pepper, text.encode(), "sha256")

    def _short(self, purpose: str, *parts: object) -> str:
        """Answer 100 bits, in letters and digits that survive being folded to lower case."""
        return base64.b32encode(self._keyed(purpose, *parts)[:15]).decode().lower()[:20]

    def _sign(self, purpose: str, numbers: list[int]) -> str:
        return _text(self._tokens[purpose].dumps(numbers))

    def _read(self, purpose: str, token: str, length: int) -> tuple[int, ...]:
        try:
            numbers: Any = self._tokens[purpose].loads(token)
        except BadData:
            raise BadToken("this link was not made here, or lost a part on its way") from None
        if not (isinstance(numbers, list) and len(numbers) == length and all(type(each) is int for each in numbers)):
            raise BadToken("this link is of another kind")
        return tuple(numbers)


def _text(signed: str | bytes) -> str:
    return signed.decode() if isinstance(signed, bytes) else signed


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _fresh(made: int, good_for: timedelta, now: datetime) -> None:
    if _seconds(now) - made > good_for.total_seconds():
        raise OldToken("this link is too old")


def _reason(wrong: EmailNotValidError) -> str:
    return str(wrong)
