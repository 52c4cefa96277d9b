import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from plugins.subscriptions.delivery import Claim, DeliveryState, Evidence, Lane, Outcome, Policy
from plugins.subscriptions.mailing import MailingKind
from plugins.subscriptions.reader import EndReason
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.subscriptions.people import DAY, HOUR, MINUTE, NOW, announcement, asked, mark, subscribed, told

S = DeliveryState
AT = NOW + 3 * MINUTE


@pytest.fixture
def three(store: Store) -> Store:
    """A store with a letter queued to each of three readers."""
    for name in ("anna", "bo", "cilla"):
        subscribed(store, f"{name}@example.se")
    told(store, announcement())
    return store


def claimed(
    store: Store, rows: int = 1, at: datetime = AT, outcomes: Sequence[Outcome] = ()
) -> tuple[Claim, ...]:
    return store.ledger.exchange("worker", outcomes, rows, at).claims


def counts(store: Store) -> dict[DeliveryState, int]:
    """How many rows of the release are in which state."""
    mailing = store.mailings.find("k7q2m9xd", 1)
    assert mailing is not None
    return {state: count for state, count in store.ledger.counts(mailing.number).items() if count}


def test_a_claim_says_all_that_a_letter_needs(three: Store) -> None:
    (claim,) = claimed(three)
    mailing = three.mailings.find("k7q2m9xd", 1)
    assert mailing is not None
    assert (claim.address, claim.language, claim.attempt, claim.fence) == ("anna@example.se", "sv", 1, 1)
    assert (claim.kind, claim.mailing, claim.edition, claim.items) == (MailingKind.RELEASE, mailing.number, 1, ())
    assert claim.lease_until == AT + timedelta(minutes=15)
    assert counts(three) == {S.HANDING_OVER: 1, S.QUEUED: 2}


def test_outcomes_are_written_and_the_next_claimed_in_one_commit(three: Store) -> None:
    first = claimed(three, 2)
    outcomes = [Outcome.accepted(first[0], "250 ok", "3F2A"), Outcome.refused(first[1], "550 <bo@example.se> unknown")]
    exchange = three.ledger.exchange("worker", outcomes, 2, AT)
    assert [claim.address for claim in exchange.claims] == ["cilla@example.se"]
    assert exchange.void == ()
    assert counts(three) == {S.ACCEPTED: 1, S.REFUSED: 1, S.HANDING_OVER: 1}
    (answer,) = three.answers.why(mark("bo@example.se"), "k7q2m9xd")
    assert answer.reply == "550 <address> unknown"


def test_no_row_is_claimed_twice_by_many_workers(store: Store) -> None:
    for n in range(60):
        subscribed(store, f"reader{n}@example.se")
    told(store, announcement())
    start = threading.Barrier(6)

    def work(name: str) -> list[int]:
        start.wait()
        got: list[int] = []
        outcomes: list[Outcome] = []
        while claims := store.ledger.exchange(name, outcomes, 3, AT).claims:
            got += [claim.number for claim in claims]
            outcomes = [Outcome.accepted(claim, "250 ok") for claim in claims]
        return got

    with ThreadPoolExecutor(6) as pool:
        numbers = [number for got in pool.map(work, "abcdef") for number in got]
    assert len(numbers) == len(set(numbers)) == 60
    assert counts(store) == {S.ACCEPTED: 60}


def test_two_processes_do_not_claim_the_same_row(three: Store, settings: Settings) -> None:
    other = Store.open(settings)
    ours, theirs = claimed(three, 2), other.ledger.exchange("other", (), 2, AT).claims
    other.close()
    assert not {claim.number for claim in ours} & {claim.number for claim in theirs}
    assert len(ours) + len(theirs) == 3


def test_personal_letters_overtake_a_release(three: Store) -> None:
    asked(three, "disa@example.se", AT)
    claims = claimed(three, 2)
    assert [(claim.kind, claim.address) for claim in claims] == [
        (MailingKind.PERSONAL, "disa@example.se"),
        (MailingKind.RELEASE, "anna@example.se"),
    ]


def test_a_lane_can_be_left_alone(three: Store) -> None:
    asked(three, "disa@example.se", AT)
    only = three.ledger.exchange("worker", (), 5, AT, lanes=[Lane.PERSONAL]).claims
    assert [claim.address for claim in only] == ["disa@example.se"]
    assert len(three.ledger.exchange("worker", (), 5, AT, lanes=[Lane.LIST]).claims) == 3


