from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from plugins.subscriptions.delivery import SkipReason
from plugins.subscriptions.keys import Address
from plugins.subscriptions.mailing import Purpose
from plugins.subscriptions.reader import (
    Choice,
    Confirmation,
    Consent,
    EndReason,
    Frequency,
    ReaderState,
    SignUp,
)
from plugins.subscriptions.store import Store
from tests.subscriptions.people import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    announcement,
    asked,
    mailbox,
    mark,
    sent,
    subscribed,
    told,
)

ANNA = "anna@example.se"


def number_of(store: Store, address: str = ANNA) -> int:
    reader = store.subscribers.by_mark(mark(address))
    assert reader is not None
    return reader.number


def test_signing_up_sends_a_confirmation_and_confirming_lets_in(store: Store) -> None:
    choice = {"topics": frozenset({"keyword:vatten"}), "frequency": Frequency.WEEKLY, "urgent_only": True}
    assert asked(store, ANNA, **choice) is SignUp.CONFIRMATION
    (letter,) = sent(store)
    assert (letter.purpose, letter.address, letter.generation) == (Purpose.CONFIRM, ANNA, 1)

    assert store.subscribers.confirm(letter.reader, 1, NOW + HOUR) is Confirmation.CONFIRMED
    assert store.subscribers.confirm(letter.reader, 1, NOW + DAY) is Confirmation.ALREADY
    reader = store.subscribers.reader(letter.reader)
    assert reader is not None
    assert reader.choice == Choice(language="sv", **choice)
    assert (reader.state, reader.requested_at, reader.confirmed_at) == (ReaderState.ACTIVE, NOW, NOW + HOUR)
    assert list(store.subscribers.active()) == [reader]
    assert store.subscribers.count()[ReaderState.ACTIVE] == 1


def test_an_address_is_one_reader_however_it_is_written(store: Store) -> None:
    subscribed(store, "Anna.Berg@EXAMPLE.se")
    assert asked(store, "anna.berg@example.se", NOW + DAY) is SignUp.MANAGE_LINK
    assert number_of(store, "ANNA.BERG@example.SE") == number_of(store, "Anna.Berg@example.se")


def test_who_is_subscribed_gets_a_link_and_its_choices_stay(store: Store) -> None:
    subscribed(store, ANNA)
    assert asked(store, ANNA, NOW + DAY, frequency=Frequency.WEEKLY) is SignUp.MANAGE_LINK
    assert [letter.purpose for letter in sent(store, NOW + DAY)] == [Purpose.MANAGE]
    reader = store.subscribers.by_mark(mark(ANNA))
    assert reader is not None
    assert reader.choice.frequency is Frequency.AT_ONCE


def test_at_most_one_confirmation_a_day_and_three_in_thirty_days(store: Store) -> None:
    outcomes = [asked(store, ANNA, NOW + timedelta(hours=h)) for h in (0, 1, 23, 25, 48, 50, 100, 24 * 30 + 1)]
    yes, no = SignUp.CONFIRMATION, SignUp.LIMITED
    assert outcomes == [yes, no, no, yes, no, yes, no, yes]
    assert store.subscribers.letters_since(NOW) == 4
    assert asked(store, "bo@example.se", NOW + HOUR) is SignUp.CONFIRMATION


def test_what_is_limited_changes_nothing(store: Store) -> None:
    asked(store, ANNA, topics=frozenset({"keyword:vatten"}))
    before = store.subscribers.by_mark(mark(ANNA))
    assert asked(store, ANNA, NOW + HOUR, topics=frozenset({"keyword:luft"})) is SignUp.LIMITED
    assert store.subscribers.by_mark(mark(ANNA)) == before


def test_manage_links_are_limited(store: Store) -> None:
    subscribed(store, ANNA)
    times = [NOW + DAY + timedelta(minutes=m) for m in (0, 5, 11, 22, 33, 44, 55, 60 * 24 + 1)]
    assert [store.subscribers.send_manage_link(mark(ANNA), mark(ANNA), at) for at in times] == [
        True, False, True, True, True, True, False, True,
    ]  # fmt: skip
    nobody = mark("nobody@example.se")
    assert not store.subscribers.send_manage_link(nobody, nobody, NOW)


