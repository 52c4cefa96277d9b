from concurrent.futures import ThreadPoolExecutor

from plugins.subscriptions.store import Store
from tests.subscriptions.people import HOUR, MINUTE, NOW


def test_a_signature_is_used_once_even_by_many_at_a_time(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.signatures.use("a", NOW + HOUR, NOW), range(8)))
    assert sorted(found) == [False] * 7 + [True]
    assert store.signatures.use("b", NOW + HOUR, NOW)


def test_it_is_remembered_for_as_long_as_it_holds(store: Store) -> None:
    assert store.signatures.use("a", NOW + HOUR, NOW)
    assert not store.signatures.use("a", NOW + HOUR, NOW + HOUR - MINUTE)
    assert store.signatures.use("a", NOW + 2 * HOUR, NOW + HOUR)
