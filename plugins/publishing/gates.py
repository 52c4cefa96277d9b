"""What must hold before an edition is sent. Each gate is a function that tells what doesn't, and knows nothing else."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from plugins.newsroom import Fault, Site
from plugins.publishing import changes
from plugins.publishing.leads import Leads
from plugins.publishing.links import Links, address_of, file_at
from plugins.publishing.manifest import Manifest
from plugins.publishing.memory import Memory
from plugins.publishing.plan import Plan, bare
from plugins.publishing.shipment import Shipment

MANY_RELEASES = 20
"""More texts than these don't change at once by intention, without somebody saying so."""

MANY_REMOVALS = 200
EXPIRES_SOON = timedelta(days=30)

_ATOM = "{http://www.w3.org/2005/Atom}"
SECURITY = ".well-known/security.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A text that isn't public yet. `address` is where it will be; `id` is None for a translation, whose original may
    be public; `at` is when it will be, None = nobody has said.
    """

    source: str
    address: str
    id: str | None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """An edition that wants to pass: what is to be sent, what that changes, what was public before, and what is still
    secret at `now`. An empty memory is that of a first publishing. `right` is an edition whose links all held, empty if
    none is known, and `leads` remembers what they were.
    """

    shipment: Shipment
    plan: Plan
    before: Memory
    after: Memory
    site: Site
    secrets: tuple[Secret, ...]
    now: datetime
    right: Manifest = field(default_factory=Manifest)
    leads: Leads | None = None

    @property
    def changed(self) -> tuple[str, ...]:
        """Answer the files that are sent, without their compressed copies."""
        return tuple(path for path in self.plan.uploads if path == bare(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What stops the edition, what somebody must say yes to, and what is only told."""

    stops: tuple[Fault, ...]
    asks: tuple[Fault, ...]
    tells: tuple[Fault, ...]


Gate = Callable[[Passage], Iterator[Fault]]


def judged(passage: Passage) -> Verdict:
    """Answer what all gates say."""
    return Verdict(stops=_all(STOP, passage), asks=_all(ASK, passage), tells=_all(TELL, passage))


def addresses_stay(passage: Passage) -> Iterator[Fault]:
    """No address that was ever public leads nowhere: each has a text, a redirect or a page that says why not."""
    for text in passage.before.texts.values():
        if text.id not in passage.after.texts:
            yield Fault.at(
                text.address, 0, "{id} was public here and is gone; put it back, or withdraw it", id=text.id
            )
            continue
        for address in text.everywhere:
            if file_at(unquote(address).lstrip("/"), passage.shipment.manifest) is None:
                message = "this was public and leads nowhere now; write it in moved_from of {id}"
                yield Fault.at(address, 0, message, id=text.id)


def identities_stay(passage: Passage) -> Iterator[Fault]:
    """An id means one text for ever: feeds and letters know it by that."""
    for id in passage.after.twice:
        address = passage.after.texts[id].address
        yield Fault.at(address, 0, "two texts have the id {id}; give the new one an id of its own", id=id)
    owners = passage.after.owners
    for text in passage.before.texts.values():
        for address in text.addresses.values():
            owner = owners.get(address, text.id)
            if owner != text.id:
                message = "what was public here as {old} is {new} now; ids never change"
                yield Fault.at(address, 0, message, old=text.id, new=owner)


def history_stays(passage: Passage) -> Iterator[Fault]:
    """What readers were told of a text is not untold: no withdrawal, no correction vanishes."""
    for text in passage.before.texts.values():
        new = passage.after.texts.get(text.id)
        if new is None:
            continue
        address = new.address
        if text.withdrawn and not new.withdrawn:
            yield Fault.at(address, 0, "{id} was withdrawn and would come back; publish it as a new text", id=text.id)
        elif new.revision < text.revision:
            yield Fault.at(address, 0, "a correction of {id} that was public is gone; put it back", id=text.id)


def edits_are_classed(passage: Passage) -> Iterator[Fault]:
    """Nothing that is public changes without somebody saying how much that means."""
    found = changes.changes(passage.before, passage.after)
    yield from changes.faults((change for change in found if change.step is changes.Step.UNCLASSED), passage.now)


def secrets_are_kept(passage: Passage) -> Iterator[Fault]:
    """Nothing of what isn't public yet is in what is sent: no file at its address, and no mention of address or id."""
    places = tuple(secret.address for secret in passage.secrets)
    for path in (path for path in passage.shipment.manifest.files if path.startswith(places)):
        for secret in passage.secrets:
            if path.startswith(secret.address):
                yield Fault.at(path, 0, "this belongs to {text}, which isn't public yet", text=secret.source)
    needles = [(secret, _needles(secret)) for secret in passage.secrets]
    for path in passage.changed if needles else ():
        data = passage.shipment.read(path)
        for secret, found_in in needles:
            if any(needle in data and re.search(pattern, data) for needle, pattern in found_in):
                yield Fault.at(path, 0, "this mentions {text}, which isn't public yet", text=secret.source)


def links_hold(passage: Passage) -> Iterator[Fault]:
    """Every link within the site leads to a file, and to a place on it if it names one."""
    links, leads = Links(passage.shipment, passage.site), passage.leads or Leads(None, passage.site)
    for path in sorted(links.doubtful(passage.right, leads)):
        yield from links.faults(path)
    leads.keep(links.seen, passage.shipment.manifest)


