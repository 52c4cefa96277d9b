"""The release page carries every element that a newsroom expects, and says what is out of the ordinary."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from bs4 import BeautifulSoup

from plugins.newsroom import Newsroom, Output, PressMaterial, Release, Rewording, State, opened
from plugins.pages.lists import Entries
from plugins.pages.releases import EARLIER, outputs
from plugins.pages.theme import Theme
from tests.nouns import (
    PUBLISHED,
    STOCKHOLM,
    StoredBodies,
    a_contact,
    a_correction,
    a_document,
    a_keyword,
    a_link,
    a_newsroom,
    a_release,
    a_stage,
    a_withdrawal,
    an_assignment,
    an_audience,
    an_image,
    with_translation,
)

BODY = "<p>Första stycket.</p>\n<h2>Mellanrubrik</h2>\n<ul><li>Punkt</li></ul>"


def pages(newsroom: Newsroom, language: str = "sv") -> dict[str, Output]:
    stage = a_stage(newsroom, StoredBodies(otherwise=BODY))
    made = opened(outputs(stage, Entries(newsroom, language), Theme(stage), language))
    return {output.path: output for output in made if output.path.endswith("/index.html")}


def page(release: Release, *others: Release, **changes: Any) -> BeautifulSoup:
    newsroom = a_newsroom(releases=[release, *others], **changes)
    return read(pages(newsroom, release.language)[f"{release.address}index.html"])


def read(output: Output) -> BeautifulSoup:
    return BeautifulSoup(output.render(), "html.parser")


def text(soup: BeautifulSoup) -> str:
    shown = " ".join(soup.get_text(" ").replace("\N{NO-BREAK SPACE}", " ").split())
    return shown.replace(" .", ".").replace(" :", ":")


def section(soup: BeautifulSoup, heading: str) -> Any:
    found = next((h for h in soup.find_all("h2") if h.get_text() == heading), None)
    return found.find_parent("section") if found else None


@pytest.fixture(scope="module")
def whole() -> BeautifulSoup:
    """A release with everything that one can have, and one before it."""
    release, translation = with_translation(
        a_release(
            case_number="1.1-2031-000123",
            keywords=(a_keyword(),),
            audiences=(an_audience(),),
            images=(an_image(),),
            documents=(a_document(),),
            links=(a_link(),),
            responds_to=("u1u1u1u1", "hemligt0"),
        )
    )
    before = a_release(id="b" * 8, slug="forra", title="Det förra", published=PUBLISHED - timedelta(days=1))
    return page(release, translation, before, assignments=[an_assignment()])


def test_head_of_the_text(whole: BeautifulSoup) -> None:
    assert [h.get_text() for h in whole.find_all("h1")] == ["Ett exempel på ett pressmeddelande"]
    kicker = whole.select_one(".kicker")
    assert kicker.a.get_text() == "Pressmeddelande"
    assert kicker.time["datetime"] == "2031-05-04T10:00:00+02:00"
    assert kicker.time.get_text() == "4 maj 2031 kl.\N{NO-BREAK SPACE}10.00"
    assert "Exempelmyndigheten" in kicker.get_text()
    assert whole.select_one(".lead").get_text() == "Ingressen säger det viktigaste i en mening."


def test_the_phone_number_can_be_tapped_right_under_the_lead(whole: BeautifulSoup) -> None:
    reach = whole.select_one(".lead").find_next_sibling()
    assert reach.a["href"] == "tel:+46101234567"
    assert "010-123 45 67" in reach.get_text()


def test_body_and_boilerplate(whole: BeautifulSoup) -> None:
    assert whole.select_one(".body h2").get_text() == "Mellanrubrik"
    assert whole.select_one(".boilerplate").get_text() == "Exempelmyndigheten visar hur det kan se ut."


def test_contact(whole: BeautifulSoup) -> None:
    contact = section(whole, "Presskontakt")
    assert {a["href"] for a in contact.find_all("a")} == {"tel:+46101234567", "mailto:presstjansten@example.se"}
    assert "Presstjänsten" in contact.get_text()
    assert "Talar svenska, engelska" in contact.get_text()


def test_keywords_and_audiences_lead_to_their_pages(whole: BeautifulSoup) -> None:
    assert [a["href"] for a in whole.select(".keywords a")] == ["/nyckelord/vatten/", "/malgrupp/media/"]


def test_images(whole: BeautifulSoup) -> None:
    figure = whole.figure
    folder = "/pressmeddelanden/2031/ett-exempel/"
    assert figure.source["srcset"] == f"{folder}bild-480.webp 480w, {folder}bild-960.webp 960w"
    assert figure.img["srcset"] == f"{folder}bild-480.jpg 480w, {folder}bild-960.jpg 960w"
    assert (figure.img["width"], figure.img["height"], figure.img["loading"]) == ("960", "640", "lazy")
    assert figure.img["alt"] == "En hand som håller ett provrör"
    shown = text(figure.figcaption)
    assert "Prov tas i laboratoriet." in shown
    assert "Bild: Kim Exempelsson/Exempelmyndigheten" in shown
    assert "Villkor: Fri att använda. Får användas fritt i redaktionella sammanhang." in shown
    assert "Ladda ner för webben JPEG, 960 × 640 px, 96 kB" in shown
    assert "Ladda ner originalet JPEG, 2400 × 1600 px, 0,2 MB" in shown
    assert all(a.has_attr("download") for a in figure.find_all("a"))


def test_documents_links_and_assignments(whole: BeautifulSoup) -> None:
    assert "Rapporten i sin helhet PDF, 0,1 MB" in text(section(whole, "Dokument"))
    assert section(whole, "Länkar").a["href"] == "https://www.example.org/mer"
    assert [a["href"] for a in section(whole, "Svarar på uppdraget").find_all("a")] == [
        "/regeringsuppdrag/2030/ett-uppdrag/"
    ]


def test_the_text_can_be_used_elsewhere(whole: BeautifulSoup) -> None:
    hrefs = [a["href"] for a in section(whole, "Använd texten").find_all("a")]
    folder = "/pressmeddelanden/2031/ett-exempel/"
    assert hrefs[:2] == [f"{folder}release.txt", f"{folder}release.json"]
    assert hrefs[2].startswith("mailto:?subject=Ett%20exempel")
    assert hrefs[3] == "/en/releases/2031/ett-exempel/"
    assert "Diarienummer: 1.1-2031-000123" in text(section(whole, "Använd texten"))


def test_follow_block_has_the_promise_and_the_feeds(whole: BeautifulSoup) -> None:
    follow = section(whole, "Följ Exempelmyndigheten")
    assert "Vi frågar bara efter din adress." in follow.get_text()
    assert [a["href"] for a in follow.find_all("a")] == ["/prenumerera/", "/feed.rss", "/feed.atom", "/feed.json"]


def test_earlier_latest_and_the_way_to_the_press_room(whole: BeautifulSoup) -> None:
    assert [a["href"] for a in whole.select("#earlier a")] == ["/pressmeddelanden/2031/forra/"]
    latest = whole.select_one("#latest")
    assert latest.has_attr("hidden")
    assert latest["data-latest"] == "/senaste.json"
    assert latest.h2.get_text() == "Senaste pressmeddelandena från Exempelmyndigheten"
    teaser = whole.select_one(".teaser")
    assert "Fler nyheter finns i pressrummet." in teaser.get_text()
    assert (teaser.a["href"], teaser.a.get_text()) == ("/", "Besök vårt pressrum")


def test_what_machines_read(whole: BeautifulSoup) -> None:
    url = "https://press.example.se/pressmeddelanden/2031/ett-exempel/"
    assert whole.select_one("link[rel=canonical]")["href"] == url
    assert {link["hreflang"]: link["href"] for link in whole.select("link[hreflang]")} == {
        "sv": url,
        "en": "https://press.example.se/en/releases/2031/ett-exempel/",
    }
    properties = {meta["property"]: meta["content"] for meta in whole.select("meta[property]")}
    assert properties["og:title"] == "Ett exempel på ett pressmeddelande"
    assert properties["og:image"] == f"{url}bild-960.jpg"
    types = [link["type"] for link in whole.select("link[rel=alternate][type]")]
    assert {"application/rss+xml", "application/atom+xml", "application/feed+json"} <= set(types)
    article, trail = json.loads(whole.select_one('script[type="application/ld+json"]').string)["@graph"]
    assert article["@type"] == "NewsArticle"
    assert article["datePublished"] == "2031-05-04T10:00:00+02:00"
    assert article["publisher"]["@type"] == "GovernmentOrganization"
    assert [article[key] for key in ("identifier", "inLanguage", "isAccessibleForFree", "keywords")] == [
        "k7q2m9xd", "sv", True, ["Vatten"],
    ]  # fmt: skip
    assert [step["item"] for step in trail["itemListElement"]][-1] == url


def test_nothing_is_inline_or_from_elsewhere(whole: BeautifulSoup) -> None:
    assert not whole.select("style, [style], [onclick], script:not([src]):not([type='application/ld+json'])")
    fetched = [tag.get("src") or tag.get("href") for tag in whole.select("script[src], img, link[rel=stylesheet]")]
    assert fetched
    assert all(address.startswith("/") for address in fetched)


def test_headings_come_in_order(whole: BeautifulSoup) -> None:
    levels = [int(heading.name[1]) for heading in whole.find_all(["h1", "h2", "h3", "h4"])]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_script_cannot_be_ended_by_a_headline() -> None:
    soup = page(a_release(title="</script><b>x", lead='"&<'))
    article = json.loads(soup.select_one('script[type="application/ld+json"]').string)["@graph"][0]
    assert (article["headline"], article["description"]) == ("</script><b>x", '"&<')


def test_a_bare_release_shows_no_empty_headings() -> None:
    soup = page(a_release())
    headings = {heading.get_text() for heading in soup.find_all("h2")}
    assert headings.isdisjoint({"Bilder", "Dokument", "Länkar", "Nyckelord", "Målgrupp", "Svarar på uppdraget"})
    assert soup.select_one("#earlier") is None


def test_only_what_came_before_is_on_the_page() -> None:
    releases = [
        a_release(id=f"{n:08}", slug=f"nummer-{n}", title=f"Nummer {n}", published=PUBLISHED + timedelta(days=n))
        for n in range(10)
    ]
    middle = f"{releases[7].address}index.html"
    before, after = pages(a_newsroom(releases=releases[:8])), pages(a_newsroom(releases=releases))
    assert [a.get_text() for a in read(after[middle]).select("#earlier a")] == [f"Nummer {n}" for n in (6, 5, 4, 3, 2)]
    assert EARLIER == 5
    assert after[middle].inputs == before[middle].inputs
    assert after[middle].render() == before[middle].render()


def test_corrections_are_told_and_typos_are_not() -> None:
    at = datetime(2031, 5, 5, 10, 0, tzinfo=STOCKHOLM)
    told, silent = a_correction(at=at, text="Fel antal."), a_correction("typo", text="Ett stavfel.")
    shown = text(page(a_release(corrections=(silent, told))))
    assert "Rättat 5 maj 2031 kl. 10.00: Fel antal." in shown
    assert "Ett stavfel." not in shown


def test_a_withdrawn_release_shows_the_reason_instead_of_what_it_told() -> None:
    release = a_release(
        lead="Falsk ingress.",
        images=(an_image(),),
        documents=(a_document(),),
        withdrawn=a_withdrawal("replaced"),
        responds_to=(),
    )
    soup = page(release, a_release(id="r2r2r2r2", slug="den-nya", title="Den nya"))
    assert "Återkallat och ersatt" in text(soup)
    assert "Uppgifterna stämde inte." in text(soup)
    assert soup.select_one(".notice.withdrawn a")["href"] == "/pressmeddelanden/2031/den-nya/"
    assert not soup.select("figure, .body")
    assert "Falsk ingress." not in str(soup)
    assert "bild-960" not in str(soup)
    assert soup.h1.get_text() == release.title


def test_a_replacement_that_is_not_public_is_not_named() -> None:
    soup = page(a_release(withdrawn=a_withdrawal("replaced")))
    assert soup.select(".notice.withdrawn a") == []


def test_an_unofficial_translation_that_is_behind_says_both() -> None:
    original, translation = with_translation(a_release(corrections=(a_correction(),)), official=False)
    soup = page(replace(translation, of_revision=1), original)
    notices = [text(notice) for notice in soup.select(".notice")]
    assert notices[0].startswith("Unofficial translation. The original is in Swedish: Ett exempel")
    assert notices[1].startswith("The original has been changed since it was translated.")
    assert all(a["lang"] == "sv" for a in soup.select(".notice a"))


def test_a_missing_body_is_said_in_a_sentence() -> None:
    assert "Brödtexten finns inte i källan." in text(page(a_release(missing=("body",))))


@pytest.mark.parametrize(
    ("state", "words"),
    [(State.EMBARGOED, "Publiceringsspärr till 4 maj 2031 kl. 10.00."), (State.DRAFT, "Detta är ett utkast.")],
)
def test_a_preview_marks_what_is_not_public(state: State, words: str) -> None:
    shown = text(page(a_release(state=state)))
    assert "Ännu inte publicerat" in shown
    assert words in shown


def test_a_release_without_pictures_is_shared_with_the_press_material() -> None:
    material = tuple(
        PressMaterial(language=language, images=(an_image("ordbild.png", "pressmaterial/"),), documents=())
        for language in ("sv", "en")
    )
    soup = page(a_release(), press_materials=material)
    shared = soup.select_one('meta[property="og:image"]')["content"]
    assert shared == "https://press.example.se/pressmaterial/ordbild-960.jpg"


def test_a_contact_with_mail_alone_has_no_phone_line() -> None:
    assert page(a_release(contacts=(a_contact("webb", phone=None),))).select(".reach") == []


def test_versions_are_told_in_words() -> None:
    changes = (
        Rewording(before="Antalet är 1,5 procent.", after="Antalet är 2,5 procent."),
        Rewording(before="", after="<Nytt> stycke."),
    )
    told = (
        a_correction("typo"),
        a_correction("clarification", timedelta(days=3), text="Förtydligat."),
        a_correction("correction", timedelta(days=2), changes=changes),
    )
    release = a_release(corrections=told)
    section = page(release).select_one("#versions")
    assert section is not None
    assert [item.get_text() for item in section.select("strong")] == ["Version 3", "Version 2", "Version 1"]
    assert "Den tidigare lydelsen visas inte." in section.select("li")[0].get_text()
    assert len(page(release).select('.notice a[href="#versions"]')) == 1
    first, second = section.select("li")[1].select(".change")
    for unseen in section.select(".unseen"):
        unseen.extract()
    assert [each.get_text() for each in first.select("del, ins")] == ["1,5", "2,5"]
    assert first.get_text() == "Antalet är 1,5 2,5 procent."
    assert str(second) == '<blockquote class="change"><p><ins>&lt;Nytt&gt; stycke.</ins></p></blockquote>'


@pytest.mark.parametrize("changes", [{}, {"corrections": (a_correction("typo"),)}, {"withdrawn": a_withdrawal()}])
def test_a_release_with_one_version_shows_none(changes: dict[str, Any]) -> None:
    release = a_release(**changes)
    assert page(release).select_one("#versions") is None


def test_a_withdrawn_release_shows_no_earlier_wording() -> None:
    told = a_correction(changes=(Rewording(before="hemligt", after=""),))
    release = a_release(corrections=(told,), withdrawn=a_withdrawal())
    assert "hemligt" not in str(page(release))


def test_of_a_withdrawn_release_nothing_is_left_to_translate() -> None:
    original, translation = with_translation(a_release(withdrawn=a_withdrawal()), of_revision=1)
    assert "The original has been changed" not in text(page(translation, original))
