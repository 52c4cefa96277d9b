"""The deployed site, read over real HTTP from a server that can also be slow, large, elsewhere or wrong."""

import gzip
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from plugins.newsroom import Site
from plugins.newsroom.record import json_bytes
from plugins.subscriptions import manifest
from plugins.subscriptions.letters.record import Misread, Record
from plugins.subscriptions.mailing import NoticeKind
from plugins.subscriptions.manifest import BadManifest, Deployed, Unreachable, is_below, own_client, read_manifest
from tests.nouns import PUBLISHED, a_correction, a_keyword, a_link, a_release, an_audience, an_image, with_translation
from tests.subscriptions.letters.written import SITE, deployed


@dataclass
class Host:
    """A web host: `answers` by path; who asked for what, with which headers, is in `asked`."""

    address: str = ""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    pause: Callable[[], None] = lambda: None


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            status, headers, body = host.answers.get(self.path, (404, {}, b"not here"))
            if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for start in range(0, len(body), 65_536):
                    self.wfile.write(body[start : start + 65_536])
                    host.pause()
            except OSError:
                pass  # who asked has heard enough

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        host.address = f"http://127.0.0.1:{server.server_port}/"
        yield host
        server.shutdown()
        thread.join()


@pytest.fixture
def site(host: Host) -> Iterator[Deployed]:
    with own_client() as client:
        yield Deployed(host.address, client)


def serve(host: Host, *releases: Any, **headers: str) -> None:
    files = deployed(*releases, site=Site(host.address.rstrip("/"))).files
    host.answers |= {f"/{path}": (200, dict(headers), body) for path, body in files.items()}


RELEASES = with_translation(
    a_release(
        urgent=True,
        keywords=(a_keyword(),),
        audiences=(an_audience(),),
        corrections=(a_correction(),),
        images=(an_image(),),
        links=(a_link(),),
    )
)


def test_what_the_site_announces_and_says_is_read(host: Host, site: Deployed) -> None:
    serve(host, *RELEASES)
    correction, release = site.announcements()
    assert (correction.kind, correction.revision) == (NoticeKind.CORRECTION, 2)
    assert (release.release, release.revision, release.urgent) == ("k7q2m9xd", 1, True)
    assert release.at == release.published == PUBLISHED
    assert release.topics == {"type:pressmeddelande", "keyword:vatten", "audience:media"}
    assert [version.language for version in release.versions] == ["sv", "en"]
    record = site.record(release, release.version("en"))
    assert (record.id, record.language, record.original_language) == ("k7q2m9xd", "en", "sv")
    assert record.images[0].original.address.startswith(host.address)
    assert site.offer().languages == ("sv", "en")


def test_an_unchanged_manifest_is_not_transferred_again(host: Host, site: Deployed) -> None:
    serve(host, *RELEASES, ETag='"one"')
    first = site.announcements()
    assert site.announcements() == first
    assert host.asked[1][1]["if-none-match"] == '"one"'
    serve(host, a_release(id="a1a1a1a1"), ETag='"two"')
    assert [each.release for each in site.announcements()] == ["a1a1a1a1"]


def test_other_bytes_than_announced_are_for_later(host: Host, site: Deployed) -> None:
    serve(host, *RELEASES)
    release = site.announcements()[1]
    serve(host, a_release(title="Ett annat"))
    with pytest.raises(Unreachable, match="other bytes"):
        site.record(release, release.version("sv"))


def test_another_releases_text_is_refused_whatever_its_hash(host: Host, site: Deployed) -> None:
    serve(host, a_release(id="a1a1a1a1"), a_release(id="b2b2b2b2", slug="b"))
    one, other = sorted(site.announcements(), key=lambda each: each.release)
    with pytest.raises(Misread, match="another release"):
        site.record(one, other.version("sv"))


@pytest.mark.parametrize("status", [301, 302, 404, 500, 503])
def test_no_other_answer_than_ok_will_do_and_no_redirect_is_followed(host: Host, site: Deployed, status: int) -> None:
    host.answers["/notices.json"] = (status, {"Location": f"{host.address}elsewhere.json"}, b"{}")
    with pytest.raises(Unreachable, match=str(status)):
        site.announcements()
    assert [path for path, _ in host.asked] == ["/notices.json"]


def test_a_site_that_is_away_is_told(site: Deployed) -> None:
    with own_client() as client, pytest.raises(Unreachable):
        Deployed("http://127.0.0.1:9/", client).announcements()


def test_answers_have_a_largest_size_also_when_compressed(
    host: Host, site: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "MANIFEST_BYTES", 100_000)
    host.answers["/notices.json"] = (200, {}, b" " * 100_001)
    with pytest.raises(Unreachable, match="larger than 100000"):
        site.announcements()
    host.answers["/notices.json"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 50_000_000))
    with pytest.raises(Unreachable, match="larger than 100000"):
        site.announcements()


