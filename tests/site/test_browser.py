"""The site in a real browser: everyone can read it, with or without script, and nothing is complained of."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.pages import KINDS, RELEASE

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def opened(browser, address, **options):
    """Open a page; answer it with what the console said and every request that failed or went elsewhere."""
    context = browser.new_context(**options)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.on("request", lambda request: request.url.startswith(address[:21]) or complaints.append(request.url))
    page.goto(address, wait_until="networkidle")
    return context, page, complaints


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_everyone_can_read_it(kind, scheme, width, browser, addresses):
    site, address = KINDS[kind]
    url = f"{addresses[site]}/{'press/' if site == 'english' else ''}{address}"
    context, page, complaints = opened(
        browser, url, color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    try:
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
        faults = [(violation["id"], [node["html"][:120] for node in violation["nodes"]]) for violation in found]
        assert faults == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert complaints == []
    finally:
        context.close()


def test_everything_is_there_without_script(browser, addresses):
    context, page, complaints = opened(browser, f"{addresses['agency']}/{RELEASE}", java_script_enabled=False)
    try:
        text = page.inner_text("body")
        for part in ("Icke godkända läkemedel", "Varför godkänns ATMP i EU?", "018-18 36 25", "Besök vårt pressrum"):
            assert part in text
        assert complaints == []
    finally:
        context.close()


def test_an_old_release_shows_the_newest_ones_by_script(browser, addresses):
    context, page, complaints = opened(browser, f"{addresses['agency']}/{RELEASE}")
    try:
        assert "Viktigt att anmäla misstänkt kontaktallergi" in page.inner_text("#latest")
        page.click("#latest a >> nth=0")
        page.wait_for_load_state("networkidle")
        assert "kontaktallergi" in page.inner_text("h1")
        assert complaints == []
    finally:
        context.close()


def test_a_journalist_on_a_phone_finds_the_number_before_scrolling_far(browser, addresses):
    size = {"width": 360, "height": 800}
    context, page, _ = opened(browser, f"{addresses['agency']}/{RELEASE}", viewport=size)
    try:
        link = page.locator('a[href="tel:+4618183625"]:visible').first
        assert link.bounding_box()["y"] < 2 * size["height"]
        assert link.bounding_box()["height"] >= 24
    finally:
        context.close()


def test_the_first_tab_leads_past_the_navigation(browser, addresses):
    context, page, _ = opened(browser, f"{addresses['agency']}/{RELEASE}")
    try:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        inside = "document.querySelector('main').contains(document.activeElement)"
        assert page.evaluate(inside)
    finally:
        context.close()


def test_on_paper_there_is_the_text_and_no_navigation(browser, addresses):
    context, page, _ = opened(browser, f"{addresses['agency']}/{RELEASE}")
    try:
        page.emulate_media(media="print")
        assert not page.locator("header nav").is_visible()
        assert page.locator("h1").is_visible()
    finally:
        context.close()
