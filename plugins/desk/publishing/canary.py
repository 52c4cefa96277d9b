"""The canary: a subscriber of the list whose mailbox is looked into, so that letters that don't come are noticed here
before readers ask. `press watch` looks; what it needs is the mailbox's address in the environment.
"""

import email
import imaplib
import mailbox
import os
import re
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import httpx

from plugins.desk.project import Project
from plugins.desk.publishing.telling import alarm
from plugins.desk.words import _
from plugins.newsroom import Site, fingerprint
from plugins.subscriptions.letters.message import NOTICE
from plugins.subscriptions.mailing import Announcement, NoticeKind
from plugins.subscriptions.manifest import BadManifest, Deployed, Unreachable

SETTING = "PRESSROOM_CANARY"
RECENT = timedelta(hours=48)
"""What is older isn't looked for: the list doesn't send it any more."""
MINUTES = 10.0
"""For how long to wait unless somebody says otherwise: the list lets a release lie for two before it mails it."""
AGAIN = 10.0
"""Seconds between two looks."""
PATIENCE = 30.0
"""Seconds that a mail server may take to answer."""

IMAPS = 993

Told = tuple[str, int]
"""A release's id and revision."""


class Deaf(Exception):
    """That the canary's mailbox can't be read; says why."""


class Mailbox(Protocol):
    """Where the canary's letters come."""

    def begun(self) -> datetime | None:
        """Answer when its first letter came; None = none has. Raises Deaf."""

    def told(self, since: datetime) -> set[Told]:
        """Answer what letters that came since have told of. Raises Deaf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What letters were looked for, and which of them haven't come."""

    expected: tuple[Announcement, ...]
    missing: tuple[Announcement, ...]

    def faults(self, minutes: float) -> tuple[str, ...]:
        """Answer what is wrong, a sentence for each letter that was waited for so long."""
        message = _("no letter about {title} (version {revision}) has come within {minutes} minutes")
        return tuple(
            message.format(minutes=f"{minutes:g}", title=each.versions[0].title, revision=each.revision)
            for each in self.missing
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of listening: the letters that were looked for, and sentences on what is wrong or worth knowing."""

    expected: tuple[Announcement, ...] = ()
    missing: tuple[Announcement, ...] = ()
    faults: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        def named(announcements: Iterable[Announcement]) -> list[dict[str, Any]]:
            return [{"id": a.release, "revision": a.revision, "kind": a.kind.value} for a in announcements]

        return {
            "expected": named(self.expected),
            "missing": named(self.missing),
            "faults": list(self.faults),
            "tells": list(self.tells),
        }


def listen(project: Project, site: Site, minutes: float = MINUTES) -> Heard:
    """Answer what the canary has heard of what the site announces, and sound the alarm about what it hasn't: once, and
    not again until something else is wrong.
    """
    from plugins.desk.publishing.host import client

    with client() as asking:
        try:
            box = canary()
            if box is None:
                raise Deaf(_("{setting} is not set", setting=SETTING))
            found = watch(site, asking, box, project.now, minutes)
            heard = Heard(expected=found.expected, missing=found.missing, faults=found.faults(minutes))
        except Deaf as error:
            heard = Heard(faults=(_("the canary can't be asked: {why}", why=error),))
        return replace(heard, tells=_alarmed(project, site, heard.faults, asking))


def _alarmed(project: Project, site: Site, faults: tuple[str, ...], asking: httpx.Client) -> tuple[str, ...]:
    """Answer why the alarm couldn't be sounded, if it couldn't."""
    file = project.root / str(project.settings["CACHE_PATH"]) / "publishing" / "canary"
    about = fingerprint(*faults) if faults else ""
    if about == (file.read_text(encoding="utf-8") if file.is_file() else ""):
        return ()
    if about and (why := alarm(site.url, faults, asking)):
        return (_("The alarm could not be sent: {why}", why=why),)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(about, encoding="utf-8")
    return ()


def is_kept() -> bool:
    """Answer whether the environment names a mailbox."""
    return bool(os.environ.get(SETTING))


def canary() -> Mailbox | None:
    """Answer the mailbox that the environment names; None if it names none. Raises Deaf for one that can't be."""
    address = os.environ.get(SETTING, "")
    kind, _colon, rest = address.partition(":")
    match kind:
        case "":
            return None
        case "maildir" if rest:
            return Maildir(Path(rest))
        case "imaps":
            with _speaking_imap():
                return Imap.at(address)
    raise Deaf(_("{setting} must be maildir:/folder or imaps://user:password@host/INBOX", setting=SETTING))


def watch(site: Site, client: httpx.Client, box: Mailbox, now: datetime, minutes: float = MINUTES) -> Watch:
    """Answer whether the canary got what the site has announced lately, for which it waits so many minutes.

    Raises Deaf; also if the site can't be asked what it announces.
    """
    try:
        announced = Deployed(site.absolute(""), client).announcements()
    except (Unreachable, BadManifest) as error:
        raise Deaf(str(error)) from None
    until = time.monotonic() + minutes * 60
    while True:
        found = seen(announced, box, now)
        left = until - time.monotonic()
        if not found.missing or left <= 0:
            return found
        time.sleep(min(AGAIN, left))


def seen(announced: Iterable[Announcement], box: Mailbox, now: datetime) -> Watch:
    """Answer what the canary should have got, and which of that it hasn't.

    It follows everything, as soon as it is published. What was announced before its first letter (that which asked it
    to confirm) was told to others; a correction is told to those who got the release. Raises Deaf.
    """
    begun = box.begun()
    if begun is None:
        raise Deaf(_("the mailbox is empty: subscribe its address to the list, and confirm"))
    recent = [each for each in announced if each.at > max(begun, now - RECENT)]
    told = box.told(min((each.published for each in recent), default=now)) if recent else set()
    expected = tuple(each for each in recent if each.kind is NoticeKind.RELEASE or _knows(each, told))
    missing = tuple(each for each in expected if (each.release, each.revision) not in told)
    return Watch(expected=expected, missing=missing)


def _knows(announcement: Announcement, told: set[Told]) -> bool:
    return any(id == announcement.release and revision < announcement.revision for id, revision in told)


@dataclass(frozen=True, slots=True)
class Maildir:
    """A folder that a mail server delivers to."""

    folder: Path

    def begun(self) -> datetime | None:
        return min((at for at, _letter in self._letters()), default=None)

    def told(self, since: datetime) -> set[Told]:
        return {told for at, letter in self._letters() if at >= since and (told := _told(letter))}

    def _letters(self) -> Iterator[tuple[datetime, Message]]:
        if not (self.folder / "new").is_dir():
            raise Deaf(_("{folder} is no Maildir", folder=self.folder))
        try:
            for letter in mailbox.Maildir(self.folder, create=False):
                yield datetime.fromtimestamp(letter.get_date(), UTC), letter
        except OSError as error:
            raise Deaf(str(error)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imap:
    """A mailbox on a server, read over TLS. Nothing in it is changed."""

    host: str
    port: int
    user: str
    password: str
    folder: str

    @classmethod
    def at(cls, address: str) -> "Imap":
        """Answer what `imaps://user:password@host/INBOX` names. Raises ValueError."""
        parts = urlsplit(address)
        if not (parts.hostname and parts.username and parts.password):
            raise ValueError(_("user, password or host is not given"))
        return cls(
            host=parts.hostname,
            port=parts.port or IMAPS,
            user=unquote(parts.username),
            password=unquote(parts.password),
            folder=unquote(parts.path.strip("/")) or "INBOX",
        )

    def begun(self) -> datetime | None:
        with self._opened() as server:
            came = server.fetch("1", "(INTERNALDATE)")[1] if _count(server) else []
            found = imaplib.Internaldate2tuple(came[0]) if came and isinstance(came[0], bytes) else None
        return datetime.fromtimestamp(time.mktime(found), UTC) if found else None

    def told(self, since: datetime) -> set[Told]:
        # the server goes by days, in a zone of its own: 03-May-2031 (RFC 3501, section 9, "date")
        day = "-".join(format_datetime(since - timedelta(days=1)).split()[1:4])
        with self._opened() as server:
            numbers = server.search(None, "SINCE", day, "HEADER", NOTICE, '""')[1][0].split()
            if not numbers:
                return set()
            wanted = f"(BODY.PEEK[HEADER.FIELDS ({NOTICE.upper()})])"
            answer = server.fetch(b",".join(numbers).decode(), wanted)[1]
        letters = (email.message_from_bytes(part[1]) for part in answer if isinstance(part, tuple))
        return {told for letter in letters if (told := _told(letter))}

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4_SSL]:
        proven = ssl.create_default_context()  # without it, imaplib trusts whoever answers
        with (
            _speaking_imap(),
            imaplib.IMAP4_SSL(self.host, self.port, ssl_context=proven, timeout=PATIENCE) as server,
        ):
            server.login(self.user, self.password)
            kind, answer = server.select(f'"{self.folder}"', readonly=True)
            if kind != "OK":
                raise Deaf(_said(answer))
            yield server


@contextmanager
def _speaking_imap() -> Iterator[None]:
    """Answer what goes wrong as Deaf. No sentence holds the password."""
    try:
        yield
    except (OSError, ValueError, imaplib.IMAP4.error) as error:
        raise Deaf(_said(error.args)) from None


def _said(answer: Iterable[object]) -> str:
    return " ".join(part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in answer)


def _count(server: imaplib.IMAP4_SSL) -> int:
    return int(server.response("EXISTS")[1][0] or 0)


def _told(letter: Message) -> Told | None:
    found = re.fullmatch(r"([0-9a-z]+)/([0-9]+)", str(letter.get(NOTICE, "")).strip())
    return (found[1], int(found[2])) if found else None
