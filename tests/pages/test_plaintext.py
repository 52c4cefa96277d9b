from pathlib import Path
from typing import Any

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.newsroom import Input, Release, State, fingerprint
from plugins.newsroom.readable import readable
from plugins.pages import plaintext
from plugins.pages.plaintext import release_txt
from plugins.pages.words import Words
from plugins.reading.typesetting.bodies import ATTRIBUTES, TAGS
from tests.nouns import (
    THEME,
    StoredBodies,
    a_contact,
    a_correction,
    a_document,
    a_link,
    a_newsroom,
    a_release,
    a_stage,
    a_withdrawal,
    an_image,
    with_translation,
)


def text(release: Release, locale: Path = THEME / "no-locale", body: str = "<p>Brödtext.</p>", **newsroom: Any) -> str:
    """The release as text, in English words unless a locale is given."""
    press_room = a_newsroom(**{"releases": [release], **newsroom})
    words = Words(locale, release.language)
    return release_txt(release, press_room, StoredBodies(otherwise=body), words).decode()


def test_the_whole_of_a_simple_release() -> None:
    assert text(a_release(case_number="1.1-2031-000123")) == (
        """\
Pressmeddelande · Exempelmyndigheten · 4 maj 2031 kl.\N{NO-BREAK SPACE}10.00 (UTC+02:00) · Case number: 1.1-2031-000123

Ett exempel på ett pressmeddelande
==================================

Ingressen säger det viktigaste i en mening.

Brödtext.

Press contact
-------------

Presstjänsten
010-123 45 67 (+46101234567)
presstjansten@example.se
Vardagar kl. 8–17

Exempelmyndigheten visar hur det kan se ut.

https://press.example.se/pressmeddelanden/2031/ett-exempel/
"""
    )


def test_links_in_the_body_are_whole_addresses() -> None:
    assert "Läs mer (https://press.example.se/om/)" in text(a_release(), body='<p><a href="/om/">Läs mer</a></p>')


def test_corrections_are_told_and_typos_are_not() -> None:
    told = text(a_release(corrections=(a_correction(text="3 < 4 & 100 %."), a_correction("typo", text="Stavfel."))))
    assert "\n\nCorrected 5 maj 2031 kl.\N{NO-BREAK SPACE}10.00 (UTC+02:00): 3 < 4 & 100 %.\n\nIngressen" in told
    assert "Stavfel" not in told


def test_a_withdrawn_release_says_why_and_nothing_of_what_it_told() -> None:
    told = text(
        a_release(lead="HEMLIG", images=(an_image(caption="HEMLIG"),), withdrawn=a_withdrawal("in_error")),
        body="<p>HEMLIG</p>",
    )
    assert "Published in error and withdrawn: 6 maj 2031" in told
    assert "Uppgifterna stämde inte." in told
    assert "HEMLIG" not in told


def test_a_replaced_release_leads_to_the_new_one() -> None:
    old, new = a_release(withdrawn=a_withdrawal("replaced")), a_release(id="r2r2r2r2", slug="nytt")
    assert "Read instead: https://press.example.se/pressmeddelanden/2031/nytt/" in text(old, releases=[old, new])


def test_pictures_documents_and_links_are_listed_with_credit_terms_and_addresses() -> None:
    told = text(a_release(images=(an_image(),), documents=(a_document(),), links=(a_link(),)))
    assert "- Prov tas i laboratoriet.\n  Image: Kim Exempelsson/Exempelmyndigheten. Får användas fritt" in told
    assert "  https://press.example.se/pressmeddelanden/2031/ett-exempel/bild.jpg" in told
    assert "- Rapporten i sin helhet (0,1\N{NO-BREAK SPACE}MB)\n  https://press.example.se/" in told
    assert "- Läs mer hos Exempelverket (https://www.example.org/mer)" in told


def test_an_unofficial_translation_leads_to_the_original() -> None:
    translation = with_translation(a_release(), official=False)[1]
    told = text(translation)
    assert "Unofficial translation. https://press.example.se/pressmeddelanden/2031/ett-exempel/" in told
    assert "4 May 2031, 10:00 (UTC+02:00)" in told
    assert "has been changed" not in told


