import pytest
from bs4 import BeautifulSoup

from plugins.newsroom import Output, Site
from plugins.pages import redirects
from plugins.pages.redirects import file_at
from tests.nouns import a_newsroom, a_release, a_stage, an_assignment, with_translation


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("pressmeddelanden/2031/gammal-adress/", "pressmeddelanden/2031/gammal-adress/index.html"),
        ("nyheter/nyhet.html", "nyheter/nyhet.html"),
        ("node/123", "node/123/index.html"),
        ("nyheter/r%C3%A5d/", "nyheter/råd/index.html"),
        ("2.0/nyhet", "2.0/nyhet/index.html"),
    ],
)
def test_the_file_is_where_a_plain_web_server_looks(address: str, file: str) -> None:
    assert file_at(address) == file


def made(**newsroom: object) -> dict[str, Output]:
    return {output.path: output for output in redirects.outputs(a_stage(a_newsroom(**newsroom)))}


def test_a_stub_leads_on_at_once_and_is_not_indexed() -> None:
    release = a_release(title="Bly & <vatten>", moved_from=("gammal/",))
    site = Site("https://example.se/press")
    page = BeautifulSoup(made(releases=[release], site=site)["gammal/index.html"].render(), "html.parser")

    address = "/press/pressmeddelanden/2031/ett-exempel/"
    assert page.html is not None
    assert page.html["lang"] == "sv"
    assert page.title is not None
    assert page.title.string == "Bly & <vatten>"
    assert [tag["content"] for tag in page.select("meta[http-equiv=refresh]")] == [f"0; url={address}"]
    assert [tag["content"] for tag in page.select("meta[name=robots]")] == ["noindex"]
    assert [tag["href"] for tag in page.select("link[rel=canonical]")] == [f"https://example.se{address}"]
    assert [(tag["href"], tag.string) for tag in page.select("a")] == [(address, "Bly & <vatten>")]
    assert not page.select("script, style")


def test_each_language_and_kind_of_text_has_its_own() -> None:
    texts = with_translation(a_release(moved_from=("gammal/", "gammal/", "aldre/")), moved_from=("en/old/",))
    found = made(releases=texts, assignments=[an_assignment(moved_from=("uppdrag.html",))])

    assert set(found) == {"gammal/index.html", "aldre/index.html", "en/old/index.html", "uppdrag.html"}
    english = BeautifulSoup(found["en/old/index.html"].render(), "html.parser")
    assert english.select_one("html[lang=en]")
    assert "The page has moved" in english.get_text()


def test_a_stub_is_made_anew_only_when_what_it_says_changes() -> None:
    def inputs(**changes: object) -> object:
        return made(releases=[a_release(moved_from=("gammal/",), **changes)])["gammal/index.html"].inputs

    assert inputs(lead="Annan ingress") == inputs()
    assert inputs(title="Annan") != inputs()
    assert inputs(address="pressmeddelanden/2031/annan/") != inputs()
