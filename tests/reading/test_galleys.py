"""Bodies that were rendered before: found again when nothing they depend on has changed, and only then."""

from dataclasses import replace

import pytest

from plugins.newsroom import Site, fingerprint
from plugins.reading import bodies
from plugins.reading.bodies import MARKDOWN, Links, render
from plugins.reading.frontmatter import Manuscript
from plugins.reading.galleys import Galleys
from plugins.reading.reader import read
from tests.nouns import an_image
from tests.reading.test_faults import NOW
from tests.texts import Text, content_of

MANUSCRIPT = Manuscript("releases/2031/x/sv.md", {}, {(): 1}, "[y](../y/sv.md)\n", 10)
TEXTS = {"releases/2031/y/sv.md": "pressmeddelanden/2031/y/"}
LINKS = Links(site=Site("https://press.example.se"), texts=TEXTS, others=frozenset(), sections=frozenset())


def kept(folder, options=MARKDOWN):
    galleys = Galleys(folder, options)
    key = galleys.key(MANUSCRIPT, LINKS)
    galleys.keep(key, render(MANUSCRIPT, LINKS))
    return galleys, key


def test_a_body_is_found_again(tmp_path):
    _, key = kept(tmp_path)
    again = Galleys(tmp_path, MARKDOWN)
    assert again.key(MANUSCRIPT, LINKS) == key
    assert again.find(key, TEXTS) == render(MANUSCRIPT, LINKS)


@pytest.mark.parametrize("texts", [{}, {"releases/2031/y/sv.md": "pressmeddelanden/2031/flyttat/"}])
def test_a_body_whose_link_leads_elsewhere_is_not(texts, tmp_path):
    galleys, key = kept(tmp_path)
    assert galleys.find(key, texts) is None


@pytest.mark.parametrize(
    "links",
    [
        replace(LINKS, site=Site("https://press.example.se/rum")),
        replace(LINKS, images=(an_image(),)),
        replace(LINKS, sections=frozenset({"om/"})),
    ],
)
def test_whatever_else_a_body_is_made_from_is_in_its_name(links, tmp_path):
    galleys, key = kept(tmp_path)
    assert galleys.key(MANUSCRIPT, links) != key
    assert galleys.key(replace(MANUSCRIPT, body="Annat\n"), LINKS) != key
    assert galleys.key(replace(MANUSCRIPT, source="releases/2032/x/sv.md"), LINKS) != key
    assert Galleys(tmp_path, {"extensions": []}).key(MANUSCRIPT, LINKS) != key


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"led": {}, "digest": "x"}\n<p>x</p>', b'{"led": {}}\n\xff'])
def test_a_damaged_galley_is_never_used(damage, tmp_path):
    galleys, key = kept(tmp_path)
    (tmp_path / key).write_bytes(damage)
    assert galleys.find(key, TEXTS) is None


def test_a_changed_galley_is_never_used(tmp_path):
    galleys, key = kept(tmp_path)
    digest = fingerprint(render(MANUSCRIPT, LINKS).html)
    about, _, html = (tmp_path / key).read_text().partition("\n")
    assert galleys.html(key, digest) == html
    (tmp_path / key).write_text(f"{about}\n<script>alert(1)</script>")
    assert galleys.find(key, TEXTS) is None
    assert galleys.html(key, digest) is None


def test_what_is_not_asked_for_is_forgotten(tmp_path):
    kept(tmp_path)
    Galleys(tmp_path, MARKDOWN).prune()
    assert list(tmp_path.iterdir()) == []


def test_a_second_reading_renders_nothing(tmp_path, monkeypatch):
    content = content_of(tmp_path, [Text("x", "public00", "2026-03-01T10:00:00Z", (), "teal", True, None, "ord")])
    first = read(content, now=NOW, cache=tmp_path / "cache")
    first.keep()

    def never(*args, **kwargs):
        raise AssertionError("rendered again")

    monkeypatch.setattr(bodies, "render", never)
    second = read(content, now=NOW, cache=tmp_path / "cache")
    for release in first.newsroom.releases:
        assert second.bodies.html(release) == first.bodies.html(release)
