"""Government assignments by e-mail: to who has asked for them, and to nobody else."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup

from plugins.newsroom import Assignment, Deadline, Release, State, opened
from plugins.subscriptions import notices
from plugins.subscriptions.delivery import Outcome
from plugins.subscriptions.letters.record import Record
from plugins.subscriptions.manifest import read_manifest
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.reader import ASSIGNMENTS, Frequency
from tests.nouns import PUBLISHED, a_correction, a_newsroom, a_release, a_stage, an_assignment
from tests.subscriptions.letters.test_composer import Room, follow, room  # noqa: F401 - a fixture
from tests.subscriptions.letters.written import SITE, a_writer, deployed, html, newest, read, text

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
        "Uppgifter", "Tidsfrister", "1 december 2031", "Slutredovisning", "Vatten rinner.",
        "regeringsuppdrag/2030/ett-uppdrag/", "EX2030/00123",
    ):  # fmt: skip
        assert part in said
    assert "prenumererar på regeringsuppdrag till Exempelmyndigheten" in said


def test_a_letter_says_all_of_the_decision() -> None:
    decided = replace(
        DECIDED,
        operative=("Regeringen uppdrar åt myndigheten.", "I uppdraget ingår att:"),
        consult_with=("Havsmyndigheten",),
        deadlines=(Deadline(id="d", date=date(2031, 12, 1), action="Lämna <slutredovisning>", to="Regeringen"),),
        conditions=("Mätningen ska ske varsamt.",),
        decision_date=date(2030, 8, 31),
    )
    site = deployed(assignments=[decided])
    letter = newest(site, "sv")
    for part in (
        "I uppdraget ingår att:", "Samråd med", "Havsmyndigheten", "Lämna <slutredovisning>", "Till: Regeringen",
        "Villkor", "Mätningen ska ske varsamt.", "Bakgrund", "Beslutsdatum: 31 augusti 2030",
    ):  # fmt: skip
        assert part in text(letter)
        assert part in BeautifulSoup(html(letter), "html.parser").get_text()
    assert "Uppgifter" not in text(letter), "the sentence before the list is its heading"
    english = newest(site, "en")
    assert "Deadlines" in text(english) and "1 December 2031" in text(english)


def test_a_digest_counts_releases_and_assignments_apart() -> None:
    def said(*releases: Release, **more: list[Assignment]) -> tuple[str, str]:
        site = deployed(*releases, **more)
        letter = read(a_writer(site).digest(Frequency.WEEKLY, date(2031, 5, 9), site.announcements, "sv"))
        return letter["Subject"], text(letter)

    assert said(a_release())[0] == "1 pressmeddelande, vecka 19"
    assert said(a_release(), assignments=[DECIDED])[0] == "1 pressmeddelande och 1 regeringsuppdrag, vecka 19"
    subject, told = said(assignments=[DECIDED])
    assert subject == "1 regeringsuppdrag, vecka 19"
    assert "Regeringsuppdrag · 4 maj 2031" in told
    assert "prenumererar på regeringsuppdrag" in told


def test_a_correction_goes_to_who_got_the_original_and_to_nobody_else(room: Room) -> None:  # noqa: F811
    follow(room, "fick@example.test", topics=frozenset({ASSIGNMENTS}))
    room.announce(deployed(assignments=[DECIDED]))
    (claim,) = room.claims()
    accepted = Outcome.accepted(claim, "250 ok")
    room.store.ledger.exchange("here/1", [accepted], 0, room.now)
    follow(room, "senare@example.test", topics=frozenset({ASSIGNMENTS}))
    told = (a_correction("typo"), a_correction(text="Fel dag."), a_correction("clarification", timedelta(days=2)))
    room.now = told[1].at + timedelta(minutes=1)
    room.announce(deployed(assignments=[replace(DECIDED, corrections=told[:2])]))
    (envelope,) = room.envelopes()
    assert envelope.recipient == "fick@example.test"
    letter = read(envelope.message)
    assert letter["Subject"] == "Rättelse: Uppdrag att mäta vatten"
    assert "Rättelse 5 maj 2031" in text(letter) and "Fel dag." in text(letter)

    site = deployed(assignments=[replace(DECIDED, corrections=told)])
    kinds = [(each.revision, each.kind.value) for each in site.announcements]
    assert kinds == [(3, "clarification"), (2, "correction"), (1, "release")], "a typo is silent"


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
