"""Every edit of what is public is silent or told, and somebody has said which."""

from dataclasses import replace
from datetime import timedelta

import pytest

from plugins.newsroom import State
from plugins.publishing import gates
from plugins.publishing.changes import Step, changes, faults, in_files
from plugins.publishing.memory import Memory
from tests.nouns import (
    NOW,
    PUBLISHED,
    a_contact,
    a_correction,
    a_newsroom,
    a_release,
    a_withdrawal,
    an_assignment,
    an_image,
    with_translation,
)
from tests.publishing.test_gates import passage
from tests.publishing.test_memory import entry, year


def public(*releases, **changes):
    return Memory.of_newsroom(a_newsroom(releases=releases, **changes))


def step(before, after):
    (change,) = changes(before, after)
    return change.step


OLD = a_release()
EDITED = replace(OLD, title="En annan rubrik")
TYPO = a_correction("typo")


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ({}, Step.UNCHANGED),
        ({"title": "Annan"}, Step.UNCLASSED),
        ({"lead": "Annan"}, Step.UNCLASSED),
        ({"written_digest": "00"}, Step.UNCLASSED),
        ({"images": (an_image(),)}, Step.UNCLASSED),
        ({"title": "Annan", "corrections": (TYPO,)}, Step.TYPO),
        ({"title": "Annan", "corrections": (a_correction("clarification"),)}, Step.TOLD),
        ({"title": "Annan", "corrections": (TYPO, a_correction("correction", timedelta(days=2)))}, Step.TOLD),
        ({"corrections": (a_correction("correction"),)}, Step.TOLD),
        ({"withdrawn": a_withdrawal()}, Step.WITHDRAWN),
        ({"contacts": (a_contact("annan"),), "urgent": True}, Step.UNCHANGED),
    ],
)
def test_the_step_of_a_release(edit, expected):
    assert step(public(OLD), public(replace(OLD, **edit))) is expected


def test_a_class_counts_once():
    first = replace(OLD, title="Två", corrections=(TYPO,))
    second = replace(first, title="Tre")
    later = replace(second, corrections=(TYPO, a_correction("typo", timedelta(days=2))))
    assert step(public(first), public(second)) is Step.UNCLASSED
    assert step(public(first), public(later)) is Step.TYPO


def test_coming_going_and_coming_back():
    withdrawn = replace(OLD, withdrawn=a_withdrawal())
    assert step(public(), public(OLD)) is Step.NEW
    assert step(public(OLD), public()) is Step.VANISHED
    assert step(public(withdrawn), public(OLD)) is Step.RESTORED
    assert step(public(replace(OLD, corrections=(a_correction(),))), public(OLD)) is Step.UNTOLD
    assert step(public(replace(OLD, corrections=(TYPO,))), public(OLD)) is Step.UNTOLD


def test_a_moved_release_is_unchanged_and_said_to_have_moved():
    moved = replace(OLD, slug="nytt", address="pressmeddelanden/2031/nytt/", moved_from=(OLD.address,))
    (change,) = changes(public(OLD), public(moved))
    assert (change.step, change.moved) == (Step.UNCHANGED, True)
    assert step(public(OLD), public(replace(moved, moved_from=()))) is Step.VANISHED


def test_a_translation_may_come_and_catch_up_in_silence_but_not_change():
    original, translation = with_translation(OLD)
    assert step(public(OLD), public(original, translation)) is Step.TRANSLATED
    (gone,) = changes(public(original, translation), public(OLD))
    assert (gone.step, gone.address) == (Step.VANISHED, f"/{translation.address}")
    corrected = (a_correction(),)
    behind = [replace(original, corrections=corrected), replace(translation, corrections=corrected)]
    caught_up = [behind[0], replace(behind[1], lead="New", of_revision=2)]
    assert step(public(*behind), public(*caught_up)) is Step.TRANSLATED
    assert step(public(original, translation), public(original, replace(translation, lead="x"))) is Step.UNCLASSED


def test_the_address_is_of_the_language_that_changed_and_the_original_first():
    original, translation = with_translation(OLD)

    def address(*after):
        (change,) = changes(public(original, translation), public(*after))
        return change.address.lstrip("/")

    edited, other = replace(original, title="Annan"), replace(translation, title="Other")
    assert address(edited, translation) == address(edited, other) == original.address
    assert address(original, other) == translation.address
    (new,) = changes(public(), public(original, translation))
    assert new.address == f"/{original.address}"


def test_a_new_phone_number_is_no_edit_of_the_archive():
    releases = [a_release(id=f"{n:08}", slug=f"nr-{n}") for n in range(3)]
    desk = a_contact(mail="annan@example.se")
    called = [replace(release, contacts=(desk,)) for release in releases]
    found = changes(public(*releases), public(*called, contacts=(desk,), press_desk=desk))
    assert {change.step for change in found} == {Step.UNCHANGED}


def test_drafts_and_embargoed_texts_are_nothing_yet():
    hidden = [replace(OLD, state=state) for state in (State.DRAFT, State.EMBARGOED)]
    decision = an_assignment(state=State.EMBARGOED)
    assert changes(public(), public(*hidden, assignments=[decision])) == []


