"""What keeps claims fast when the ledger is long: they use the partial indexes, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, text

from plugins.subscriptions.delivery import DeliveryState
from plugins.subscriptions.store import Store, claiming, tables
from plugins.subscriptions.store.answers import KEPT, SENDING
from tests.subscriptions.people import NOW, announcement, told

READERS = 3000


@pytest.fixture
def crowded(store: Store) -> Store:
    """A store with many readers, to whom one release was told and another is being told."""
    people = [
        {
            "state": "active", "address": f"reader{n}@example.se", "mark": f"{n:032x}", "language": "sv",
            "frequency": "at_once", "urgent_only": False, "generation": 1, "requested_at": NOW, "confirmed_at": NOW,
        }
        for n in range(READERS)
    ]  # fmt: skip
    with store._database.writing() as connection:
        connection.execute(insert(tables.readers), people)
    told(store, announcement("aaaaaaaa"))
    with store._database.writing() as connection:
        connection.execute(tables.deliveries.update().values(state=DeliveryState.ACCEPTED))
    told(store, announcement("aaaaaaaa"), announcement())
    analyzed(store)
    return store


def analyzed(store: Store) -> None:
    if not store._database.is_sqlite:
        with store._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def plan(store: Store, statement: str) -> str:
    explain = "EXPLAIN QUERY PLAN " if store._database.is_sqlite else "EXPLAIN "
    with store._database.reading() as connection:
        return "\n".join(str(row) for row in connection.execute(text(explain + statement)))


def test_a_claim_reads_only_the_rows_it_takes(crowded: Store) -> None:
    compiled = claiming._CANDIDATES.params(now=NOW + timedelta(hours=1), rows=10).compile(
        dialect=crowded._database.engine.dialect, compile_kwargs={"literal_binds": True}
    )
    found = plan(crowded, str(compiled))
    assert "deliveries_queue" in found
    assert "SCAN readers" not in found and "Seq Scan" not in found.replace("Seq Scan on mailings", "").replace(
        "Seq Scan on suppressions", ""
    )
    assert "TEMP B-TREE" not in found and "Sort" not in found.replace("Incremental Sort", "")


INDEXES = ("queue", "leased", "in_doubt", "waiting", "held")


def test_what_is_under_way_is_counted_without_reading_what_is_old(crowded: Store) -> None:
    """Prometheus asks each 15 seconds, also when the ledger holds years: each statement reads one partial index."""
    with crowded._database.writing() as connection:
        nearly_all = tables.deliveries.c.number % 100 > 0
        connection.execute(tables.deliveries.update().where(nearly_all).values(state=DeliveryState.ACCEPTED))
        connection.execute(tables.deliveries.update().where(~nearly_all).values(state=DeliveryState.QUEUED))
    analyzed(crowded)
    dialect = crowded._database.engine.dialect
    for statement, index in zip((*SENDING, *KEPT.values()), INDEXES, strict=True):
        found = plan(crowded, str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})))
        assert f"deliveries_{index}" in found, found
        assert "SCAN deliveries\"" not in found and "Seq Scan" not in found, found
    counted = crowded.answers.under_way().counts
    assert {state: count for state, count in counted.items() if count} == {DeliveryState.QUEUED: 2 * READERS // 100}


def test_how_long_the_latest_release_took_is_worked_out_once(crowded: Store) -> None:
    read: list[str] = []
    event.listen(crowded._database.engine, "before_cursor_execute", lambda *given: read.append(given[2]))
    with crowded._database.writing() as connection:
        connection.execute(
            tables.deliveries.update().values(state=DeliveryState.ACCEPTED, changed_at=NOW + timedelta(minutes=3))
        )
    crowded.mailings.finish(NOW + timedelta(minutes=4))
    read.clear()
    assert {crowded.answers.latest_took() for _ in range(5)} == {timedelta(minutes=3)}
    assert sum("deliveries" in statement for statement in read) == 1
    if crowded._database.is_sqlite:  # PostgreSQL rightly reads a table of two rows as it is
        latest = next(statement for statement in read if "FROM mailings" in statement)
        assert "mailings_told" in plan(crowded, latest.replace("LIMIT ? OFFSET ?", "LIMIT 1"))


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("SELECT 1 FROM deliveries WHERE state IN ('claimed', 'handing_over') AND lease_until < '2031-1-1'", "leased"),
        ("SELECT * FROM deliveries WHERE state = 'in_doubt' ORDER BY changed_at, number LIMIT 10", "in_doubt"),
        ("SELECT * FROM deliveries WHERE reader = 17", "reader"),
    ],
)
def test_what_is_looked_for_often_has_an_index(crowded: Store, statement: str, index: str) -> None:
    assert f"deliveries_{index}" in plan(crowded, statement)
