"""The list's tables, for SQLite and PostgreSQL alike. `migrations/` makes them; a test compares the two.

Times are UTC on both. States are words, so that whoever looks into the database understands it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeDecorator

from plugins.subscriptions.delivery import DeliveryState
from plugins.subscriptions.mailing import LIVE, MailingKind
from plugins.subscriptions.reader import ReaderState

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

Number = BigInteger().with_variant(Integer(), "sqlite")  # only an INTEGER key numbers its rows in SQLite


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC. SQLite keeps it as text, which sorts as the times do."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone can't be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word(value: StrEnum) -> ColumnElement[str]:
    """A state as it is written in SQL. Not a parameter: partial indexes serve only what is known when planning."""
    return literal_column(f"'{value.value}'", Text)


def is_one_of(column: Column[str], values: Iterable[StrEnum]) -> ColumnElement[bool]:
    """Whether the column has one of these words; written out, for the same reason."""
    return column.in_([word(value) for value in sorted(values)])


def _partial(name: str, where: ColumnElement[bool], *columns: Column[Any]) -> None:
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


installation = Table(
    "installation",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("instance", Text, nullable=False),
    Column("beat", BigInteger, nullable=False),
    Column("baselined_at", Moment),
    CheckConstraint("one = 1", name="one"),
)
"""One row. `instance` is also in the state folder of each machine that mails; `beat` only grows, so that a database
that went back in time is known. `baselined_at` is when the first manifest was taken in."""

readers = Table(
    "readers",
    metadata,
    Column("number", Number, primary_key=True),
    Column("state", Text, nullable=False),
    Column("address", Text),
    Column("mark", Text),
    Column("language", Text, nullable=False),
    Column("frequency", Text, nullable=False),
    Column("urgent_only", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("ended_at", Moment),
    Column("end_reason", Text),
    Column("soft_bounces", Integer, nullable=False, server_default="0"),
    Column("soft_bounced_on", Date),
    UniqueConstraint("mark"),
    CheckConstraint(
        "(address IS NOT NULL) = (state IN ('pending', 'active')) AND (address IS NULL) = (mark IS NULL)",
        name="address_only_while_subscribed",
    ),
    sqlite_autoincrement=True,  # a number is never used again
)
_partial("readers_pending", readers.c.state == word(ReaderState.PENDING), readers.c.requested_at)

follows = Table(
    "follows",
    metadata,
    Column("reader", Number, primary_key=True, autoincrement=False),
    Column("topic", Text, primary_key=True),
    sqlite_with_rowid=False,
)

consents = Table(
    "consents",
    metadata,
    Column("reader", Number, primary_key=True, autoincrement=False),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("wording", Text, nullable=False),
    Column("source", Text, nullable=False),
)

askings = Table(
    "askings",
    metadata,
    Column("number", Number, primary_key=True),
    Column("mark", Text, nullable=False),
    Column("mailbox", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("askings_mark", "mark"),
    Index("askings_mailbox", "mailbox", "at"),
    Index("askings_at", "at"),
)
"""That a personal letter was queued to an address. The limits count by `mailbox`, the mark of the mailbox that it lies
in; who asks what is held on an address, and its erasure, go by `mark`."""

suppressions = Table(
    "suppressions",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)

signatures = Table(
    "signatures",
    metadata,
    Column("signature", Text, primary_key=True),
    Column("until", Moment, nullable=False),
)
"""Of requests to the API that have been used, until they don't hold any more."""

mailings = Table(
    "mailings",
    metadata,
    Column("number", Number, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("fanned_out_at", Moment),
    Column("edition", Integer, nullable=False, server_default="1"),
    Column("release", Text),
    Column("revision", Integer),
    Column("urgent", Boolean, nullable=False),
    Column("announcement", Text),
    Column("frequency", Text),
    Column("day", Date),
    Column("purpose", Text),
    UniqueConstraint("release", "revision"),
    UniqueConstraint("frequency", "day"),
    sqlite_autoincrement=True,
)
is_live = is_one_of(mailings.c.state, LIVE)
"""What the partial index of live mailings is of: SQLite uses it only where a query says just this."""
_partial("mailings_live", is_live, mailings.c.state, mailings.c.due_at)
_partial("mailings_told", mailings.c.kind == word(MailingKind.RELEASE), mailings.c.fanned_out_at)

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Number, primary_key=True),
    # no foreign keys: PostgreSQL would look up and lock two rows for each of a fan-out's 100,000
    Column("mailing", Number, nullable=False),
    Column("reader", Number, nullable=False),
    Column("state", Text, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("worker", Text),
    Column("lease_until", Moment),
    Column("changed_at", Moment, nullable=False),
    Column("reply", Text),
    Column("relay_id", Text),
    Column("reason", Text),
    Column("digest", Number),
    UniqueConstraint("mailing", "reader"),
    sqlite_autoincrement=True,  # the number is in return paths: a bounce must never meet another delivery
)


_d = deliveries.c
Index("deliveries_reader", _d.reader)
_partial("deliveries_queue", _d.state == word(DeliveryState.QUEUED), _d.lane, _d.next_at, _d.number)
is_leased = is_one_of(_d.state, {DeliveryState.CLAIMED, DeliveryState.HANDING_OVER})
_partial("deliveries_leased", is_leased, _d.lease_until)
_partial("deliveries_in_doubt", _d.state == word(DeliveryState.IN_DOUBT), _d.changed_at, _d.number)
_partial("deliveries_waiting", _d.state == word(DeliveryState.WAITING), _d.reader)
_partial("deliveries_held", _d.state == word(DeliveryState.HELD), _d.mailing)
_partial("deliveries_digest", _d.digest.is_not(None), _d.digest)
