"""Which database may mail from which machine.

A database that was copied or restored knows nothing of what was sent since, and must not mail by itself. So the
database and the state folder of each machine that mails hold the same instance number, and a beat that only grows.
"""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import Connection, select, update

from plugins.subscriptions.delivery import DeliveryState
from plugins.subscriptions.mailing import MailingKind, MailingState
from plugins.subscriptions.store.database import Database, Unusable
from plugins.subscriptions.store.tables import deliveries, installation, is_one_of, mailings

FILE = "instance.json"
UNSENT = frozenset(
    {DeliveryState.WAITING, DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.HANDING_OVER}
)
REMEDY = (
    "If the list was moved here on purpose and nothing mails elsewhere: press subscribers join. "
    "If it was restored from a backup or copied: press subscribers adopt"
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says of itself, and the state folder remembers of it."""

    instance: str
    beat: int


class Instance:
    def __init__(self, database: Database, state: Path) -> None:
        self._database = database
        self._file = state / FILE

    def check(self) -> None:
        """Raise Unusable unless this machine may mail from this database. A new one is adopted by itself."""
        known = self._remembered()
        with self._database.reading() as connection:
            found = _found(connection)
        if known is None and found.beat == 0:
            self._remember(found)
            return
        if known is None or known.instance != found.instance:
            raise Unusable(f"The list's database is not the one that this machine mails from. {REMEDY}")
        if found.beat < known.beat:
            raise Unusable(f"The list's database has gone back in time: it was restored from a backup. {REMEDY}")

    def beat(self) -> None:
        """Note that time goes on; to be called by the scheduler each time it looks. Raises Unusable as `check`."""
        self.check()
        with self._database.writing() as connection:
            found = connection.execute(
                update(installation)
                .values(beat=installation.c.beat + 1)
                .returning(installation.c.instance, installation.c.beat)
            ).one()
        self._remember(_Known(found.instance, found.beat))

    def join(self) -> None:
        """Let this machine mail from this database as it is: the list was moved, or mails from several machines."""
        with self._database.reading() as connection:
            found = _found(connection)
        self._remember(found)

    def adopt(self, now: datetime) -> int:
        """Let this machine, and no other, mail from a database that was restored or copied. Answer how many letters
        are held: those that weren't sent when the copy was made, and may have been since. What is announced is held
        too, and the next manifest is a baseline: what was published after the copy was made has been told already.
        """
        known = self._remembered()
        with self._database.writing() as connection:
            self._database.alone(connection, "instance")
            found = _found(connection)
            new = _Known(secrets.token_hex(16), max(found.beat, known.beat if known else 0) + 1)
            connection.execute(update(installation).values(instance=new.instance, beat=new.beat, baselined_at=None))
            connection.execute(
                update(mailings)
                .where(mailings.c.state == MailingState.ANNOUNCED, mailings.c.kind == MailingKind.RELEASE)
                .values(state=MailingState.HELD)
            )
            held = connection.execute(
                update(deliveries)
                .where(is_one_of(deliveries.c.state, UNSENT))
                .values(state=DeliveryState.HELD, worker=None, lease_until=None, changed_at=now)
            ).rowcount
        self._remember(new)
        return held

    def _remembered(self) -> _Known | None:
        try:
            read = json.loads(self._file.read_text(encoding="utf-8"))
            return _Known(str(read["instance"]), int(read["beat"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            raise Unusable(f"{self._file} can't be read. {REMEDY}") from None

    def _remember(self, known: _Known) -> None:
        """Write the file whole or not at all."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=self._file.parent, prefix=FILE, delete=False, encoding="utf-8") as file:
            json.dump({"instance": known.instance, "beat": known.beat}, file)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(self._file)


def _found(connection: Connection) -> _Known:
    row = connection.execute(select(installation.c.instance, installation.c.beat)).one()
    return _Known(row.instance, row.beat)
