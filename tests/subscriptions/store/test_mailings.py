from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from plugins.subscriptions.delivery import DeliveryState, Outcome
from plugins.subscriptions.mailing import Announcement, FanOut, Intake, MailingState, NoticeKind
from plugins.subscriptions.reader import EndReason, Frequency
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.subscriptions.people import DAY, HOUR, MINUTE, NOW, announcement, sent, subscribed, told, version

DUE = NOW + 2 * MINUTE
RELEASE = "k7q2m9xd"


def state(store: Store, release: str = RELEASE, revision: int = 1) -> MailingState:
    mailing = store.mailings.find(release, revision)
    assert mailing is not None
    return mailing.state


def names(store: Store, at: datetime = NOW + 3 * MINUTE) -> list[str]:
    return sorted(letter.address.partition("@")[0] for letter in sent(store, at))


def withdrawal(**changes: Any) -> Announcement:
    return announcement(**{"revision": 2, "kind": NoticeKind.WITHDRAWAL, **changes})


def test_of_the_first_manifest_nothing_is_told(store: Store) -> None:
    subscribed(store, "anna@example.se")
    assert store.mailings.take_in([announcement(), announcement("zzzzzzzz")], NOW) == Intake(baseline=2)
    assert store.mailings.fan_out_due(NOW + DAY) == []
    assert store.mailings.take_in([announcement(), announcement("zzzzzzzz")], NOW) == Intake()
    assert state(store) is MailingState.BASELINE


def test_an_empty_first_manifest_is_a_baseline_too(store: Store) -> None:
    assert store.mailings.take_in([], NOW) == Intake()
    assert store.mailings.take_in([announcement()], NOW) == Intake(announced=1)


def test_a_release_is_told_once_after_the_pull_back_window(store: Store) -> None:
    subscribed(store, "anna@example.se")
    store.mailings.take_in([], NOW)
    assert store.mailings.take_in([announcement()], NOW) == Intake(announced=1)
    assert store.mailings.next_due() == DUE
    assert store.mailings.fan_out_due(DUE - MINUTE) == []
    (made,) = store.mailings.fan_out_due(DUE)
    assert made.rows == 1
    assert store.mailings.take_in([announcement()], NOW + HOUR) == Intake()
    assert store.mailings.fan_out_due(NOW + HOUR) == []
    mailing = store.mailings.get(made.mailing)
    assert mailing is not None
    assert (mailing.announcement, mailing.fanned_out_at, mailing.edition) == (announcement(), DUE, 1)
    assert names(store) == ["anna"]
    assert store.mailings.finish(NOW + HOUR) == 2, "the release, and the confirmation letter"
    assert state(store) is MailingState.DONE
    assert store.mailings.unfinished() == []


def test_nothing_is_told_before_its_time(store: Store) -> None:
    store.mailings.take_in([], NOW)
    store.mailings.take_in([announcement(at=NOW + HOUR)], NOW)
    assert store.mailings.fan_out_due(NOW + HOUR - MINUTE) == []
    assert len(store.mailings.fan_out_due(NOW + HOUR)) == 1


def test_nothing_older_than_the_send_window_is_told(store: Store) -> None:
    store.mailings.take_in([], NOW)
    assert store.mailings.take_in([announcement(at=NOW - 2 * DAY)], NOW) == Intake(too_old=1)
    store.mailings.take_in([announcement("bbbbbbbb", at=NOW)], NOW)
    assert store.mailings.fan_out_due(NOW + 2 * DAY) == [], "the scheduler stood still for two days"
    assert state(store, "bbbbbbbb") is MailingState.TOO_OLD


def test_letters_older_than_the_send_window_do_not_go(store: Store) -> None:
    subscribed(store, "anna@example.se")
    told(store, announcement())
    exchange = store.ledger.exchange("worker", (), 5, NOW + 2 * DAY)
    assert (exchange.claims, exchange.skipped) == ((), 1)


def test_what_is_gone_before_it_was_told_is_forgotten_and_may_come_again(store: Store) -> None:
    store.mailings.take_in([], NOW)
    store.mailings.take_in([announcement()], NOW)
    assert store.mailings.take_in([], NOW + MINUTE) == Intake(forgotten=1)
    assert store.mailings.fan_out_due(NOW + HOUR) == []
    assert store.mailings.take_in([announcement()], NOW + HOUR) == Intake(announced=1)


