"""What feeds say of a release, the same in every format."""

import json
from dataclasses import replace
from datetime import UTC, timedelta

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from plugins.feeds.article import Articles
from plugins.feeds.channel import channels
from plugins.feeds.entry import legible
from plugins.feeds.told import Entries
from plugins.newsroom import Localized
from tests.feeds.built import built
from tests.nouns import (
    PUBLISHED,
    StoredBodies,
    a_correction,
    a_document,
    a_newsroom,
    a_release,
    a_withdrawal,
    an_image,
    with_translation,
)


def ids(newsroom) -> list[set[str]]:
    """The ids of the items in RSS, Atom and JSON."""
    files = built(newsroom)
    return [
        {entry.id for entry in feedparser.parse(files["feed.rss"]).entries},
        {entry.id for entry in feedparser.parse(files["feed.atom"]).entries},
        {item["id"] for item in json.loads(files["feed.json"])["items"]},
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "En annan rubrik"},
        {"slug": "en-annan-adress"},
        {"published": PUBLISHED + timedelta(days=400)},
        {"lead": "En annan ingress.", "body_digest": "x"},
        {"corrections": (a_correction(),)},
        {"withdrawn": a_withdrawal()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_edit_makes_an_item_new(change):
    """RFC 4287, section 4.2.6; RSS 2.0, "guid": the id is the release's for ever."""
    assert ids(a_newsroom(releases=[a_release(**change)])) == [{"tag:example.se,2031:k7q2m9xd"}] * 3


def test_a_translation_has_an_id_of_its_own():
    english = built(a_newsroom(releases=with_translation(a_release())))["en/feed.json"]
    assert [item["id"] for item in json.loads(english)["items"]] == ["tag:example.se,2031:k7q2m9xd/en"]


def test_all_formats_say_the_same(files):
    as_written = {"sanitize_html": False, "resolve_relative_uris": False}
    rss, atom = (feedparser.parse(files[f"feed.{ending}"], **as_written) for ending in ("rss", "atom"))
    items = json.loads(files["feed.json"])["items"]
    assert len(rss.entries) == len(atom.entries) == len(items) > 20
    for of_rss, of_atom, item in zip(rss.entries, atom.entries, items, strict=True):
        assert of_rss.id == of_atom.id == item["id"]
        assert of_rss.link == of_atom.link == item["url"]
        assert of_rss.title == of_atom.title == item["title"]
        assert of_rss.content[0].value == of_atom.content[0].value == item["content_html"]
        assert of_rss.published_parsed == of_atom.published_parsed
        assert of_rss.updated_parsed == of_atom.updated_parsed
        assert [tag.term for tag in of_rss.tags] == [tag.label for tag in of_atom.tags] == item["tags"]


def test_a_correction_moves_updated_but_not_published():
    (item,) = json.loads(built(a_newsroom(releases=[a_release(corrections=(a_correction(),))]))["feed.json"])["items"]
    assert item["date_published"] == "2031-05-04T10:00:00+02:00"
    assert item["date_modified"] == "2031-05-05T10:00:00+02:00"


def test_times_are_those_of_the_agencys_clock():
    released = a_release(published=PUBLISHED.astimezone(UTC))
    (item,) = json.loads(built(a_newsroom(releases=[released]))["feed.json"])["items"]
    assert item["date_published"] == "2031-05-04T10:00:00+02:00"


@pytest.mark.parametrize("kind", ["withdrawn", "in_error", "replaced"])
def test_nothing_is_left_of_a_withdrawn_text(kind):
    told_once = "HEMLIGT"
    release = a_release(
        title="Det som gällde",
        lead=told_once,
        images=(replace(an_image(), alt=told_once, caption=told_once, credit=told_once),),
        documents=(a_document(title=told_once),),
        corrections=(a_correction(text=told_once),),
        withdrawn=a_withdrawal(kind),
    )
    files = built(a_newsroom(releases=[release]), otherwise=f"<p>{told_once}</p>")
    for ending in ("rss", "atom", "json"):
        said = files[f"feed.{ending}"].decode()
        assert told_once not in said
        assert "bild" not in said
        assert "rapport" not in said
        assert "Återkallat: Det som gällde" in said
        assert "Uppgifterna stämde inte." in said


def test_a_withdrawn_body_is_not_even_asked_for():
    class Untouched(StoredBodies):
        def html(self, text):
            raise AssertionError

    newsroom = a_newsroom(releases=[a_release(withdrawn=a_withdrawal())])
    front = next(channels(newsroom, "sv")).part(None)
    (told,) = Entries(Articles(newsroom, Untouched())).of(front)
    assert told.entry.html


@given(st.text())
def test_any_text_is_legal_in_xml(text):
    element = etree.Element("x")
    element.text = legible(text)
    assert legible(legible(text)) == legible(text)


def test_legal_text_is_left_alone():
    text = "Å\t\n\r\u00a0–\ud7ff\ue000\ufffd\U0001f600"
    assert legible(text) == text


def test_feeds_survive_what_xml_can_not_hold():
    bad = "före\x00\x0b\x1b\ufffe\ud800efter"
    release = a_release(
        title=bad,
        lead=bad,
        case_number=bad,
        images=(an_image(alt=bad, caption=bad, credit=bad),),
        documents=(a_document(title=bad),),
        corrections=(a_correction(text=bad),),
    )
    publisher = replace(a_newsroom().publisher, label=Localized.of({"sv": bad}))
    files = built(a_newsroom(publisher=publisher, releases=[release]), otherwise=f"<p>{bad}</p>")
    assert etree.fromstring(files["feed.rss"]).findtext(".//item/title") == "föreefter"
    assert etree.fromstring(files["feed.atom"]) is not None
    assert json.loads(files["feed.json"])["items"][0]["title"] == "föreefter"