def test_an_answer_that_drips_has_an_end(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part comes in time and the whole would not."""
    monkeypatch.setattr(manifest, "LONGEST", 0.3)
    host.answers["/notices.json"] = (200, {}, b" " * 65_536 * 100)
    host.pause = lambda: time.sleep(0.05)
    with own_client() as client, pytest.raises(Unreachable, match="slower"):
        Deployed(host.address, client).announcements()


def test_the_machines_proxies_are_not_asked(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(host, *RELEASES)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with own_client() as client:
        assert Deployed(host.address, client).announcements()


@pytest.mark.parametrize(
    "address",
    [
        "https://press.example.se.evil.example/a", "https://press.example.se@evil.example/", "http://press.example.se/a",
        "https://press.example.se:8443/a", "https://evil.example/", "//press.example.se/a", "/a", "file:///etc/passwd",
        "https://press.example.se/../a", "https://press.example.se/a/%2e%2e/b", "https://press.example.se/a#b",
        "https://press.example.se/a b", "https://press.example.se/a\nb", 'https://press.example.se/"',
    ],
)  # fmt: skip
def test_only_addresses_of_the_site_are_its_own(address: str) -> None:
    assert not is_below(address, SITE)


def test_a_site_in_a_folder_has_no_addresses_beside_it() -> None:
    assert is_below("https://example.se/press/a/release.json", "https://example.se/press/")
    assert not is_below("https://example.se/pressa/release.json", "https://example.se/press/")


def _changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    said = json.loads(deployed(*RELEASES).files["notices.json"])
    change(said)
    return json_bytes(said)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(format=2),
        lambda said: said.update(site="https://evil.example/"),
        lambda said: said.update(notices=None),
        lambda said: said.pop("notices"),
        lambda said: said["notices"][0].update(id="../../x"),
        lambda said: said["notices"][0].update(revision=0),
        lambda said: said["notices"][0].update(revision="1"),
        lambda said: said["notices"][0].update(kind="advertisement"),
        lambda said: said["notices"][0].update(at="2031-05-04T10:00:00"),
        lambda said: said["notices"][0].update(at="yesterday"),
        lambda said: said["notices"][0].update(original_language="de"),
        lambda said: said["notices"][0].update(languages={}),
        lambda said: said["notices"][0]["topics"].update(type="A b"),
        lambda said: said["notices"][0]["languages"]["sv"].update(title=""),
        lambda said: said["notices"][0]["languages"]["sv"].update(address="https://evil.example/"),
        lambda said: said["notices"][0]["languages"]["sv"].update(address="javascript:alert(1)"),
        lambda said: said["notices"][0]["languages"]["sv"]["record"].update(address="https://evil.example/r.json"),
        lambda said: said["notices"][0]["languages"]["sv"]["record"].update(sha256="x"),
    ],
)
def test_a_manifest_that_is_not_as_it_should_be_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(BadManifest) as refused:
        read_manifest(_changed(change), SITE)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("written", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"format": 1}'])
def test_what_is_no_manifest_is_refused(written: bytes) -> None:
    with pytest.raises(BadManifest):
        read_manifest(written, SITE)


def test_titles_are_one_line() -> None:
    def change(said: dict[str, Any]) -> None:
        said["notices"][0]["languages"]["sv"]["title"] = "Ett\r\nBcc: all@example.org\x00\u2028exempel"

    assert read_manifest(_changed(change), SITE)[0].versions[0].title == "Ett Bcc: all@example.org exempel"


def _record(**changes: Any) -> bytes:
    site = deployed(*RELEASES)
    address = site.announcements[0].version("sv").record.removeprefix(SITE)
    return json_bytes({**json.loads(site.files[address]), **changes})


def test_new_keys_are_no_fault() -> None:
    assert Record.read(_record(something_new={"a": 1})).id == "k7q2m9xd"


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2}, {"title": None}, {"title": ""}, {"published": "2031-05-04T10:00:00"}, {"contacts": None},
        {"language": "sv\r\nX: y"}, {"addresses": {"html": "javascript:alert(1)"}}, {"corrections": [{"at": "x"}]},
        {"links": [{"text": "a", "url": "data:text/html,x"}]},
        {"contacts": [{"function": "a", "phone": None, "mail": "a@b\r\nBcc: c@d", "hours": None, "languages": []}]},
        {"contacts": [{"function": "a", "phone": {"text": "1", "number": "1;ext=2"}, "mail": None, "hours": None,
                       "languages": []}]},
    ],
)  # fmt: skip
def test_a_text_that_is_not_as_it_should_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Misread) as refused:
        Record.read(_record(**changes))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("written", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_text_is_refused(written: bytes) -> None:
    with pytest.raises(Misread):
        Record.read(written)


def test_the_hash_is_of_the_bytes_served() -> None:
    site = deployed(*RELEASES)
    version = site.announcements[0].version("sv")
    assert version.sha256 == hashlib.sha256(site.files[version.record.removeprefix(SITE)]).hexdigest()
