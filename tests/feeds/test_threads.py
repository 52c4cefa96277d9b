"""The feed of the assignments: each with the releases that answer to it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from bs4 import BeautifulSoup

from plugins.feeds.channel import PART
from tests.feeds.built import built
from tests.nouns import (
    PUBLISHED,
    a_correction,
    a_document,
    a_newsroom,
    a_release,
    a_withdrawal,
    an_assignment,
    an_import,
    with_translation,
)

FOLDER = "regeringsuppdrag/"
BEGUN = an_assignment().published


def an_answer(**changes):
    return a_release(**{"responds_to": ("u1u1u1u1",), **changes})


def items(*assignments, folder=FOLDER, **changes):
    return json.loads(built(a_newsroom(assignments=assignments, **changes))[f"{folder}feed.json"])["items"]


def item(assignment=None, **changes):
    (only,) = items(assignment or an_assignment(), **changes)
    return only


def text(item) -> BeautifulSoup:
    return BeautifulSoup(item["content_html"], "html.parser")


def test_an_assignment_says_who_decided_what_and_by_when():
    told = item(an_assignment(documents=(a_document(folder=FOLDER),)))
    assert told["id"] == "tag:example.se,2031:u1u1u1u1"
    assert told["url"] == "https://press.example.se/regeringsuppdrag/2030/ett-uppdrag/"
    assert told["title"] == "Uppdrag att mäta vatten"
    assert told["authors"] == [{"name": "Regeringen"}], "the agency publishes it and didn't write it"
    assert told["tags"] == ["Regeringsuppdrag"]
    assert told["summary"] == "Beslutat av Regeringen den 28 augusti 2030. Slutredovisning: senast 1 december 2031."
    assert [each["mime_type"] for each in told["attachments"]] == ["application/pdf"]
    shown = text(told).get_text(" ")
    for part in (told["summary"], "Regeringen uppdrar", "berätta vad som mättes", "Ärendet", "EX2030/00123"):
        assert part in shown
    assert text(told).find("a", string="ett annat")["href"].startswith("https://press.example.se/")


def test_a_background_with_a_heading_gets_no_other():
    body = '<h2 id="skal">Skälen</h2>\n<p>Vatten.</p>'
    files = built(a_newsroom(assignments=[an_assignment()]), otherwise=body)
    (told,) = json.loads(files[f"{FOLDER}feed.json"])["items"]
    assert [heading.get_text() for heading in text(told).find_all("h2")] == ["Skälen"]


def test_the_day_of_a_decision_may_be_missing():
    told = item(an_assignment(decision_date=None, missing=("decision_date",), deadlines=()))
    assert told["summary"] == "Beslutat av Regeringen."


def test_an_answer_makes_it_news_again_and_not_another_item():
    before, after = item(), item(releases=[an_answer()])
    assert before["date_published"] == before["date_modified"] == after["date_published"] == BEGUN.isoformat()
    assert (before["id"], after["date_modified"]) == (after["id"], PUBLISHED.isoformat())
    assert [told["_pressroom"]["revision"] for told in (before, after)] == [1, 2]
    first, *_ = text(after).find_all("p")
    assert first.get_text() == "Redovisat 4 maj 2031: Ett exempel på ett pressmeddelande"
    assert first.a["href"] == "https://press.example.se/pressmeddelanden/2031/ett-exempel/"


def test_what_answers_to_another_assignment_is_not_told_of_here():
    told = items(an_assignment(), an_assignment(id="u2u2u2u2", slug="annat"), releases=[an_answer()])
    assert [each["_pressroom"]["revision"] for each in told] == [2, 1]
    assert len([each for each in told if "Redovisat" in each["content_html"]]) == 1


def test_an_answer_that_was_taken_over_is_shown_and_no_news():
    told = item(releases=[an_answer(imported=an_import())])
    assert told["date_modified"] == BEGUN.isoformat()
    assert "Redovisat 4 maj 2031" in text(told).get_text()


def test_nothing_that_happens_to_an_answer_takes_the_news_back():
    """RFC 4287, section 4.2.15: readers that have seen a later `updated` take an earlier one for an old copy."""
    withdrawn = item(releases=[an_answer(withdrawn=a_withdrawal())])
    assert withdrawn["date_modified"] == PUBLISHED.isoformat()
    assert "Återkallat: Ett exempel" in text(withdrawn).get_text()


def test_a_correction_makes_it_news_again_and_a_typo_does_not():
    silent = item(an_assignment(corrections=(a_correction("typo"),)))
    assert (silent["date_modified"], silent["_pressroom"]["revision"]) == (BEGUN.isoformat(), 1)
    assert "fel antal" not in silent["content_html"]
    told = item(an_assignment(corrections=(a_correction("typo"), a_correction("clarification", text="Fler prover."))))
    assert (told["date_published"], told["date_modified"]) == (BEGUN.isoformat(), "2031-05-05T10:00:00+02:00")
    assert (told["id"], told["_pressroom"]["revision"]) == (silent["id"], 2)
    assert [each.get_text() for each in text(told).select("em")] == ["Förtydligande 5 maj 2031: Fler prover."]


def test_answers_and_corrections_each_count():
    corrected = an_assignment(corrections=(a_correction(after=-timedelta(days=1)),))
    told = item(corrected, releases=[an_answer()])
    assert (told["date_modified"], told["_pressroom"]["revision"]) == (PUBLISHED.isoformat(), 3)
    late = replace(corrected, published=PUBLISHED)
    assert item(late)["_pressroom"]["revision"] == 1, "a translation that came after it tells nothing new"


def test_answers_stand_with_the_newest_first():
    other = an_answer(id="r2r2r2r2", slug="senare", title="Senare", published=PUBLISHED + timedelta(days=1))
    told = item(releases=[an_answer(), other])
    assert [link.get_text() for link in text(told).select("em a")] == ["Senare", "Ett exempel på ett pressmeddelande"]


def test_each_language_tells_of_what_is_written_in_it():
    original, translation = with_translation(an_answer())
    english = an_assignment(language="en", original_language="sv", title="To measure water")
    newsroom = {"releases": [original, translation]}
    (told,) = items(an_assignment(), english, folder="en/assignments/", **newsroom)
    assert told["id"] == "tag:example.se,2031:u1u1u1u1/en"
    assert "Answered 4 May 2031: An example of a press release" in text(told).get_text()
    assert told["summary"].startswith("Decided by Regeringen on 28 August 2030. ")
    assert "en/assignments/feed.json" not in built(a_newsroom(assignments=[an_assignment()]))


def test_there_is_no_feed_without_assignments():
    assert not [path for path in built(a_newsroom(releases=[a_release()])) if path.startswith(FOLDER)]


@pytest.mark.parametrize("ending", ["rss", "atom"])
def test_rss_and_atom_say_the_same(ending):
    files = built(a_newsroom(assignments=[an_assignment()], releases=[an_answer()]))
    feed = feedparser.parse(files[f"{FOLDER}feed.{ending}"])
    assert not feed.bozo
    assert feed.feed.title == "Exempelmyndigheten – Regeringsuppdrag"
    (entry,) = feed.entries
    assert (entry.id, entry.author) == ("tag:example.se,2031:u1u1u1u1", "Regeringen")
    assert [tag.label or tag.term for tag in entry.tags]
    assert datetime(*entry.updated_parsed[:6], tzinfo=UTC) == PUBLISHED
    assert "Redovisat" in entry.content[0].value


def test_assignments_are_in_no_feed_of_releases():
    files = built(a_newsroom(assignments=[an_assignment()], releases=[a_release()]))
    held = [path for path, data in files.items() if b"u1u1u1u1" in data and not path.endswith(".ics")]
    assert held == [f"{FOLDER}feed.{ending}" for ending in ("atom", "json", "rss")]


def test_one_that_is_answered_late_comes_back_to_the_front():
    old = [
        an_assignment(id=f"u{number:07}", slug=f"u-{number}", published=BEGUN + timedelta(days=number))
        for number in range(PART * 2)
    ]
    told = {each["id"][-8:] for each in items(*old)}
    assert "u0000000" not in told
    told = {each["id"][-8:] for each in items(*old, releases=[an_answer(responds_to=("u0000000",))])}
    assert "u0000000" in told
