"""What is wrong with a list, or may be soon. Checks are small functions that yield findings; the desk words them."""

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr, parsedate_to_datetime
from enum import StrEnum
from pathlib import Path

import httpx

from plugins.subscriptions.letters.dkim import BadKey, Signer
from plugins.subscriptions.mailing import MailingState
from plugins.subscriptions.manifest import BadManifest, Deployed, Unreachable
from plugins.subscriptions.operations.names import Names, Unanswered, related, tags
from plugins.subscriptions.sending.smtp import Connection, Patience, RelayUnavailable
from plugins.subscriptions.settings import NEAR, Dkim, Mode, Settings
from plugins.subscriptions.store import Store, Unavailable, Unusable
from plugins.subscriptions.store.instance import FILE as INSTANCE

LATE = timedelta(minutes=15)
"""How long a letter may wait before somebody should look."""
CLOCK_MAY_DIFFER = timedelta(seconds=60)
LEAST_SPACE = 500_000_000
"""Bytes that should be free where the list keeps its state."""
PATIENCE = Patience(connect=10, command=10, final=10)


class Level(StrEnum):
    GOOD = "good"
    CAREFUL = "careful"
    WRONG = "wrong"


class Kind(StrEnum):
    """What is found. The desk has a sentence for each, with what to do."""

    LOCAL = "local"
    SAME_SECRETS = "same_secrets"
    OPEN_FILE = "open_file"
    LITTLE_SPACE = "little_space"
    DATABASE = "database"
    DATABASE_GOOD = "database_good"
    INSTANCE = "instance"
    NEVER_RAN = "never_ran"
    LATE_LETTERS = "late_letters"
    LATE_MAILING = "late_mailing"
    HELD_LETTERS = "held_letters"
    HELD_MAILING = "held_mailing"
    IN_DOUBT = "in_doubt"
    SITE = "site"
    SITE_GOOD = "site_good"
    CLOCK = "clock"
    SERVICE = "service"
    SERVICE_GOOD = "service_good"
    RELAY = "relay"
    RELAY_GOOD = "relay_good"
    RELAY_OPEN = "relay_open"
    RELAY_LOG = "relay_log"
    FEEDBACK = "feedback"
    NO_FEEDBACK = "no_feedback"
    DKIM_KEY = "dkim_key"
    DNS = "dns"
    NO_MAIL = "no_mail"
    NO_BOUNCES = "no_bounces"
    NO_SPF = "no_spf"
    MANY_SPF = "many_spf"
    SPF_GOOD = "spf_good"
    SPF_FOR_ALL = "spf_for_all"
    NO_DKIM = "no_dkim"
    OTHER_DKIM = "other_dkim"
    DKIM_GOOD = "dkim_good"
    DKIM_BY_RELAY = "dkim_by_relay"
    NO_DMARC = "no_dmarc"
    DMARC_GOOD = "dmarc_good"
    NOT_ALIGNED = "not_aligned"


@dataclass(frozen=True, slots=True)
class Finding:
    """`facts` fill the places of the desk's sentence."""

    level: Level
    kind: Kind
    facts: dict[str, str | int] = field(default_factory=dict)


Findings = Iterator[Finding]


def look(
    settings: Settings, client: httpx.Client, now: Callable[[], datetime], names: Names | None = None
) -> Findings:
    """Look at everything, and change nothing. Takes a minute at most, when nothing answers. A local list has neither a
    relay nor a site of its own to look at.
    """
    yield from secrets(settings)
    yield from files(settings)
    yield from database(settings, now())
    if settings.mode is Mode.LOCAL:
        return
    yield from site(settings, client, now)
    yield from service(settings, client)
    yield from relay(settings)
    yield from feedback(settings)
    try:
        yield from domains(settings, names or Names())
    except Unanswered as fault:
        yield _wrong(Kind.DNS, why=str(fault))


