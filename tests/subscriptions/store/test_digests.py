from datetime import UTC, datetime, timedelta

import pytest

from plugins.subscriptions.delivery import DeliveryState, SkipReason
from plugins.subscriptions.mailing import MailingKind, MailingState, NoticeKind
from plugins.subscriptions.reader import Choice, Frequency
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.subscriptions.people import DAY, HOUR, MINUTE, NOW, announcement, mark, sent, subscribed, told

FOUR = datetime(2031, 5, 4, 16, 0, tzinfo=UTC)
FRIDAY = datetime(2031, 5, 9, 15, 0, tzinfo=UTC)
DAILY = {"frequency": Frequency.DAILY}
WEEKLY = {"frequency": Frequency.WEEKLY}


def releases(store: Store, items: tuple[int, ...]) -> list[str]:
    found = [store.mailings.get(number) for number in items]
    return [each.announcement.release for each in found if each and each.announcement]


def test_one_digest_across_topics_in_the_order_of_time(store: Store) -> None:
    subscribed(store, "anna@example.se", **DAILY, topics=frozenset({"keyword:a", "keyword:b", "type:t"}))
    told(
        store,
        announcement("bbbbbbbb", at=NOW, topics=frozenset({"keyword:a", "keyword:b"})),
        announcement("aaaaaaaa", at=NOW + MINUTE, topics=frozenset({"type:t"})),
        announcement("cccccccc", topics=frozenset({"keyword:c"})),
    )
    assert sent(store, NOW + HOUR) == []
    store.digests.run_due(FOUR)
    (letter,) = sent(store, FOUR)
    assert letter.kind is MailingKind.DIGEST
    assert releases(store, letter.items) == ["bbbbbbbb", "aaaaaaaa"]


def test_a_run_is_made_once_and_what_comes_later_waits_for_the_next(store: Store) -> None:
    subscribed(store, "anna@example.se", **DAILY)
    assert [made.rows for made in store.digests.run_due(FOUR)] == [0]
    told(store, announcement(), now=FOUR)
    assert store.digests.run_due(FOUR + HOUR) == []
    assert [made.rows for made in store.digests.run_due(FOUR + DAY)] == [1]
    assert len(sent(store, FOUR + DAY)) == 1
    assert store.digests.run_due(FOUR + DAY) == []


def test_nobody_gets_an_empty_digest(store: Store) -> None:
    subscribed(store, "anna@example.se", **DAILY)
    subscribed(store, "bo@example.se", **DAILY, topics=frozenset({"keyword:nothing"}))
    told(store, announcement())
    store.digests.run_due(FOUR)
    assert [letter.address for letter in sent(store, FOUR)] == ["anna@example.se"]


def test_daily_and_weekly_are_two_runs(store: Store) -> None:
    subscribed(store, "anna@example.se", **DAILY)
    subscribed(store, "bo@example.se", **WEEKLY)
    told(store, announcement())
    store.digests.run_due(FOUR)
    assert [letter.address for letter in sent(store, FOUR)] == ["anna@example.se"]
    store.digests.run_due(FRIDAY)
    assert [letter.address for letter in sent(store, FRIDAY)] == ["bo@example.se"]


def test_a_missed_run_is_made_up_for_by_the_latest(store: Store) -> None:
    subscribed(store, "anna@example.se", **DAILY)
    store.digests.run_due(FOUR)
    told(store, announcement("aaaaaaaa"), now=FOUR + HOUR)
    told(store, announcement("aaaaaaaa"), announcement("bbbbbbbb"), now=FOUR + DAY + HOUR)
    late = FOUR + 2 * DAY + 5 * HOUR
    store.digests.run_due(late)
    (letter,) = sent(store, late)
    assert releases(store, letter.items) == ["aaaaaaaa", "bbbbbbbb"]


def test_a_run_older_than_the_send_window_waits_for_the_next(store: Store) -> None:
    subscribed(store, "anna@example.se", **WEEKLY)
    told(store, announcement())
    assert all(made.rows == 0 for made in store.digests.run_due(FRIDAY + 2 * DAY))
    assert sent(store, FRIDAY + 2 * DAY) == []
    store.digests.run_due(FRIDAY + 7 * DAY)
    assert len(sent(store, FRIDAY + 7 * DAY)) == 1


def test_what_has_waited_for_too_long_is_left_out(store: Store) -> None:
    subscribed(store, "anna@example.se", **DAILY)
    told(store, announcement())
    store.digests.run_due(FOUR + 20 * DAY)
    assert sent(store, FOUR + 20 * DAY) == []
    (answer,) = store.answers.why(mark("anna@example.se"), "k7q2m9xd")
    assert (answer.delivery, answer.reason) == (DeliveryState.SKIPPED, SkipReason.TOO_OLD)