def test_unpublishing_and_publishing_again_tells_nobody_twice(store: Store) -> None:
    subscribed(store, "anna@example.se")
    told(store, announcement())
    assert names(store) == ["anna"]
    assert store.mailings.take_in([], NOW + HOUR) == Intake()
    assert store.mailings.take_in([announcement()], NOW + 2 * HOUR) == Intake()
    assert store.mailings.fan_out_due(NOW + 3 * HOUR) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"at": NOW + HOUR},
        {"published": NOW - HOUR},
        {"topics": frozenset({"type:nyhet"})},
        {"versions": (version(address="https://press.example.se/annan-plats/"),)},
        {"versions": (version(title="Ett annat"), version(language="en"))},
    ],
)
def test_another_address_date_topic_or_language_tells_nobody_again(store: Store, changes: dict[str, Any]) -> None:
    subscribed(store, "anna@example.se")
    told(store, announcement())
    assert names(store) == ["anna"]
    store.mailings.finish(NOW + 5 * MINUTE)
    assert store.mailings.take_in([announcement(**changes)], NOW + 2 * HOUR) == Intake()
    assert store.mailings.fan_out_due(NOW + 3 * HOUR) == []
    assert sent(store, NOW + 3 * HOUR) == []


def test_two_deploys_at_once_announce_once(store: Store) -> None:
    store.mailings.take_in([], NOW)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: store.mailings.take_in([announcement()], NOW).announced, range(4)))
    assert sorted(found) == [0, 0, 0, 1]


def test_a_typo_that_is_mended_meanwhile_is_a_new_edition_of_the_same_letter(store: Store) -> None:
    subscribed(store, "anna@example.se")
    told(store, announcement())
    mended = announcement(versions=(version(sha256="f" * 64),))
    assert store.mailings.take_in([mended], NOW + 3 * MINUTE) == Intake(changed=1)
    (claim,) = sent(store, NOW + 3 * MINUTE)
    assert claim.edition == 2
    mailing = store.mailings.get(claim.mailing)
    assert mailing is not None
    assert mailing.announcement == mended


@pytest.mark.parametrize(
    ("choice", "topics", "urgent", "is_told"),
    [
        ({}, {"keyword:a"}, False, True),
        ({"topics": {"keyword:a"}}, {"keyword:a", "type:t"}, False, True),
        ({"topics": {"keyword:b"}}, {"keyword:a", "type:t"}, False, False),
        ({"topics": {"keyword:b", "type:t"}}, {"keyword:a", "type:t"}, False, True),
        ({"topics": {"keyword:a", "type:t"}}, {"keyword:a", "type:t"}, False, True),
        ({"topics": {"keyword:b"}}, {"keyword:a"}, True, False),
        ({}, {"assignments"}, False, False),
        ({}, {"assignments"}, True, False),
        ({"topics": {"keyword:a"}}, {"assignments"}, False, False),
        ({"topics": {"assignments"}}, {"assignments"}, False, True),
        ({"topics": {"assignments"}}, {"keyword:a"}, False, True),
        ({"topics": {"assignments", "keyword:b"}}, {"keyword:a"}, False, False),
        ({"topics": {"assignments"}, "urgent_only": True}, {"assignments"}, False, False),
        ({"urgent_only": True}, {"keyword:a"}, False, False),
        ({"urgent_only": True}, {"keyword:a"}, True, True),
        ({"frequency": Frequency.WEEKLY}, {"keyword:a"}, False, False),
        ({"frequency": Frequency.WEEKLY}, {"keyword:a"}, True, True),
        ({"frequency": Frequency.DAILY, "urgent_only": True}, {"keyword:a"}, True, True),
        ({"topics": {"keyword:'; DROP TABLE readers; --"}}, {"keyword:a"}, False, False),
        ({"topics": {"keyword:%"}}, {"keyword:a"}, True, False),
    ],
)
def test_who_is_told_at_once(store: Store, choice: dict, topics: set[str], urgent: bool, is_told: bool) -> None:  # type: ignore[type-arg]
    subscribed(store, "anna@example.se", **{k: frozenset(v) if k == "topics" else v for k, v in choice.items()})
    told(store, announcement(topics=frozenset(topics), urgent=urgent))
    assert names(store) == (["anna"] if is_told else [])


def test_who_confirms_after_the_fan_out_is_not_told(store: Store) -> None:
    told(store, announcement())
    subscribed(store, "anna@example.se", NOW + 3 * MINUTE)
    assert names(store, NOW + HOUR) == []


