"""JSON Feed, held against a schema written from JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.feeds.built import built
from tests.nouns import a_newsroom

SCHEMA = json.loads(Path(__file__).with_name("jsonfeed-1.1.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


@pytest.fixture(scope="module")
def feeds(files) -> dict[str, dict]:
    return {path: json.loads(data) for path, data in files.items() if path.endswith(".json")}


def item_of(feed, id: str):
    return next(item for item in feed["items"] if item["id"].endswith(f":{id}"))


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_every_feed_is_of_the_schema(feeds):
    assert {path: [e.message for e in VALIDATOR.iter_errors(feed)] for path, feed in feeds.items()} == {
        path: [] for path in feeds
    }


@pytest.mark.parametrize(
    "broken",
    [
        {"version": "https://jsonfeed.org/version/1"},
        {"items": None},
        {"author": {"name": "Kim"}},
        {"feed_url": "/feed.json"},
        {"items": [{"content_html": "x"}]},
        {"items": [{"id": "1"}]},
        {"items": [{"id": 1, "content_text": "x"}]},
        {"items": [{"id": "1", "content_text": "x", "date_published": "2031-05-04 10:00"}]},
        {"items": [{"id": "1", "content_text": "x", "attachments": [{"url": "https://x"}]}]},
        {"items": [{"id": "1", "content_text": "x", "own": True}]},
    ],
)
def test_the_schema_catches_a_fault(broken, feeds):
    assert not VALIDATOR.is_valid({**feeds["feed.json"], **broken})


def test_a_feed_says_what_it_is(feeds):
    feed = feeds["feed.json"]
    assert feed["title"] == "Exempelmyndigheten – pressrum"
    assert feed["home_page_url"] == "https://press.example.se/"
    assert feed["feed_url"] == "https://press.example.se/feed.json"
    assert feed["language"] == "sv"
    assert feed["authors"] == [{"name": "Exempelmyndigheten", "url": "https://www.example.se"}]


def test_the_archive_is_linked_backwards(feeds):
    next_urls = [feeds[path].get("next_url") for path in ("feed.json", "feed-2.json", "feed-1.json")]
    assert next_urls == ["https://press.example.se/feed-2.json", "https://press.example.se/feed-1.json", None]


def test_an_item_has_the_releases_facts(feeds, full):
    item = item_of(feeds["feed.json"], "alltallt")
    release = full.by_id["alltallt"]
    assert item["id"] == "tag:example.se,2031:alltallt"
    assert item["url"] == full.site.absolute(release.address)
    assert (item["title"], item["summary"]) == (release.title, release.lead)
    assert (item["date_published"], item["date_modified"]) == ("2031-05-04T10:00:00+02:00", "2031-05-05T10:00:00+02:00")
    assert item["tags"] == ["Vatten", "Luft", "Pressmeddelande", "Media"]
    assert item["image"] == full.site.absolute(release.images[0].web.address)
    assert item["_pressroom"] == {"revision": 2, "case_number": "1.1-2031-000123", "urgent": True, "withdrawn": None}
    assert [a["size_in_bytes"] for a in item["attachments"]] == [
        *(image.original.bytes for image in release.images),
        *(document.download.bytes for document in release.documents),
    ]


def test_a_withdrawal_is_told_to_machines(feeds):
    item = item_of(feeds["feed.json"], "bortbort")
    assert item["_pressroom"]["withdrawn"] == {
        "at": "2031-05-06T10:00:00+02:00",
        "kind": "replaced",
        "reason": "Uppgifterna stämde inte.",
        "by": "alltallt",
    }


def test_an_empty_feed_is_valid():
    feed = json.loads(built(a_newsroom())["feed.json"])
    assert feed["items"] == []
    assert VALIDATOR.is_valid(feed)