def test_a_translation_that_is_behind_says_so() -> None:
    translation = with_translation(a_release(corrections=(a_correction(),)), of_revision=1)[1]
    assert (
        "The original has been changed since it was translated. "
        "https://press.example.se/pressmeddelanden/2031/ett-exempel/"
    ) in text(translation)


def test_a_missing_body_is_said_to_be_missing() -> None:
    assert "The source does not contain" in text(a_release(missing=("body",)), body="")


def test_a_preview_says_that_the_text_is_not_public() -> None:
    assert text(a_release(state=State.EMBARGOED)).startswith("Not public yet · ")


def test_a_release_without_contacts_has_no_heading_for_them() -> None:
    assert "contact" not in text(a_release(contacts=()))
    assert text(a_release(contacts=(a_contact(), a_contact("jour")))).count("(+46101234567)") == 2


def test_one_text_beside_each_release_in_each_language() -> None:
    releases = with_translation(a_release())
    stage = a_stage(a_newsroom(releases=releases))
    paths = {plaintext.output(release, stage, Words(THEME / "locale", "sv")).path for release in releases}
    assert paths == {
        "pressmeddelanden/2031/ett-exempel/release.txt",
        "en/releases/2031/ett-exempel/release.txt",
    }


def test_the_words_are_inputs(tmp_path: Path) -> None:
    catalogue = tmp_path / "locale" / "sv" / "LC_MESSAGES" / "messages.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
                         'msgid "Press contact"\nmsgstr "Presskontakt &amp; jour"\n', encoding="utf-8")  # fmt: skip
    assert "Presskontakt & jour\n-------------------" in text(a_release(), locale=tmp_path / "locale")
    words = Words(THEME / "locale", "sv")
    assert words.input in plaintext.output(a_release(), a_stage(a_newsroom(releases=[a_release()])), words).inputs


def test_a_swedish_text_has_swedish_words() -> None:
    told = text(
        a_release(corrections=(a_correction(),), images=(an_image(),), documents=(a_document(),), missing=("body",)),
        locale=THEME / "locale",
    )
    for english in ("Press contact", "Corrected", "Images", "Photo", "Documents", "The source"):
        assert english not in told


def test_the_body_is_an_input_by_its_digest() -> None:
    def inputs(body: str) -> tuple[Input, ...]:
        release = a_release(body_digest=fingerprint(body))
        return plaintext.output(release, a_stage(a_newsroom(releases=[release])), Words(THEME / "locale", "sv")).inputs

    assert inputs("a") == inputs("a")
    assert inputs("a") != inputs("b")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("<p>En rad\nsom går  vidare.</p>\n<p>En till.</p>", "En rad som går vidare.\n\nEn till."),
        ("<p>10\N{NO-BREAK SPACE}000 &amp; 5 &lt; 6</p>", "10\N{NO-BREAK SPACE}000 & 5 < 6"),
        ("<p>Ett<br>\nTvå</p>", "Ett\nTvå"),
        ("<h2>Rubrik</h2><p>x</p><h3>Under</h3><p>y</p>", "Rubrik\n------\n\nx\n\nUnder\n\ny"),
        ("<ul>\n<li>ett</li>\n<li>två</li>\n</ul>", "- ett\n- två"),
        ("<ol start='9'><li>nio</li><li>tio</li></ol>", "9. nio\n10. tio"),
        ("<ul><li>ett<ul><li>a</li><li>b</li></ul></li><li>två</li></ul>", "- ett\n  - a\n  - b\n- två"),
        (
            "<ol><li><p>ett</p><p>mer om ett</p></li><li><p>två</p></li></ol>",
            "1. ett\n\n   mer om ett\n\n2. två",
        ),
        ("<p><a href='https://x.example/'>länk</a>.</p>", "länk (https://x.example/)."),
        ("<p><a href='https://x.example/'>https://x.example/</a></p>", "https://x.example/"),
        ("<p><a href='mailto:a@example.se'>a@example.se</a></p>", "a@example.se"),
        ("<p><a href='mailto:a@example.se'>Skriv</a></p>", "Skriv (a@example.se)"),
        ("<p><a href='tel:+4610'>010</a> <a href='#x'>se nedan</a></p>", "010 se nedan"),
        ("<p><a href='https://x.example/'><img alt='Karta' src='/k.png'></a></p>", "[Karta] (https://x.example/)"),
        ("<p><img alt='' src='/k.png'></p>", ""),
        ("<p>10<sup>6</sup> m<sup>2</sup> CO<sub>2</sub> x<sub>i</sub> 3<sup>e</sup></p>", "10⁶ m² CO₂ x_i 3^e"),
        ("<p><q>ja</q> <em>och</em> <strong>nej</strong></p>", "”ja” och nej"),
        ("<blockquote><p>Ett</p><p>Två</p></blockquote>", "> Ett\n>\n> Två"),
        ("<pre><code>a  b\n  c\n</code></pre>", "    a  b\n      c"),
        ("<p>a</p><hr><p>b</p>", "a\n\n* * *\n\nb"),
        ("<dl><dt>Ord</dt><dd>Vad det är</dd></dl>", "Ord\n  Vad det är"),
        ("<figure><img alt='Bild'><figcaption>Text</figcaption></figure>", "[Bild]\n\nText"),
        ("löst <b>ord</b><p>stycke</p>", "löst ord\n\nstycke"),
        ("<p><a id='x'>utan</a> adress</p>", "utan adress"),
        ("<p>a<!-- dolt -->b</p>", "ab"),
        ("<ul><li>ett</li><ul><li>a</li></ul><li>två</li></ul>", "- ett\n  - a\n- två"),
        ("<dl><div><dt>Ord</dt><dd>Ett</dd></div></dl>", "Ord\n  Ett"),
        ("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>", "a b  c"),
        ("<b><p>ett</p><p>två</p></b>", "ett\n\ntvå"),
    ],
)
def test_a_body_is_readable(html: str, expected: str) -> None:
    assert readable(html) == expected


