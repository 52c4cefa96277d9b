from datetime import UTC, date, datetime, timedelta
from typing import Any

from bs4 import BeautifulSoup

from plugins.newsroom import Assignment, Deadline, Newsroom, Output, Rewording
from plugins.pages import follow
from plugins.pages.assignments import outputs
from plugins.pages.subjects import Subjects
from plugins.pages.theme import Theme
from tests.nouns import a_correction, a_newsroom, a_release, a_stage, an_assignment

ADDRESS = "regeringsuppdrag/2030/ett-uppdrag/index.html"


def pages(newsroom: Newsroom, language: str = "sv") -> dict[str, Output]:
    stage = a_stage(newsroom)
    return {o.path: o for o in outputs(stage, Theme(stage), language)}


def page(assignment: Assignment, **changes: Any) -> BeautifulSoup:
    return read(pages(a_newsroom(assignments=[assignment], **changes))[ADDRESS])


def read(output: Output) -> BeautifulSoup:
    return BeautifulSoup(output.render(), "html.parser")


def shown(soup: Any) -> str:
    return " ".join(soup.get_text(" ").split()).replace(" :", ":")


def test_every_part_of_the_decision_is_on_the_page() -> None:
    whole = shown(page(an_assignment(), releases=[a_release(responds_to=("u1u1u1u1",))]))
    for part in (
        "Uppdrag att mäta vatten", "Beslutat av Regeringen", "Departement Exempeldepartementet",
        "Mottagare Exempelmyndigheten", "Beslutsdatum 28 augusti 2030", "Beslutsnummer I:7",
        "Diarienummer EX2030/00123", "Regeringen uppdrar åt Exempelmyndigheten", "mäta vattnet",
        "Samråd med Exempelverket", "Anslag 1:1 Mätning", "Anslagspost ap. 2", "Betalas av Kammarkollegiet",
        "Medlen betalas ut mot rekvisition.", "Ärendet Brödtexten.", "Förordning (2030:1) om vatten", "Robin Exempel",
        "Kopia till Exempelutskottet", "Pressmeddelanden om uppdraget",
    ):  # fmt: skip
        assert part in whole


def test_what_the_source_lacks_is_said_to_be_missing() -> None:
    missing = ("decision_date", "funding.amount", "signatories.0.role")
    whole = shown(page(an_assignment(decision_date=None, missing=missing)))
    assert "Beslutsdatum Uppgiften saknas i källan" in whole
    assert "Belopp Uppgiften saknas i källan" in whole
    assert "Robin Exempel (befattning saknas i källan)" in whole
    assert "Utbetalning" not in whole, "neither given nor said to be missing"


def test_tasks_and_deadlines_can_be_linked_to() -> None:
    soup = page(an_assignment())
    assert soup.select_one("li#task-mat").get_text() == "mäta vattnet"
    assert soup.select_one("tr#deadline-slutredovisning") is not None
    assert soup.select_one('.rail a[href$=".ics"]')["href"] == "/regeringsuppdrag/tidsfrister.ics"


def test_a_correction_is_told_above_the_decision_and_its_wordings_below_it() -> None:
    silent = a_correction("typo", text="Ett stavfel.")
    told = a_correction(after=timedelta(days=3), changes=(Rewording(before="mäta vatten", after="mäta vattnet"),))
    older = a_correction("clarification", timedelta(days=2), text="Förtydligat.")
    soup = page(an_assignment(corrections=(silent, told, older)))
    assert [shown(notice) for notice in soup.select(".head .notice")] == [
        "Rättat 7 maj 2031 kl. 10.00: I en tidigare version stod fel antal. Se vad som ändrades",
        "Förtydligat 6 maj 2031 kl. 10.00: Förtydligat.",
    ]
    assert soup.select_one(".notice a")["href"] == "#versions"
    assert soup.select_one("#versions del").get_text().endswith("vatten")
    assert [each.get_text() for each in soup.select("#versions strong")] == ["Version 3", "Version 2", "Version 1"]
    assert "Ett stavfel" not in str(soup)


def test_without_corrections_there_are_no_versions() -> None:
    for corrections in ((), (a_correction("typo"),)):
        soup = page(an_assignment(corrections=corrections))
        assert (soup.select(".notice"), soup.select("#versions")) == ([], [])


def test_a_deadline_has_passed_on_the_day_after_it_and_no_other_day_changes_the_page() -> None:
    last = Deadline(id="slut", date=date(2031, 5, 31), action="Slutredovisning", to=None)

    def on(day: int, month: int = 5) -> tuple[Output, list[str]]:
        now = datetime(2031, month, day, 12, tzinfo=UTC)
        output = pages(a_newsroom(assignments=[an_assignment(deadlines=(last,))], now=now))[ADDRESS]
        return output, [cell.get_text() for cell in read(output).select(".deadlines td")]

    before, on_the_day, after = on(1), on(31), on(1, month=6)
    assert before[1] == on_the_day[1] == ["31 maj 2031", "Slutredovisning", "–", "Kommande"]
    assert before[0].inputs == on_the_day[0].inputs
    assert after[1][-1] == "Passerad"
    assert after[0].inputs != on_the_day[0].inputs


def test_the_list_shows_the_next_deadline() -> None:
    first = Deadline(id="a", date=date(2031, 5, 1), action="Delredovisning", to=None)
    second = Deadline(id="b", date=date(2031, 9, 1), action="Slutredovisning", to=None)
    newsroom = a_newsroom(assignments=[an_assignment(deadlines=(first, second))])
    assert "1 september 2031: Slutredovisning" in shown(read(pages(newsroom)["regeringsuppdrag/index.html"]))
    later = a_newsroom(assignments=[an_assignment(deadlines=(first,))])
    assert "Alla tidsfrister har passerat." in shown(read(pages(later)["regeringsuppdrag/index.html"]))


def test_without_assignments_there_is_no_list() -> None:
    assert pages(a_newsroom()) == {}


def test_the_feeds_are_offered_to_people_and_programs() -> None:
    made = pages(a_newsroom(assignments=[an_assignment()]))
    for path in ("regeringsuppdrag/index.html", ADDRESS):
        soup = read(made[path])
        links = [link["href"] for link in soup.select(".rail .inline a")]
        assert links == [f"/regeringsuppdrag/feed.{ending}" for ending in ("rss", "atom", "json")]
        atom = soup.select_one('link[type="application/atom+xml"]')
        assert (atom["href"], atom["title"]) == (
            "/regeringsuppdrag/feed.atom", "Exempelmyndigheten – Regeringsuppdrag (Atom)",
        )  # fmt: skip


def test_no_feed_is_offered_in_a_language_in_which_nothing_is_written() -> None:
    english = read(pages(a_newsroom(assignments=[an_assignment()]), "en")["en/assignments/index.html"])
    assert "assignments/feed" not in str(english)
    assert english.select_one('.rail a[href$=".ics"]') is not None


def test_the_form_offers_them_unticked_where_there_are_any() -> None:
    for assignments, boxes in (([], 0), ([an_assignment()], 1)):
        stage = a_stage(a_newsroom(assignments=assignments))
        form = read(follow.output(stage.newsroom, Subjects(stage.newsroom, "sv"), Theme(stage), "sv"))
        found = form.select("form [value=assignments]")
        assert len(found) == boxes
        assert not any(box.has_attr("checked") for box in found)
