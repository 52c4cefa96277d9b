import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
import pytest

from plugins.subscriptions.keys import Keys
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.subscriptions import people, postgres

TEMPLATE = "template_list"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied."""
    settings = Settings.from_environment({"LIST_STATE": str(tmp_path_factory.mktemp("list"))})
    Store.migrate(settings)
    return settings.state / "list.sqlite"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    """A real PostgreSQL, with a migrated database to be copied."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL isn't installed (Debian: apt install postgresql)")
    with postgres.server() as server:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        state = str(tmp_path_factory.mktemp("list"))
        Store.migrate(Settings.from_environment({"LIST_STATE": state, "LIST_DATABASE": server.url(TEMPLATE)}))
        yield server


_numbers = count(1)


@pytest.fixture
def postgres_database(postgres_server: postgres.Server) -> Iterator[str]:
    """The address of a migrated, empty PostgreSQL database."""
    name = f"list_{next(_numbers)}"
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        yield postgres_server.url(name)
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def sqlite_settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    """Local settings with a migrated, empty SQLite database."""
    settings = Settings.from_environment({"LIST_STATE": str(tmp_path / "list")})
    settings.state.mkdir()
    shutil.copy(sqlite_template, settings.state / "list.sqlite")
    return settings


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, sqlite_settings: Settings) -> Settings:
    """Local settings; a test that asks for them runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return sqlite_settings
    url = request.getfixturevalue("postgres_database").replace("postgresql:", "postgresql+psycopg:", 1)
    return replace(sqlite_settings, database=url)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """An empty store, on SQLite and on PostgreSQL."""
    opened = Store.open(settings)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_settings: Settings) -> Iterator[Store]:
    """An empty store on SQLite, for tests that aren't about the store."""
    opened = Store.open(sqlite_settings)
    yield opened
    opened.close()


@pytest.fixture
def keys() -> Keys:
    return people.KEYS
