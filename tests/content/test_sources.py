"""The real texts are the sources' own, word for word.

The two sources are kept as they came (`tests/sample/source/`). Each test writes the source anew from what stands in
`content/` and compares the whole: a line that is lost, added, moved or altered by one letter fails. Nothing of ours
reads the content here, so that a mistake in our reading can't hide one in the text.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from bs4 import BeautifulSoup
from markdown import markdown

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "tests/sample/source"
CONTENT = ROOT / "content"

FIRST = "2025/icke-godkanda-lakemedel-for-avancerad-terapi"
LATER = (
    "2026/kontaktallergi-av-glukosmatare-och-insulinpumpar",
    "2026/starkt-samverkan-kring-lakemedelsforskrivning",
    "2026/hojda-straff-for-olaglig-lakemedelsforsaljning",
    "2026/nationellt-klimatinitiativ-for-halso-och-sjukvarden",
    "2026/ny-avgiftsmodell-for-tillsyn-av-medicinteknik",
)
DECISION = "2023/tillsynsinsats-avseende-medicintekniska-produkter-for-cancer"

SPLIT_WORDS = ("cancer- centrumen", "strål- behandling", "medicin- tekniska")
"""Words that the decision divides at the end of a line; other hyphens, as in EU-förordningen, are its own."""
HOLE = "[belopp saknas i källan] "
"""Stands where the decision has a gap instead of an amount."""


def test_release_page() -> None:
    newsroom = yaml.load((CONTENT / "newsroom.yaml").read_text("utf-8"), yaml.BaseLoader)  # noqa: S506
    publisher = newsroom["publisher"]["name"]["sv"]
    contact = newsroom["contacts"][newsroom["press_desk"]]
    first, body = taken_apart(CONTENT / "releases" / FIRST / "sv.md")
    assert first["contacts"] == [newsroom["press_desk"]]
    written = [
        first["title"],
        f"{moment(first)} | {publisher} | {kind(newsroom, first)}",
        first["lead"],
        "",
        *unmarked(body),
        "Nyckelord",  # nothing under it, nor under Bilder and Länkar
        "Kontakter",
        contact["function"]["sv"],
        f"Tel:{contact['phone']['text']}{contact['mail']}Bilder",  # the source lost what stood between
        "",
        "Länkar",
        newsroom["boilerplate"]["sv"],
        f"Följ {publisher}",
        newsroom["subscription"]["promise"]["sv"],
        f"Senaste pressmeddelandena från {publisher}",
    ]
    for folder in LATER:
        later, nothing = taken_apart(CONTENT / "releases" / folder / "sv.md")
        assert (later["missing"], nothing.strip()) == (["body"], "")
        # title and time stand glued together in the source
        written += [f"{later['title']}{moment(later)} | {kind(newsroom, later)}", later["lead"]]
    written += [newsroom["teaser"]["sv"], "Besök vårt pressrum"]
    assert written == (SOURCES / "release.txt").read_text("utf-8").split("\n")


def test_nothing_but_the_sources() -> None:
    releases = {file.parent for file in (CONTENT / "releases").rglob("*.md")}
    assert releases == {CONTENT / "releases" / folder for folder in (FIRST, *LATER)}
    assignments = {file.parent for file in (CONTENT / "assignments").rglob("*.md")}
    assert assignments == {CONTENT / "assignments" / DECISION}


def test_release_has_its_structure() -> None:
    page = structure(CONTENT / "releases" / FIRST / "sv.md")
    assert [heading.get_text() for heading in page.find_all("h2")] == [
        "Information till patienter",
        "Hur tillhandahålls ATMP lagligt i EU?",
        "Varningssignaler om att en ATMP kan vara olaglig",
        "Varför godkänns ATMP i EU?",
    ]
    assert outline(page) == ["p"] * 5 + ["h2", "ul 6", "h2", "p", "ul 3", "h2", "p", "ul 3", "h2", "p", "p"]


def test_translation_has_the_same_structure() -> None:
    folder = CONTENT / "releases" / FIRST
    assert outline(structure(folder / "en.md")) == outline(structure(folder / "sv.md"))


def test_decision() -> None:
    decision, body = taken_apart(CONTENT / "assignments" / DECISION / "sv.md")
    conditions = "\n".join(decision["conditions"])
    assert conditions.count(HOLE) == 1
    written = [
        decision["title"],
        f"{decision['issuer']}s beslut",
        *decision["operative"],
        *(f"− {task['text']}" for task in decision["tasks"]),
        *conditions.replace(HOLE, "").split("\n"),
        "Ärendet",
        *unmarked(body),
        "På regeringens vägnar",
        *(signatory["name"] for signatory in decision["signatories"]),
        "Kopia till",
        *decision["copies_to"],
    ]
    assert " ".join(written) == flowing((SOURCES / "assignment.txt").read_text("utf-8"))


def test_paragraphs_of_the_decision() -> None:
    """Each of ours begins where one of the source's does: after a blank line, or after one of its two headings."""
    decision, body = taken_apart(CONTENT / "assignments" / DECISION / "sv.md")
    source = (SOURCES / "assignment.txt").read_text("utf-8")
    starts = {flowing(paragraph)[:30] for paragraph in re.split(r"\n[ \n]*\n|(?<=beslut \n)|(?<=Ärendet \n)", source)}
    ours = [*decision["operative"], *decision["conditions"], *unmarked(body)]
    assert [paragraph[:30] for paragraph in ours if paragraph[:30] not in starts] == []


