"""The press room as a whole: what is made, what it leads to, and that each page declares all that it reads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from plugins.newsroom import (
    Addresses,
    LanguageVersion,
    Localized,
    Newsroom,
    Output,
    PressMaterial,
    Publisher,
    Release,
    ReleaseType,
    Site,
    opened,
)
from plugins.pages.outputs import outputs
from tests.nouns import (
    NOW,
    PUBLISHED,
    StoredBodies,
    a_contact,
    a_correction,
    a_document,
    a_keyword,
    a_newsroom,
    a_page,
    a_release,
    a_stage,
    a_withdrawal,
    an_assignment,
    an_audience,
    an_image,
    with_translation,
    words,
)

OF_OTHER_ROOMS = ("feed.rss", "feed.atom", "feed.json", ".ics", ".jpg", ".webp", ".png", ".pdf")
PARTS: dict[str, Any] = {
    "press_desk": a_contact(),
    "contacts": (a_contact(), a_contact("vetenskap"), a_contact("forra", valid_until=date(2030, 1, 1))),
    "press_materials": tuple(
        PressMaterial(language=language, images=(an_image("ordbild.png", "pressmaterial/"),), documents=(a_document(),))
        for language in ("sv", "en")
    ),
    "assignments": (an_assignment(),),
    "pages": (
        a_page(versions=(LanguageVersion(language="en", address="en/about/", title="About"),)),
        a_page(
            language="en",
            original_language="sv",
            title="About",
            versions=(LanguageVersion(language="sv", address="om/", title="Om pressrummet"),),
        ),
        a_page(key="privacy", title="Integritet"),
    ),
}
"""A press room with something of everything besides releases."""


def some_releases(count: int = 42) -> list[Release]:
    translated = with_translation(
        a_release(
            keywords=(a_keyword(),),
            audiences=(an_audience(),),
            images=(an_image(),),
            documents=(a_document(),),
            responds_to=("u1u1u1u1",),
        )
    )
    air = (a_keyword("luft"),)
    older = [
        a_release(id=f"{n:08}", slug=f"nummer-{n}", published=PUBLISHED - timedelta(days=n), keywords=air)
        for n in range(1, count)
    ]
    return [*translated, *older, a_release(id="w" * 8, slug="aterkallat", withdrawn=a_withdrawal())]


def room(**changes: Any) -> Newsroom:
    return a_newsroom(**{"releases": some_releases(), **PARTS, **changes})


def made(newsroom: Newsroom, bodies: StoredBodies | None = None) -> dict[str, Output]:
    found = list(opened(outputs(a_stage(newsroom, bodies))))
    by_path = {output.path: output for output in found}
    assert len(by_path) == len(found), "no two outputs have one path"
    return by_path


def pages(newsroom: Newsroom, bodies: StoredBodies | None = None) -> dict[str, BeautifulSoup]:
    return {
        path: BeautifulSoup(output.render(), "html.parser")
        for path, output in made(newsroom, bodies).items()
        if path.endswith(".html")
    }


@pytest.fixture(scope="module")
def site() -> dict[str, BeautifulSoup]:
    return pages(room())


def test_the_public_surface(site: dict[str, BeautifulSoup]) -> None:
    for address in (
        "", "pressmeddelanden/", "pressmeddelanden/2031/", "pressmeddelanden/2031/ett-exempel/", "arkiv/", "nyckelord/",
        "nyckelord/vatten/", "typ/pressmeddelande/", "malgrupp/media/", "regeringsuppdrag/",
        "regeringsuppdrag/2030/ett-uppdrag/", "kontakt/", "bilder/", "prenumerera/", "om/", "integritet/",
        "en/", "en/releases/", "en/releases/2031/ett-exempel/", "en/keywords/water/", "en/contact/", "en/about/",
    ):  # fmt: skip
        assert f"{address}index.html".replace("water", "vatten") in site
    assert "404.html" in site
    assert "en/privacy/index.html" not in site


def test_every_link_leads_to_something(site: dict[str, BeautifulSoup]) -> None:
    there = set(made(room()))
    for path, soup in site.items():
        here = f"https://press.example.se/{path.removesuffix('index.html')}"
        for tag in soup.select("[href], [src]"):
            target = urlsplit(urljoin(here, str(tag.get("href") or tag.get("src"))))
            if target.netloc != "press.example.se" or target.path.endswith(OF_OTHER_ROOMS):
                continue
            file = target.path.lstrip("/")
            assert (f"{file}index.html" if file == "" or file.endswith("/") else file) in there, (path, target.path)
            if target.fragment:
                assert soup.find(id=target.fragment), (path, target.fragment)


def test_every_page_has_one_heading_a_title_and_its_language(site: dict[str, BeautifulSoup]) -> None:
    rooms = ("Exempelmyndigheten", "The Example Agency", "Pressrum", "Press room")
    for path, soup in site.items():
        assert len(soup.find_all("h1")) == 1, path
        assert soup.html["lang"] == ("en" if path.startswith("en/") else "sv"), path
        assert soup.title.get_text().endswith(rooms), path
        ids = [tag["id"] for tag in soup.select("[id]")]
        assert len(ids) == len(set(ids)), path


def test_the_navigation_says_where_the_reader_is(site: dict[str, BeautifulSoup]) -> None:
    assert site["kontakt/index.html"].select_one("nav [aria-current=page]").get_text() == "Kontakt"
    current = site["pressmeddelanden/2031/ett-exempel/index.html"].select_one("nav [aria-current]")
    assert (current.get_text(), current["aria-current"]) == ("Pressmeddelanden", "true")


def test_the_language_switch_leads_to_the_same_page_or_else_to_the_front(site: dict[str, BeautifulSoup]) -> None:
    def other(path: str) -> str:
        return str(site[path].select_one(".languages a")["href"])

    assert other("nyckelord/vatten/index.html") == "/en/keywords/vatten/"
    assert other("pressmeddelanden/2031/ett-exempel/index.html") == "/en/releases/2031/ett-exempel/"
    assert other("pressmeddelanden/2031/nummer-1/index.html") == "/en/"
    assert other("404.html") == "/en/"


def test_a_demonstration_says_so_on_every_page_and_asks_not_to_be_indexed(site: dict[str, BeautifulSoup]) -> None:
    for path, soup in pages(room(demonstration=True)).items():
        if path != "404.html" and not soup.select("meta[http-equiv=refresh]"):
            assert "Unofficial demonstration" in soup.get_text() or "Inofficiell demonstration" in soup.get_text(), path
        assert soup.select_one("meta[name=robots]")["content"] == "noindex", path
    assert [path for path, soup in site.items() if soup.select("meta[name=robots]")] == ["404.html"]


def test_a_contact_is_shown_while_it_holds(site: dict[str, BeautifulSoup]) -> None:
    shown = site["kontakt/index.html"]
    assert [p.get_text() for p in shown.select(".contact > p:first-child")] == ["Presstjänsten", "Vetenskap"]


def test_feeds_are_offered_only_where_there_are_releases_to_follow(site: dict[str, BeautifulSoup]) -> None:
    def offered(path: str) -> list[str]:
        return [str(a["href"]) for a in site[path].select("main a[href$='feed.rss']")]

    assert offered("prenumerera/index.html") == [
        f"/{folder}feed.rss"
        for folder in (
            "", "typ/pressmeddelande/", "malgrupp/media/", "nyckelord/luft/", "nyckelord/vatten/", "regeringsuppdrag/",
        )
    ]  # fmt: skip
    assert "/en/keywords/luft/feed.rss" not in offered("en/subscribe/index.html"), "nothing there is in English"
    assert offered("en/keywords/luft/index.html") == ["/en/feed.rss"]


def test_the_form_says_that_the_list_is_closed_until_it_has_somewhere_to_send_an_address(
    site: dict[str, BeautifulSoup],
) -> None:
    closed = site["prenumerera/index.html"]
    assert closed.fieldset.has_attr("disabled")
    assert "E-postlistan är inte öppen ännu." in closed.get_text()
    opened = pages(room(subscription_endpoint="https://list.example.se/"))["prenumerera/index.html"]
    assert opened.form["action"] == "https://list.example.se/subscribe"
    assert opened.form["data-token"] == "https://list.example.se/token"
    assert opened.select_one("script[src*=subscribe]") is not None
    assert closed.select_one("script") is None
    assert not opened.fieldset.has_attr("disabled")
    assert "E-postlistan är inte öppen ännu." not in opened.get_text()
    asked = [field["name"] for field in opened.form.select("[required]")]
    assert asked == ["email"], "the list asks for an address and nothing else"


def test_the_form_offers_the_topics_that_readers_can_find_and_no_others() -> None:
    opened = pages(room(subscription_endpoint="/lista/"))
    offered = {field["value"] for field in opened["prenumerera/index.html"].select("[name=topics]")}
    topics = {"type:pressmeddelande", "audience:media", "keyword:luft", "keyword:vatten"}
    assert offered == {*topics, "assignments"}
    form = opened["en/subscribe/index.html"].form
    assert form["action"] == "/lista/subscribe"
    chosen = {(field["name"], field["value"]) for field in form.select("[checked]")}
    assert chosen == {("language", "en"), ("frequency", "at_once")}
    assert form.select("details[open]") == [], "who wants everything at once sees one field"


def test_the_images_page_shows_each_picture_and_where_it_comes_from(site: dict[str, BeautifulSoup]) -> None:
    shown = site["bilder/index.html"]
    assert len(shown.select("figure")) == 2
    assert shown.select_one(".gallery a[href='/pressmeddelanden/2031/ett-exempel/']") is not None


def test_the_page_for_lost_readers_speaks_all_languages(site: dict[str, BeautifulSoup]) -> None:
    shown = site["404.html"]
    assert [tag["lang"] for tag in shown.select("main [lang]")] == ["sv", "en"]
    assert "Sidan finns inte" in shown.get_text()
    assert "The page can't be found" in shown.get_text()
    assert shown.select("link[rel=canonical]") == []


def test_an_english_newsroom_in_a_folder_has_no_swedish_and_no_links_out_of_it() -> None:
    english = Addresses(("en",))
    kind = ReleaseType(slug="news", label=Localized.of({"en": "News"}), plural=Localized.of({"en": "News"}))
    release = a_release(
        language="en", original_language="en", title="Water", lead="Wet.", type=kind,
        contacts=(a_contact(function=Localized.of({"en": "Desk"}), hours=None),),
        address=english.release("en", 2031, "water"), slug="water",
    )  # fmt: skip
    said = {name: Localized.of({"en": f"Some {name}."}) for name in (
        "boilerplate", "introduction", "teaser", "subscription_promise")}  # fmt: skip
    newsroom = a_newsroom(
        languages=("en",),
        site=Site("https://example.org/press"),
        releases=[release],
        types=(kind,),
        keywords=(),
        audiences=(),
        publisher=Publisher(
            label=Localized.of({"en": "Water Board"}), url="https://example.org", tag_authority="example.org,2031",
            organisation_number=None, responsible_editor=None,
        ),
        press_desk=a_contact(function=Localized.of({"en": "Desk"}), hours=None),
        contacts=(),
        **said,
    )  # fmt: skip
    shown = pages(newsroom, StoredBodies(otherwise="<p>All of it.</p>"))
    assert "releases/2031/water/index.html" in shown
    for path, soup in shown.items():
        assert not set("åäöÅÄÖ") & set(soup.get_text()), path
        assert soup.select(".languages, [hreflang]") == [], path
        addresses = [str(tag.get("href") or tag.get("src")) for tag in soup.select("[href], [src]")]
        assert all(a.startswith(("/press/", "https://", "tel:", "mailto:", "#")) for a in addresses), path


def changed_release(newsroom: Newsroom, **changes: Any) -> Newsroom:
    return replace(newsroom, releases=tuple(
        replace(r, **changes) if r.slug == "ett-exempel" and r.language == "sv" else r for r in newsroom.releases
    ))  # fmt: skip


def changed_assignment(newsroom: Newsroom, **changes: Any) -> Newsroom:
    return replace(newsroom, assignments=tuple(replace(a, **changes) for a in newsroom.assignments))


CHANGES: dict[str, Callable[[Newsroom], Newsroom]] = {
    "title": lambda n: changed_release(n, title="En annan rubrik"),
    "lead": lambda n: changed_release(n, lead="En annan ingress."),
    "correction": lambda n: changed_release(n, corrections=(a_correction(),)),
    "withdrawal": lambda n: changed_release(n, withdrawn=a_withdrawal()),
    "published": lambda n: changed_release(n, published=PUBLISHED + timedelta(minutes=1)),
    "keywords": lambda n: changed_release(n, keywords=()),
    "pictures": lambda n: changed_release(n, images=(an_image("annan.jpg"),)),
    "a release less": lambda n: replace(n, releases=n.releases[:-1]),
    "an assignment's title": lambda n: changed_assignment(n, title="Ett annat uppdrag"),
    "no assignment": lambda n: replace(n, assignments=()),
    "a later day": lambda n: replace(n, now=datetime(2032, 1, 1, tzinfo=UTC)),
    "a page's title": lambda n: replace(n, pages=tuple(replace(p, title="Annan") for p in n.pages)),
    "no pages": lambda n: replace(n, pages=()),
    "publisher": lambda n: replace(n, publisher=replace(n.publisher, label=words("Annan", "Other"))),
    "desk": lambda n: replace(n, press_desk=a_contact(mail="annan@example.se")),
    "boilerplate": lambda n: replace(n, boilerplate=words("Annat.", "Other.")),
    "promise": lambda n: replace(n, subscription_promise=words("Annat.", "Other.")),
    "endpoint": lambda n: replace(n, subscription_endpoint="https://list.example.se/"),
    "site": lambda n: replace(n, site=Site("https://press.example.org/rum")),
    "demonstration": lambda n: replace(n, demonstration=True),
    "press material": lambda n: replace(
        n, press_materials=tuple(replace(m, images=(), documents=()) for m in n.press_materials)
    ),
    "contacts": lambda n: replace(n, contacts=n.contacts[:1]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_pages_whose_bytes_change_have_inputs_that_change(change: Callable[[Newsroom], Newsroom]) -> None:
    small = room(releases=some_releases(6))
    made_before, made_after = made(small), made(change(small))
    both = sorted(set(made_before) & set(made_after))
    altered = [path for path in both if made_before[path].render() != made_after[path].render()]
    undeclared = [path for path in altered if made_before[path].inputs == made_after[path].inputs]
    assert undeclared == []


def test_nothing_depends_on_when_it_is_rendered() -> None:
    once, later = room(), room(now=NOW + timedelta(hours=1))
    assert {p: o.render() for p, o in made(once).items()} == {p: o.render() for p, o in made(later).items()}


def test_a_release_page_is_light() -> None:
    release = made(room())["pressmeddelanden/2031/ett-exempel/index.html"]
    assert len(release.render()) <= 25_000
