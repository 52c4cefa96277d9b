"""The text of a release in a feed."""

from dataclasses import replace

import nh3
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from plugins.feeds import article
from plugins.feeds.article import Articles, absolute, rewritten
from tests.feeds.built import BODY
from tests.nouns import (
    SITE,
    StoredBodies,
    a_correction,
    a_document,
    a_link,
    a_newsroom,
    a_release,
    a_withdrawal,
    an_image,
    terms,
    with_translation,
)

BASE = "https://press.example.se/pressmeddelanden/2031/x/"


def text_of(release, body=BODY, others=()) -> BeautifulSoup:
    articles = Articles(a_newsroom(releases=[release, *others]), StoredBodies(otherwise=body))
    return BeautifulSoup(articles.html(release), "html.parser")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/en/", "https://press.example.se/en/"),
        ("#fn:1", BASE + "#fn:1"),
        ("../y/", "https://press.example.se/pressmeddelanden/2031/y/"),
        ("https://www.example.org/?a=1&amp;b=2", "https://www.example.org/?a=1&b=2"),
        ("mailto:press@example.se", "mailto:press@example.se"),
        ("tel:+46101234567", "tel:+46101234567"),
    ],
)
def test_links_become_absolute(written, meant):
    link = BeautifulSoup(absolute(f'<p><a href="{written}">x</a></p>', BASE), "html.parser").a
    assert link["href"] == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/a.jpg", "https://press.example.se/a.jpg"),
        (
            "/a.jpg 480w, /b,c.jpg 960w",
            "https://press.example.se/a.jpg 480w, https://press.example.se/b,c.jpg 960w",
        ),
        ("/a.jpg 1x,/b.jpg 2x", "https://press.example.se/a.jpg 1x, https://press.example.se/b.jpg 2x"),
        ("\n/a.jpg, /b.jpg 2x ", "https://press.example.se/a.jpg, https://press.example.se/b.jpg 2x"),
    ],
)
def test_pictures_of_every_size_become_absolute(written, meant):
    image = BeautifulSoup(absolute(f'<img src="a.jpg" srcset="{written}">', BASE), "html.parser").img
    assert image["srcset"] == meant
    assert image["src"] == BASE + "a.jpg"


def test_text_stays_as_it_is():
    html = "<p>Halten är &lt; 5 &amp; &gt; 3 – href=/inte/en/länk</p>"
    assert absolute(html, BASE) == html


PIECES = st.one_of(
    st.text(" \n\t\u00a0aå.;#&<>\"'", max_size=6),
    st.sampled_from(
        [
            "<p>", "</p>", "\n", "\n\n", "<ul>", "</ul>", "<li>", "</li>", "<em>", "</em>", "<pre>", "</pre>", "<br>",
            '<a href="/en/">', '<a href="#fn:1">', '<a href="../y/?a=1&amp;b=2#c">', '<a href="HTTPS://a.se/../b?">',
            '<a href=" mailto:å@a.se ">', '<a href="x" title="y">', "</a>", "<hr>", '<img src="/a.jpg" alt="&quot;">',
            '<p class=" a  b ">',
        ]
    ),
)  # fmt: skip


@given(st.lists(PIECES).map("".join))
def test_the_quicker_way_comes_to_the_same(written):
    html = nh3.clean(written, attributes={"a": {"href", "title"}, "img": {"src", "alt"}, "p": {"class"}}, link_rel=None)
    assert absolute(html, BASE) == rewritten(html, BASE)


def test_most_texts_need_no_parser(monkeypatch):
    html = '<h2>Mer &amp; mer</h2>\n<p>Läs <a href="/en/?a=1&amp;b=2">ett <em>annat</em></a>.</p>\n'
    expected = rewritten(html, BASE)
    monkeypatch.setattr(article, "rewritten", None)
    assert absolute(html, BASE) == expected


def test_a_text_has_lead_and_body():
    text = text_of(a_release(lead="Halten är < 5."))
    assert text.strong.string == "Halten är < 5."
    assert "Läs ett annat" in text.get_text()


