"""A room's line in PLUGINS is the whole feature: without it nothing of it is made, and nothing leads to it."""

import json
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.building import SAMPLE, build, files

ROOMS = ["reading", "media", "pages", "feeds", "subscriptions", "edition"]


@pytest.mark.parametrize(
    ("room", "made"), [("feeds", ("feed.rss", "feed.atom", "feed.json", ".ics")), ("subscriptions", ("notices.json",))]
)
def test_without_the_room_nothing_leads_to_what_it_made(room, made, tmp_path):
    plugins = [f"plugins.{name}" for name in ROOMS if name != room]
    output = build(SAMPLE / "everything", tmp_path / "output", PLUGINS=plugins)
    found = files(output)
    assert "index.html" in found
    assert [path for path in found if path.endswith(made)] == []
    for path, data in found.items():
        if not path.endswith(".html"):
            continue
        for tag in BeautifulSoup(data, "html.parser").find_all(["a", "link"], href=True):
            target = urlsplit(urljoin(f"/{path}", tag["href"]))
            assert target.netloc or not unquote(target.path).endswith(made), (path, tag["href"])


def test_the_record_says_exactly_what_is_there(tmp_path):
    output = build(SAMPLE / "english", tmp_path / "output")
    record = json.loads((output / ".edition.json").read_bytes())
    assert set(record) == set(files(output)) - {".edition.json"}
