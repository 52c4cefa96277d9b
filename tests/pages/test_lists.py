from datetime import timedelta

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from plugins.newsroom import Output, Release, opened
from plugins.pages.lists import PART, Entries, Parts, outputs
from plugins.pages.subjects import Subjects
from plugins.pages.theme import Theme
from tests.nouns import (
    PUBLISHED,
    a_keyword,
    a_newsroom,
    a_release,
    a_stage,
    a_withdrawal,
    an_audience,
    with_translation,
    words,
)


def some_releases(count: int) -> list[Release]:
    return [
        a_release(
            id=f"{n:08}",
            slug=f"nummer-{n}",
            title=f"Nummer {n}",
            published=PUBLISHED + timedelta(minutes=n),
            keywords=(a_keyword(),),
        )
        for n in range(count)
    ]


def lists_of(releases: list[Release], language: str = "sv") -> dict[str, Output]:
    newsroom = a_newsroom(releases=releases)
    stage = a_stage(newsroom)
    entries = Entries(newsroom, language)
    made = opened(outputs(stage, Subjects(newsroom, language), entries, Theme(stage), language))
    return {output.path: output for output in made}


def read(output: Output) -> BeautifulSoup:
    return BeautifulSoup(output.render(), "html.parser")


def titles(output: Output) -> list[str]:
    return [heading.get_text() for heading in read(output).select(".entries h2")]


@given(st.integers(0, 200))
def test_parts_hold_everything_once_newest_first(count: int) -> None:
    items = list(range(count, 0, -1))
    parts = Parts.of(items)
    assert [*parts.newest, *(item for part in reversed(parts.older) for item in part)] == items
    assert all(len(part) == PART for part in parts.older)
    assert len(parts.newest) == count if count < 2 * PART else PART <= len(parts.newest) < 2 * PART


@given(st.integers(0, 200), st.integers(0, 60))
def test_newer_items_never_change_an_older_part(count: int, newer: int) -> None:
    before = Parts.of(list(range(count, 0, -1)))
    after = Parts.of(list(range(count + newer, 0, -1)))
    assert after.older[: len(before.older)] == before.older


def test_a_newer_release_leaves_the_older_pages_as_they_are() -> None:
    before, after = lists_of(some_releases(3 * PART - 1)), lists_of(some_releases(3 * PART + 1))
    older = "pressmeddelanden/sida-1/index.html"
    assert after[older].inputs == before[older].inputs
    assert after[older].render() == before[older].render()
    assert set(after) - set(before) == {
        f"{address}sida-2/index.html"
        for address in ("pressmeddelanden/", "pressmeddelanden/2031/", "nyckelord/vatten/", "typ/pressmeddelande/")
    }


def test_a_list_leads_to_its_older_parts_and_they_to_the_newest() -> None:
    pages = lists_of(some_releases(2 * PART))
    front, older = pages["nyckelord/vatten/index.html"], pages["nyckelord/vatten/sida-1/index.html"]
    assert titles(front) == [f"Nummer {n}" for n in range(39, 19, -1)]
    assert titles(older) == [f"Nummer {n}" for n in range(19, -1, -1)]
    assert [a["href"] for a in read(front).select(".parts a")] == ["/nyckelord/vatten/sida-1/"]
    assert [a["href"] for a in read(older).select(".parts a")] == ["/nyckelord/vatten/"]


def test_topics_that_no_release_uses_have_no_page() -> None:
    pages = lists_of([a_release(audiences=(an_audience("vard"),))])
    assert "malgrupp/vard/index.html" in pages
    unused = ("nyckelord/vatten", "nyckelord/luft", "malgrupp/media", "typ/nyhet")
    assert not any(path.startswith(unused) for path in pages)
    assert read(pages["nyckelord/index.html"]).select("main .index a") == []


def test_a_release_without_translation_is_listed_with_its_language() -> None:
    swedish, (translated, english) = a_release(id="a" * 8, slug="bara-svenska"), with_translation(a_release())
    page = read(lists_of([swedish, translated, english], "en")["en/releases/index.html"])
    own, other = sorted(page.select(".entries > li"), key=lambda li: li.get("lang") is not None)
    assert other["lang"] == "sv"
    assert other.a["href"] == "/pressmeddelanden/2031/bara-svenska/"
    assert other.a["hreflang"] == "sv"
    assert "(in Swedish)" in other.p.get_text()
    assert other.p["lang"] == "en"
    assert own.a.get_text() == english.title
    assert "(in" not in own.p.get_text()


def test_a_withdrawn_release_is_listed_without_what_it_told() -> None:
    page = read(lists_of([a_release(lead="Hemligt.", withdrawn=a_withdrawal())])["pressmeddelanden/index.html"])
    assert "Återkallat" in page.select_one(".entries p").get_text()
    assert "Hemligt" not in page.get_text()


def test_what_a_list_does_not_show_does_not_touch_it() -> None:
    before, after = lists_of([a_release()]), lists_of([a_release(body_digest="other", case_number="1")])
    assert {path: output.inputs for path, output in before.items()} == {p: o.inputs for p, o in after.items()}


def test_swedish_letters_stand_last_in_the_alphabet() -> None:
    labels = {"ost": "öst", "arm": "Ärm", "zink": "zink", "ande": "ånde"}
    keywords = tuple(a_keyword(slug, label=words(label)) for slug, label in labels.items())
    newsroom = a_newsroom(releases=[a_release(keywords=keywords)], keywords=keywords)
    assert [s.label for s in Subjects(newsroom, "sv").of_kind("keyword")] == ["zink", "ånde", "Ärm", "öst"]
