"""SMTP in explicit steps (RFC 5321), so that a fault before the final dot differs from one after it.

Before the dot the relay has taken nothing and the letter may be tried again. Once the dot is sent, only the relay's
reply tells whether it has taken the letter; without that reply nobody can know (RFC 1047). No other module speaks SMTP.
"""

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from plugins.subscriptions.settings import Relay, Security

CONNECT_SECONDS = 30.0
COMMAND_SECONDS = 60.0
FINAL_SECONDS = 600.0
"""RFC 5321, section 4.5.3.2.6: who gives up sooner on the reply to the final dot makes duplicates."""

_UNFIT = re.compile(r"[\x00-\x20<>\x7f]")
_QUEUED_AS = re.compile(r"\bqueued as ([\w.-]+)", re.IGNORECASE)


class Result(Enum):
    """What became of one attempt to hand a letter over."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The relay says no to this letter for this reader, for good."""
    POSTPONED = "postponed"
    """Not now, to this letter for this reader; nothing was taken."""
    RELAY_FAULT = "relay_fault"
    """The relay can't work, or doesn't want us: not this letter's fault. Nothing was taken."""
    IN_DOUBT = "in_doubt"
    """The dot was sent and no reply came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to hand a letter over: its result, the step that decided it, and the relay's words.

    `code` is 0 if no reply came.
    """

    result: Result
    step: str
    code: int = 0
    text: str = ""

    @property
    def relay_id(self) -> str:
        """The relay's own name for what it took, as Postfix and others tell it; empty if it didn't say."""
        found = _QUEUED_AS.search(self.text)
        return found[1] if found else ""

    @property
    def reply(self) -> str:
        """The relay's words on one line, for the ledger; they may hold the reader's address."""
        return f"{self.step}: {self.code} {self.text}".strip() if self.code else f"{self.step}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A letter ready to go: return path, recipient and the message's bytes (lines end with CRLF)."""

    sender: str
    recipient: str
    message: bytes


class RelayUnavailable(Exception):
    """No usable connection to the relay; the text says why."""


class UnfitAddress(ValueError):
    """An address that would break out of the SMTP command it stands in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds to wait for the relay: to connect, for a command's reply, and for the reply to the final dot."""

    connect: float = CONNECT_SECONDS
    command: float = COMMAND_SECONDS
    final: float = FINAL_SECONDS


def _go_ahead() -> bool:
    return True


def _nothing(step: str) -> None:
    """Crash points cost nothing where nobody asked for them."""