def test_a_footnote_is_a_number_in_brackets_and_a_list_at_the_end() -> None:
    html = (
        '<p>Påstående<sup id="fnref:1"><a class="footnote-ref" href="#fn:1">1</a></sup>.</p><div class="footnote"><hr>'
        '<ol><li id="fn:1"><p>Källa.&nbsp;<a class="footnote-backref" href="#fnref:1">↩</a></p></li></ol></div>'
    )
    assert readable(html) == "Påstående[1].\n\n1. Källa."


def test_a_narrow_table_stands_in_columns() -> None:
    html = (
        "<table><thead><tr><th>Ämne</th><th>Antal</th></tr></thead>"
        "<tbody><tr><td>Kvicksilver</td><td>4</td></tr><tr><td>Bly</td></tr></tbody></table>"
    )
    assert readable(html) == "Ämne         Antal\n-----------  -----\nKvicksilver  4\nBly"


def test_a_wide_table_is_told_cell_by_cell() -> None:
    long = "ord " * 30
    html = (
        f"<table><caption>Mätningar</caption><tr><th></th><th>Svar</th></tr>"
        f"<tr><th>Ett</th><td>{long}</td></tr><tr><td>Två</td><td>Nej</td></tr></table>"
    )
    assert readable(html) == f"Mätningar\n\nEtt\nSvar: {long.strip()}\n\nTvå\nSvar: Nej"


def test_an_empty_table_is_nothing() -> None:
    assert readable("<table></table>") == ""


PIECES = ["ord ", " ", "\n", "<!-- x -->", '<a href="/x">', '<ol start="-2">', '<td colspan="2">']
PIECES += [f"<{slash}{tag}>" for tag in sorted(TAGS - {"pre"}) for slash in ("", "/")]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_in_whatever_the_sanitiser_lets_through_no_word_vanishes_or_is_said_twice(markup: str) -> None:
    html = nh3.clean(markup, tags=TAGS, attributes=ATTRIBUTES, link_rel=None)
    told = readable(html)
    assert told.count("ord") == html.count("ord")
    assert told == told.strip("\n")
    assert "\n\n\n" not in told


@pytest.mark.parametrize("start", ["²", "--5", "9" * 5000, "x", ""])
def test_a_list_that_begins_with_no_number_begins_with_one(start: str) -> None:
    assert readable(f'<ol start="{start}"><li>a</li></ol>') == "1. a"
