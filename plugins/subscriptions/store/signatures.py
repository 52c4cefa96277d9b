"""Signatures that have been used: nobody can send a signed request a second time, to this process or to another."""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from plugins.subscriptions.store.database import Database
from plugins.subscriptions.store.tables import signatures


class Signatures:
    def __init__(self, database: Database) -> None:
        self._database = database

    def use(self, signature: str, until: datetime, now: datetime) -> bool:
        """Note that a signature is used, until it doesn't hold any more. False if it has been used before."""
        try:
            with self._database.writing() as connection:
                connection.execute(delete(signatures).where(signatures.c.until <= now))
                connection.execute(insert(signatures).values(signature=signature, until=until))
        except IntegrityError:
            return False
        return True
