"""Fetching from a real server on this machine."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from plugins.importing.fetching import Fetcher, NotFetched


class Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        place = self.path.rpartition("/")[2]
        moved = {"moved": "/page", "round": "/round"}.get(place)
        self.send_response(302 if moved else 404 if place == "gone" else 200)
        if moved:
            self.send_header("Location", moved)
        self.end_headers()
        self.wfile.write(b"x" * (2000 if place == "large" else 100))

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def host():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("place", ["page", "moved"])
def test_what_was_named_is_fetched(host, place):
    assert Fetcher(1000).fetch(f"{host}/{place}") == b"x" * 100


@pytest.mark.parametrize("place", ["gone", "round", "large"])
def test_what_cannot_be_had_is_told(host, place):
    with pytest.raises(NotFetched):
        Fetcher(1000).fetch(f"{host}/{place}")


def test_an_address_found_in_a_source_leads_into_no_private_network(host):
    with pytest.raises(NotFetched, match=r"127\.0\.0\.1"):
        Fetcher(1000).fetch_found(f"{host}/page", beside="https://old.example/1")
    with pytest.raises(NotFetched):
        Fetcher(1000).fetch_found("file:///etc/passwd", beside="https://old.example/1")


def test_a_picture_on_the_sources_own_host_is_fetched(host):
    assert Fetcher(1000).fetch_found(f"{host}/page", beside=f"{host}/release") == b"x" * 100


def test_a_host_that_does_not_answer_is_told():
    with pytest.raises(NotFetched):
        Fetcher(1000).fetch("http://127.0.0.1:1/")
