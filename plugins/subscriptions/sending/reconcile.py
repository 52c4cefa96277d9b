"""Letters in doubt are settled by what the relay's log says of their Message-ID, and only else by the owner's policy.

Read are Postfix's lines, in syslog's old form and in RFC 3339's. Its `cleanup` names the Message-ID before the final
dot; that Postfix has taken the letter is said by `qmgr`, which then owns it. So both are looked for.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from plugins.subscriptions.delivery import DeliveryState, Doubt, Evidence, Policy
from plugins.subscriptions.store import Store

log = logging.getLogger("list.sending")

GRACE = timedelta(minutes=2)
"""A doubt is left alone for so long: a slow reply, another worker's journal or a line of the log may still come."""
OTHERS_GRACE = timedelta(hours=1)
REACHES_BACK = timedelta(days=1)
"""How long before a doubt a log must begin: longer than any lease, and than a database is away unnoticed."""
_SLACK = timedelta(seconds=5)
_CLEANUP = re.compile(r"postfix\S*/cleanup\[\d+\]: (\w+): message-id=(<[^>]*>)")
_TAKEN = re.compile(r"postfix\S*/qmgr\[\d+\]: (\w+): (?:from=<[^>]*>, size=\d+|removed)")
_OLD_STAMP = re.compile(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d")

MessageIdOf = Callable[[Doubt], str]
"""Answers the Message-ID, with its angle brackets, that the letter of this delivery bears."""


@dataclass(slots=True)
class RelayLog:
    """What a relay's log says: which letters it took, and the time that it covers without a gap."""

    begins: datetime | None = None
    ends: datetime | None = None
    taken: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, file: Path, now: datetime) -> "RelayLog":
        """Read the log and the one before it (`.1`), if they are there and may be read; old stamps are local time."""
        found = cls()
        ids: dict[str, str] = {}
        owned: set[str] = set()
        for line in _lines(file):
            if (cleanup := _CLEANUP.search(line)) is not None:
                ids[cleanup[1]] = cleanup[2]
            elif (qmgr := _TAKEN.search(line)) is not None:
                owned.add(qmgr[1])
            if moment := _moment(line, now):
                found.begins = found.begins or moment
                found.ends = moment
        found.taken = {message_id for queue_id, message_id in ids.items() if queue_id in owned}
        return found

    def evidence(self, message_id: str, since: datetime) -> Evidence:
        """Answer what the log proves. That the relay didn't take the letter is believed only of a log that goes back to
        well before it was handed over, and on after it was in doubt.
        """
        if message_id in self.taken:
            return Evidence.ACCEPTED
        if self.begins and self.ends and self.begins <= since - REACHES_BACK and self.ends >= since + _SLACK:
            return Evidence.NOT_ACCEPTED
        return Evidence.NONE


def settle(
    store: Store,
    message_id_of: MessageIdOf,
    policy: Policy,
    now: datetime,
    *,
    machine: str,
    log_file: Path | None = None,
    grace: timedelta = GRACE,
    others_grace: timedelta = OTHERS_GRACE,
) -> Counter[DeliveryState]:
    """Settle every doubt that is older than the grace; answer how many rows came into each state.

    `machine` is this state folder's name: of letters that other machines handed over this log says nothing. Their own
    scheduler is given time to settle them.
    """
    settled: Counter[DeliveryState] = Counter()
    said: RelayLog | None = None
    for doubt in store.ledger.doubts():
        is_ours = doubt.worker.startswith(f"{machine}/")
        if doubt.since + (grace if is_ours or not log_file else others_grace) > now:
            continue
        evidence = Evidence.NONE
        if is_ours and log_file:
            said = said or RelayLog.read(log_file, now)
            evidence = said.evidence(message_id_of(doubt), doubt.since)
        state = store.ledger.settle(doubt, evidence, policy, now)
        if state is not None:
            settled[state] += 1
            log.info("doubt settled", extra={"delivery": doubt.number, "evidence": evidence, "state": state})
    return settled


def _lines(file: Path) -> Iterator[str]:
    for each in (file.with_name(f"{file.name}.1"), file):
        with suppress(FileNotFoundError), each.open(encoding="utf-8", errors="replace") as lines:
            yield from lines


def _moment(line: str, now: datetime) -> datetime | None:
    """Answer when a line was written; the old form has no year and no time zone: the latest that isn't ahead of us."""
    stamp = line.partition(" ")[0]
    if stamp[:4].isdigit():
        with suppress(ValueError):
            moment = datetime.fromisoformat(stamp)
            return moment if moment.tzinfo else moment.astimezone()
        return None
    if not (old := _OLD_STAMP.match(line)):
        return None
    here = now.astimezone()
    for year in (here.year, here.year - 1):
        with suppress(ValueError):  # 29 February
            moment = datetime.strptime(f"{year} {old[0]}", "%Y %b %d %H:%M:%S").astimezone()
            if moment <= here + timedelta(days=1):
                return moment.astimezone(UTC)
    return None