def test_what_is_read_out_of_the_decision_stands_in_it() -> None:
    decision, _ = taken_apart(CONTENT / "assignments" / DECISION / "sv.md")
    text = flowing((SOURCES / "assignment.txt").read_text("utf-8"))
    funding = decision["funding"]
    named = [
        decision["recipient"],
        decision["ministry"],
        funding["year"],
        f"anslaget {funding['appropriation']}, anslagsposten {funding['item']}",
        funding["payer"],
        funding["mode"].lower(),
        *decision["consult_with"],
        *(deadline["to"] for deadline in decision["deadlines"]),
        *(f"den {day(deadline['date'])}" for deadline in decision["deadlines"]),
        *(re.search(r"\(?\d[\d/:]+\)?", law["text"])[0] for law in decision["legal_refs"]),  # type: ignore[index]
    ]
    assert [words for words in named if words not in text] == []


def taken_apart(file: Path) -> tuple[dict[str, Any], str]:
    """Answer a file's front matter, every value as text, and its body."""
    _, front, body = re.split(r"^---\n", file.read_text("utf-8"), maxsplit=2, flags=re.MULTILINE)
    return yaml.load(front, yaml.BaseLoader), body  # noqa: S506 -- the safest loader there is: it only makes text


def unmarked(body: str) -> list[str]:
    """Answer the body's lines without heading marks and blank lines; list marks are the source's own."""
    return [line.removeprefix("## ") for line in body.split("\n") if line]


def moment(release: dict[str, Any]) -> str:
    """Answer the time as the source writes it, in a winter when Sweden has CET."""
    at = datetime.fromisoformat(release["published"])
    assert at.strftime("%z") == "+0100"
    return f"{at.day}.{at.month}.{at.year} {at:%H:%M:%S} CET"


def day(date: str) -> str:
    months = ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
              "november", "december")  # fmt: skip
    year, month, day = map(int, date.split("-"))
    return f"{day} {months[month - 1]} {year}"


def kind(newsroom: dict[str, Any], release: dict[str, Any]) -> str:
    return str(newsroom["types"][release["type"]]["name"]["sv"])


def flowing(source: str) -> str:
    """Answer the decision as one line of words: line ends are spaces, divided words are whole."""
    text = " ".join(source.split())
    for word in SPLIT_WORDS:
        text = text.replace(word, word.replace("- ", ""))
    return text


def structure(file: Path) -> BeautifulSoup:
    return BeautifulSoup(markdown(taken_apart(file)[1]), "html.parser")


def outline(page: BeautifulSoup) -> list[str]:
    """Answer the page's blocks in order; a list with the number of its items."""
    blocks = page.find_all(recursive=False)
    return [f"{block.name} {len(block.find_all('li'))}" if block.name == "ul" else block.name for block in blocks]