class Connection:
    """One connection to the relay, for one letter at a time. Not for several threads at once.

    `at` is called with the name of each step just before it is taken: the tests' kill harness listens there.
    """

    def __init__(self, relay: Relay, patience: Patience | None = None, at: Callable[[str], None] = _nothing) -> None:
        self._relay = relay
        self._patience = patience or Patience()
        self._at = at
        self._smtp: smtplib.SMTP | None = None
        self._pipelining = False

    @property
    def is_open(self) -> bool:
        return self._smtp is not None

    def open(self) -> smtplib.SMTP:
        """Connect, greet, and sign in if the relay wants that. Raises RelayUnavailable."""
        if self._smtp is not None:
            return self._smtp
        self._at("connect")
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._connected()
            self._greet(smtp)
        except (smtplib.SMTPException, OSError) as fault:
            if smtp is not None:
                smtp.close()
            raise RelayUnavailable(_words(fault)) from fault
        self._smtp = smtp
        self._pipelining = smtp.has_extn("pipelining")
        return smtp

    def hand_over(self, envelope: Envelope, may_finish: Callable[[], bool] = _go_ahead) -> Attempt:
        """Hand the letter over and answer what became of it. Raises UnfitAddress, RelayUnavailable.

        `may_finish` is asked just before the final dot: False leaves the letter unsent (its claim has run out).
        The connection is open afterwards if the relay can take another letter, else closed.
        """
        commands = _commands(envelope)
        smtp = self.open()
        if not commands.ascii and not smtp.has_extn("smtputf8"):
            return Attempt(result=Result.REFUSED, step="MAIL", text="the relay can't take addresses outside ASCII")
        step = "MAIL"
        try:
            _wait_for(smtp, self._patience.command)
            lines = commands.lines(size=smtp.has_extn("size"))
            if self._pipelining:  # RFC 2920: three commands, one round trip
                self._at("commands")
                smtp.send(b"".join(lines.values()))
            for step, line in lines.items():
                if not self._pipelining:
                    self._at(step)
                    smtp.send(line)
                code, text = _reply(smtp)
                if code // 100 != (3 if step == "DATA" else 2):
                    return self._declined(smtp, step, code, text)
            step = "body"
            self._at(step)
            smtp.send(_stuffed(envelope.message))
        except (smtplib.SMTPException, OSError) as fault:
            self.close()
            return Attempt(result=Result.RELAY_FAULT, step=step, text=_words(fault))
        if not may_finish():
            self.close()
            return Attempt(result=Result.POSTPONED, step="body", text="the claim ran out before the final dot")
        return self._finished(smtp)

    def close(self, *, politely: bool = False) -> None:
        """Close the connection; `politely` with QUIT, its reply awaited for no more than a few seconds."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        if politely and smtp.sock is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.sock.settimeout(5)
                smtp.quit()
        smtp.close()

    def _connected(self) -> smtplib.SMTP:
        relay, seconds = self._relay, self._patience.connect
        smtp = (
            smtplib.SMTP_SSL(timeout=seconds, context=ssl.create_default_context())
            if relay.security is Security.TLS
            else smtplib.SMTP(timeout=seconds)
        )
        smtp._host = relay.host  # type: ignore[attr-defined]  # what the certificate is checked against
        code, said = smtp.connect(relay.host, relay.port)
        if code != 220:
            smtp.close()
            raise smtplib.SMTPConnectError(code, said)
        return smtp

    def _greet(self, smtp: smtplib.SMTP) -> None:
        assert smtp.sock is not None  # noqa: S101 - for the type checker: it is connected
        # A letter is two writes, the text and the dot: without this the kernel holds the dot back for 40 ms.
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        relay = self._relay
        if relay.security is Security.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if relay.user:
            if relay.security is Security.NONE and not relay.is_near:
                raise smtplib.SMTPException("the connection is not encrypted, so the relay isn't told the password")
            smtp.login(relay.user, relay.password or "")

    def _finished(self, smtp: smtplib.SMTP) -> Attempt:
        """Send the dot and answer what the relay replies; from here on silence is doubt."""
        self._at("dot")
        try:
            _wait_for(smtp, self._patience.final)
            smtp.send(b".\r\n")
            self._at("reply")
            code, text = _reply(smtp)
        except (smtplib.SMTPException, OSError) as fault:
            self.close()
            return Attempt(result=Result.IN_DOUBT, step="dot", text=_words(fault))
        if code == 421 or code // 100 not in (2, 4, 5):
            self.close()
        return Attempt(result=_FINAL.get(code // 100, Result.IN_DOUBT), step="dot", code=code, text=text)

    def _declined(self, smtp: smtplib.SMTP, step: str, code: int, text: str) -> Attempt:
        """Answer what a no before the text means, and make the connection ready for the next letter or close it."""
        try:
            self._start_afresh(smtp, step, code)
        except (smtplib.SMTPException, OSError):
            self.close()
        # MAIL names only us, and 421 is said of the connection: neither is about this reader. 552 is about the letter.
        result = Result.RELAY_FAULT if code == 421 or (step == "MAIL" and code != 552) else _BEFORE.get(code // 100)
        return Attempt(result=result or Result.RELAY_FAULT, step=step, code=code, text=text)

    def _start_afresh(self, smtp: smtplib.SMTP, step: str, code: int) -> None:
        """Read what the relay still says to commands already sent, and forget the letter on both sides."""
        if self._pipelining and code != 421:
            for _ in _STEPS[_STEPS.index(step) + 1 :]:
                code, _text = _reply(smtp)
        # After 354 it waits for a text that nobody shall get: only closing ends that.
        if code in (421, 354) or smtp.rset()[0] != 250:
            self.close()


_STEPS = ("MAIL", "RCPT", "DATA")
_BEFORE = {4: Result.POSTPONED, 5: Result.REFUSED}
_FINAL = {2: Result.ACCEPTED, **_BEFORE}


@dataclass(frozen=True, slots=True)
class _Commands:
    """What is said before the text."""

    sender: str
    recipient: str
    size: int

    @property
    def ascii(self) -> bool:
        return (self.sender + self.recipient).isascii()

    def lines(self, *, size: bool) -> dict[str, bytes]:
        """Answer each step's line; addresses outside ASCII as RFC 6531 has them."""
        options = (f" SIZE={self.size}" if size else "") + ("" if self.ascii else " SMTPUTF8")
        return {
            "MAIL": f"MAIL FROM:<{self.sender}>{options}\r\n".encode(),
            "RCPT": f"RCPT TO:<{self.recipient}>\r\n".encode(),
            "DATA": b"DATA\r\n",
        }


def _commands(envelope: Envelope) -> _Commands:
    return _Commands(_path(envelope.sender), _path(envelope.recipient), len(envelope.message))


def _reply(smtp: smtplib.SMTP) -> tuple[int, str]:
    code, said = smtp.getreply()
    return code, " ".join(said.decode("utf-8", "replace").split())


def _wait_for(smtp: smtplib.SMTP, seconds: float) -> None:
    assert smtp.sock is not None  # noqa: S101 - for the type checker: it is connected
    smtp.sock.settimeout(seconds)


def _stuffed(message: bytes) -> bytes:
    """Answer the text as it goes over the wire, up to the final dot (RFC 5321, section 4.5.2)."""
    message = message.replace(b"\r\n.", b"\r\n..")
    if message.startswith(b"."):
        message = b"." + message
    return message if message.endswith(b"\r\n") else message + b"\r\n"


def _path(address: str) -> str:
    """Answer the address as it may stand in a command. Raises UnfitAddress, whose text doesn't hold the address."""
    if _UNFIT.search(address):
        raise UnfitAddress("the address holds characters that no envelope may hold")
    local, at, domain = address.rpartition("@")
    return address if address.isascii() else f"{local}{at}{domain.encode('idna').decode('ascii')}"


def _words(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        said = fault.smtp_error
        return f"{fault.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return " ".join(str(fault).split()) or type(fault).__name__


