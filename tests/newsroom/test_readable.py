"""Bodies as plain text: what most are made of is read in a quicker way, which must come to the same."""

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.newsroom import elements
from plugins.newsroom.readable import readable
from plugins.reading.typesetting.bodies import ATTRIBUTES, TAGS

TEXTS = st.text(" \n\t\u00a0\u2028aå.:/&<>\"'", max_size=8)
PIECES = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            "<p>", "</p>", "<h2>", "</h2>", "<h3>", "</h3>", "<ul>\n", "</ul>", "<ol>\n", "</ol>", "<li>", "</li>\n",
            "<li>\n<p>", "</p>\n</li>\n", "</p>\n<p>", "<strong>", "</strong>", "<em>", "</em>", "<code>", "</code>",
            '<a href="https://example.org/?a=1&amp;b=2">', '<a href="mailto:a@example.org">', '<a href="#x">', "</a>",
            "a@example.org", "<br>", "\n", "&nbsp;", "<sup>2</sup>", "<hr>", '<p class="x">',
            "<table><tr><td>", "</table>",
        ]
    ),
)  # fmt: skip
MARKED = st.sampled_from(["<br>", "<em>a</em>", '<a href="https://a.se/">b <b>c</b></a>'])
INLINE = st.lists(st.one_of(TEXTS.map(nh3.clean_text), MARKED)).map("".join)
ITEMS = st.lists(
    st.one_of(
        INLINE.map("<li>{}</li>\n".format),
        st.lists(INLINE.map("<p>{}</p>\n".format), min_size=1).map(lambda texts: f"<li>\n{''.join(texts)}</li>\n"),
    )
).map("".join)
BLOCKS = st.one_of(
    INLINE.map("<p>{}</p>".format),
    INLINE.map("<h2>{}</h2>".format),
    INLINE.map("<h4>{}</h4>".format),
    ITEMS.map("<ul>\n{}</ul>".format),
    ITEMS.map("<ol>\n{}</ol>".format),
)


@given(st.one_of(st.lists(BLOCKS).map("\n".join), st.lists(PIECES).map("".join)))
def test_the_quicker_way_comes_to_the_same(written):
    html = nh3.clean(written, tags=TAGS, attributes=ATTRIBUTES, link_rel=None)
    assert readable(html) == "\n\n".join(elements.blocks(html))


@pytest.mark.parametrize(
    "html",
    [
        "<p>En &amp; <em>två</em>, <a href=\"https://www.example.org/?a=1&amp;b=2\">här</a>.</p>\n<h2>Mer</h2>\n",
        "<ul>\n<li>Ett</li>\n<li>Två<br>till</li>\n</ul>\n<ol>\n<li>\n<p>Ett</p>\n<p>och</p>\n</li>\n</ol>",
    ],
)
def test_most_bodies_are_read_without_a_parser(html, monkeypatch):
    expected = "\n\n".join(elements.blocks(html))
    monkeypatch.setattr(elements, "BeautifulSoup", None)
    assert readable(html) == expected