def test_what_was_told_at_once_is_not_told_again_in_a_digest(store: Store) -> None:
    number = subscribed(store, "anna@example.se")
    told(store, announcement())
    assert len(sent(store, NOW + HOUR)) == 1
    store.subscribers.change(number, Choice(language="sv", frequency=Frequency.DAILY), NOW + HOUR)
    store.digests.run_due(FOUR)
    assert sent(store, FOUR) == []


def test_who_goes_over_to_another_digest_gets_in_it_what_waited(store: Store) -> None:
    number = subscribed(store, "anna@example.se", **WEEKLY)
    told(store, announcement())
    store.subscribers.change(number, Choice(language="sv", frequency=Frequency.DAILY), NOW + HOUR)
    store.digests.run_due(FOUR)
    assert [letter.reader for letter in sent(store, FOUR)] == [number]
    store.digests.run_due(FRIDAY)
    assert sent(store, FRIDAY) == []


def test_what_is_urgent_is_not_in_the_digest(store: Store) -> None:
    subscribed(store, "anna@example.se", **DAILY)
    told(store, announcement(urgent=True))
    assert len(sent(store, NOW + HOUR)) == 1
    store.digests.run_due(FOUR)
    assert sent(store, FOUR) == []


def test_what_is_withdrawn_is_taken_out_and_an_emptied_digest_does_not_go(store: Store) -> None:
    subscribed(store, "anna@example.se", **DAILY)
    subscribed(store, "bo@example.se", **DAILY, topics=frozenset({"keyword:b"}))
    both = announcement("aaaaaaaa"), announcement("bbbbbbbb", topics=frozenset({"keyword:b"}))
    told(store, *both)
    store.digests.run_due(FOUR)
    gone = announcement("bbbbbbbb", 2, kind=NoticeKind.WITHDRAWAL, at=FOUR)
    store.mailings.take_in([both[0], gone], FOUR)
    (letter,) = sent(store, FOUR)
    assert (letter.address, releases(store, letter.items)) == ("anna@example.se", ["aaaaaaaa"])


def test_a_correction_reaches_those_who_got_the_original_in_a_digest(store: Store) -> None:
    subscribed(store, "anna@example.se", **DAILY)
    told(store, announcement())
    store.digests.run_due(FOUR)
    sent(store, FOUR)
    subscribed(store, "bo@example.se", FOUR, **DAILY)
    store.mailings.take_in([announcement(), announcement(revision=2, at=FOUR + HOUR)], FOUR + HOUR)
    assert [made.rows for made in store.mailings.fan_out_due(FOUR + 2 * HOUR)] == [1]
    store.digests.run_due(FOUR + DAY)
    (letter,) = sent(store, FOUR + DAY)
    assert letter.address == "anna@example.se"


def test_a_correction_of_what_still_waits_tells_nobody_for_the_digest_will_have_it_right(store: Store) -> None:
    subscribed(store, "anna@example.se", **DAILY)
    told(store, announcement())
    store.mailings.take_in([announcement(), announcement(revision=2, at=NOW + HOUR)], NOW + HOUR)
    assert [made.rows for made in store.mailings.fan_out_due(NOW + 2 * HOUR)] == [0]


def test_what_is_held_waits_for_a_later_digest(store: Store) -> None:
    subscribed(store, "anna@example.se", **DAILY)
    told(store, announcement())
    store.digests.run_due(FOUR)
    store.mailings.hold("k7q2m9xd", FOUR)
    assert sent(store, FOUR) == []
    store.mailings.resume("k7q2m9xd", FOUR + HOUR)
    store.digests.run_due(FOUR + DAY)
    assert len(sent(store, FOUR + DAY)) == 1


def test_a_late_run_is_recorded(store: Store, settings: Settings) -> None:
    late = FRIDAY + settings.send_window
    store.digests.run_due(late)
    states = {mailing.kind: mailing.state for mailing in store.mailings.unfinished()}
    assert states == {MailingKind.DIGEST: MailingState.FANNED_OUT}
    assert store.digests.run_due(late + timedelta(minutes=1)) == []


@pytest.mark.parametrize("choice", [DAILY, WEEKLY])
def test_a_digest_that_is_refused_or_late_is_why_its_releases_were_not_told(store: Store, choice: dict) -> None:  # type: ignore[type-arg]
    subscribed(store, "anna@example.se", **choice)
    told(store, announcement())
    store.digests.run_due(FRIDAY if choice is WEEKLY else FOUR)
    assert store.ledger.exchange("w", (), 5, FRIDAY + 2 * DAY).skipped == 1
    (answer,) = store.answers.why(mark("anna@example.se"), "k7q2m9xd")
    assert (answer.delivery, answer.reason) == (DeliveryState.SKIPPED, SkipReason.TOO_OLD)
    assert answer.digest is not None