def test_who_confirms_within_the_pull_back_window_is_told(store: Store) -> None:
    store.mailings.take_in([], NOW)
    store.mailings.take_in([announcement()], NOW)
    subscribed(store, "anna@example.se", NOW + MINUTE)
    store.mailings.fan_out_due(DUE)
    assert names(store) == ["anna"]


def test_two_schedulers_make_the_rows_once(store: Store) -> None:
    for n in range(20):
        subscribed(store, f"reader{n}@example.se")
    store.mailings.take_in([], NOW)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store.mailings.take_in([announcement()], NOW), range(4)))
        made = [one for each in pool.map(lambda _: store.mailings.fan_out_due(DUE), range(8)) for one in each]
    assert [each.rows for each in made] == [20]
    assert len(names(store)) == 20


def test_a_correction_goes_to_those_who_got_the_original(store: Store) -> None:
    for name in ("anna", "bo", "cilla", "disa", "edit"):
        subscribed(store, f"{name}@example.se")
    store.mailings.take_in([], NOW)
    told(store, announcement())
    got, doubtful, refused = store.ledger.exchange("w", (), 3, NOW + 3 * MINUTE).claims
    store.ledger.claim("w", 1, NOW + 3 * MINUTE)  # disa's is under way, edit's is not
    outcomes = [
        Outcome.accepted(got, "250 ok"),
        Outcome.doubtful(doubtful, "lost"),
        Outcome.refused(refused, "550 no"),
    ]
    store.ledger.exchange("w", outcomes, 0, NOW + 3 * MINUTE)

    store.mailings.take_in([announcement(), announcement(revision=2, at=NOW + HOUR)], NOW + HOUR)
    (made,) = store.mailings.fan_out_due(NOW + 2 * HOUR)
    letters = sent(store, NOW + 2 * HOUR)
    told_of = sorted(letter.address[0] for letter in letters if letter.mailing == made.mailing)
    assert told_of == ["a", "b", "d"]
    assert [letter.address[0] for letter in letters if letter.mailing != made.mailing] == ["e"]


def test_a_correction_of_what_was_never_mailed_goes_to_nobody(store: Store) -> None:
    subscribed(store, "anna@example.se")
    store.mailings.take_in([announcement()], NOW)
    store.mailings.take_in([announcement(), announcement(revision=2, at=NOW + HOUR)], NOW + HOUR)
    assert [made.rows for made in store.mailings.fan_out_due(NOW + 2 * HOUR)] == [0]
    assert store.mailings.finish(NOW + 2 * HOUR) == 2


def test_a_second_correction_goes_once_to_each(store: Store) -> None:
    subscribed(store, "anna@example.se")
    told(store, announcement())
    sent(store, NOW + 3 * MINUTE)
    both = [announcement(), announcement(revision=2, at=NOW + HOUR)]
    store.mailings.take_in(both, NOW + HOUR)
    store.mailings.fan_out_due(NOW + 2 * HOUR)
    sent(store, NOW + 2 * HOUR)
    store.mailings.take_in([*both, announcement(revision=3, at=NOW + 3 * HOUR)], NOW + 3 * HOUR)
    assert [made.rows for made in store.mailings.fan_out_due(NOW + 4 * HOUR)] == [1]


def test_a_correction_does_not_reach_who_has_left(store: Store) -> None:
    number = subscribed(store, "anna@example.se")
    told(store, announcement())
    sent(store, NOW + 3 * MINUTE)
    store.subscribers.leave(number, EndReason.PAGE, NOW + HOUR)
    store.mailings.take_in([announcement(), announcement(revision=2, at=NOW + HOUR)], NOW + HOUR)
    assert [made.rows for made in store.mailings.fan_out_due(NOW + 2 * HOUR)] == [0]


def test_a_withdrawal_stops_what_is_not_sent_and_tells_those_who_got_it(store: Store) -> None:
    subscribed(store, "anna@example.se")
    subscribed(store, "bo@example.se")
    told(store, announcement())
    (claim,) = store.ledger.exchange("w", (), 1, NOW + 3 * MINUTE).claims
    store.ledger.exchange("w", [Outcome.accepted(claim, "250 ok")], 0, NOW + 3 * MINUTE)
    store.mailings.take_in([withdrawal(at=NOW + 4 * MINUTE)], NOW + 4 * MINUTE)
    assert state(store) is MailingState.WITHDRAWN
    assert names(store, NOW + 5 * MINUTE) == [], "stopped at once, before the withdrawal itself is told"
    store.mailings.fan_out_due(NOW + HOUR)
    assert names(store, NOW + HOUR) == ["anna"]