def test_a_deferred_letter_goes_again_when_its_time_has_come(three: Store) -> None:
    first, *rest = claimed(three, 3)
    put_back = [Outcome.deferred(first, "451 greylisted", AT + HOUR)]
    put_back += [Outcome.accepted(claim, "250 ok") for claim in rest]
    assert claimed(three, 3, AT, put_back) == ()
    assert three.ledger.next_at() == AT + HOUR
    assert claimed(three, 3, AT + HOUR - MINUTE) == ()
    (again,) = claimed(three, 3, AT + HOUR)
    assert (again.number, again.fence, again.attempt) == (first.number, 2, 2)


def test_a_letter_given_back_untouched_has_not_been_tried(three: Store) -> None:
    (claim,) = claimed(three)
    again = claimed(three, 3, AT, [Outcome.unsent(claim)])
    assert {each.number: each.attempt for each in again}[claim.number] == 1


def test_a_claim_before_a_connection_is_begun_later(three: Store) -> None:
    exchange = three.ledger.claim("worker", 2, AT)
    assert counts(three) == {S.CLAIMED: 2, S.QUEUED: 1}
    assert three.ledger.begin(exchange.claims, AT) == exchange.claims
    assert counts(three) == {S.HANDING_OVER: 2, S.QUEUED: 1}
    assert three.ledger.begin(exchange.claims, AT) == ()
    again = claimed(three, 3, AT, [Outcome.deferred(exchange.claims[0], "451", AT)])
    assert {each.number: each.attempt for each in again}[exchange.claims[0].number] == 2


def test_after_its_lease_a_claim_is_void(three: Store) -> None:
    begun = claimed(three, 1)
    unbegun = three.ledger.claim("worker", 1, AT).claims
    later = AT + timedelta(minutes=15)
    assert three.ledger.expire_leases(later - MINUTE) == (0, 0)
    assert three.ledger.expire_leases(later) == (1, 1)
    assert counts(three) == {S.QUEUED: 2, S.IN_DOUBT: 1}
    assert not three.ledger.ours(begun[0])
    assert not three.ledger.ours(unbegun[0])
    assert three.ledger.begin(unbegun, later) == ()
    assert three.ledger.extend([*begun, *unbegun], later) == 0


def test_a_lease_can_be_made_longer(three: Store) -> None:
    claims = claimed(three, 2)
    assert three.ledger.extend(claims, AT + 10 * MINUTE) == 2
    assert three.ledger.expire_leases(AT + 20 * MINUTE) == (0, 0)
    assert all(three.ledger.ours(claim) for claim in claims)


def test_a_worker_that_starts_again_recovers_its_own_rows(three: Store) -> None:
    claimed(three, 1)
    three.ledger.exchange("other", (), 1, AT)
    assert three.ledger.recover("worker", AT) == (0, 1)
    assert counts(three) == {S.IN_DOUBT: 1, S.HANDING_OVER: 1, S.QUEUED: 1}
    (doubt,) = three.ledger.doubts()
    assert (doubt.worker, doubt.times, doubt.since) == ("worker", 1, AT)


def test_a_late_outcome_of_a_row_in_doubt_is_written(three: Store) -> None:
    claims = claimed(three, 3)
    three.ledger.expire_leases(AT + HOUR)
    late = [
        Outcome.accepted(claims[0], "250 ok"),
        Outcome.refused(claims[1], "550 no"),
        Outcome.deferred(claims[2], "451 later", AT + HOUR),
    ]
    assert three.ledger.exchange("worker", late, 0, AT + HOUR).void == ()
    assert counts(three) == {S.ACCEPTED: 1, S.REFUSED: 1, S.QUEUED: 1}


def test_a_late_acceptance_keeps_a_letter_from_going_twice(three: Store) -> None:
    (claim,) = claimed(three)
    three.ledger.recover("worker", AT)
    (doubt,) = three.ledger.doubts()
    assert three.ledger.settle(doubt, Evidence.NONE, Policy.RECONCILE_THEN_RESEND, AT) is S.QUEUED
    assert three.ledger.exchange("worker", [Outcome.accepted(claim, "250 ok")], 0, AT).void == ()
    assert claim.number not in {again.number for again in claimed(three, 5)}


