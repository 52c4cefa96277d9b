"""Long random histories of both state machines: whatever happens, only steps of the tables are taken, nothing is lost
silently, and nothing is told twice unless something broke.
"""

import shutil
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from string import Template
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from plugins.subscriptions.delivery import (
    DELIVERY_TRANSITIONS,
    BounceKind,
    Claim,
    DeliveryState,
    Evidence,
    Outcome,
    Policy,
)
from plugins.subscriptions.mailing import MAILING_TRANSITIONS, MailingState, NoticeKind
from plugins.subscriptions.reader import (
    READER_TRANSITIONS,
    Choice,
    Confirmation,
    EndReason,
    Frequency,
    ReaderState,
    SignUp,
)
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store, tables
from tests.subscriptions.people import DAY, HOUR, MINUTE, NOW, announcement, asked, mark, subscribed

S = DeliveryState
QUICK = settings(max_examples=15, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
RELEASES = "abcde"
OUTCOMES = ["accepted", "accepted", "deferred", "refused", "doubtful", "unsent", "kept"]
NAMES = [f"{name}@example.se" for name in ("anna", "bo", "cilla", "disa")]


TABLES: dict[str, tuple[Any, Any]] = {
    "deliveries": (DeliveryState, DELIVERY_TRANSITIONS),
    "mailings": (MailingState, MAILING_TRANSITIONS),
    "readers": (ReaderState, READER_TRANSITIONS),
}
STEP = Template(
    "CREATE TRIGGER step_of_$table AFTER UPDATE OF state ON $table WHEN new.state <> old.state "
    "BEGIN INSERT OR IGNORE INTO steps VALUES ('$table', old.state, new.state); END;"
)
STEPS = "CREATE TABLE steps (of, before, after, UNIQUE (of, before, after));" + "".join(
    STEP.substitute(table=table) for table in TABLES
)
"""The database itself notes every step, also those within a transaction."""


class Opened(RuleBasedStateMachine):
    """A store of its own for each history, and a clock that only goes forward."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp(prefix="list-model-")
        shutil.copy(self.template, f"{self.folder}/list.sqlite")
        with closing(sqlite3.connect(f"{self.folder}/list.sqlite")) as connection:
            connection.executescript(STEPS)
        self.store = Store.open(Settings.from_environment({"LIST_STATE": self.folder, "LIST_LEASE": "15min"}))
        self.now = NOW

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @rule(span=st.sampled_from([MINUTE, 20 * MINUTE, HOUR, 9 * HOUR]))
    def time_passes(self, span: timedelta) -> None:
        self.now += span

    @invariant()
    def only_steps_of_the_tables_are_taken(self) -> None:
        with closing(sqlite3.connect(f"{self.folder}/list.sqlite")) as connection:
            steps = connection.execute("SELECT of, before, after FROM steps").fetchall()
        for of, before, after in steps:
            states, table = TABLES[of]
            assert states(after) in table[states(before)], f"{of}: {before} became {after}"

    def rows(self, table: Any) -> dict[int, Any]:
        with self.store._database.reading() as connection:
            return {row.number: row for row in connection.execute(select(table))}


class Deliveries(Opened):
    """Four readers, releases, workers that crash, a relay that counts what it took, and an operator."""

    def __init__(self) -> None:
        super().__init__()
        for name, frequency in zip(NAMES, [Frequency.AT_ONCE] * 2 + [Frequency.DAILY] * 2, strict=True):
            subscribed(self.store, name, NOW - DAY, frequency=frequency)
        self.store.mailings.take_in([], NOW)
        self.manifest: dict[tuple[str, int], Any] = {}
        self.claims: list[Claim] = []  # what a living worker has in hand
        self.journal: list[Outcome] = []  # what the relay took, and a worker that died hadn't told the ledger
        self.taken: Counter[int] = Counter()  # how many copies of which row the relay took
        self.broken: Counter[int] = Counter()  # how often something broke while a row was handed over
        self.publish("a", False, True)
        self.before = self.rows(tables.deliveries)
        self.mailings = self.rows(tables.mailings)

    @rule(release=st.sampled_from(RELEASES), urgent=st.booleans(), at_once=st.booleans())
    def publish(self, release: str, urgent: bool, at_once: bool) -> None:
        if any(key[0] == release for key in self.manifest):
            return
        self.manifest[release, 1] = announcement(release, at=self.now, urgent=urgent)
        self.take_in()
        if at_once:
            self.now += 2 * MINUTE
            self.schedule()

    @rule(release=st.sampled_from(RELEASES), kind=st.sampled_from([NoticeKind.CORRECTION, NoticeKind.WITHDRAWAL]))
    def correct_or_withdraw(self, release: str, kind: NoticeKind) -> None:
        known = [key for key in self.manifest if key[0] == release]
        if not known or self.manifest[max(known)].kind is NoticeKind.WITHDRAWAL:
            return
        revision = max(known)[1] + 1
        if kind is NoticeKind.WITHDRAWAL:
            for key in known:
                del self.manifest[key]
        self.manifest[release, revision] = announcement(release, revision, kind=kind, at=self.now)
        self.take_in()

    def take_in(self) -> None:
        self.store.mailings.take_in(self.manifest.values(), self.now)

    @rule()
    def schedule(self) -> None:
        self.store.mailings.fan_out_due(self.now)
        self.store.digests.run_due(self.now)
        self.store.mailings.finish(self.now)

    @rule(outcomes=st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=4), begun=st.booleans(), took=st.booleans())
    def work(self, outcomes: list[str], begun: bool, took: bool) -> None:
        """A worker claims rows and hands them over, but for some that it keeps in hand."""
        ledger = self.store.ledger
        if begun:
            claims = ledger.exchange("worker", (), len(outcomes), self.now).claims
        else:
            claims = ledger.begin(ledger.claim("worker", len(outcomes), self.now).claims, self.now)
        for claim, outcome in zip(claims, outcomes, strict=False):
            if outcome == "kept":
                self.claims.append(claim)
            else:
                self.report(claim, outcome, took)

    @rule()
    def claim_and_die(self) -> None:
        self.store.ledger.claim("worker", 1, self.now)

    @precondition(lambda self: self.claims)
    @rule(outcome=st.sampled_from(OUTCOMES[:-1]), took=st.booleans())
    def report_later(self, outcome: str, took: bool) -> None:
        claim = self.claims.pop(0)
        if self.store.ledger.ours(claim):
            self.report(claim, outcome, took)

    def report(self, claim: Claim, outcome: str, took: bool) -> None:
        """A row is handed over, and its outcome written."""
        made = {
            "accepted": lambda: Outcome.accepted(claim, "250 ok"),
            "deferred": lambda: Outcome.deferred(claim, "451 later", self.now + 10 * MINUTE),
            "refused": lambda: Outcome.refused(claim, "550 no"),
            "doubtful": lambda: Outcome.doubtful(claim, "connection lost"),
            "unsent": lambda: Outcome.unsent(claim),
        }[outcome]()
        if outcome == "accepted" or (outcome == "doubtful" and took):
            self.taken[claim.number] += 1
        if outcome == "doubtful":
            self.broken[claim.number] += 1
        assert self.store.ledger.exchange("worker", [made], 0, self.now).void == ()

    @precondition(lambda self: self.claims)
    @rule(took=st.booleans())
    def crash(self, took: bool) -> None:
        """The worker dies with rows in hand; the relay may have taken the first."""
        for claim in self.claims:
            if self.store.ledger.ours(claim):
                self.broken[claim.number] += 1
                self.taken[claim.number] += took
                self.journal += [Outcome.accepted(claim, "250 ok")] if took else []
            took = False
        self.claims.clear()
        self.store.ledger.recover("worker", self.now)

    @precondition(lambda self: self.journal)
    @rule()
    def the_journal_is_read(self) -> None:
        self.store.ledger.exchange("worker", self.journal, 0, self.now)
        self.journal.clear()

    @rule()
    def leases_expire(self) -> None:
        self.store.ledger.expire_leases(self.now)

    @rule(policy=st.sampled_from(Policy), log=st.booleans())
    def reconcile(self, policy: Policy, log: bool) -> None:
        for doubt in self.store.ledger.doubts():
            evidence = Evidence.NONE
            if log:
                evidence = Evidence.ACCEPTED if self.taken[doubt.number] else Evidence.NOT_ACCEPTED
            assert self.store.ledger.settle(doubt, evidence, policy, self.now) is not None

    @rule()
    def send_what_is_held(self) -> None:
        self.store.ledger.requeue_held(None, self.now)

    @rule()
    def the_database_is_copied(self) -> None:
        """From now on it is the copy that mails. What its worker had in hand broke."""
        for claim in self.claims:
            self.broken[claim.number] += 1
        self.claims.clear()
        self.store.instance.adopt(self.now)

    @rule(act=st.sampled_from(["hold", "resume", "cancel"]), release=st.sampled_from(RELEASES))
    def interfere(self, act: str, release: str) -> None:
        getattr(self.store.mailings, act)(release, self.now)

    @rule(which=st.integers(0, 50), kind=st.sampled_from([*BounceKind, None]))
    def comes_back(self, which: int, kind: BounceKind | None) -> None:
        gone = sorted(number for number, count in self.taken.items() if count)
        if gone and kind:
            self.store.feedback.bounced(gone[which % len(gone)], kind, "550 full", self.now)
        elif gone:
            self.store.feedback.complained(gone[which % len(gone)], "spam", self.now)

    @rule(name=st.sampled_from(NAMES), frequency=st.sampled_from(Frequency))
    def change(self, name: str, frequency: Frequency) -> None:
        reader = self.store.subscribers.by_mark(mark(name))
        if reader:
            self.store.subscribers.change(reader.number, Choice(language="sv", frequency=frequency), self.now)

    @rule(name=st.sampled_from(NAMES[:1] + NAMES[3:]))
    def leave(self, name: str) -> None:
        reader = self.store.subscribers.by_mark(mark(name))
        if reader:
            self.store.subscribers.leave(reader.number, EndReason.PAGE, self.now)

    @invariant()
    def no_row_disappears_and_fences_only_grow(self) -> None:
        after = self.rows(tables.deliveries)
        for number, was in self.before.items():
            assert after[number].fence >= was.fence
            assert after[number].doubts >= was.doubts
        self.before = after
        self.mailings = self.rows(tables.mailings)

    @invariant()
    def nothing_is_lost_nor_told_twice_unless_something_broke(self) -> None:
        for number, row in self.before.items():
            if number in self.taken or number in self.broken:
                assert self.taken[number] <= 1 + self.broken[number]
            told = row.state in (S.ACCEPTED, S.BOUNCED, S.COMPLAINED)
            personal = self.mailings[row.mailing].kind == "personal"
            assert personal or not told or self.taken[number] >= 1, "what is called accepted was taken"

    @invariant()
    def each_reader_has_one_row_for_a_revision(self) -> None:
        rows = Counter((row.mailing, row.reader) for row in self.before.values())
        assert not [each for each, count in rows.items() if count > 1]

    @invariant()
    def what_is_gathered_is_in_a_digest_of_its_reader(self) -> None:
        for row in self.before.values():
            if row.state == S.GATHERED:
                assert self.before[row.digest].reader == row.reader


class Subscriptions(Opened):
    """Two addresses, their owners, and whoever else types them into the form."""

    def __init__(self) -> None:
        super().__init__()
        self.state: dict[str, tuple[int, ReaderState, int]] = {}  # number, state, generation of whom the address has
        self.asked_at: dict[str, Any] = {}
        self.before: dict[int, Any] = {}
        self.letters: dict[str, list[Any]] = {name: [] for name in NAMES[:2]}

    @rule(name=st.sampled_from(NAMES[:2]))
    def ask(self, name: str) -> None:
        within = [at for at in self.letters[name] if at > self.now - DAY], [
            at for at in self.letters[name] if at > self.now - 30 * DAY
        ]
        outcome = asked(self.store, name, self.now)
        number, state, generation = self.state.get(name, (0, None, 0))
        if state is ReaderState.ACTIVE:
            assert outcome in (SignUp.MANAGE_LINK, SignUp.LIMITED)
        elif within[0] or len(within[1]) >= 3:
            assert outcome is SignUp.LIMITED
        else:
            assert outcome is SignUp.CONFIRMATION
            found = self.store.subscribers.by_mark(mark(name))
            assert found is not None
            assert (found.generation, found.number) == (generation + 1, number or found.number)
            assert number or found.number not in self.before, "who comes back has a new number"
            self.state[name] = (found.number, ReaderState.PENDING, found.generation)
            self.asked_at[name] = self.now
            self.letters[name].append(self.now)

    @rule(name=st.sampled_from(NAMES[:2]), older=st.booleans())
    def confirm(self, name: str, older: bool) -> None:
        if name not in self.state:
            return
        number, state, generation = self.state[name]
        outcome = self.store.subscribers.confirm(number, generation - older, self.now)
        is_late = self.now >= self.asked_at[name] + 7 * DAY
        if older:
            assert outcome in (Confirmation.SUPERSEDED, Confirmation.GONE)
        elif state is ReaderState.ACTIVE:
            assert outcome is Confirmation.ALREADY
        elif is_late:
            assert outcome is Confirmation.GONE
        else:
            assert outcome is Confirmation.CONFIRMED
            self.state[name] = (number, ReaderState.ACTIVE, generation)

    @rule(name=st.sampled_from(NAMES[:2]), reason=st.sampled_from([EndReason.ONE_CLICK, EndReason.COMPLAINT]))
    def leave(self, name: str, reason: EndReason) -> None:
        if name in self.state:
            number, _, _ = self.state.pop(name)
            assert self.store.subscribers.leave(number, reason, self.now)
            assert not self.store.subscribers.leave(number, reason, self.now)

    @rule(name=st.sampled_from(NAMES[:2]), keep_away=st.booleans())
    def erase(self, name: str, keep_away: bool) -> None:
        if name in self.state:
            number, _, _ = self.state.pop(name)
            assert self.store.privacy.erase(number, keep_away, self.now)
            self.letters[name].clear()
            assert (self.store.subscribers.suppression(mark(name)) is not None) is keep_away

    @rule(days=st.integers(1, 40))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def sweep(self) -> None:
        self.store.privacy.sweep(self.now)
        for name, (_, state, _) in list(self.state.items()):
            if state is ReaderState.PENDING and self.now >= self.asked_at[name] + 7 * DAY:
                del self.state[name]

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        rows = self.rows(tables.readers)
        for number, row in rows.items():
            was = self.before.get(number)
            assert was is None or row.generation >= was.generation
        here = {row.mark: (row.number, row.state, row.generation) for row in rows.values() if row.mark}
        assert here == {mark(name): found for name, found in self.state.items()}
        assert {row.address for row in rows.values()} - {None} == set(self.state)
        self.before = {**self.before, **rows}


@pytest.mark.parametrize("machine", [Deliveries, Subscriptions])
def test_histories(machine: type[Opened], sqlite_template: Path) -> None:
    class WithTemplate(machine):  # type: ignore[misc, valid-type]
        template = sqlite_template

    run_state_machine_as_test(WithTemplate, settings=QUICK)


@pytest.mark.parametrize("of", TABLES)
def test_every_state_is_in_its_table(of: str) -> None:
    states, table = TABLES[of]
    assert set(table) == set(states)
