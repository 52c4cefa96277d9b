from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import StatementError

from plugins.subscriptions.reader import SignUp
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store, Unavailable, Unusable, tables
from tests.subscriptions import postgres
from tests.subscriptions.people import NOW, asked, subscribed


def test_the_migrations_make_the_tables_that_the_code_means(store: Store) -> None:
    with store._database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_migrating_again_changes_nothing(store: Store, settings: Settings) -> None:
    number = subscribed(store, "anna@example.se")
    Store.migrate(settings)
    assert store.subscribers.reader(number) is not None
    store.instance.check()


def test_a_database_without_tables_is_told_of(tmp_path: Path) -> None:
    settings = Settings.from_environment({"LIST_STATE": str(tmp_path / "new")})
    with pytest.raises(Unusable, match="press subscribers migrate"):
        Store.open(settings)
    assert not (tmp_path / "new").exists(), "looking makes nothing"


@pytest.mark.parametrize(
    ("revision", "sentence"), [("9999", "made by a newer version of the press room"), (None, "has no tables yet")]
)
def test_a_database_of_another_version_is_told_of(
    store: Store, settings: Settings, revision: str | None, sentence: str
) -> None:
    with store._database.writing() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if revision:
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
    with pytest.raises(Unusable, match=sentence):
        Store.open(settings)
    if revision:
        with pytest.raises(Unusable, match=sentence):
            Store.migrate(settings)


@pytest.mark.parametrize(
    "database", ["postgresql+psycopg://list@127.0.0.1:1/list?connect_timeout=1", "sqlite:////proc/nothing/list.sqlite"]
)
def test_a_database_that_is_not_there_is_told_of(tmp_path: Path, database: str) -> None:
    settings = replace(Settings.from_environment({"LIST_STATE": str(tmp_path)}), database=database)
    with pytest.raises(Unusable, match="The list's database"):
        Store.open(settings)


def test_a_file_that_is_no_database_is_told_of(sqlite_settings: Settings) -> None:
    (sqlite_settings.state / "list.sqlite").write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(Unusable, match="can't be read"):
        Store.open(sqlite_settings)


def test_sqlite_is_as_safe_as_it_can_be(sqlite_store: Store) -> None:
    with sqlite_store._database.reading() as connection:
        pragmas = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")}
        assert connection.scalar(text("PRAGMA secure_delete")) == 1
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}


def test_a_fault_undoes_the_whole_transaction(store: Store) -> None:
    number = subscribed(store, "anna@example.se")
    with pytest.raises(RuntimeError), store._database.writing() as connection:
        connection.execute(update(tables.readers).values(language="en"))
        raise RuntimeError
    reader = store.subscribers.reader(number)
    assert reader is not None
    assert reader.choice.language == "sv"


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=2)), timezone(-timedelta(hours=9, minutes=30))])
def test_times_are_the_same_in_every_zone(store: Store, zone: timezone) -> None:
    at = datetime(2031, 5, 4, 23, 59, 59, 123456, zone)
    with store._database.writing() as connection:
        connection.execute(insert(tables.suppressions).values(mark="m", reason="bounce", at=at, note=""))
        found = connection.execute(
            select(tables.suppressions.c.at).where(tables.suppressions.c.at == at.astimezone(UTC))
        ).scalar_one()
    assert found == at
    assert found.tzinfo is UTC


def test_a_time_without_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="without a time zone"), store._database.writing() as connection:
        connection.execute(update(tables.readers).values(requested_at=NOW.replace(tzinfo=None)))


def test_a_database_that_goes_away_is_unavailable_and_comes_back() -> None:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL isn't installed (Debian: apt install postgresql)")
    with postgres.server() as server:
        environ = {"LIST_DATABASE": server.url("postgres")}
        settings = Settings.from_environment(environ)
        Store.migrate(settings)
        store = Store.open(settings)
        subscribed(store, "anna@example.se")
        server.stop("fast")
        for _ in range(2):
            with pytest.raises(Unavailable) as raised:
                store.ping()
            assert "anna" not in str(raised.value)
        server.start()
        for _ in range(2):  # the first may find a connection that had died
            try:
                store.ping()
                break
            except Unavailable:
                continue
        assert len(list(store.subscribers.active())) == 1
        store.close()


def test_case_19_what_was_asked_before_mailboxes_were_counted_counts_on(settings: Settings) -> None:
    """On a database of the version before."""
    store = Store.open(settings)
    assert asked(store, "anna@example.se") is SignUp.CONFIRMATION
    with store._database.writing() as connection:
        for index in ("askings_mailbox", "deliveries_held", "mailings_told", "askings_mark"):
            connection.execute(text(f"DROP INDEX {index}"))
        connection.execute(text("ALTER TABLE askings DROP COLUMN mailbox"))
        connection.execute(text("CREATE INDEX askings_mark ON askings (mark, at)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    store.close()
    Store.migrate(settings)
    store = Store.open(settings)
    with store._database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    assert asked(store, "anna+1@example.se", NOW + timedelta(hours=1)) is SignUp.LIMITED
    store.close()