def test_an_outcome_told_twice_is_no_fault_and_a_void_one_is_told(three: Store) -> None:
    (claim,) = claimed(three)
    accepted = Outcome.accepted(claim, "250 ok")
    for _ in range(2):
        assert three.ledger.exchange("worker", [accepted], 0, AT).void == ()

    (other,) = claimed(three)
    three.ledger.exchange("worker", [Outcome.deferred(other, "451", AT)], 0, AT)
    claimed(three, 5)
    stale = Outcome.refused(other, "550 no")
    assert three.ledger.exchange("worker", [stale], 0, AT).void == (stale,)


def test_of_several_outcomes_only_the_stale_one_is_void(three: Store) -> None:
    one, two, three_ = claimed(three, 3)
    three.ledger.exchange("worker", [Outcome.unsent(two)], 0, AT)
    claimed(three, 1)
    outcomes = [Outcome.accepted(claim, "250 ok") for claim in (one, two, three_)]
    assert three.ledger.exchange("worker", outcomes, 0, AT).void == (outcomes[1],)
    assert counts(three) == {S.ACCEPTED: 2, S.HANDING_OVER: 1}


@pytest.mark.parametrize(
    ("evidence", "policy", "after"),
    [
        (Evidence.ACCEPTED, Policy.HOLD, S.ACCEPTED),
        (Evidence.NOT_ACCEPTED, Policy.HOLD, S.QUEUED),
        (Evidence.NONE, Policy.HOLD, S.HELD),
        (Evidence.NONE, Policy.RECONCILE_THEN_RESEND, S.QUEUED),
    ],
)
def test_doubt_is_settled_by_evidence_and_else_by_policy(
    three: Store, evidence: Evidence, policy: Policy, after: DeliveryState
) -> None:
    (claim,) = claimed(three)
    three.ledger.exchange("worker", [Outcome.doubtful(claim, "connection lost")], 0, AT)
    (doubt,) = three.ledger.doubts()
    assert (doubt.number, doubt.reply) == (claim.number, "connection lost")
    assert three.ledger.settle(doubt, evidence, policy, AT + HOUR) is after
    assert three.ledger.settle(doubt, evidence, policy, AT + HOUR) is None
    assert counts(three)[after] >= 1


def test_without_evidence_a_letter_is_sent_again_only_once(three: Store) -> None:
    at = AT
    for after in (S.QUEUED, S.HELD):
        claims = [claim for claim in claimed(three, 3, at) if claim.address == "anna@example.se"]
        three.ledger.exchange("worker", [Outcome.doubtful(claims[0], "lost")], 0, at)
        (doubt,) = three.ledger.doubts()
        assert three.ledger.settle(doubt, Evidence.NONE, Policy.RECONCILE_THEN_RESEND, at) is after
    assert three.ledger.requeue_held(None, at) == 1
    assert three.ledger.requeue_held(None, at) == 0


def test_letters_are_stopped_at_the_last_moment(three: Store) -> None:
    three.subscribers.suppress(mark("bo@example.se"), EndReason.COMPLAINT, AT)
    assert [claim.address for claim in claimed(three, 3)] == ["anna@example.se", "cilla@example.se"]


def test_many_that_are_put_aside_do_not_hide_the_others(store: Store) -> None:
    for n in range(12):
        subscribed(store, f"reader{n}@example.se", NOW - 3 * DAY)
    store.mailings.take_in([], NOW - 3 * DAY)
    told(store, announcement("aaaaaaaa", at=NOW - 3 * DAY), now=NOW - 3 * DAY)
    old = announcement("aaaaaaaa", at=NOW - 3 * DAY)
    told(store, old, announcement())
    exchange = store.ledger.exchange("worker", (), 2, AT)
    assert exchange.skipped == 12
    assert [claim.address for claim in exchange.claims] == ["reader0@example.se", "reader1@example.se"]


def test_nothing_to_do(store: Store) -> None:
    exchange = store.ledger.exchange("worker", (), 5, NOW)
    assert (exchange.claims, exchange.void, exchange.skipped) == ((), (), 0)
    assert store.ledger.next_at() is None
    assert store.ledger.doubts() == []


def test_bounces_are_counted_of_what_was_told_lately(three: Store) -> None:
    three.ledger.exchange("worker", [Outcome.accepted(claim, "250") for claim in claimed(three, 2)], 0, AT)
    assert three.ledger.accepted_and_bounced_since(NOW) == (2, 0)
    assert three.ledger.accepted_and_bounced_since(NOW + DAY) == (0, 0)