def test_case_19_many_ways_to_write_to_one_mailbox_share_its_limits(store: Store) -> None:
    yes, no = SignUp.CONFIRMATION, SignUp.LIMITED
    first_day = [asked(store, f"anna+{n}@example.se") for n in range(20)]
    assert first_day == [yes] + [no] * 19
    assert asked(store, "ANNA@Example.SE", NOW + HOUR) is no
    assert asked(store, "an.na@example.se", NOW + HOUR) is yes, "dots mean something here"
    later = [asked(store, f"anna+{n}@example.se", NOW + n * DAY + MINUTE) for n in range(1, 30)]
    assert later == [yes] * 2 + [no] * 27
    assert len(sent(store, NOW + 2 * DAY + 2 * MINUTE)) <= 4

    dotted = ("a.n.n.a@gmail.com", "ann.a+press@googlemail.com", "anna@gmail.com")
    assert [asked(store, each, NOW + HOUR) for each in dotted] == [yes, no, no]


def test_case_19_a_plus_address_is_a_subscription_of_its_own(store: Store) -> None:
    plus = "anna+press@example.se"
    assert subscribed(store, ANNA) != subscribed(store, plus, NOW + 2 * DAY)
    told(store, announcement(at=NOW + 3 * DAY), now=NOW + 3 * DAY)
    assert {letter.address for letter in sent(store, NOW + 3 * DAY + 3 * MINUTE)} == {ANNA, plus}
    links = [store.subscribers.send_manage_link(mark(each), mailbox(each), NOW + 4 * DAY) for each in (ANNA, plus)]
    assert links == [True, False], "they share what may be asked for"


def test_case_19_plus_addresses_from_many_forms_at_once_get_one_letter(store: Store) -> None:
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda n: asked(store, f"anna+{n}@example.se"), range(6)))
    assert sorted(outcomes) == [SignUp.CONFIRMATION] + [SignUp.LIMITED] * 5


def test_asking_again_makes_the_first_link_void(store: Store) -> None:
    asked(store, ANNA, topics=frozenset({"keyword:vatten"}))
    number = number_of(store)
    asked(store, ANNA, NOW + DAY + MINUTE, topics=frozenset({"keyword:luft"}))
    assert number_of(store) == number
    letters = sent(store, NOW + DAY + MINUTE)
    assert [letter.generation for letter in letters] == [2], "of two unsent letters only the newer goes"
    assert store.subscribers.confirm(number, 1, NOW + DAY + HOUR) is Confirmation.SUPERSEDED
    assert store.subscribers.confirm(number, 2, NOW + DAY + HOUR) is Confirmation.CONFIRMED
    reader = store.subscribers.reader(number)
    assert reader is not None
    assert reader.choice.topics == {"keyword:luft"}


def test_a_confirmation_lasts_seven_days(store: Store) -> None:
    asked(store, ANNA)
    number = number_of(store)
    assert store.subscribers.confirm(number, 1, NOW + 7 * DAY) is Confirmation.GONE
    assert store.subscribers.confirm(number, 1, NOW + 7 * DAY - MINUTE) is Confirmation.CONFIRMED
    assert store.subscribers.confirm(12345, 1, NOW) is Confirmation.GONE


def test_leaving_erases_the_address_and_stops_letters(store: Store) -> None:
    number = subscribed(store, ANNA, topics=frozenset({"keyword:vatten"}))
    told(store, announcement())
    assert store.subscribers.leave(number, EndReason.ONE_CLICK, NOW + 3 * MINUTE)
    reader = store.subscribers.reader(number)
    assert reader is not None
    assert (reader.state, reader.address, reader.choice.topics) == (ReaderState.ENDED, None, frozenset())
    assert (reader.ended_at, reader.end_reason) == (NOW + 3 * MINUTE, EndReason.ONE_CLICK)
    assert sent(store, NOW + 4 * MINUTE) == []
    assert store.subscribers.by_mark(mark(ANNA)) is None
    assert store.subscribers.suppression(mark(ANNA)) is None


def test_leaving_twice_or_as_nobody_is_no_fault(store: Store) -> None:
    number = subscribed(store, ANNA)
    assert store.subscribers.leave(number, EndReason.PAGE, NOW)
    assert not store.subscribers.leave(number, EndReason.ONE_CLICK, NOW + DAY)
    assert not store.subscribers.leave(4711, EndReason.ONE_CLICK, NOW)
    reader = store.subscribers.reader(number)
    assert reader is not None
    assert reader.end_reason is EndReason.PAGE


def test_a_letter_that_is_being_handed_over_when_its_reader_leaves_is_not_stopped(store: Store) -> None:
    number = subscribed(store, ANNA)
    told(store, announcement())
    (claim,) = store.ledger.exchange("worker", (), 1, NOW + 3 * MINUTE).claims
    store.subscribers.leave(number, EndReason.PAGE, NOW + 3 * MINUTE)
    assert store.ledger.ours(claim)


def test_a_claimed_letter_that_has_not_begun_is_stopped(store: Store) -> None:
    number = subscribed(store, ANNA)
    told(store, announcement())
    claimed = store.ledger.claim("worker", 1, NOW + 3 * MINUTE).claims
    store.subscribers.leave(number, EndReason.PAGE, NOW + 3 * MINUTE)
    assert store.ledger.begin(claimed, NOW + 3 * MINUTE) == ()


