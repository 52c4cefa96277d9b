"""What keeps claims fast when the ledger is long: they use the partial indexes, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from plugins.subscriptions.delivery import DeliveryState
from plugins.subscriptions.store import Store, claiming, tables
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
    if not store._database.is_sqlite:
        with store._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return store


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