def data_is_well_formed(passage: Passage) -> Iterator[Fault]:
    """Feeds, calendars and data can be read by machines, and no feed has two items with one id."""
    for path in passage.changed:
        ending = path.rpartition(".")[2]
        if ending in _READERS:
            try:
                ids = _READERS[ending](passage.shipment.read(path))
            except (ValueError, KeyError, TypeError, ParseError, DefusedXmlException) as error:
                yield Fault.at(path, 0, "this can't be read by machines: {why}", why=error)
                continue
            for id in sorted({id for id in ids if ids.count(id) > 1}):
                yield Fault.at(path, 0, "two items have the id {id}", id=id)


def security_contact_holds(passage: Passage) -> Iterator[Fault]:
    """security.txt has not expired (RFC 9116, section 2.5.5)."""
    expires = _expires(passage.shipment)
    if expires is not None and expires <= passage.now:
        yield Fault.at(SECURITY, 0, "this has expired; set security.expires in newsroom.yaml to a later day")


def security_contact_holds_on(passage: Passage) -> Iterator[Fault]:
    """security.txt is not about to expire."""
    expires = _expires(passage.shipment)
    if expires is not None and passage.now < expires <= passage.now + EXPIRES_SOON:
        day = expires.date().isoformat()
        message = "this expires on {day}; set security.expires in newsroom.yaml to a later day"
        yield Fault.at(SECURITY, 0, message, day=day)


def few_texts_change(passage: Passage) -> Iterator[Fault]:
    """Not more texts change at once than somebody would edit in one go."""
    known = passage.before.texts
    changed = [id for id, text in passage.after.texts.items() if id not in known or known[id].content != text.content]
    if known and len(changed) > MANY_RELEASES:
        yield Fault.at("", 0, "{count} texts are new or changed at once; look at them first", count=len(changed))


def few_files_go(passage: Passage) -> Iterator[Fault]:
    """Not a large part of the site is removed at once."""
    count = len(passage.plan.removals)
    if count > MANY_REMOVALS and count * 10 > len(passage.shipment.manifest.files):
        yield Fault.at("", 0, "{count} files are removed at once; look at them first", count=count)


def lists_stay(passage: Passage) -> Iterator[Fault]:
    """No page that readers may follow (a keyword's, an audience's) is removed without somebody meaning it."""
    texts = {address.lstrip("/") for text in passage.before.texts.values() for address in text.everywhere}
    for path in passage.plan.removals:
        if path.endswith(".html") and address_of(path) not in texts:
            yield Fault.at(path, 0, "this page is removed, and nothing leads its readers on")


STOP: tuple[Gate, ...] = (
    addresses_stay, identities_stay, history_stays, edits_are_classed, secrets_are_kept, links_hold,
    data_is_well_formed,
)  # fmt: skip
ASK: tuple[Gate, ...] = (few_texts_change, few_files_go, lists_stay, security_contact_holds)
TELL: tuple[Gate, ...] = (security_contact_holds_on,)


def _all(gates: Iterable[Gate], passage: Passage) -> tuple[Fault, ...]:
    return tuple(fault for gate in gates for fault in gate(passage))


def _needles(secret: Secret) -> list[tuple[bytes, bytes]]:
    """Answer what to look for: some bytes, and a pattern that they must be part of."""
    address = secret.address.encode()
    found = [(address, rb"(?<![\w-])" + re.escape(address))]
    if secret.id:
        id = secret.id.encode()
        found.append((id, rb"(?<![A-Za-z0-9])" + re.escape(id) + rb"(?![A-Za-z0-9])"))
    return found


def _expires(shipment: Shipment) -> datetime | None:
    if SECURITY not in shipment.manifest.files:
        return None
    found = re.search(r"^Expires: *(\S+)", shipment.read(SECURITY).decode(errors="replace"), re.MULTILINE)
    try:
        expires = datetime.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
    return expires if expires and expires.tzinfo else None


def _xml(data: bytes) -> list[str]:
    fromstring(data)
    return []


def _atom(data: bytes) -> list[str]:
    return [_text(entry, f"{_ATOM}id") for entry in fromstring(data).iter(f"{_ATOM}entry")]


def _rss(data: bytes) -> list[str]:
    return [_text(item, "guid") for item in fromstring(data).iter("item")]


def _text(element: Element, tag: str) -> str:
    found = element.findtext(tag)
    if not found:
        raise ValueError(f"an item has no {tag.rpartition('}')[2]}")
    return found


def _json(data: bytes) -> list[str]:
    told = json.loads(data)
    if isinstance(told, dict) and "jsonfeed.org" in str(told.get("version", "")):
        return [item["id"] for item in told["items"]]
    return []


def _calendar(data: bytes) -> list[str]:
    if not (data.startswith(b"BEGIN:VCALENDAR\r\n") and data.rstrip().endswith(b"END:VCALENDAR")):
        raise ValueError("it is no calendar")
    return [uid.decode() for uid in re.findall(rb"^UID:(.*?)\r$", data, re.MULTILINE)]


_READERS: dict[str, Callable[[bytes], list[str]]] = {
    "atom": _atom,
    "rss": _rss,
    "xml": _xml,
    "svg": _xml,
    "json": _json,
    "ics": _calendar,
}
