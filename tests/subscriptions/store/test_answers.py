from plugins.subscriptions.delivery import DeliveryState, Outcome
from plugins.subscriptions.mailing import MailingState
from plugins.subscriptions.reader import Frequency, ReaderState
from plugins.subscriptions.store import Store
from tests.subscriptions.people import HOUR, MINUTE, NOW, announcement, asked, mark, sent, subscribed, told

ANNA, BO = "anna@example.se", "bo@example.se"
S = DeliveryState
RELEASE = "k7q2m9xd"


def test_why_somebody_got_a_release(store: Store) -> None:
    subscribed(store, ANNA)
    told(store, announcement())
    (claim,) = store.ledger.exchange("w", (), 1, NOW + 3 * MINUTE).claims
    store.ledger.exchange("w", [Outcome.deferred(claim, "451 4.7.1 greylisted", NOW + HOUR)], 0, NOW + 3 * MINUTE)
    (answer,) = store.answers.why(mark(ANNA), RELEASE)
    assert (answer.delivery, answer.attempts, answer.reply) == (S.QUEUED, 1, "451 4.7.1 greylisted")
    sent(store, NOW + HOUR)
    (answer,) = store.answers.why(mark(ANNA), RELEASE)
    assert (answer.revision, answer.delivery, answer.at, answer.attempts) == (1, S.ACCEPTED, NOW + HOUR, 2)


def test_why_somebody_did_not(store: Store) -> None:
    subscribed(store, ANNA, topics=frozenset({"keyword:luft"}))
    told(store, announcement())
    (answer,) = store.answers.why(mark(ANNA), RELEASE)
    assert (answer.delivery, answer.mailing) == (None, MailingState.FANNED_OUT)
    assert answer.fanned_out_at == NOW + 2 * MINUTE
    assert store.answers.why(mark(ANNA), "unknown1") == ()
    (answer,) = store.answers.why(mark("stranger@example.se"), RELEASE)
    assert answer.delivery is None


def test_of_what_came_in_a_digest_the_digest_s_fate_is_told(store: Store) -> None:
    subscribed(store, ANNA, frequency=Frequency.DAILY)
    subscribed(store, BO)
    told(store, announcement())
    (answer,) = store.answers.why(mark(ANNA), RELEASE)
    assert (answer.delivery, answer.digest) == (S.WAITING, None)
    store.digests.run_due(NOW + 9 * HOUR)
    (answer,) = store.answers.why(mark(ANNA), RELEASE)
    assert (answer.delivery, answer.digest) == (S.QUEUED, "daily 2031-05-04")
    assert store.answers.who(RELEASE) == {1: {S.QUEUED: 2}}
    sent(store, NOW + 9 * HOUR)
    assert store.answers.who(RELEASE) == {1: {S.ACCEPTED: 2}}


def test_how_long_the_latest_release_took(store: Store) -> None:
    """From when it was published to the last letter that was handed over."""
    assert store.answers.latest_took() is None
    subscribed(store, ANNA)
    subscribed(store, BO)
    told(store, announcement())
    assert store.answers.latest_took() is None, "no letter has gone"
    (claim,) = store.ledger.exchange("w", (), 1, NOW + 3 * MINUTE).claims
    store.ledger.exchange("w", [Outcome.accepted(claim, "250 ok")], 0, NOW + 3 * MINUTE)
    assert store.answers.latest_took() == 3 * MINUTE
    sent(store, NOW + 5 * MINUTE)
    asked(store, "cilla@example.se", NOW + HOUR)
    sent(store, NOW + HOUR)
    assert store.answers.latest_took() == 5 * MINUTE, "a personal letter is none"


def test_how_the_list_is_doing(store: Store) -> None:
    subscribed(store, ANNA)
    asked(store, BO, NOW + MINUTE)
    told(store, announcement())
    store.ledger.exchange("w", (), 1, NOW + 3 * MINUTE)
    status = store.answers.status()
    assert (status.readers[ReaderState.ACTIVE], status.readers[ReaderState.PENDING]) == (1, 1)
    assert (status.open[S.QUEUED], status.open[S.HANDING_OVER], status.held) == (1, 1, 0)
    assert status.oldest_open_at == NOW + MINUTE
