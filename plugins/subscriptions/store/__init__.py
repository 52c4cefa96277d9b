"""The list's memory, on SQLite or PostgreSQL: who reads, what is to be told, and what became of every letter.

All SQL of the press room is in this folder. Every method is one transaction, may be called from any thread, takes its
time as `now` (aware), and raises Unavailable when the database doesn't answer just now.
"""

from typing import Self

from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store.answers import Answer, Answers, Status
from plugins.subscriptions.store.database import Database, Unavailable, Unusable
from plugins.subscriptions.store.digests import Digests
from plugins.subscriptions.store.feedback import Feedback
from plugins.subscriptions.store.instance import Instance
from plugins.subscriptions.store.ledger import Ledger
from plugins.subscriptions.store.mailings import Mailings
from plugins.subscriptions.store.privacy import Privacy
from plugins.subscriptions.store.signatures import Signatures
from plugins.subscriptions.store.subscribers import Subscribers

__all__ = ["Answer", "Status", "Store", "Unavailable", "Unusable"]


class Store:
    """What the list remembers, in rooms. One for a process, made after the process was forked."""

    def __init__(self, settings: Settings) -> None:
        """`open` is the door; this doesn't look whether the database is ours."""
        self._database = database = Database(settings.database, connections=settings.connections + 8)
        self.instance = Instance(database, settings.state)
        self.subscribers = Subscribers(database)
        self.mailings = Mailings(database, pull_back=settings.pull_back, send_window=settings.send_window)
        self.digests = Digests(database, times=settings.digests, send_window=settings.send_window)
        self.ledger = Ledger(database, lease=settings.lease)
        self.feedback = Feedback(database, soft_bounces=settings.soft_bounces)
        self.privacy = Privacy(
            database,
            keep_deliveries=settings.keep_deliveries,
            keep_ended=settings.keep_ended,
            keep_suppressions=settings.keep_suppressions,
        )
        self.answers = Answers(database)
        self.signatures = Signatures(database)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Raises Unusable, with a sentence, if the database isn't there or its schema isn't this code's."""
        store = cls(settings)
        try:
            store._database.check()
        except Unusable:
            store.close()
            raise
        return store

    @classmethod
    def migrate(cls, settings: Settings) -> None:
        """Make the tables, or bring them up to date. Raises Unusable if a newer version made them."""
        store = cls(settings)
        try:
            store._database.migrate()
        finally:
            store.close()

    def ping(self) -> None:
        """Raise Unavailable if the database doesn't answer."""
        self._database.ping()

    def close(self) -> None:
        self._database.close()
