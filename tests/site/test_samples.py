"""The two fictional newsrooms: one shows everything a release can have, the other that an agency is content only."""

import re
from io import BytesIO
from urllib.parse import urlsplit

import pytest
import yaml
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from PIL import Image, IptcImagePlugin

from tests.building import PROJECT, SAMPLE, files

EMBARGOED = "kanariefagel"
"""A word that stands only in texts that are not public yet."""

WITHDRAWN = "strandskata"
"""A word that stands only in leads, bodies, documents and links of withdrawn releases."""

PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
PICTURES = (".jpg", ".png", ".webp")
MARKUP = (".html", ".rss", ".atom", ".xml")


@pytest.fixture(scope="module")
def everything(sites):
    return files(sites["everything"])


@pytest.fixture(scope="module")
def english(sites):
    return files(sites["english"])


def page(output, address):
    return BeautifulSoup(output[f"{address}index.html"], "html.parser", from_encoding="utf-8")


def said(output, address):
    """Answer the words of a page's main part, with plain spaces."""
    return " ".join(page(output, address).main.get_text(" ").split())


def holding(output, word):
    """Answer the files whose path or bytes hold the word, in any case."""
    return [path for path, data in output.items() if word in path.lower() or word.encode() in data.lower()]


# Another agency: nothing but its own words.


def swedish_words():
    """Answer what the theme and the feeds say in Swedish, long enough to be nothing else."""
    for catalogue in [*PROJECT.glob("theme/locale/sv/**/*.po"), *PROJECT.glob("plugins/feeds/locale/sv/**/*.po")]:
        for message in read_po(BytesIO(catalogue.read_bytes()), locale="sv"):
            if not message.id:
                continue
            ids = {message.id} if isinstance(message.id, str) else set(message.id)
            strings = [message.string] if isinstance(message.string, str) else message.string
            for string in set(strings) - ids:
                yield from (part.strip(" :.,") for part in PLACEHOLDER.split(string))


