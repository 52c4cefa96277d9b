"""The list's settings: the `LIST_*` of the environment, read once, every fault told at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plugins.subscriptions.delivery import Policy

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

LOCAL_SECRET = "only for this computer"  # noqa: S105 - public on purpose; public mode refuses it
SECRET_LENGTH = 32
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Mode(StrEnum):
    """`local` is for one's own computer and has a default for everything; `public` has none for what matters."""

    LOCAL = "local"
    PUBLIC = "public"


class Security(StrEnum):
    """How the connection to the relay is kept secret: not at all, after STARTTLS, or from the first byte."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class BadSettings(Exception):
    """What is wrong with the settings, one sentence each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """The mail server that takes the letters over."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def is_near(self) -> bool:
        """Whether it is on this machine."""
        return self.host in NEAR


NEAR = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestTimes:
    """When digests are made, on the clocks of `timezone`. `weekday` counts from 0 (Monday)."""

    timezone: ZoneInfo
    daily: time
    weekday: int
    weekly: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Dkim:
    """A key that letters are signed with in this process; without any the relay signs. `key` is a file in PEM."""

    key: Path
    selector: str
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that the list can be told from outside. Made by `from_environment`; README lists the variables.

    `site` and `service` end with a slash. `rate` is letters a second over all connections of a worker, 0 = as fast as
    the relay takes them. `database` is an SQLAlchemy address.
    """

    mode: Mode
    state: Path
    database: str = field(repr=False)
    site: str
    service: str
    sender: str
    return_domain: str
    relay: Relay
    relay_log: Path | None
    feedback: Path | None
    secrets: tuple[str, ...] = field(repr=False)
    pepper: str = field(repr=False)
    api_secret: str = field(repr=False)
    dkim: tuple[Dkim, ...]
    connections: int
    rows_per_commit: int
    in_doubt: Policy
    lease: timedelta
    rate: float
    send_window: timedelta
    pull_back: timedelta
    digests: DigestTimes
    soft_bounces: int
    bounce_rate: float
    keep_deliveries: timedelta
    keep_ended: timedelta
    keep_suppressions: timedelta
    proof_of_work: bool
    proxies: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read every `LIST_*`. Raises BadSettings with all faults; also for a `LIST_*` that doesn't exist."""
        read = _Reading(environ)
        mode = read("MODE", _one_of(Mode), "local") or Mode.LOCAL
        public = mode is Mode.PUBLIC
        state = read("STATE", Path, None if public else ".list")
        settings = cls(
            mode=mode,
            state=state,
            database=read("DATABASE", _database, f"sqlite:///{state}/list.sqlite"),
            site=read("SITE", _base(public), None if public else "http://localhost:8000/"),
            service=read("SERVICE", _base(public), None if public else "http://localhost:8000/lista/"),
            sender=read("SENDER", _sender, None if public else "Press room <list@localhost>"),
            return_domain=read("RETURN_DOMAIN", _domain, None if public else "localhost"),
            relay=read("RELAY", _relay, None if public else "smtp://localhost:1025"),
            relay_log=read.optional("RELAY_LOG", Path),
            feedback=read.optional("FEEDBACK", Path),
            secrets=read("SECRETS", _secrets(public), None if public else LOCAL_SECRET),
            pepper=read("PEPPER", _secret(public), None if public else LOCAL_SECRET),
            api_secret=read("API_SECRET", _secret(public), None if public else LOCAL_SECRET),
            dkim=_dkim(read),
            connections=read("CONNECTIONS", _whole(1, 200), "4"),
            rows_per_commit=read("ROWS_PER_COMMIT", _whole(1, 100), "1"),
            in_doubt=read("IN_DOUBT", _one_of(Policy), "reconcile_then_resend"),
            lease=read("LEASE", _span, "15min"),
            rate=read("RATE", _number(0, 100_000), "0"),
            send_window=read("SEND_WINDOW", _span, "48h"),
            pull_back=read("PULL_BACK", _span, "2min"),
            digests=DigestTimes(
                timezone=read("TIMEZONE", _timezone, None if public else "UTC"),
                daily=read("DIGEST_DAILY", _time, "16:00"),
                weekday=read("DIGEST_WEEKDAY", _weekday, "fri"),
                weekly=read("DIGEST_WEEKLY", _time, "15:00"),
            ),
            soft_bounces=read("SOFT_BOUNCES", _whole(1, 100), "5"),
            bounce_rate=read("BOUNCE_RATE", _number(0, 1), "0.1"),
            keep_deliveries=read("KEEP_DELIVERIES", _span, "365d"),
            keep_ended=read("KEEP_ENDED", _span, "365d"),
            keep_suppressions=read("KEEP_SUPPRESSIONS", _span, "730d"),
            proof_of_work=read("PROOF_OF_WORK", _switch, "no"),
            proxies=read("PROXIES", _whole(0, 10), "0"),
        )
        read.finish()
        return settings


