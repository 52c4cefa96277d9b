"""Letters in a browser: readable by everyone, on a phone and on a desk, in light and in dark."""

from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from plugins.subscriptions.reader import Frequency
from tests.nouns import a_correction, a_document, a_link, a_release, an_image, with_translation
from tests.subscriptions.letters.test_writer import BODY
from tests.subscriptions.letters.written import a_writer, deployed, html, read

LONG = "https://www.example.org/" + "enmycketlangadress" * 12


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file for each kind of letter."""
    original = a_release(
        urgent=True,
        corrections=(a_correction(),),
        images=(an_image(),),
        documents=(a_document(),),
        links=(a_link(LONG),),
    )
    site = deployed(*with_translation(original, official=False, of_revision=1), body=BODY, demonstration=True)
    writer, notice = a_writer(site), site.announcements[0]
    made = {
        "correction": writer.release(notice, site.record(notice, "sv"), "sv"),
        "translation": writer.release(notice, site.record(notice, "en"), "en"),
        "digest": writer.digest(Frequency.DAILY, date(2031, 5, 9), site.announcements, "sv"),
        "confirmation": writer.confirmation("sv"),
    }
    folder = tmp_path_factory.mktemp("letters")
    for name, letter in made.items():
        (folder / f"{name}.html").write_text(html(read(letter)), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("correction", "light"), ("correction", "dark"), ("translation", "light"), ("digest", "dark"),
        ("confirmation", "light"), ("confirmation", "dark"),
    ],
)  # fmt: skip
def test_everyone_can_read_it(browser: Browser, letters: dict[str, Path], name: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(letters[name].as_uri())
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, options=rules).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360, "nothing sticks out"
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.evaluate("document.querySelector('.letter').offsetWidth") <= 640
    assert asked == [letters[name].as_uri()], "a letter fetches nothing"
    context.close()
