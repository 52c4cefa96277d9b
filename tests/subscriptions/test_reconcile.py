"""Doubt is settled by evidence first: what the relay's log says, and no more than it can say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plugins.subscriptions.delivery import Evidence, Outcome, Policy
from plugins.subscriptions.sending.reconcile import GRACE, OTHERS_GRACE, RelayLog, settle
from plugins.subscriptions.store import Store
from tests.subscriptions import running

NOW = datetime(2031, 5, 4, 12, 0, tzinfo=UTC)
WANTED = "<wanted@list.example>"
HERE = "0123456789abcdef"
SINCE = running.START + timedelta(minutes=10)


def log(*said: str, begins: datetime = NOW - timedelta(days=3), ends: datetime = NOW, old: bool = False) -> str:
    def stamp(moment: datetime) -> str:
        return f"{moment.astimezone():%b %e %H:%M:%S}" if old else moment.isoformat()

    lines = [(begins, "postfix/master[1]: daemon started"), *((NOW, each) for each in said), (ends, "postfix/x[1]: y")]
    return "".join(f"{stamp(moment)} relay {each}\n" for moment, each in lines)


def read(tmp_path: Path, text: str, now: datetime = NOW) -> RelayLog:
    (tmp_path / "mail.log").write_text(text)
    return RelayLog.read(tmp_path / "mail.log", now)


TAKEN = ("postfix/cleanup[7]: 4ABC12: message-id=<wanted@list.example>",
         "postfix/qmgr[8]: 4ABC12: from=<b-1-x@example.se>, size=400, nrcpt=1 (queue active)")  # fmt: skip


@pytest.mark.parametrize("old", [False, True])
def test_a_letter_in_the_queue_was_accepted(tmp_path: Path, old: bool) -> None:
    assert read(tmp_path, log(*TAKEN, old=old)).evidence(WANTED, NOW) is Evidence.ACCEPTED


def test_of_an_own_instance_too(tmp_path: Path) -> None:
    lines = [line.replace("postfix/", "postfix-out/") for line in TAKEN]
    assert read(tmp_path, log(*lines)).evidence(WANTED, NOW) is Evidence.ACCEPTED


def test_a_message_id_seen_before_the_dot_proves_nothing(tmp_path: Path) -> None:
    """`cleanup` tells it when it reads the headers: the letter may never have been finished."""
    told = read(tmp_path, log(TAKEN[0], ends=NOW + timedelta(minutes=1)))
    assert told.evidence(WANTED, NOW) is Evidence.NOT_ACCEPTED


@pytest.mark.parametrize("old", [False, True])
def test_a_log_without_gaps_proves_that_it_was_not_accepted(tmp_path: Path, old: bool) -> None:
    told = read(tmp_path, log(ends=NOW + timedelta(minutes=1), old=old), NOW + timedelta(minutes=2))
    assert told.evidence(WANTED, NOW) is Evidence.NOT_ACCEPTED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no log at all\n\n\x00\n",
        log(begins=NOW - timedelta(hours=1), ends=NOW + timedelta(hours=1)),
        log(ends=NOW - timedelta(hours=1)),
    ],
    ids=["empty", "strange", "begins too late", "ends too early"],
)
def test_a_log_that_does_not_cover_the_time_proves_nothing(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).evidence(WANTED, NOW) is Evidence.NONE


def test_the_rotated_log_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "mail.log.1").write_text(log(*TAKEN))
    assert read(tmp_path, log(begins=NOW)).evidence(WANTED, NOW) is Evidence.ACCEPTED


def test_a_log_that_is_not_there_proves_nothing(tmp_path: Path) -> None:
    assert RelayLog.read(tmp_path / "none", NOW).evidence(WANTED, NOW) is Evidence.NONE


def test_an_old_stamp_is_of_this_year_or_the_last(tmp_path: Path) -> None:
    new_year = datetime(2032, 1, 1, 0, 30, tzinfo=UTC)
    told = read(tmp_path, "Dec 30 10:00:00 relay x\nJan  1 00:20:00 relay x\n", new_year)
    assert told.begins is not None and told.ends is not None
    assert (told.begins.year, told.ends.year) == (2031, 2032)


def doubtful(store: Store, worker: str = f"{HERE}/0") -> None:
    running.begin(store, ["anna"])
    running.tell(store)
    doubt(store, worker, SINCE)


def doubt(store: Store, worker: str, now: datetime) -> None:
    (claim,) = store.ledger.exchange(worker, (), 1, now).claims
    store.ledger.exchange(worker, [Outcome.doubtful(claim, "dot: lost")], 0, now)




def test_a_fresh_doubt_is_left_alone(sqlite_store: Store) -> None:
    doubtful(sqlite_store)
    policy = Policy.RECONCILE_THEN_RESEND
    assert not settle(sqlite_store, running.message_id_of, policy, SINCE + GRACE / 2, machine=HERE)
    assert settle(sqlite_store, running.message_id_of, policy, SINCE + GRACE, machine=HERE) == {"queued": 1}


def test_without_evidence_it_is_sent_again_once(sqlite_store: Store) -> None:
    doubtful(sqlite_store)
    policy, now = Policy.RECONCILE_THEN_RESEND, SINCE + GRACE
    assert settle(sqlite_store, running.message_id_of, policy, now, machine=HERE) == {"queued": 1}
    doubt(sqlite_store, f"{HERE}/0", now)
    assert settle(sqlite_store, running.message_id_of, policy, now + GRACE, machine=HERE) == {"held": 1}


def test_who_holds_sends_nothing_again_unless_it_is_proven(sqlite_store: Store, tmp_path: Path) -> None:
    doubtful(sqlite_store)
    now = SINCE + GRACE
    assert settle(sqlite_store, running.message_id_of, Policy.HOLD, now, machine=HERE) == {"held": 1}


def test_proof_that_it_was_not_accepted_overrules_hold(sqlite_store: Store, tmp_path: Path) -> None:
    doubtful(sqlite_store)
    file = tmp_path / "mail.log"
    file.write_text(log(begins=SINCE - timedelta(days=3), ends=SINCE + GRACE))
    now = SINCE + GRACE
    held = settle(sqlite_store, running.message_id_of, Policy.HOLD, now, machine=HERE, log_file=file)
    assert held == {"queued": 1}


def test_one_machines_log_says_nothing_of_anothers_letters(sqlite_store: Store, tmp_path: Path) -> None:
    doubtful(sqlite_store, "fedcba9876543210/0")
    file = tmp_path / "mail.log"
    file.write_text(log(begins=SINCE - timedelta(days=3), ends=SINCE + timedelta(hours=3)))
    for policy, moment, expected in (
        (Policy.HOLD, SINCE + GRACE, {}),  # the other machine's own scheduler is to look at it
        (Policy.HOLD, SINCE + OTHERS_GRACE, {"held": 1}),
    ):
        found = settle(sqlite_store, running.message_id_of, policy, moment, machine=HERE, log_file=file)
        assert found == expected
