from plugins.subscriptions.delivery import BounceKind, DeliveryState, Outcome
from plugins.subscriptions.reader import EndReason, ReaderState
from plugins.subscriptions.store import Store
from tests.subscriptions.people import DAY, MINUTE, NOW, announcement, mark, sent, subscribed, told

ANNA = "anna@example.se"


def state(store: Store, number: int) -> ReaderState:
    reader = store.subscribers.reader(number)
    assert reader is not None
    return reader.state


def a_letter(store: Store, n: int = 0) -> int:
    """One more release is told to everyone; the delivery of the first letter."""
    at = NOW + n * DAY
    store.mailings.take_in([], at)
    told(store, announcement(f"{n:08}", at=at), now=at)
    return sent(store, at + 3 * MINUTE)[0].number


def test_a_hard_bounce_ends_and_keeps_away(store: Store) -> None:
    number = subscribed(store, ANNA)
    letter = a_letter(store)
    assert store.feedback.bounced(letter, BounceKind.HARD, "550 5.1.1 <anna@example.se> unknown", NOW + DAY)
    reader = store.subscribers.reader(number)
    assert reader is not None
    assert (reader.state, reader.address, reader.end_reason) == (ReaderState.ENDED, None, EndReason.BOUNCE)
    kept_away = store.subscribers.suppression(mark(ANNA))
    assert kept_away is not None
    assert kept_away.reason is EndReason.BOUNCE
    assert not store.feedback.bounced(letter, BounceKind.HARD, "again", NOW + DAY)


def test_a_complaint_ends_everything_even_after_a_bounce(store: Store) -> None:
    number = subscribed(store, ANNA)
    letter = a_letter(store)
    store.feedback.bounced(letter, BounceKind.SOFT, "mailbox full", NOW + DAY)
    assert store.feedback.complained(letter, "abuse", NOW + DAY)
    assert state(store, number) is ReaderState.ENDED
    assert not store.feedback.complained(letter, "abuse", NOW + DAY)
    assert store.ledger.accepted_and_bounced_since(NOW) == (1, 0)


def test_soft_bounces_on_five_days_end(store: Store) -> None:
    number = subscribed(store, ANNA)
    for n in range(5):
        assert state(store, number) is ReaderState.ACTIVE
        first, second = a_letter(store, 2 * n), a_letter(store, 2 * n + 1)
        at = NOW + (2 * n + 1) * DAY
        for letter in (first, second):  # two on one day count once
            store.feedback.bounced(letter, BounceKind.SOFT, "mailbox full", at)
    assert state(store, number) is ReaderState.ENDED


def test_soft_bounces_are_forgiven_after_two_weeks(store: Store) -> None:
    number = subscribed(store, ANNA)
    for n in range(8):
        letter = a_letter(store, 14 * n)
        store.feedback.bounced(letter, BounceKind.SOFT, "mailbox full", NOW + 14 * n * DAY)
    assert state(store, number) is ReaderState.ACTIVE


def test_a_bounce_that_is_quicker_than_the_worker_says_that_it_was_accepted(store: Store) -> None:
    subscribed(store, ANNA)
    told(store, announcement())
    (claim,) = store.ledger.exchange("w", (), 1, NOW + 3 * MINUTE).claims
    assert store.feedback.bounced(claim.number, BounceKind.SOFT, "full", NOW + 3 * MINUTE)
    assert store.ledger.exchange("w", [Outcome.accepted(claim, "250")], 0, NOW + 3 * MINUTE).void == ()
    assert store.ledger.counts(claim.mailing)[DeliveryState.BOUNCED] == 1


def test_what_was_never_sent_can_not_come_back(store: Store) -> None:
    number = subscribed(store, ANNA)
    told(store, announcement())
    unsent = store.ledger.claim("w", 1, NOW + 3 * MINUTE).claims[0].number
    for letter in (unsent, 4711):
        assert not store.feedback.bounced(letter, BounceKind.HARD, "forged", NOW)
        assert not store.feedback.complained(letter, "forged", NOW)
    assert state(store, number) is ReaderState.ACTIVE