def test_a_text_lists_pictures_documents_links_and_case_number():
    image = an_image(terms=terms(url="https://press.example.se/villkor/"))
    release = a_release(images=(image,), documents=(a_document(),), links=(a_link(),), case_number="1.1-2031-7")
    text = text_of(release)
    assert text.figure.img["src"] == SITE.absolute(image.web.address)
    assert text.figure.img["alt"] == image.alt
    said = text.get_text(" ")
    for words in (image.caption, f"Bild: {image.credit}", "Får användas fritt", "2400 × 1600, JPG, 240 kB"):
        assert words in said
    assert "PDF, 123 kB" in said
    assert "Diarienummer: 1.1-2031-7" in said
    links = {a["href"] for a in text.find_all("a")}
    document = SITE.absolute(release.documents[0].download.address)
    assert {image.terms.url, SITE.absolute(image.original.address), document, release.links[0].url} <= links


def test_sizes_are_written_as_in_the_language():
    document = a_document()
    large = replace(document, download=replace(document.download, bytes=2_345_678))
    original, translation = with_translation(a_release(documents=(large,)))
    assert "PDF, 2,3 MB" in text_of(original).get_text()
    assert "PDF, 2.3 MB" in text_of(translation).get_text()


def test_a_picture_that_stands_in_the_body_is_not_shown_twice():
    image = an_image()
    text = text_of(a_release(images=(image,)), body=f'<p><img src="{SITE.href(image.web.address)}" alt=""></p>')
    assert len(text.find_all("img")) == 1
    assert image.credit in text.get_text()


def test_corrections_are_told_but_not_typos():
    told = [a_correction(text="Fel antal."), a_correction("clarification", text="Gäller barn.")]
    text = text_of(a_release(corrections=(*told, a_correction("typo", text="Stavfel.")))).get_text()
    assert "Rättelse 5 maj 2031: Fel antal." in text
    assert "Förtydligande 5 maj 2031: Gäller barn." in text
    assert "Stavfel" not in text


def test_a_missing_body_is_told():
    assert "saknas i källan" in text_of(a_release(missing=("body",)), body="").get_text()
    assert "saknas" not in text_of(a_release()).get_text()


def test_an_unofficial_translation_says_so_and_leads_to_the_original():
    original, translation = with_translation(a_release(), official=False)
    text = text_of(translation)
    assert "unofficial translation" in text.get_text()
    assert SITE.absolute(original.address) in {a["href"] for a in text.find_all("a")}
    assert "unofficial" not in text_of(replace(translation, official=True)).get_text()


def test_a_translation_that_is_behind_says_so():
    original = a_release(corrections=(a_correction(),))
    _, translation = with_translation(original, of_revision=1)
    assert "earlier version" in text_of(translation).get_text()
    assert "earlier version" not in text_of(replace(translation, of_revision=2)).get_text()


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("withdrawn", "Återkallat 6 maj 2031: Uppgifterna stämde inte."),
        ("in_error", "Publicerat av misstag, återkallat 6 maj 2031: Uppgifterna stämde inte."),
        ("replaced", "Ersatt 6 maj 2031: Uppgifterna stämde inte."),
    ],
)
def test_a_withdrawn_release_says_only_why(kind, sentence):
    release = a_release(withdrawn=a_withdrawal(kind), images=(an_image(),), corrections=(a_correction(),))
    assert text_of(release).get_text() == sentence


def test_a_replaced_release_leads_to_what_replaces_it():
    release = a_release(withdrawn=a_withdrawal("replaced", by="nyttnytt"))
    new = a_release(id="nyttnytt", slug="nytt", title="Det nya")
    link = text_of(release, others=[new]).a
    assert (link["href"], link.string) == (SITE.absolute(new.address), "Det nya")
    assert text_of(release).a is None, "what replaces it is not public yet"


def test_what_people_wrote_is_never_markup():
    evil = '<script>alert("x")</script>{braces} %s'
    release = a_release(
        lead=evil,
        images=(an_image(alt=evil, caption=evil, credit=evil),),
        documents=(a_document(title=evil),),
        links=(a_link(text=evil),),
        corrections=(a_correction(text=evil),),
        case_number=evil,
    )
    text = text_of(release)
    assert text.script is None
    assert text.get_text().count(evil) == 7
