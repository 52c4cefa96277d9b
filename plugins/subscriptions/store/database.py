"""Where the tables are: SQLite or PostgreSQL, one transaction at a time, and whether the schema is ours."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Row, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,
)

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30


AnyRow = Row[*tuple[Any, ...]]
"""A row of whatever was selected."""


class Unusable(Exception):
    """That the list can't work with this database, in a sentence that says what to do."""


class Unavailable(Exception):
    """That the database doesn't answer, or is busy for too long, just now: the same call may succeed later."""


class Database:
    """A SQLite file (WAL, synchronous FULL) or a PostgreSQL database, at an SQLAlchemy address.

    `connections` is how many threads use it at a time.
    """

    def __init__(self, url: str, *, connections: int = 8) -> None:
        try:
            self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
            self.engine = _engine(url, self.is_sqlite, connections)
        except (ArgumentError, ImportError) as wrong:
            raise Unusable(f"The list's database has an address that can't be used: {wrong}") from None
        # threads of one process wait for each other here: SQLite's own waiting sleeps too long between two tries
        self._turn: Any = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write. On SQLite it has the database to itself from its beginning."""
        with self._turn, _told(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that only reads; on SQLite it sees one moment and stops nobody."""
        with _told(), self.engine.connect().execution_options(reading=True) as connection, connection.begin():
            yield connection

    def alone(self, connection: Connection, with_what: str) -> None:
        """Wait until no other transaction holds this name, and hold it until this one ends."""
        if not self.is_sqlite:  # there a transaction that writes is alone already
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(with_what, 0))))

    def ping(self) -> None:
        """Raise Unavailable if the database doesn't answer."""
        with self.reading() as connection:
            connection.execute(select(1))

    def close(self) -> None:
        self.engine.dispose()

    def check(self) -> None:
        """Raise Unusable if the database can't be reached or its schema isn't the one this code knows."""
        found, newest = self._revision(), _scripts().get_current_head()
        if found is None:
            raise Unusable("The list's database has no tables yet. Make them with: press subscribers migrate")
        if found == newest:
            return
        if found in {script.revision for script in _scripts().walk_revisions()}:
            raise Unusable(
                f"The list's database is of an older version ({found}, not {newest}). "
                "Back it up, then: press subscribers migrate"
            )
        raise Unusable(
            f"The list's database was made by a newer version of the press room ({found}). Update the program; "
            "an older one must not touch it."
        )

    def migrate(self) -> None:
        """Make the tables, or bring them up to date. Raises Unusable if a newer version made them."""
        if self.is_sqlite and (file := self.engine.url.database):
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        found, scripts = self._revision(), _scripts()
        if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
            self.check()
        with self.writing() as connection:
            self.alone(connection, "migration")
            environment = EnvironmentContext(
                Config(), scripts, fn=lambda revision, _: scripts._upgrade_revs("head", revision)
            )
            with environment:
                environment.configure(connection=connection, transactional_ddl=True)
                environment.run_migrations()

    def _revision(self) -> str | None:
        """Answer the schema's revision, None if there is no schema."""
        if self.is_sqlite and (file := self.engine.url.database) and not Path(file).exists():
            return None
        try:
            with self.reading() as connection:
                return MigrationContext.configure(connection).get_current_revision()
        except (Unavailable, SQLAlchemyError) as wrong:
            raise Unusable(f"The list's database can't be read: {wrong}") from None


@contextmanager
def _told() -> Iterator[None]:
    """Turn what drivers raise when the database is away, full or locked into Unavailable."""
    try:
        yield
    except (OperationalError, InterfaceError, InternalError) as wrong:
        raise Unavailable(str(wrong.orig).strip()) from wrong
    except TimeoutError as wrong:
        raise Unavailable("all connections to the database are in use") from wrong


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _engine(url: str, is_sqlite: bool, connections: int) -> Engine:
    if not is_sqlite:
        engine = create_engine(url, pool_size=connections, max_overflow=connections, hide_parameters=True)

        @event.listens_for(engine, "connect")
        def _without_compiling(connection: Any, _: object) -> None:
            connection.execute("SET jit = off")  # it takes longer than the longest of our queries: a fan-out's
            connection.commit()

        return engine
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=connections,
        hide_parameters=True,  # an address never gets into a log through an error's text
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: object) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
