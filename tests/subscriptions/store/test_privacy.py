import json

import pytest
from sqlalchemy import String, cast, func, select

from plugins.subscriptions.mailing import Purpose
from plugins.subscriptions.reader import Confirmation, EndReason, ReaderState, SignUp
from plugins.subscriptions.store import Store, tables
from tests.subscriptions.people import DAY, HOUR, MINUTE, NOW, announcement, asked, mark, sent, subscribed, told

ANNA = "anna@example.se"


def rows(store: Store, table: str) -> int:
    with store._database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(tables.metadata.tables[table])) or 0


def everything(store: Store) -> str:
    """All that the database holds, as one text."""
    with store._database.reading() as connection:
        return "\n".join(
            str(value)
            for table in tables.metadata.tables.values()
            for row in connection.execute(select(*(cast(column, String) for column in table.c)))
            for value in row
        )


def test_everything_on_an_address_is_told(store: Store) -> None:
    number = subscribed(store, ANNA, topics=frozenset({"keyword:vatten"}))
    told(store, announcement())
    sent(store, NOW + 3 * MINUTE)
    held = store.privacy.held_on(mark(ANNA))
    assert json.loads(json.dumps(held)) == held
    assert held["subscription"] == {
        "number": number,
        "address": ANNA,
        "state": "active",
        "language": "sv",
        "frequency": "at_once",
        "urgent_only": False,
        "topics": ["keyword:vatten"],
        "requested_at": NOW.isoformat(),
        "confirmed_at": NOW.isoformat(),
        "soft_bounces": 0,
        "consents": [{"at": NOW.isoformat(), "wording": "0f" * 16, "source": "form", "generation": 1}],
    }
    assert [(each["what"], each["state"]) for each in held["letters"]] == [
        ("confirm", "accepted"),
        ("k7q2m9xd", "accepted"),
    ]
    assert held["letters_asked_for"] == [{"purpose": Purpose.CONFIRM, "at": NOW.isoformat()}]
    assert held["kept_away"] is None


def test_of_a_stranger_nothing_is_told(store: Store) -> None:
    nothing = {"subscription": None, "letters": [], "letters_asked_for": [], "kept_away": None}
    assert store.privacy.held_on(mark(ANNA)) == nothing


@pytest.mark.parametrize("keep_away", [False, True])
def test_erasure_erases(store: Store, keep_away: bool) -> None:
    number = subscribed(store, ANNA, topics=frozenset({"keyword:vatten"}))
    told(store, announcement())
    sent(store, NOW + 3 * MINUTE)
    assert store.privacy.erase(number, keep_away, NOW + HOUR)
    held = everything(store)
    assert ANNA not in held
    assert (mark(ANNA) in held) is keep_away
    assert rows(store, "consents") == rows(store, "follows") == rows(store, "askings") == 0
    assert not store.privacy.erase(number, keep_away, NOW + HOUR)
    assert not store.subscribers.leave(number, EndReason.ONE_CLICK, NOW + DAY), "the old link still answers"


def test_leaving_leaves_no_address_behind(store: Store) -> None:
    number = subscribed(store, ANNA)
    store.subscribers.leave(number, EndReason.PAGE, NOW)
    with store._database.reading() as connection:
        (row,) = connection.execute(select(tables.readers))
    assert (row.address, row.mark) == (None, None)
    assert ANNA not in everything(store)


def test_forgetting_by_address(store: Store) -> None:
    assert not store.privacy.forget(mark(ANNA), False, NOW)
    subscribed(store, ANNA)
    assert store.privacy.forget(mark(ANNA), True, NOW)
    assert store.subscribers.suppression(mark(ANNA)) is not None
    assert store.privacy.forget(mark(ANNA), False, NOW)
    assert store.subscribers.suppression(mark(ANNA)) is None


def test_who_never_confirms_is_forgotten(store: Store) -> None:
    asked(store, ANNA)
    number = store.subscribers.by_mark(mark(ANNA))
    assert number is not None
    assert store.privacy.sweep(NOW + 7 * DAY - MINUTE)["expired"] == 0
    assert store.privacy.sweep(NOW + 7 * DAY)["expired"] == 1
    reader = store.subscribers.reader(number.number)
    assert reader is not None
    assert (reader.state, reader.address) == (ReaderState.EXPIRED, None)
    assert store.subscribers.confirm(number.number, 1, NOW + 7 * DAY) is Confirmation.GONE
    assert store.privacy.sweep(NOW + 40 * DAY)["readers"] == 1
    assert rows(store, "readers") == rows(store, "consents") == rows(store, "askings") == 0
    assert asked(store, ANNA, NOW + 40 * DAY) is SignUp.CONFIRMATION


def test_what_is_old_goes(store: Store) -> None:
    leaver = subscribed(store, ANNA)
    subscribed(store, "bo@example.se")
    told(store, announcement())
    sent(store, NOW + 3 * MINUTE)
    store.mailings.finish(NOW + HOUR)
    store.subscribers.leave(leaver, EndReason.COMPLAINT, NOW)
    store.subscribers.suppress(mark("cilla@example.se"), EndReason.OPERATOR, NOW)

    assert store.privacy.sweep(NOW + 31 * DAY) == {
        "expired": 0, "readers": 0, "personal_letters": 2, "deliveries": 0, "askings": 2, "suppressions": 0,
    }  # fmt: skip
    assert store.privacy.sweep(NOW + 366 * DAY) == {
        "expired": 0, "readers": 1, "personal_letters": 0, "deliveries": 1, "askings": 0, "suppressions": 0,
    }  # fmt: skip
    assert store.privacy.sweep(NOW + 731 * DAY)["suppressions"] == 1
    assert store.subscribers.suppression(mark("cilla@example.se")) is not None, "the operator's stays"
    assert rows(store, "readers") == 1
    assert store.mailings.find("k7q2m9xd", 1) is not None, "that it was told is remembered for ever"


def test_nothing_goes_while_it_is_under_way(store: Store) -> None:
    number = subscribed(store, ANNA)
    told(store, announcement())
    (claim,) = store.ledger.exchange("w", (), 1, NOW + 3 * MINUTE).claims
    store.subscribers.leave(number, EndReason.PAGE, NOW + 3 * MINUTE)
    store.privacy.sweep(NOW + 800 * DAY)
    assert store.subscribers.reader(number) is not None
    assert store.ledger.ours(claim)
