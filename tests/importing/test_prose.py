"""What is read as Markdown is what was written."""

import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st
from markdown import Markdown

from plugins.importing import prose
from plugins.importing.found import Unreadable, flowing
from plugins.importing.prose import Prose, plain
from plugins.reading.typesetting.body import MARKDOWN


def rendered(markdown):
    return BeautifulSoup(Markdown(**MARKDOWN).convert(markdown), "html.parser")


def body(html, address="https://old.example/nyheter/1/"):
    made = Prose("page.html", address)
    return made.markdown(prose.soup(html, "page.html")), made


SIGNS = st.text(alphabet="ab1 .-+*_#>`[](){}!|\\<&;:=~^/åä”", min_size=1, max_size=40)


@given(SIGNS)
@example("1. mars")
@example("- nej")
@example("***")
@example("&nbsp; <b>x</b> [a](b) `c` _d_ {: .e}")
@example("===")
@example("&#1")
@example("&copy 2031 AT&T")
def test_plain_words_say_the_same_when_they_are_read_as_markdown(text):
    page = rendered(plain(text))
    assert flowing(page.get_text()) == flowing(text)
    assert {element.name for element in page.find_all(True)} <= {"p"}


def test_a_bare_address_becomes_a_link():
    link = rendered(plain("Läs mer på https://www.example.se/a_b_c."))
    assert link.a["href"] == "https://www.example.se/a_b_c"
    assert link.get_text() == "Läs mer på https://www.example.se/a_b_c."


def test_structure_is_kept():
    markdown, _ = body(
        "<h1>Ett</h1><p>Text med <b>fet</b>, <i>kursiv</i>, m<sup>2</sup> och <a href='../2/'>länk</a>.</p>"
        "<ul><li>a<ul><li>under</li></ul></li><li><p>b</p><p>c</p></li><li>d</li></ul>"
        "<ol start='3'><li>tre</li></ol><blockquote>citat</blockquote>"
        "<table><tr><th>A|B</th></tr><tr><td>1</td></tr></table>"
    )
    page = rendered(markdown)
    assert page.h2.get_text() == "Ett"
    assert page.strong.get_text() == "fet"
    assert page.sup.get_text() == "2"
    assert page.a["href"] == "https://old.example/nyheter/2/"
    assert page.ul.li.ul.li.get_text() == "under"
    assert [len(item.find_all("p")) for item in page.ul.find_all("li", recursive=False)][1] == 2
    assert len(page.ul.find_all("li", recursive=False)) == 3
    assert page.ol["start"] == "3"
    assert page.blockquote and page.th.get_text() == "A|B"


def test_headings_begin_at_level_2_and_skip_none():
    markdown, _ = body("<h3>a</h3><p>x</p><h6>b</h6><p>x</p><h3>c</h3><p>x</p><h1># d</h1>")
    assert re.findall(r"(?m)^#+ .*$", markdown) == ["## a", "### b", "## c", r"## \# d"]


def test_a_bold_paragraph_is_a_heading_and_that_is_told():
    markdown, made = body("<p>Inledning.</p><p><strong>Mellanrubrik</strong></p><p><b>Obs!</b></p>")
    assert markdown == "Inledning.\n\n## Mellanrubrik\n\n**Obs!**"
    assert [doubt.message for doubt in made.doubts] == [prose.READ_AS_HEADING]


def test_loose_words_become_paragraphs():
    markdown, _ = body("löst <b>ord</b><br><br>andra<br>rad<div># tredje</div><div>a<p>b</p>c</div>")
    assert markdown == "löst **ord**\n\nandra  \nrad\n\n\\# tredje\n\na\n\nb\n\nc"


def test_what_runs_or_is_hidden_is_gone():
    markdown, made = body(
        "<p onclick='x()'>Kvar</p><script>x()</script><style>p{}</style><!-- hemligt --><form>f</form>"
        "<p><a href='javascript:x()'>ord</a></p><iframe src='https://x.example'>i</iframe>"
    )
    assert markdown == "Kvar\n\nord"
    assert [doubt.message for doubt in made.doubts] == [prose.NOT_TAKEN, prose.LINK_TO_NOWHERE]


def test_pictures_are_taken_out_with_their_texts():
    markdown, made = body("<p>x</p><figure><img src='/b.jpg' alt='En båt'><figcaption>Vid kaj</figcaption></figure>")
    assert markdown == "x"
    (picture,) = made.pictures
    assert (picture.url, picture.alt, picture.caption) == ("https://old.example/b.jpg", "En båt", "Vid kaj")


def test_a_link_without_a_page_to_start_from_keeps_its_words():
    markdown, made = body("<p><a href='/annat'>ord</a></p>", address="")
    assert markdown == "ord"
    assert made.doubts[0].line == 1


@pytest.mark.parametrize("html", ["<div>" * 3000 + "x", "<b>" * 3000 + "x"])
def test_depth_without_end_is_refused(html):
    with pytest.raises(Unreadable):
        body(html)


def test_html_out_of_proportion_is_refused():
    with pytest.raises(Unreadable):
        prose.soup("<" * (prose.MOST_SIGNS + 1), "page.html")
