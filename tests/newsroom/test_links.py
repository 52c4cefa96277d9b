import nh3
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from plugins.newsroom import Site
from plugins.newsroom.links import absolute_links

SITE = Site("https://press.example.se/pressrum")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/pressrum/om/">om</a>', '<a href="https://press.example.se/pressrum/om/">om</a>'),
        ('<a class="x" href="/" title="/">hem</a>', '<a class="x" href="https://press.example.se/" title="/">hem</a>'),
        ('<img src="/b.jpg" alt="a > b">', '<img src="https://press.example.se/b.jpg" alt="a > b">'),
        (
            '<img srcset="/b-480.jpg 480w, /b-960.jpg 960w">',
            '<img srcset="https://press.example.se/b-480.jpg 480w, https://press.example.se/b-960.jpg 960w">',
        ),
    ],
)
def test_a_link_from_the_root_becomes_a_whole_address(html: str, expected: str) -> None:
    assert absolute_links(html, SITE) == expected


@pytest.mark.parametrize(
    "html",
    [
        '<a href="#fn:1">1</a>',
        '<a href="//other.example/x">x</a>',
        '<a href="https://other.example/x">x</a>',
        '<a href="mailto:press@example.se">x</a>',
        '<p>skriv href="/x" i texten</p>',
        '<p>1 &lt; 2 och src="/x" 3 > 2</p>',
        '<p title=" href=&quot;/x&quot;">x</p>',
    ],
)
def test_everything_else_is_left_alone(html: str) -> None:
    assert absolute_links(html, SITE) == html


MARKUP = st.lists(
    st.sampled_from(
        [
            "<a ", "<img ", "<p>", "</a>", ">", 'href="/x"', "href=/y ", 'src="/b.jpg"', 'title="', '"', "'", "<", "/",
            ' href="/z"', "text", "=", "&quot;", 'href="#n"', 'href="//o"', " ",
        ]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@given(MARKUP)
def test_in_whatever_the_sanitiser_lets_through_exactly_the_links_from_the_root_change(markup: str) -> None:
    html = nh3.clean(markup, link_rel=None)
    expected = BeautifulSoup(html, "html.parser")
    for element in expected.find_all(True):
        for name in ("href", "src"):
            value = str(element.get(name, ""))
            if value.startswith("/") and not value.startswith("//"):
                element[name] = f"https://press.example.se{value}"

    assert BeautifulSoup(absolute_links(html, SITE), "html.parser") == expected
