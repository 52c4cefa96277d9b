"""Readers as CSV: in, with proof that each has agreed, and out again in the same form. Nobody is mailed."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from plugins.subscriptions.keys import Address, BadAddress, Keys
from plugins.subscriptions.reader import Choice, Consent, Frequency, Reader
from plugins.subscriptions.service.asking import TOPIC
from plugins.subscriptions.store import Store

COLUMNS = ("address", "language", "frequency", "urgent_only", "topics", "consented_at", "wording", "source")
OTHER_NAMES = {"e-mail": "address", "email": "address", "e-post": "address", "epost": "address", "adress": "address"}
BATCH = 500
YES, NO = ("yes", "true", "1", "ja"), ("", "no", "false", "0", "nej")


class Wrong(StrEnum):
    """What can be wrong with a file of readers."""

    ENCODING = "encoding"
    NO_ADDRESSES = "no_addresses"
    COLUMN = "column"
    ADDRESS = "address"
    TWICE = "twice"
    LANGUAGE = "language"
    FREQUENCY = "frequency"
    URGENT = "urgent"
    TOPIC = "topic"
    NO_TIME = "no_time"
    TIME = "time"
    NO_SOURCE = "no_source"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on a line of the file; `text` is what stands there, never an address."""

    line: int
    wrong: Wrong
    text: str = ""


class Faulty(Exception):
    """The file has faults; nothing of it was imported."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A reader to be."""

    address: Address
    choice: Choice
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds for lines that don't say it themselves. `source` is where the consents can be looked up; `timezone` is
    that of times without one.
    """

    language: str
    timezone: ZoneInfo
    consented_at: datetime | None = None
    source: str = ""


@dataclass(slots=True)
class Imported:
    """What became of the lines: added, on the list already, and kept away (bounce, complaint, erased, operator)."""

    added: int = 0
    known: int = 0
    kept_away: int = 0


def read(written: bytes, defaults: Defaults, now: datetime, *, test: bool = False) -> list[Entry]:
    """Answer the readers that a CSV file tells of; `test` allows names that are never public. Raises Faulty."""
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Faulty([Fault(1, Wrong.ENCODING)]) from None
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    names = [_column(name) for name in next(rows, [])]
    faults = [Fault(1, Wrong.COLUMN, name) for name in names if name not in COLUMNS]
    if "address" not in names:
        faults.append(Fault(1, Wrong.NO_ADDRESSES))
    if faults:
        raise Faulty(faults)
    entries: dict[str, Entry] = {}
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        said = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
        found = list(_read_line(said, defaults, now, test=test))
        entry = found[-1]
        wrong = [Fault(rows.line_num, each.wrong, each.text) for each in found if isinstance(each, Fault)]
        if isinstance(entry, Entry) and entry.address.canonical in entries:
            wrong.append(Fault(rows.line_num, Wrong.TWICE))
        faults += wrong
        if not wrong and isinstance(entry, Entry):
            entries[entry.address.canonical] = entry
    if faults:
        raise Faulty(faults)
    return list(entries.values())


def bring_in(
    store: Store,
    keys: Keys,
    entries: Sequence[Entry],
    now: datetime,
    *,
    done: Callable[[int, int], None] | None = None,
) -> Imported:
    """Add readers who have agreed elsewhere. Can be repeated: who is there already stays as they are.

    `done` is told how many of how many have been looked at.
    """
    imported = Imported()
    for number, entry in enumerate(entries, start=1):
        mark = keys.mark(entry.address)
        if store.subscribers.import_reader(entry.address, mark, entry.choice, entry.consent, now):
            imported.added += 1
        elif store.subscribers.suppression(mark):
            imported.kept_away += 1
        else:
            imported.known += 1
        if done:
            done(number, len(entries))
    return imported


def written(store: Store) -> Iterator[str]:
    """Answer all active readers as lines of CSV, with what each agreed to; the first line names the columns."""
    yield _line(COLUMNS)
    readers = store.subscribers.active()
    while batch := list(islice(readers, BATCH)):
        agreed = store.subscribers.consented([reader.number for reader in batch])
        yield from (_line(_cells(reader, agreed.get(reader.number))) for reader in batch)


def _column(name: str) -> str:
    name = name.strip().casefold()
    return OTHER_NAMES.get(name, name)


def _read_line(said: Mapping[str, str], defaults: Defaults, now: datetime, *, test: bool) -> Iterator[Fault | Entry]:
    """Answer every fault of a line, or the entry that it is."""
    faults: list[Fault] = []

    def wrong(what: Wrong, text: str = "") -> None:
        faults.append(Fault(0, what, text))

    address = None
    try:
        address = Address.of(said.get("address", ""), test=test)
    except BadAddress:
        wrong(Wrong.ADDRESS)
    language = said.get("language") or defaults.language
    if not (language.isascii() and language.isalpha() and len(language) == 2):
        wrong(Wrong.LANGUAGE, language)
    frequency = said.get("frequency") or Frequency.AT_ONCE
    if frequency not in set(Frequency):
        wrong(Wrong.FREQUENCY, frequency)
    urgent = said.get("urgent_only", "").casefold()
    if urgent not in YES + NO:
        wrong(Wrong.URGENT, urgent)
    topics = frozenset(said.get("topics", "").split())
    for topic in sorted(topics):
        if not TOPIC.fullmatch(topic):
            wrong(Wrong.TOPIC, topic)
    at = defaults.consented_at
    if when := said.get("consented_at"):
        at = moment(when, defaults.timezone)
        if at is None or at > now:
            wrong(Wrong.TIME, when)
    elif at is None:
        wrong(Wrong.NO_TIME)
    source = said.get("source") or defaults.source
    if not source:
        wrong(Wrong.NO_SOURCE)
    yield from faults
    if address and at and not faults:
        yield Entry(
            address=address,
            choice=Choice(
                language=language, topics=topics, frequency=Frequency(frequency), urgent_only=urgent in YES
            ),
            consent=Consent(at=at, wording=said.get("wording", ""), source=f"import:{source.removeprefix('import:')}"),
        )


def moment(text: str, timezone: ZoneInfo) -> datetime | None:
    """Answer the time or day that is written as in ISO 8601; None if it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone)


def _cells(reader: Reader, consent: Consent | None) -> Sequence[str]:
    return (
        reader.address or "",
        reader.choice.language,
        reader.choice.frequency.value,
        "yes" if reader.choice.urgent_only else "no",
        " ".join(sorted(reader.choice.topics)),
        consent.at.isoformat() if consent else "",
        consent.wording if consent else "",
        consent.source if consent else "",
    )


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