def secrets(settings: Settings) -> Findings:
    if settings.mode is Mode.LOCAL:
        yield _careful(Kind.LOCAL)
        return
    given = [*settings.secrets, settings.pepper, settings.api_secret]
    if len(set(given)) < len(given):
        yield _careful(Kind.SAME_SECRETS)


def files(settings: Settings) -> Findings:
    """Addresses lie in files that nobody else should read; and a full disk stops the list."""
    kept = sorted(settings.state.glob("*.sqlite*")) if settings.state.is_dir() else []
    for file in [*kept, *(each.key for each in settings.dkim)] if settings.mode is Mode.PUBLIC else []:
        if file.is_file() and file.stat().st_mode & stat.S_IROTH and all(map(_is_open, file.resolve().parents)):
            yield _careful(Kind.OPEN_FILE, file=str(file))
    if settings.state.is_dir() and (free := shutil.disk_usage(settings.state).free) < LEAST_SPACE:
        yield _careful(Kind.LITTLE_SPACE, folder=str(settings.state), megabytes=free // 1_000_000)


def database(settings: Settings, now: datetime) -> Findings:
    try:
        store = Store.open(settings)
    except Unusable as fault:
        yield _wrong(Kind.DATABASE, why=str(fault))
        return
    try:
        yield Finding(Level.GOOD, Kind.DATABASE_GOOD)
        if (settings.state / INSTANCE).exists():  # looking must not be what adopts a new database
            store.instance.check()
        else:
            yield _careful(Kind.NEVER_RAN, folder=str(settings.state))
        yield from _stuck(store, now)
    except Unusable as fault:
        yield _wrong(Kind.INSTANCE, why=str(fault))
        yield from _stuck(store, now)
    except Unavailable as fault:
        yield _wrong(Kind.DATABASE, why=str(fault))
    finally:
        store.close()


def _stuck(store: Store, now: datetime) -> Findings:
    status = store.answers.status()
    if status.oldest_open_at and status.oldest_open_at < now - LATE:
        yield _wrong(Kind.LATE_LETTERS, since=_time(status.oldest_open_at))
    for mailing in store.mailings.unfinished():
        told = mailing.announcement
        name = f"{told.release} ({told.versions[0].title})" if told else str(mailing.number)
        if mailing.state is MailingState.HELD:
            yield _careful(Kind.HELD_MAILING, release=name)
        if mailing.state is MailingState.ANNOUNCED and mailing.due_at < now - LATE:
            yield _wrong(Kind.LATE_MAILING, release=name, since=_time(mailing.due_at))
    if status.held:
        yield _careful(Kind.HELD_LETTERS, number=status.held)
    if doubts := len(store.ledger.doubts()):
        yield _careful(Kind.IN_DOUBT, number=doubts)


def site(settings: Settings, client: httpx.Client, now: Callable[[], datetime]) -> Findings:
    """What is announced can be had, and its clock is ours."""
    deployed = Deployed(settings.site, client)
    try:
        announced = deployed.announcements()
        deployed.offer()
        yield Finding(Level.GOOD, Kind.SITE_GOOD, {"number": len(announced)})
        answer = client.head(f"{settings.site}notices.json")
        there = parsedate_to_datetime(answer.headers["date"])
    except (Unreachable, BadManifest) as fault:
        yield _wrong(Kind.SITE, why=str(fault))
    except (httpx.HTTPError, KeyError, ValueError, TypeError):
        return  # it has no clock to compare with
    else:
        if abs(now() - there) > CLOCK_MAY_DIFFER:
            yield _careful(Kind.CLOCK, seconds=round((now() - there).total_seconds()))


def service(settings: Settings, client: httpx.Client) -> Findings:
    try:
        answer = client.get(f"{settings.service}token")
        why = "" if answer.is_success else str(answer.status_code)
    except httpx.HTTPError as fault:
        why = str(fault) or type(fault).__name__
    if why:
        yield _wrong(Kind.SERVICE, address=settings.service, why=why)
    else:
        yield Finding(Level.GOOD, Kind.SERVICE_GOOD, {"address": settings.service})


def relay(settings: Settings) -> Findings:
    where = f"{settings.relay.host}:{settings.relay.port}"
    connection = Connection(settings.relay, PATIENCE)
    try:
        connection.open()
        yield Finding(Level.GOOD, Kind.RELAY_GOOD, {"relay": where})
    except RelayUnavailable as fault:
        yield _wrong(Kind.RELAY, relay=where, why=str(fault))
    finally:
        connection.close(politely=True)
    if settings.relay.security == "none" and settings.relay.host not in NEAR:
        yield _careful(Kind.RELAY_OPEN, relay=where)
    if settings.relay_log and not _can_be_read(settings.relay_log):
        yield _wrong(Kind.RELAY_LOG, file=str(settings.relay_log))


def feedback(settings: Settings) -> Findings:
    if settings.feedback and not all((settings.feedback / each).is_dir() for each in ("new", "cur")):
        yield _wrong(Kind.FEEDBACK, folder=str(settings.feedback))
    if not settings.feedback:
        yield _careful(Kind.NO_FEEDBACK)


def domains(settings: Settings, names: Names) -> Findings:
    """What receivers look up before they believe that a letter is ours. Raises Unanswered."""
    sender = parseaddr(settings.sender)[1].rpartition("@")[2].lower()
    if not names.takes_mail(sender):
        yield _careful(Kind.NO_MAIL, domain=sender)
    if settings.return_domain != sender and not names.takes_mail(settings.return_domain):
        yield _wrong(Kind.NO_BOUNCES, domain=settings.return_domain)
    yield from _spf(settings.return_domain, names)
    if not settings.dkim:
        yield _careful(Kind.DKIM_BY_RELAY)
    for each in settings.dkim:
        yield from _dkim(each, names)
    yield from _dmarc(settings, sender, names)


def _spf(domain: str, names: Names) -> Findings:
    found = names.spf(domain)
    if not found:
        yield _wrong(Kind.NO_SPF, domain=domain)
    elif len(found) > 1:
        yield _wrong(Kind.MANY_SPF, domain=domain)
    elif {"+all", "all"} & set(found[0].lower().split()):
        yield _wrong(Kind.SPF_FOR_ALL, domain=domain)
    else:
        yield Finding(Level.GOOD, Kind.SPF_GOOD, {"domain": domain, "record": found[0]})


def _dkim(dkim: Dkim, names: Names) -> Findings:
    name = f"{dkim.selector}._domainkey.{dkim.domain}"
    try:
        record = Signer.of(dkim.key.read_bytes(), domain=dkim.domain, selector=dkim.selector).public_record
    except (OSError, BadKey) as fault:
        yield _wrong(Kind.DKIM_KEY, file=str(dkim.key), why=str(fault))
        return
    there = names.dkim(dkim.selector, dkim.domain)
    if there is None:
        yield _wrong(Kind.NO_DKIM, name=name, record=record)
    elif there["p"] != tags(record)["p"]:
        yield _wrong(Kind.OTHER_DKIM, name=name, record=record)
    else:
        yield Finding(Level.GOOD, Kind.DKIM_GOOD, {"name": name})


def _dmarc(settings: Settings, sender: str, names: Names) -> Findings:
    policy = names.dmarc(sender)
    if policy is None:
        yield _wrong(Kind.NO_DMARC, domain=sender)
    else:
        yield Finding(Level.GOOD, Kind.DMARC_GOOD, {"domain": sender, "policy": policy.get("p", "")})
    if not any(related(each, sender) for each in (settings.return_domain, *(dkim.domain for dkim in settings.dkim))):
        yield _wrong(Kind.NOT_ALIGNED, sender=sender, returns=settings.return_domain)


def _wrong(kind: Kind, **facts: str | int) -> Finding:
    return Finding(Level.WRONG, kind, facts)


def _careful(kind: Kind, **facts: str | int) -> Finding:
    return Finding(Level.CAREFUL, kind, facts)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _is_open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def _can_be_read(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            opened.read(1)
    except OSError:
        return False
    return True