def texts_of(value, key=""):
    """Answer the texts of a newsroom.yaml that are one agency's own: all in Swedish, and all about the publisher."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts_of(inner, f"{key}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner, key)
    elif key.endswith(".sv") or key.startswith((".publisher.", ".boilerplate.", ".url")) or ".phone." in key:
        yield str(value)
    elif key.endswith(".mail"):
        yield str(value).partition("@")[2]


def agency_words():
    for content in (PROJECT / "content", SAMPLE / "everything"):
        yield from texts_of(yaml.safe_load((content / "newsroom.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("words", [swedish_words, agency_words])
def test_the_english_newsroom_shows_no_word_of_another(words, english):
    foreign = sorted({word for word in words() if len(word) > 8})
    assert len(foreign) > 50
    readable = {path: data for path, data in english.items() if not path.endswith((".woff2", *PICTURES))}
    found = [(word, path) for word in foreign for path, data in readable.items() if word.encode() in data]
    assert found == []


def test_the_english_newsroom_uses_no_swedish_letter(english):
    texts = {path: data.decode() for path, data in english.items() if path.endswith((*MARKUP, ".json", ".txt"))}
    assert [path for path, text in texts.items() if re.search("[åäöÅÄÖ]", text)] == []


def test_every_link_of_a_site_in_a_folder_starts_with_the_folder(english):
    links = []
    for path in (path for path in english if path.endswith(".html")):
        soup = BeautifulSoup(english[path], "html.parser", from_encoding="utf-8")
        links += [(path, tag[name]) for name in ("href", "src", "action") for tag in soup.find_all(**{name: True})]
        links += [
            (path, candidate.split()[0])
            for tag in soup.find_all(srcset=True)
            for candidate in tag["srcset"].split(",")
        ]
    within = [(path, link) for path, link in links if not urlsplit(link).scheme and not link.startswith("#")]
    assert len(within) > 100
    assert [(path, link) for path, link in within if not link.startswith("/press/")] == []
    whole = [(path, link) for path, link in links if link.startswith("https://www.example.org/press")]
    assert [(path, link) for path, link in whole if not link.startswith("https://www.example.org/press/")] == []


def test_a_day_is_the_day_where_the_agency_is(english):
    """At noon in Greenwich, what came half an hour ago came tomorrow in New Zealand."""
    time = page(english, "releases/2026/harbour-wind-survey/").main.find("time")
    assert time["datetime"] == "2026-11-23T00:30:00+13:00"
    assert "23 November 2026" in time.get_text()


# Everything a release can have.


def test_the_canaries_are_where_they_should_be_in_the_content():
    content = files(SAMPLE / "everything")
    assert len(holding(content, EMBARGOED)) == 4
    assert len(holding(content, WITHDRAWN)) == 5


@pytest.mark.parametrize("word", [EMBARGOED, WITHDRAWN])
def test_what_is_not_public_or_no_longer_is_stands_nowhere(word, everything):
    assert holding(everything, word) == []


def test_what_a_camera_hid_in_a_picture_is_not_published(everything):
    source = (SAMPLE / "everything/releases/2026/bildbank-med-exempel/tornet.jpg").read_bytes()
    hidden = [b"SERIENUMMER-4711-0042", b"Hemlig ort i IPTC", b"Bildens gamla IPTC-fotograf", b"garens namn i filen"]
    assert all(words in source for words in hidden)
    assert Image.open(BytesIO(source)).getexif().get_ifd(0x8825)
    pictures = {path: data for path, data in everything.items() if path.endswith(PICTURES)}
    assert len(pictures) > 20
    for path, data in pictures.items():
        assert Image.open(BytesIO(data)).getexif().get_ifd(0x8825) == {}, path
        assert [words for words in hidden if words in data] == [], path


def test_a_download_says_who_made_the_picture(everything):
    download = Image.open(BytesIO(everything["pressmeddelanden/2026/bildbank-med-exempel/tornet.jpg"]))
    iptc = IptcImagePlugin.getiptcinfo(download) or {}
    assert iptc[(2, 110)].decode() == "genererad för provmaterialet"


def test_a_picture_taken_upright_stands_upright(everything):
    found = {path: data for path, data in everything.items() if "/tornet" in path and path.endswith(PICTURES)}
    assert len(found) >= 7
    for path, data in found.items():
        picture = Image.open(BytesIO(data))
        assert picture.height > picture.width, path
        assert picture.getexif().get(0x0112, 1) == 1, path
        sky, ground = (picture.convert("RGB").resize((1, 24)).getpixel((0, row)) for row in (1, 22))
        assert sum(sky) > sum(ground), path  # and not upside down


def test_a_transparent_picture_stays_transparent(everything):
    pictures = {path: data for path, data in everything.items() if "/marke" in path and path.endswith(PICTURES)}
    assert len(pictures) >= 3
    for path, data in pictures.items():
        assert Image.open(BytesIO(data)).convert("RGBA").getpixel((0, 0))[3] == 0, path


@pytest.mark.parametrize(
    ("address", "clarified", "corrected", "typo"),
    [
        (
            "pressmeddelanden/2026/fler-soker-exempel/",
            "Med sökning menas att någon har skrivit minst ett ord i sökrutan.",
            "I en tidigare version stod att ökningen var 60 procent. Den var 6 procent.",
            "Stavfelet",
        ),
        (
            "en/releases/2026/fler-soker-exempel/",
            "A search means that someone has written at least one word in the search box.",
            "An earlier version said that the increase was 60 per cent. It was 6 per cent.",
            "spelling mistake",
        ),
    ],
)
def test_corrections_and_clarifications_are_told_and_typos_are_not(address, clarified, corrected, typo, everything):
    words = said(everything, address)
    assert clarified in words
    assert corrected in words
    assert typo not in words


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("2024/exempeldagen-stalls-in/", "Exempeldagen ställs inte in. Beslutet ändrades samma dag."),
        ("2025/statistik-om-exempel/", "Meddelandet publicerades innan siffrorna var granskade."),
        ("2025/vagledning-forsta-utgavan/", "Vägledningen har kommit i en andra utgåva."),
    ],
)
def test_a_withdrawn_release_keeps_its_address_and_says_why(address, sentence, everything):
    assert sentence in said(everything, f"pressmeddelanden/{address}")


@pytest.mark.parametrize("start", ["pressmeddelanden/", "en/releases/"])
def test_a_replaced_release_leads_to_the_one_that_replaced_it_in_the_same_language(start, everything):
    links = page(everything, f"{start}2025/vagledning-forsta-utgavan/").main.find_all("a")
    assert f"/{start}2025/vagledning-andra-utgavan/" in [link["href"] for link in links]


def test_who_has_left_gives_way_to_the_press_desk(everything):
    words = said(everything, "pressmeddelanden/2024/en-ny-myndighet-for-exempel/")
    assert "08-465 004 10" in words
    assert holding(everything, "08-465 004 99") == []
    assert holding(everything, "forra-presschefen") == []


def test_a_translation_that_is_behind_says_so_and_one_that_is_not_does_not(everything):
    sentence = "The original has been changed since it was translated."
    assert sentence in said(everything, "en/releases/2026/varning-for-daliga-exempel/")
    assert sentence not in said(everything, "en/releases/2026/fler-soker-exempel/")


def test_only_unofficial_translations_say_that_they_are(everything):
    assert "Unofficial translation." in said(everything, "en/releases/2024/en-ny-myndighet-for-exempel/")
    assert "Unofficial translation." not in said(everything, "en/releases/2025/vagledning-andra-utgavan/")


def test_a_release_written_in_english_is_listed_in_swedish_with_its_language(everything):
    entry = next(
        link
        for link in page(everything, "arkiv/").main.find_all("a") + page(everything, "").main.find_all("a")
        if link["href"] == "/en/releases/2026/example-days-2027/"
    )
    assert entry["hreflang"] == "en"
    assert entry.find_parent(lang="en")


def test_signs_that_mean_something_in_markup_are_shown_as_written(everything):
    title = "Så skrivs \"citattecken\", 'apostrofer', <vinkelparenteser> & och-tecken – när 5 > 3"
    shown = page(everything, "pressmeddelanden/2026/tecken-som-behover-skrivas-ratt/")
    assert shown.h1.get_text() == title
    assert shown.title.get_text().startswith(title)
    assert shown.find("vinkelparenteser") is None
    assert 'if (a < b && c > d) { print("<exempel>"); }' in shown.find("code", string=re.compile("print")).get_text()
    for path in (path for path, data in everything.items() if path.endswith(MARKUP) and b"vinkelparenteser" in data):
        assert b"<vinkelparenteser" not in everything[path], path


def test_an_old_address_leads_to_the_new_one(everything):
    new = "/pressmeddelanden/2024/en-ny-myndighet-for-exempel/"
    for old in ("nyheter/2024/ny-myndighet/index.html", "nyheter/1.html"):
        assert new.encode() in everything[old]


def test_a_body_shows_its_pictures_tables_notes_and_documents(everything):
    body = page(everything, "pressmeddelanden/2025/vagledning-andra-utgavan/").find(class_="body")
    folder = "/pressmeddelanden/2025/vagledning-andra-utgavan/"
    hrefs = [link["href"] for link in body.find_all("a")]
    assert f"{folder}vagledning.pdf" in hrefs
    assert f"{folder}matningar.csv" in hrefs
    assert "/pressmeddelanden/2025/vagledning-forsta-utgavan/" in hrefs
    assert body.find("img")["src"].startswith(f"{folder}hyllan-")
    assert body.find("img")["alt"].startswith("Fyra hyllor")
    assert [cell.get_text() for cell in body.find("table").find_all("th")] == [
        "Slag av exempel", "Antal läsare", "Sekunder", "Förstod"
    ]  # fmt: skip
    assert body.find("blockquote")
    assert len(body.find(class_="footnote").find_all("li")) == 2
    assert body.find("p", class_="anmarkning", id="forbehall")


def test_a_release_and_the_assignment_it_answers_to_lead_to_each_other(everything):
    release = "/pressmeddelanden/2026/svar-pa-regeringens-uppdrag/"
    assignment = "/regeringsuppdrag/2025/uppdrag-om-goda-exempel/"
    assert assignment in [a["href"] for a in page(everything, release[1:]).find(class_="rail").find_all("a")]
    assert release in [a["href"] for a in page(everything, assignment[1:]).main.find_all("a")]
