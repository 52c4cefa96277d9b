"""`press serve`: the built site as a good host would serve it."""

import socket

import pytest

from tests.desk.conftest import NEWSROOM, ROOT
from tests.desk.served import served

FILES = {
    "index.html": "<!doctype html>Hem",
    "404.html": "<!doctype html>Borta",
    "kontakt/index.html": "<!doctype html>Kontakt",
    "feed.rss": "<rss/>",
    "feed.atom": "<feed/>",
    "feed.json": "{}",
    "senaste.json": "{}",
    "a/release.txt": "å",
    "tidsfrister.ics": "BEGIN:VCALENDAR",
    ".well-known/security.txt": "Contact: mailto:a@example.org",
    ".edition.json": "{}",
}


@pytest.fixture
def built(desk):
    (desk.root / "plugins").symlink_to(ROOT / "plugins")
    for name, text in FILES.items():
        file = desk.root / "output" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return desk


def test_pages_feeds_and_what_is_not_there(built):
    with served(built, "serve", "--port", "8100") as server:
        assert server.get("/").text == FILES["index.html"]
        assert server.get("/kontakt/").text == FILES["kontakt/index.html"]
        redirected = server.get("/kontakt")
        assert redirected.status in (301, 302, 307, 308)
        assert redirected.headers["Location"].endswith("/kontakt/")
        types = {name: server.get(f"/{name}").headers["Content-Type"] for name in FILES if name != ".edition.json"}
        assert types == {
            "index.html": "text/html; charset=utf-8",
            "404.html": "text/html; charset=utf-8",
            "kontakt/index.html": "text/html; charset=utf-8",
            "feed.rss": "application/rss+xml; charset=utf-8",
            "feed.atom": "application/atom+xml; charset=utf-8",
            "feed.json": "application/feed+json",
            "senaste.json": "application/json",
            "a/release.txt": "text/plain; charset=utf-8",
            "tidsfrister.ics": "text/calendar; charset=utf-8",
            ".well-known/security.txt": "text/plain; charset=utf-8",
        }
        for path in ("/finns-inte/", "/.edition.json", "/../content/newsroom.yaml", "/%2e%2e/content/newsroom.yaml"):
            missing = server.get(path)
            assert (missing.status, missing.text) == (404, FILES["404.html"]), path


def test_headers_are_those_a_host_should_send(built):
    with served(built, "serve", "--port", "8120") as server:
        for path in ("/", "/feed.rss", "/finns-inte/"):
            headers = server.get(path).headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert (headers["X-Content-Type-Options"], "Referrer-Policy" in headers) == ("nosniff", True)
            assert "Strict-Transport-Security" not in headers
        # a page elsewhere on the web must not read a preview
        assert "Access-Control-Allow-Origin" not in server.get("/senaste.json", Origin="https://evil.example").headers
        tag = server.get("/feed.rss").headers["ETag"]
        assert server.get("/feed.rss", If_None_Match=tag).status == 304


def test_only_local_names_are_answered(built):
    with served(built, "serve", "--port", "8140") as server:
        assert server.get("/", Host="evil.example").status == 400
        assert server.get("/", Host="127.0.0.1:8140").status == 200


def test_a_site_in_a_folder_is_shown_in_that_folder(built):
    newsroom = built.root / "content/newsroom.yaml"
    newsroom.write_text(NEWSROOM.replace("press.example.org", "www.example.org/rum"), encoding="utf-8")
    with served(built, "serve", "--port", "8160") as server:
        assert server.address.endswith("/rum/")
        assert server.get("/rum/").text == FILES["index.html"]
        assert server.get("/").headers["Location"] == "/rum/"
        assert server.get("/kontakt/").status == 404
        assert server.get("/rummet/").status == 404


def test_a_taken_port_gives_the_next_free_one(built):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with served(built, "serve", "--port", str(taken)) as server:
            assert f":{taken}/" not in server.address
            assert server.get("/").status == 200


def test_nothing_built_is_said(desk):
    answer = desk.press("serve")
    assert (answer.returncode, answer.stderr) == (1, "Inget är byggt än. Kör ./press build först.\n")
