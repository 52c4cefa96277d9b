"""Government assignments by e-mail: to who has asked for them, and to nobody else."""

import json
from datetime import timedelta

import pytest

from plugins.newsroom import State, opened
from plugins.subscriptions import notices
from plugins.subscriptions.letters.record import Record
from plugins.subscriptions.manifest import read_manifest
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.reader import ASSIGNMENTS
from tests.nouns import PUBLISHED, a_newsroom, a_release, a_stage, an_assignment
from tests.subscriptions.letters.test_composer import Room, follow, room  # noqa: F401 - a fixture
from tests.subscriptions.letters.written import SITE, deployed, read, text

DECIDED = an_assignment(published=PUBLISHED)


def test_only_who_has_asked_gets_a_letter_which_says_what_the_page_says(room: Room) -> None:  # noqa: F811
    follow(room, "alla@example.test")
    follow(room, "vatten@example.test", topics=frozenset({"keyword:vatten"}))
    follow(room, "uppdrag@example.test", topics=frozenset({ASSIGNMENTS}))
    room.announce(deployed(assignments=[DECIDED], body="<h2>Skälen</h2><p>Vatten rinner.</p>"))
    (envelope,) = room.envelopes()
    assert envelope.recipient == "uppdrag@example.test"
    letter = read(envelope.message)
    assert letter["Subject"] == "Uppdrag att mäta vatten"
    said = text(letter)
    for part in (
        "Regeringsuppdrag · Regeringen", "Regeringen uppdrar åt Exempelmyndigheten att mäta vatten.", "mäta vattnet",
        "1 december 2031: Slutredovisning", "Vatten rinner.", "regeringsuppdrag/2030/ett-uppdrag/", "EX2030/00123",
    ):  # fmt: skip
        assert part in said


def test_who_follows_assignments_too_still_gets_all_releases(room: Room) -> None:  # noqa: F811
    follow(room, "uppdrag@example.test", topics=frozenset({ASSIGNMENTS}))
    room.announce(deployed(a_release()))
    (envelope,) = room.envelopes()
    assert read(envelope.message)["Subject"] == "Ett exempel på ett pressmeddelande"


def test_assignments_stand_apart_so_that_an_older_list_mails_them_to_nobody() -> None:
    hidden = an_assignment(id="u2u2u2u2", slug="b", state=State.EMBARGOED)
    (output,) = opened(notices.outputs(a_stage(a_newsroom(assignments=[DECIDED, hidden]))))
    said = json.loads(output.render())
    assert said["notices"] == []
    assert [each["id"] for each in said["assignments"]] == ["u1u1u1u1"]


def test_what_is_announced_is_the_newest_first_whatever_it_is() -> None:
    older = a_release(published=PUBLISHED - timedelta(days=1))
    site = deployed(older, a_release(id="r2r2r2r2", slug="b", published=PUBLISHED + timedelta(days=1)),
                    assignments=[DECIDED])  # fmt: skip
    assert [each.release for each in site.announcements] == ["r2r2r2r2", "u1u1u1u1", "k7q2m9xd"]
    assert site.announcements[1].topics == {ASSIGNMENTS}


def test_the_hash_and_the_languages_are_those_of_the_record() -> None:
    english = an_assignment(language="en", original_language="sv", title="To measure water", published=PUBLISHED)
    site = deployed(assignments=[DECIDED, english])
    (announced,) = site.announcements
    assert [version.language for version in announced.versions] == ["sv", "en"]
    record = site.record(announced, "en")
    assert (record.id, record.language, record.title) == ("u1u1u1u1", "en", "To measure water")
    assert Record.read(site.files["regeringsuppdrag/2030/ett-uppdrag/assignment.json"]).type.slug == "assignment"


@pytest.mark.parametrize(("assignments", "offered"), [([], False), ([DECIDED], True)])
def test_they_are_offered_where_there_are_any(assignments, offered) -> None:
    said = Offer.of(a_newsroom(assignments=assignments)).json()
    assert Offer.read(said).has_assignments is offered


def test_a_site_of_before_says_nothing_of_assignments() -> None:
    said = json.loads(Offer.of(a_newsroom()).json())
    del said["assignments"]
    assert Offer.read(json.dumps(said).encode()).has_assignments is False
    site = deployed(a_release())
    older = json.loads(site.files["notices.json"])
    del older["assignments"]
    assert len(read_manifest(json.dumps(older).encode(), SITE)) == 1