def test_what_is_withdrawn_before_it_was_told_reaches_nobody(store: Store) -> None:
    subscribed(store, "anna@example.se")
    store.mailings.take_in([], NOW)
    store.mailings.take_in([announcement()], NOW)
    store.mailings.take_in([withdrawal(at=NOW + MINUTE)], NOW + MINUTE)
    store.mailings.fan_out_due(NOW + HOUR)
    assert names(store, NOW + HOUR) == []


def test_a_letter_put_back_after_a_withdrawal_does_not_go(store: Store) -> None:
    subscribed(store, "anna@example.se")
    told(store, announcement())
    (claim,) = store.ledger.exchange("w", (), 1, NOW + 3 * MINUTE).claims
    store.mailings.take_in([withdrawal(at=NOW + 4 * MINUTE)], NOW + 4 * MINUTE)
    put_back = Outcome.deferred(claim, "451 later", NOW + 5 * MINUTE)
    assert store.ledger.exchange("w", [put_back], 1, NOW + 6 * MINUTE).claims == ()
    assert store.ledger.counts(claim.mailing)[DeliveryState.SKIPPED] == 1


def test_hold_stops_and_resume_goes_on(store: Store) -> None:
    subscribed(store, "anna@example.se")
    store.mailings.take_in([], NOW)
    store.mailings.take_in([announcement()], NOW)
    assert store.mailings.hold(RELEASE, NOW + MINUTE) == 1
    assert store.mailings.fan_out_due(NOW + HOUR) == []
    assert store.mailings.resume(RELEASE, NOW + HOUR) == 1
    store.mailings.fan_out_due(NOW + HOUR)
    assert store.mailings.hold(RELEASE, NOW + HOUR) == 1
    assert names(store, NOW + HOUR) == []
    assert store.mailings.resume(RELEASE, NOW + 3 * DAY) == 1
    assert names(store, NOW + 3 * DAY) == ["anna"], "somebody decided that it goes, however old it is"
    assert store.mailings.hold("nothing", NOW) == store.mailings.resume("nothing", NOW) == 0


def test_a_letter_put_back_while_its_mailing_is_held_waits_too(store: Store) -> None:
    subscribed(store, "anna@example.se")
    told(store, announcement())
    (claim,) = store.ledger.exchange("w", (), 1, NOW + 3 * MINUTE).claims
    store.mailings.hold(RELEASE, NOW + 3 * MINUTE)
    put_back = Outcome.deferred(claim, "451 later", NOW + 4 * MINUTE)
    exchange = store.ledger.exchange("w", [put_back], 1, NOW + 5 * MINUTE)
    assert (exchange.claims, exchange.skipped) == ((), 1)
    assert store.ledger.exchange("w", (), 1, NOW + HOUR).skipped == 0, "it is out of the way"
    store.mailings.resume(RELEASE, NOW + HOUR)
    assert names(store, NOW + HOUR) == ["anna"]


def test_cancel_is_for_good(store: Store) -> None:
    subscribed(store, "anna@example.se")
    told(store, announcement())
    assert store.mailings.cancel(RELEASE, NOW + 3 * MINUTE) == 1
    assert names(store) == []
    assert store.mailings.resume(RELEASE, NOW + HOUR) == 0
    assert store.mailings.take_in([announcement()], NOW + HOUR) == Intake()
    assert state(store) is MailingState.CANCELLED


def test_the_send_window_and_the_pull_back_are_settings(settings: Settings) -> None:
    store = Store.open(replace(settings, pull_back=10 * MINUTE, send_window=HOUR))
    store.mailings.take_in([], NOW)
    assert store.mailings.take_in([announcement("a" * 8, at=NOW - HOUR), announcement()], NOW) == Intake(
        announced=1, too_old=1
    )
    assert store.mailings.next_due() == NOW + 10 * MINUTE
    store.close()


def test_fan_outs_go_from_the_oldest(store: Store) -> None:
    store.mailings.take_in([], NOW)
    store.mailings.take_in(
        [announcement("bbbbbbbb", at=NOW), announcement("aaaaaaaa", at=NOW - HOUR), announcement("cccccccc", at=NOW)],
        NOW,
    )
    made = store.mailings.fan_out_due(DUE)
    assert made == [FanOut(mailing=each.mailing, rows=0) for each in made]
    mailings = [store.mailings.get(each.mailing) for each in made]
    assert [each.announcement.release[0] for each in mailings if each and each.announcement] == ["a", "b", "c"]
