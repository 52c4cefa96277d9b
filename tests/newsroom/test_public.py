"""What was public, for the next publishing to compare with."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from plugins.newsroom import State
from plugins.newsroom.public import content_hash, public_year
from tests.nouns import (
    a_correction,
    a_document,
    a_keyword,
    a_link,
    a_newsroom,
    a_release,
    a_rendition,
    a_withdrawal,
    an_assignment,
    an_image,
    terms,
    with_translation,
    words,
)


def test_memory_holds_every_address_of_a_release() -> None:
    original, translation = with_translation(a_release(moved_from=("gammal/",)), moved_from=("en/old/",))
    remembered = public_year(a_newsroom(releases=[original, translation]), 2031)["releases"]["k7q2m9xd"]

    assert remembered["addresses"] == {
        "sv": "/pressmeddelanden/2031/ett-exempel/",
        "en": "/en/releases/2031/ett-exempel/",
    }
    assert remembered["moved_from"] == ["/en/old/", "/gammal/"]
    assert (remembered["revision"], remembered["withdrawn"], remembered["language"]) == (1, False, "sv")
    assert remembered["content"] == {"sv": content_hash(original), "en": content_hash(translation)}


def test_memory_knows_of_withdrawal() -> None:
    remembered = public_year(a_newsroom(releases=[a_release(withdrawn=a_withdrawal())]), 2031)["releases"]["k7q2m9xd"]
    assert (remembered["revision"], remembered["withdrawn"]) == (2, True)


@pytest.mark.parametrize("state", [State.DRAFT, State.EMBARGOED])
def test_a_preview_remembers_nothing_that_is_not_public(state: State) -> None:
    newsroom = a_newsroom(releases=[a_release(state=state)], assignments=[an_assignment(state=state, year=2031)])
    assert public_year(newsroom, 2031) == {"year": 2031, "releases": {}, "assignments": {}}


RELEASE = a_release(images=(an_image(),), documents=(a_document(),), links=(a_link(),))


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Annan"},
        {"lead": "Annan"},
        {"written_digest": "00"},
        {"images": ()},
        {"images": (an_image(alt="Annan"),)},
        {"images": (an_image(credit="Annan"),)},
        {"documents": (replace(a_document(), title="Annan"),)},
        {"links": ()},
    ],
)
def test_content_that_changes_changes_the_hash(changes: dict[str, Any]) -> None:
    assert content_hash(replace(RELEASE, **changes)) != content_hash(RELEASE)


@pytest.mark.parametrize(
    "changes",
    [
        {"slug": "annan", "address": "pressmeddelanden/2031/annan/"},
        {"keywords": (a_keyword(),)},
        {"contacts": ()},
        {"urgent": True},
        {"images": (an_image(terms=terms(text=words("Andra villkor."))),)},
    ],
)
def test_what_surrounds_the_content_does_not(changes: dict[str, Any]) -> None:
    assert content_hash(replace(RELEASE, **changes)) == content_hash(RELEASE)


def test_the_hash_of_a_withdrawn_release_tells_nothing_of_what_it_said() -> None:
    withdrawn = replace(RELEASE, withdrawn=a_withdrawal())
    assert content_hash(replace(withdrawn, lead="Annan", written_digest="00", images=())) == content_hash(withdrawn)


def test_assignments_are_remembered_too() -> None:
    assignment = an_assignment()
    remembered = public_year(a_newsroom(assignments=[assignment]), 2030)["assignments"]["u1u1u1u1"]
    assert remembered["addresses"] == {"sv": "/regeringsuppdrag/2030/ett-uppdrag/"}
    assert content_hash(replace(assignment, tasks=())) != content_hash(assignment)
    assert content_hash(replace(assignment, missing=("funding.amount",))) != content_hash(assignment)
    assert content_hash(replace(assignment, missing=assignment.missing[::-1])) == content_hash(assignment)
    assert content_hash(replace(assignment, address="x/")) == content_hash(assignment)
    assert content_hash(replace(assignment, corrections=(a_correction(),))) == content_hash(assignment)


def test_the_corrections_of_an_assignment_are_remembered() -> None:
    assignment = an_assignment(corrections=(a_correction("typo"), a_correction("correction", timedelta(days=2))))
    remembered = public_year(a_newsroom(assignments=[assignment]), 2030)["assignments"]["u1u1u1u1"]
    assert remembered["revision"] == 2
    assert remembered["corrections"] == ["2031-05-05T08:00:00+00:00", "2031-05-06T08:00:00+00:00"]


def test_a_picture_is_known_by_what_was_delivered_not_by_what_a_library_made_of_it() -> None:
    again = an_image(original=a_rendition("x.jpg", sha256="00"), renditions=())
    assert content_hash(replace(RELEASE, images=(again,))) == content_hash(RELEASE)
    assert content_hash(replace(RELEASE, images=(an_image(source_digest="00"),))) != content_hash(RELEASE)


def test_every_correction_and_what_a_translation_is_of_are_remembered() -> None:
    original = a_release(corrections=(a_correction("typo"), a_correction("correction", timedelta(days=2))))
    remembered = public_year(a_newsroom(releases=with_translation(original, of_revision=1)), 2031)
    assert remembered["releases"]["k7q2m9xd"]["corrections"] == [
        "2031-05-05T08:00:00+00:00", "2031-05-06T08:00:00+00:00"
    ]  # fmt: skip
    assert remembered["releases"]["k7q2m9xd"]["of_revision"] == {"en": 1}