class _Reading:
    """Reads one variable after the other and remembers what is wrong with each."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._given = {name.removeprefix("LIST_"): text for name, text in environ.items() if name.startswith("LIST_")}
        self._asked: set[str] = set()
        self._faults: list[str] = []

    def __call__(self, name: str, parse: Callable[[str], T], default: str | None) -> T:
        """Answer the value; something useless, with a fault remembered, if there is none."""
        self._asked.add(name)
        text = self._given.get(name, "").strip() or default
        if text is None:
            self._faults.append(f"LIST_{name} must be set in public mode.")
            return None  # type: ignore[return-value]  # finish() raises before anybody sees it
        try:
            return parse(text)
        except ValueError as wrong:
            self._faults.append(f"LIST_{name} {wrong}.")
            return None  # type: ignore[return-value]

    def optional(self, name: str, parse: Callable[[str], T]) -> T | None:
        if self._given.get(name, "").strip():
            return self(name, parse, None)
        self._asked.add(name)
        return None

    def fault(self, sentence: str) -> None:
        self._faults.append(sentence)

    def finish(self) -> None:
        unknown = sorted(self._given.keys() - self._asked)
        self._faults += [f"LIST_{name} is no setting of the list." for name in unknown]
        if self._faults:
            raise BadSettings(tuple(self._faults))


def _one_of(choices: type[Word]) -> Callable[[str], Word]:
    def parse(text: str) -> Word:
        if text not in set(choices):
            raise ValueError(f"must be one of {', '.join(choices)}, not {text}")
        return choices(text)

    return parse


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise ValueError(f"must be a whole number from {least} to {most}, not {text}")
        return int(text)

    return parse


def _number(least: float, most: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        if not (re.fullmatch(r"\d+(\.\d+)?", text) and least <= float(text) <= most):
            raise ValueError(f"must be a number from {least} to {most}, not {text}")
        return float(text)

    return parse


SPANS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,6}) ?(s|min|h|d)", text)
    if not found:
        raise ValueError(f"must be a time span such as 90s, 15min, 48h or 365d, not {text}")
    return timedelta(**{SPANS[found[2]]: int(found[1])})


def _time(text: str) -> time:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f"must be a time of day such as 16:00, not {text}")
    return time.fromisoformat(text)


def _weekday(text: str) -> int:
    if text not in WEEKDAYS:
        raise ValueError(f"must be one of {', '.join(WEEKDAYS)}, not {text}")
    return WEEKDAYS.index(text)


def _switch(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"must be yes or no, not {text}")
    return text == "yes"


def _timezone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"must be a time zone such as Europe/Stockholm, not {text}") from None


def _database(text: str) -> str:
    kind = text.partition(":")[0]
    if kind == "postgresql":
        return text.replace("postgresql:", "postgresql+psycopg:", 1)
    if kind in ("postgresql+psycopg", "sqlite") and "://" in text:
        return text
    raise ValueError("must begin with sqlite:/// or postgresql://")


def _base(public: bool) -> Callable[[str], str]:
    def parse(text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"must be an address such as https://press.example/, not {text}")
        if public and parts.scheme != "https":
            raise ValueError("must begin with https:// in public mode")
        return text if text.endswith("/") else f"{text}/"

    return parse


def _sender(text: str) -> str:
    if any(ord(letter) < 32 for letter in text) or not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", parseaddr(text)[1]):
        raise ValueError(f"must be an address such as Press room <press@example.se>, not {text}")
    return text


def _domain(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", text):
        raise ValueError(f"must be a domain such as bounces.example.se, in lower case, not {text}")
    return text


def _relay(text: str) -> Relay:
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname or port == 0 or parts.path.strip("/"):
        raise ValueError("must be an address such as smtp://user:password@relay.example:587 or smtps://…")
    near = parts.hostname in NEAR
    security = {"smtps": Security.TLS, "smtp+plain": Security.NONE}.get(
        parts.scheme, Security.NONE if near else Security.STARTTLS
    )
    return Relay(
        host=parts.hostname,
        port=port or {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}[security],
        security=security,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _secret(public: bool) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if public and text == LOCAL_SECRET:
            raise ValueError("is the secret that everyone knows; make one of your own")
        if public and len(text) < SECRET_LENGTH:
            raise ValueError(f"must have at least {SECRET_LENGTH} characters; make one with: openssl rand -hex 32")
        return text

    return parse


def _secrets(public: bool) -> Callable[[str], tuple[str, ...]]:
    secret = _secret(public)

    def parse(text: str) -> tuple[str, ...]:
        return tuple(secret(each.strip()) for each in text.split(",") if each.strip())

    return parse


def _dkim(read: _Reading) -> tuple[Dkim, ...]:
    keys = read.optional("DKIM_KEY", _several(Path)) or ()
    selectors = read.optional("DKIM_SELECTOR", _several(_domain)) or ()
    domain = read.optional("DKIM_DOMAIN", _domain)
    if len(keys) == len(selectors) and bool(keys) == bool(domain):
        return tuple(
            Dkim(key=key, selector=selector, domain=domain or "") for key, selector in zip(keys, selectors, strict=True)
        )
    read.fault(
        "LIST_DKIM_KEY, LIST_DKIM_SELECTOR and LIST_DKIM_DOMAIN belong together: set all or none, "
        "and a selector for each key."
    )
    return ()


def _several(one: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    return lambda text: tuple(one(each.strip()) for each in text.split(","))
