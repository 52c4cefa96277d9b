"""The body: Markdown to safe HTML, links from file to file made links from page to page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.newsroom import Faults, Site
from plugins.reading.manuscripts.manuscript import Manuscript
from plugins.reading.typesetting import bodies
from plugins.reading.typesetting.bodies import ATTRIBUTES, MARKDOWN, TAGS, Links, render
from tests.nouns import an_image

SITE = Site("https://press.example.se/rum")
SOURCE = "releases/2031/x/sv.md"


def rendered(body, **links):
    known = {"texts": {}, "others": frozenset(), "sections": frozenset(), **links}
    return render(Manuscript(SOURCE, {}, {(): 1}, body, 10), Links(site=SITE, **known)).html


def sentences(body, **links):
    with pytest.raises(Faults) as raised:
        rendered(body, **links)
    return [(fault.line, fault.sentence()) for fault in raised.value.faults]


def test_links_between_files_become_links_between_pages():
    texts = {
        "releases/2031/y/sv.md": "pressmeddelanden/2031/y/",
        "assignments/2030/z/sv.md": "regeringsuppdrag/2030/z/",
    }
    html = rendered("[y](../y/sv.md#del) [z](../../../assignments/2030/z/sv.md)", texts=texts)
    assert 'href="/rum/pressmeddelanden/2031/y/#del"' in html
    assert 'href="/rum/regeringsuppdrag/2030/z/"' in html


def test_links_to_the_rooms_own_pages_and_to_others_sites_are_kept():
    html = rendered(
        "[a](/prenumerera/) [b](https://example.org/x?a=1&b=2) [c](mailto:a@example.se) [d](tel:+4618123456) [e](#del)",
        sections=frozenset({"prenumerera/"}),
    )
    assert re.findall('href="([^"]*)"', html) == [
        "/rum/prenumerera/",
        "https://example.org/x?a=1&amp;b=2",
        "mailto:a@example.se",
        "tel:+4618123456",
        "#del",
    ]


def test_a_picture_gets_its_size_and_texts_from_the_front_matter():
    image = an_image()
    html = rendered(f"![]({image.file})", images=(image,))
    assert f'alt="{image.alt}"' in html
    assert re.search(r'src="/rum/[^"]+" ', html) and 'width="' in html and 'height="' in html


@pytest.mark.parametrize(
    ("body", "line", "part"),
    [
        ("ett\n\n[x](../y/sv.md)", 12, "does not exist"),
        ("[x](/hemligt/)", 10, "link to the text's file"),
        ("[x](//example.org/)", 10, "lacks https:"),
        ("ett\n\n[x](http://localhost:8001/)", 12, "preview on your own computer"),
        ("../y/ är en mapp\n\n[x](../y/)", 12, "can't be followed"),
        ("ett\n\n#hashtagg", 12, "level 1"),
        ("[x](rapport.pdf)", 10, "not listed under images or documents"),
        ("![x](bild.png)", 10, "not listed under images"),
        ("ett\n\n<iframe src='https://example.org'></iframe>", 12, "HTML like <iframe>"),
        ("ett <b style='color:red'>två</b>", 10, "the attribute style"),
        ("<!-- hemligt -->", 10, "HTML comment"),
        ("[x](JavaScript:alert(1))", 10, "begin with javascript:"),
        ("[x](data:text/html,x)", 10, "begin with data:"),
        ("Rubrik\n======\n", 10, "level 1"),
        ("## Två\n\n### Tre\n\n## Två\n\n#### Fyra\n", 16, "skips from level 2 to level 4"),
        ("Två\n---\n\n#### Fyra\n", 13, "skips from level 2 to level 4"),
    ],
)
def test_what_a_body_may_not_hold_is_told_at_its_line(body, line, part):
    ((told, sentence),) = sentences(body)
    assert part in sentence
    assert told == line


def test_a_mail_address_between_angle_brackets_is_a_link():
    assert '<a href="mailto:anna@example.se">anna@example.se</a>' in rendered("Skriv till <anna@example.se>.")


def test_addresses_in_code_and_in_the_words_of_links_are_left_alone():
    body = "`https://example.org` [https://example.org](https://example.org) <a href='https://example.org'>https://x</a>"
    assert rendered(body).count("<a href=") == 2


def test_a_file_that_is_listed_but_can_not_be_used_is_told_of_in_the_front_matter_only():
    assert "<img" in rendered("![](bild.png) [x](rapport.pdf)", listed=frozenset({"bild.png", "rapport.pdf"}))


def test_a_link_to_what_is_not_public_says_so():
    ((_, sentence),) = sentences("[x](../y/sv.md)", others=frozenset({"releases/2031/y/sv.md"}))
    assert "not public" in sentence


def test_tables_footnotes_and_attribute_lists_survive():
    html = rendered("| a | b |\n|---|--:|\n| 1 | 2 |\n\nText[^1] *x*{: lang=en }\n\n[^1]: Not.\n")
    assert '<th scope="col">a</th>' in html and 'class="right"' in html
    assert 'class="footnote"' in html and 'lang="en"' in html


def test_quotation_marks_stay_as_they_are_written():
    assert "”alternativ” eller ”naturligt”" in rendered("”alternativ” eller ”naturligt”")


@given(st.text(max_size=60) | st.text(alphabet="<>\"'&/=[](){}:#*_`!\\ \nabcjsonrm", max_size=80))
def test_whatever_is_written_nothing_unsafe_comes_out(body):
    try:
        html = rendered(body.replace("\x00", ""))
    except Faults:
        return
    for tag, attributes in re.findall(r"<([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>]*)?)>", html):
        assert tag in TAGS
        for name in re.findall(r'\s([a-zA-Z-]+)="', attributes):
            assert name in ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
    assert not re.search(r'(href|src)="\s*(javascript|data|vbscript):', html, re.IGNORECASE)


@pytest.mark.parametrize(
    "body",
    [
        '<img src="https://other.example/pixel.png" alt="">',
        '<img alt="" srcset="https://other.example/pixel.png 2x">',
        '![](bild.jpg){: srcset="https://other.example/pixel.png 2x" }',
        '<a href="//other.example/">x</a>',
        '<a href="../kanariefagel/sv.md">x</a>',
        '<a href="java&#10;script:alert(1)">x</a>',
    ],
)
def test_what_is_written_in_html_leads_and_fetches_no_further_than_markdown(body):
    image = an_image(renditions=an_image().renditions[:1] + an_image().renditions[2:3])
    assert any("can't be followed" in sentence for _, sentence in sentences(body, images=(image,)))


@pytest.mark.parametrize(
    ("body", "tag"), [("<!doctype html>", "!doctype"), ("<?php x ?>", "?php"), ("<![CDATA[ x ]]>", "![CDATA[")]
)
def test_no_kind_of_markup_vanishes_without_a_word(body, tag):
    assert [sentence.partition(";")[0] for _, sentence in sentences(f"a\n\n{body}\n")] == [
        f"HTML like <{tag}> is not allowed"
    ]


def test_two_places_can_not_have_the_same_name():
    assert sentences("## A {#del}\n\n## B {#del}\n") == [(10, "del stands here twice")]


PIECES = st.one_of(
    st.text("aå.:;#&<>\"'\\`*_[]()!{}=-|\t\x02\x03", max_size=6),
    st.sampled_from(
        [
            "\n", "\n\n", "  \n", "- ", "1. ", "## ", "> ", "    ", "ord ", " och ", "**", "[^1]", "[^1]: ", "[a](#b)",
            "<br>", "[a](https://a.se/?b&c)", "[a]: https://a.se", "<https://a.se>", "<a@a.se>", "&amp;", "&#8617;",
            "`a`", "<b>", "</b>", '<a href="x">', "</a>", "<script>", "<!-- -->", "{: #a }", "{: onclick=a }",
            "a | b\n--|--\n", "| ", "[a](javascript:b)", "![](a.jpg)", "***", "\x02wzxhzdk:0\x03",
        ]
    ),
)  # fmt: skip


def came_of(body, options):
    links = Links(site=SITE, texts={}, others=frozenset(), sections=frozenset())
    try:
        return render(Manuscript(SOURCE, {}, {(): 1}, body, 10), links, options)
    except Faults as found:
        return found.faults


@given(st.lists(PIECES).map("".join))
def test_what_is_spared_changes_nothing(body):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "_HARMLESS", re.compile("(?!)"))
        patch.setattr(bodies, "_NOT_WHOLE", re.compile(""))
        # options that say the same in other words: nothing is spared, nothing used again
        expected = came_of(body, {**MARKDOWN, "tab_length": 4})
    assert came_of(body, MARKDOWN) == expected