def test_who_comes_back_is_a_new_reader(store: Store) -> None:
    first = subscribed(store, ANNA)
    store.subscribers.leave(first, EndReason.PAGE, NOW + HOUR)
    second = subscribed(store, ANNA, NOW + 2 * DAY)
    assert second > first
    assert not store.subscribers.leave(first, EndReason.ONE_CLICK, NOW + 3 * DAY)
    assert store.subscribers.by_mark(mark(ANNA)) is not None


def test_a_changed_choice_holds_from_the_next_release(store: Store) -> None:
    number = subscribed(store, ANNA)
    choice = Choice(language="en", topics=frozenset({"keyword:luft"}), frequency=Frequency.DAILY, urgent_only=True)
    assert store.subscribers.change(number, choice, NOW)
    reader = store.subscribers.reader(number)
    assert reader is not None
    assert reader.choice == choice
    store.subscribers.leave(number, EndReason.PAGE, NOW)
    assert not store.subscribers.change(number, choice, NOW)


def test_who_goes_over_to_letters_at_once_gets_what_waited(store: Store) -> None:
    number = subscribed(store, ANNA, frequency=Frequency.DAILY)
    told(store, announcement())
    assert sent(store, NOW + 3 * MINUTE) == []
    store.subscribers.change(number, Choice(language="sv"), NOW + HOUR)
    assert [letter.reader for letter in sent(store, NOW + HOUR)] == [number]


@pytest.mark.parametrize("reason", [EndReason.BOUNCE, EndReason.COMPLAINT, EndReason.ERASED])
def test_who_is_kept_away_can_come_back_by_confirming(store: Store, reason: EndReason) -> None:
    store.subscribers.suppress(mark(ANNA), reason, NOW, "550 no such user")
    kept_away = store.subscribers.suppression(mark(ANNA))
    assert kept_away is not None
    assert (kept_away.reason, kept_away.note) == (reason, "550 no such user")
    subscribed(store, ANNA, NOW + HOUR)
    assert store.subscribers.suppression(mark(ANNA)) is None


def test_whom_the_operator_keeps_away_gets_nothing(store: Store) -> None:
    number = subscribed(store, ANNA)
    store.subscribers.suppress(mark(ANNA), EndReason.OPERATOR, NOW)
    reader = store.subscribers.reader(number)
    assert reader is not None
    assert reader.end_reason is EndReason.OPERATOR
    assert asked(store, ANNA, NOW + 2 * DAY) is SignUp.BLOCKED
    store.subscribers.suppress(mark(ANNA), EndReason.COMPLAINT, NOW + DAY)
    kept_away = store.subscribers.suppression(mark(ANNA))
    assert kept_away is not None
    assert kept_away.reason is EndReason.OPERATOR
    assert store.subscribers.lift(mark(ANNA))
    assert not store.subscribers.lift(mark(ANNA))
    assert asked(store, ANNA, NOW + 2 * DAY) is SignUp.CONFIRMATION


def test_an_import_mails_nobody_and_brings_nobody_back_who_is_kept_away(store: Store) -> None:
    def imported(address: str) -> bool:
        consent = Consent(at=NOW - 100 * DAY, wording="gammal lista", source="import:lista.csv")
        return store.subscribers.import_reader(
            Address.of(address), mark(address), Choice(language="sv"), consent, NOW
        )

    store.subscribers.suppress(mark("bo@example.se"), EndReason.BOUNCE, NOW)
    assert [imported(address) for address in (ANNA, ANNA, "bo@example.se")] == [True, False, False]
    assert sent(store) == []
    consents = store.privacy.held_on(mark(ANNA))["subscription"]["consents"]
    assert [(each["source"], each["at"]) for each in consents] == [
        ("import:lista.csv", (NOW - 100 * DAY).isoformat())
    ]


def test_the_same_address_from_many_forms_at_once_gets_one_letter(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: asked(store, ANNA), range(16)))
    assert outcomes.count(SignUp.CONFIRMATION) == 1
    assert outcomes.count(SignUp.LIMITED) == 15
    assert len(sent(store)) == 1


def test_a_confirmation_that_could_not_be_sent_within_a_day_is_not_sent(store: Store) -> None:
    asked(store, ANNA)
    exchange = store.ledger.exchange("worker", (), 1, NOW + DAY)
    assert (exchange.claims, exchange.skipped) == ((), 1)
    (letter,) = store.privacy.held_on(mark(ANNA))["letters"]
    assert letter["reason"] == SkipReason.TOO_OLD