DECISION = an_assignment()


def decided(*versions):
    return public(assignments=versions)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ({}, Step.UNCHANGED),
        ({"title": "Annan"}, Step.UNCLASSED),
        ({"tasks": ()}, Step.UNCLASSED),
        ({"missing": ("funding.amount",)}, Step.UNCLASSED),
        ({"written_digest": "00"}, Step.UNCLASSED),
        ({"tasks": (), "corrections": (TYPO,)}, Step.TYPO),
        ({"tasks": (), "corrections": (a_correction("clarification"),)}, Step.TOLD),
        ({"corrections": (a_correction(),)}, Step.TOLD),
        ({"body_digest": "00"}, Step.UNCHANGED),
    ],
)
def test_the_step_of_an_assignment(edit, expected):
    assert step(decided(DECISION), decided(replace(DECISION, **edit))) is expected


def test_an_assignment_comes_and_does_not_go():
    corrected = replace(DECISION, corrections=(a_correction(),))
    assert step(public(), decided(DECISION)) is Step.NEW
    assert step(decided(DECISION), public()) is Step.VANISHED
    assert step(decided(corrected), decided(DECISION)) is Step.UNTOLD
    moved = replace(DECISION, address="regeringsuppdrag/2030/nytt/", moved_from=(DECISION.address,))
    (change,) = changes(decided(DECISION), decided(moved))
    assert (change.step, change.moved) == (Step.UNCHANGED, True)


def test_an_assignment_may_be_translated_in_silence_but_its_translation_does_not_change_so():
    english = an_assignment(language="en", original_language="sv", title="To measure water")
    assert step(decided(DECISION), decided(DECISION, english)) is Step.TRANSLATED
    edited = replace(english, title="Other")
    newsroom = a_newsroom(assignments=[DECISION, edited])
    found = changes(decided(DECISION, english), Memory.of_newsroom(newsroom))
    (fault,) = faults(found, NOW, in_files(newsroom, lambda source, key: {"corrections": 7}[key]))
    assert (found[0].step, found[0].languages) == (Step.UNCLASSED, ("en",))
    assert (fault.source, fault.line) == (DECISION.source, 7), "corrections are the original's"


def test_what_an_assignment_said_before_its_corrections_were_remembered_is_not_known():
    """Digests were of less then: nobody is asked to class what wasn't edited."""
    before = Memory.of([year(assignments={DECISION.id: entry(f"/{DECISION.address}", content="0")})])
    assert step(before, decided(DECISION)) is Step.UNCHANGED
    assert step(before, decided(replace(DECISION, corrections=(TYPO,)))) is Step.TYPO
    assert step(before, decided(replace(DECISION, corrections=(a_correction(),)))) is Step.TOLD


def test_what_was_remembered_before_corrections_were_is_taken_at_its_word():
    before = Memory.of([year({OLD.id: entry(f"/{OLD.address}", content="0")})])
    assert step(before, public(OLD)) is Step.UNCLASSED
    assert step(before, public(replace(OLD, corrections=(TYPO,)))) is Step.TYPO


def test_a_fault_says_where_and_what_to_write():
    original, translation = with_translation(OLD)
    newsroom = a_newsroom(releases=[replace(original, title="Annan"), translation])
    place = in_files(newsroom, lambda source, key: {"corrections": 7, "of_revision": 4}[key])
    found = list(faults(changes(public(original, translation), Memory.of_newsroom(newsroom)), NOW, place))
    assert [(fault.source, fault.line) for fault in found] == [("releases/2031/ett-exempel/sv.md", 7)]
    assert "corrections: [{at: 2031-06-01T12:00+00:00, kind: typo, text: …}]" in found[0].sentence()

    newsroom = a_newsroom(releases=[original, replace(translation, title="Other")])
    found = list(faults(changes(public(original, translation), Memory.of_newsroom(newsroom)), NOW, place))
    assert [(fault.source, fault.line) for fault in found] == [("releases/2031/ett-exempel/en.md", 4)]


def test_without_files_the_address_is_told():
    found = changes(public(replace(OLD, withdrawn=a_withdrawal()), EDITED_OTHER), public(OLD))
    assert [(f.source, f.sentence()) for f in faults(found, NOW)] == [
        (f"/{OLD.address}", "k7q2m9xd was withdrawn and would come back; publish it as a new text"),
        ("/pressmeddelanden/2031/annat/", "zzzzzzzz was public here and is gone; put it back, or withdraw it"),
    ]


EDITED_OTHER = a_release(id="zzzzzzzz", slug="annat", published=PUBLISHED)


def test_an_unclassed_edit_stops_the_edition(tmp_path):
    given = passage(tmp_path, {}, before=year({"a": entry(content="0")}))
    assert [fault.source for fault in gates.edits_are_classed(given)] == ["/r/2031/a/"]
    assert list(gates.edits_are_classed(passage(tmp_path / "same", {}, before=year({"a": entry()})))) == []
