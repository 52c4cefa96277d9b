"""Where what comes back is read: a Maildir, looked through each minute, or a pipe from the mail system.

A message is put away only once the ledger has heard of it; that it is read twice does no harm.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from plugins.subscriptions.delivery import BounceKind
from plugins.subscriptions.feedback.reports import Kind, Report, read
from plugins.subscriptions.keys import BadToken, Keys
from plugins.subscriptions.store import Store

log = logging.getLogger("list.feedback")

LARGEST = 1 << 20
"""Bytes of a message that are read; a report says what it is in its first lines."""
AT_A_TIME = 1000
FEWEST = 20
"""Bounces that may be a coincidence, however few letters went out."""
BOUNCES_OF = timedelta(days=1)
KEEP_OTHERS = timedelta(days=30)


class Feedback:
    """Tells the ledger what came back. `bounce_rate` is the share of a day's letters above which bounces say
    something about us and not about the readers: then nobody is ended, and the messages stay where they are.
    """

    def __init__(self, store: Store, keys: Keys, *, bounce_rate: float) -> None:
        self._store = store
        self._keys = keys
        self._bounce_rate = bounce_rate
        self.has_stopped = False
        """Whether messages were left where they are, for there are too many bounces."""

    def take(self, raw: bytes, now: datetime, delivered_to: str = "") -> Kind | None:
        """Tell the ledger of one message; None if it must be kept for later (a storm of bounces)."""
        report = read(raw[:LARGEST], self._whose, delivered_to)
        if report.kind is Kind.NOTHING or report.delivery is None:
            return Kind.NOTHING
        if report.kind is not Kind.COMPLAINT and self.is_storm(now):
            return None
        self._tell(report, report.delivery, now)
        log.info("feedback", extra={"kind": report.kind.value, "delivery": report.delivery})
        return report.kind

    def look_through(self, maildir: Path, now: datetime) -> Counter[Kind]:
        """Take what is new in a Maildir; answer how many there were of each kind. Raises OSError if it can't be used.

        Bounces and complaints hold addresses, and are removed. The rest may be from people: it is put into `cur` for
        whoever looks after the mailbox, and removed after 30 days.
        """
        counted: Counter[Kind] = Counter()
        self.has_stopped = False
        for file in _new(maildir):
            kind = self.take(file.read_bytes(), now)
            if kind is None:
                self.has_stopped = True
                log.error("so many bounces at once that they aren't believed", extra={"maildir": str(maildir)})
                break
            counted[kind] += 1
            if kind is Kind.NOTHING:
                file.rename(maildir / "cur" / f"{file.name.partition(':')[0]}:2,")
            else:
                file.unlink()
        for file in (maildir / "cur").iterdir():
            if file.stat().st_mtime < (now - KEEP_OTHERS).timestamp():
                file.unlink()
        return counted

    def is_storm(self, now: datetime) -> bool:
        """Whether more of the last day's letters came back than can be the readers' doing."""
        accepted, bounced = self._store.ledger.accepted_and_bounced_since(now - BOUNCES_OF)
        return bounced > max(FEWEST, self._bounce_rate * accepted)

    def _whose(self, return_path: str) -> int | None:
        try:
            return self._keys.delivery(return_path)
        except BadToken:
            return None

    def _tell(self, report: Report, delivery: int, now: datetime) -> None:
        if report.kind is Kind.COMPLAINT:
            self._store.feedback.complained(delivery, report.said, now)
        else:
            kind = BounceKind.HARD if report.kind is Kind.HARD else BounceKind.SOFT
            self._store.feedback.bounced(delivery, kind, report.said, now)


def _new(maildir: Path) -> Iterator[Path]:
    (maildir / "cur").mkdir(parents=True, exist_ok=True)
    files = sorted(file for file in (maildir / "new").iterdir() if file.is_file()) if (maildir / "new").is_dir() else []
    yield from files[:AT_A_TIME]
