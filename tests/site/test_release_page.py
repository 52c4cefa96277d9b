"""The first release's page carries every part that the agency's own page has, and what a newsroom needs besides."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from tests.site.pages import RELEASE

FIVE_LATER = [
    "Viktigt att anmäla misstänkt kontaktallergi av glukosmätare och insulinpumpar",
    "Läkemedelsverket ska stärka samverkan kring läkemedelsförskrivning",
    "Höjda straff ett av förslagen för att motverka olaglig läkemedelsförsäljning",
    "Nationellt klimatinitiativ för hälso- och sjukvårdssektorn",
    "Föreslår ny avgiftsmodell för tillsyn av medicinteknik",
]


@pytest.fixture(scope="module")
def page(sites):
    return BeautifulSoup((sites["agency"] / RELEASE / "index.html").read_bytes(), "html.parser")


@pytest.fixture(scope="module")
def data(page):
    graph = json.loads(page.find("script", type="application/ld+json").string)["@graph"]
    return {item["@type"]: item for item in graph}


def test_headline_type_time_and_publisher(page):
    head = page.find("article").get_text(" ", strip=True)
    assert page.h1.get_text() == "Icke godkända läkemedel för avancerad terapi utgör allvarliga hälsorisker"
    assert page.find("time")["datetime"] == "2025-03-14T09:34:36+01:00"
    assert page.find("time").get_text() == "14 mars 2025 kl.\u00a009.34"
    assert head.startswith("Pressmeddelande")
    assert "Läkemedelsverket" in head


def test_lead_and_body_with_their_structure(page):
    body = page.find(class_="body")
    assert page.find(class_="lead").get_text().startswith("Den europeiska läkemedelsmyndigheten EMA")
    assert [heading.get_text() for heading in body.find_all("h2")] == [
        "Information till patienter",
        "Hur tillhandahålls ATMP lagligt i EU?",
        "Varningssignaler om att en ATMP kan vara olaglig",
        "Varför godkänns ATMP i EU?",
    ]
    assert [len(part.find_all("li")) for part in body.find_all("ul")] == [6, 3, 3]
    opening = body.find("h2").find_previous_siblings("p")
    assert len(opening) == 5
    assert "för med sig för med sig" in body.get_text() and "sigeller" in body.get_text()


def test_the_contact_can_be_called_and_written_to(page):
    contact = page.find("a", href="mailto:press@lakemedelsverket.se").find_parent("section")
    assert "Läkemedelsverkets presstjänst" in contact.get_text()
    assert contact.find("a", href="tel:+4618183625").get_text() == "018-18 36 25"


def test_keywords_lead_to_their_pages(page):
    tags = page.find_all("a", rel="tag")
    assert any(tag["href"] == "/nyckelord/atmp/" for tag in tags)


def test_empty_parts_are_not_shown(page):
    headings = [heading.get_text() for heading in page.find_all("h2")]
    assert "Bilder" not in headings and "Länkar" not in headings and "Dokument" not in headings


def test_boilerplate_follow_block_teaser_and_the_way_to_the_press_room(page):
    text = page.get_text(" ", strip=True)
    assert "Läkemedelsverket arbetar för att patienten, hälso- och sjukvården" in text
    assert "Följ Läkemedelsverket" in text
    assert "Endast mejladress behövs och den används bara här. Du kan avanmäla dig när som helst." in text
    assert "I vårt pressrum kan du läsa de senaste pressmeddelandena" in text
    assert page.find("a", string="Besök vårt pressrum")["href"] == "/"


def test_the_latest_five_are_offered_to_the_script_and_to_the_front_page(page, sites):
    newest = json.loads((sites["agency"] / "senaste.json").read_bytes())
    assert [release["title"] for release in newest[:5]] == FIVE_LATER
    assert page.find(id="latest")["data-latest"] == "/senaste.json"
    front = BeautifulSoup((sites["agency"] / "index.html").read_bytes(), "html.parser")
    assert [heading.get_text() for heading in front.find_all("h3")[:5]] == FIVE_LATER


def test_other_forms_and_languages_of_the_same_text(page, sites):
    folder = sites["agency"] / RELEASE
    for name in ("release.txt", "release.json"):
        assert (folder / name).is_file()
        assert page.find("a", href=f"/{RELEASE}{name}")
    english = page.find("link", rel="alternate", hreflang="en")["href"]
    assert english.endswith("/en/releases/2025/icke-godkanda-lakemedel-for-avancerad-terapi/")
    assert page.find("link", rel="canonical")["href"] == f"https://pressrum.lakemedelsverket.example/{RELEASE}"


def test_what_machines_read_agrees_with_what_people_read(page, data, sites):
    article = data["NewsArticle"]
    record = json.loads((sites["agency"] / RELEASE / "release.json").read_bytes())
    feed = json.loads((sites["agency"] / "feed.json").read_bytes())
    item = next(item for item in feed["items"] if item["url"].endswith(RELEASE))
    shown = page.find("time")["datetime"]
    published = page.find("meta", property="article:published_time")["content"]
    assert {article["datePublished"], record["published"], item["date_published"], published} == {shown}
    assert {article["headline"], record["title"], item["title"]} == {page.h1.get_text()}
    assert article["publisher"]["@type"] == "GovernmentOrganization"
    assert article["isAccessibleForFree"] is True and article["inLanguage"] == "sv"
    assert [step["position"] for step in data["BreadcrumbList"]["itemListElement"]] == [1, 2, 3, 4]
    for name in ("og:title", "og:type", "og:url", "og:image", "og:description", "og:site_name"):
        assert page.find("meta", property=name)["content"]


def test_a_release_without_body_says_so(sites):
    folder = sites["agency"] / "pressmeddelanden/2026"
    for file in folder.glob("*/index.html"):
        assert "Brödtexten finns inte i källan." in re.sub(r"\s+", " ", file.read_text(encoding="utf-8")), file


def test_the_government_decision_says_what_is_missing(sites):
    (file,) = (sites["agency"] / "regeringsuppdrag/2023").glob("*/index.html")
    text = BeautifulSoup(file.read_bytes(), "html.parser").get_text(" ", strip=True)
    assert text.count("Uppgiften saknas i källan") == 4
    for part in ("Acko Ankarberg Johansson", "Inspektionen för vård och omsorg", "31 januari 2025", "Kammarkollegiet"):
        assert part in text
