"""What readers get from real web servers that are set up by our own rules."""

import os
import re
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from plugins.newsroom import Site, WithdrawalKind
from plugins.publishing.headers import MEDIA_TYPES, headers, rules_for
from plugins.publishing.hosting import caddy, headers_file, nginx, redirects_file
from plugins.publishing.targets.folder import Folder
from tests.nouns import a_newsroom, a_release, a_withdrawal
from tests.publishing.conftest import free_port, program, running
from tests.publishing.editions import deploy, shipped

GONE = "pressmeddelanden/2031/misstag/"
HERE = "pressmeddelanden/2031/har/"
PAGE = b"<!DOCTYPE html><title>Sida</title><p>" + b"En sida med text. " * 200

FILES = {
    "index.html": PAGE,
    "404.html": b"Sidan finns inte",
    "feed.rss": b"<rss/>" * 100,
    "feed.atom": b"<feed/>" * 100,
    "feed.json": b"{}",
    "senaste.json": b"[]",
    "robots.txt": b"User-agent: *\n",
    ".well-known/security.txt": b"Contact: mailto:a@example.se\n",
    "theme/style.12345678.css": b"body{}" * 100,
    "bilder/bild.jpg": b"jpeg",
    "regeringsuppdrag/tidsfrister.ics": b"BEGIN:VCALENDAR",
    "public/2031.json": b"{}",
    f"{HERE}index.html": PAGE,
    f"{HERE}release.txt": "Räksmörgås".encode(),
    f"{GONE}index.html": b"Publicerad av misstag",
    "nyheter/gammal/index.html": b"stub",
}


def a_site():
    moved = a_release(address=HERE, moved_from=("nyheter/gammal/", "node/123", "r%C3%A5d och d\xe5d/\"x\"$1/"))
    mistake = a_release(
        id="misstag1", address=GONE, withdrawn=a_withdrawal(WithdrawalKind.IN_ERROR), source="releases/m/sv.md"
    )
    endpoint = "https://list.example.se/subscribe"
    return replace(a_newsroom(releases=[moved, mistake]), subscription_endpoint=endpoint, demonstration=True)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("srv")
    deploy(Folder(folder), shipped(tmp_path_factory.mktemp("shipment"), FILES, compressed=True))
    return folder / "current"


def has_brotli():
    return any(Path("/usr/lib/nginx/modules").glob("*brotli_static*"))


def nginx_at(folder, root, newsroom=None, certificate=None, tls=0):
    """Answer a running nginx that has our file among its own, as in conf.d."""
    port, binary = free_port(), program("nginx")
    ours = nginx(newsroom or a_site(), root=str(root), brotli=has_brotli(), certificate=certificate)
    ours = ours.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("listen 443", f"listen 127.0.0.1:{tls}")
    ours = re.sub(r"listen \[::\].*;", "", ours)
    (folder / "press.conf").write_text(ours, encoding="utf-8")
    module = "load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;\n" if has_brotli() else ""
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi"))
    places += "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("uwsgi", "scgi"))
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{module}{user}daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr warn;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}include {folder}/press.conf;\n}}\n"
    )
    server = running(binary, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr", port=port, log=folder / "log")
    return server, f"http://127.0.0.1:{port}"


def caddy_at(folder, root, newsroom=None):
    port, binary = free_port(), program("caddy")
    newsroom = newsroom or a_site()
    address = f"http://127.0.0.1:{port}"
    ours = caddy(newsroom, root=str(root)).replace(f"\n{newsroom.site.host} {{", f"\n{address} {{")
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + ours, encoding="utf-8")
    command = (binary, "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile")
    homes = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    return running(*command, port=port, log=folder / "log", environment=homes), address


@pytest.fixture(scope="module", params=[nginx_at, caddy_at], ids=["nginx", "caddy"])
def server(request, root, tmp_path_factory):
    running_server, address = request.param(tmp_path_factory.mktemp("server"), root)
    with running_server, httpx.Client(base_url=address, timeout=20) as client:
        yield client


@pytest.mark.parametrize("path", [path for path in FILES if "gammal" not in path and GONE not in path])
def test_each_file_has_its_headers(server, path):
    answer = server.get("/" + path.removesuffix("index.html"))
    assert answer.status_code == 200 and answer.content == FILES[path]
    for name, value in headers(path, rules_for(a_site())).items():
        assert answer.headers.get_list(name) == [value], name
    assert ("Access-Control-Allow-Origin" in answer.headers) is path.endswith(("json", "rss", "atom", "ics", "txt"))


def test_the_policy_names_the_subscription_service_and_nothing_else_from_outside(server):
    policy = server.get("/").headers["Content-Security-Policy"]
    assert "form-action 'self' https://list.example.se;" in policy
    assert "unsafe" not in policy and re.findall(r"https?://\S+", policy) == ["https://list.example.se;"]
    assert server.get("/").headers["X-Robots-Tag"] == "noindex"


def test_who_has_the_page_is_told_so(server):
    answer = server.get("/")
    asked = {"If-None-Match": answer.headers["ETag"]}
    again = server.get("/", headers=asked)
    assert again.status_code == 304 and not again.content
    since = server.get("/", headers={"If-Modified-Since": answer.headers["Last-Modified"]})
    assert since.status_code == 304
    assert again.headers["Content-Security-Policy"] == answer.headers["Content-Security-Policy"]


def test_the_compressed_copies_are_sent(server, root):
    answer = server.get("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip" and answer.content == PAGE
    assert int(answer.headers["Content-Length"]) == (root / "index.html.gz").stat().st_size
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    plain = server.get("/", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.content == PAGE


def test_the_brotli_copies_are_sent_where_the_server_can(server, root):
    answer = server.get("/feed.atom", headers={"Accept-Encoding": "br"})
    if "Content-Encoding" not in answer.headers:
        pytest.skip("this nginx has no brotli module")
    assert answer.headers["Content-Encoding"] == "br" and answer.content == FILES["feed.atom"]
    assert int(answer.headers["Content-Length"]) == (root / "feed.atom.br").stat().st_size
    assert answer.headers["Content-Type"] == MEDIA_TYPES["atom"]


@pytest.mark.parametrize(
    "old", ["/nyheter/gammal/", "/nyheter/gammal", "/node/123", "/node/123/", "/r%C3%A5d%20och%20d%C3%A5d/%22x%22$1/"]
)
def test_old_addresses_lead_to_the_new_one(server, old):
    answer = server.get(old)
    assert answer.status_code == 301
    assert answer.headers["Location"].removeprefix(str(server.base_url).rstrip("/")) == f"/{HERE}"


def test_what_was_published_in_error_is_gone_and_the_page_says_why(server):
    answer = server.get("/" + GONE)
    assert answer.status_code == 410 and answer.content == FILES[f"{GONE}index.html"]
    assert "Content-Security-Policy" in answer.headers


def test_what_is_not_there_is_404_with_our_page_and_headers(server):
    for path in ("/nothing/", "/.edition.json", "/pressmeddelanden/.hidden/x"):
        answer = server.get(path)
        assert answer.status_code == 404, path
        assert "Content-Security-Policy" in answer.headers
    assert server.get("/nothing/").content == FILES["404.html"]


def test_a_folder_without_its_slash_leads_to_it_on_the_same_host(server):
    answer = server.get(f"/{HERE.rstrip('/')}", headers={"Host": server.base_url.netloc.decode()})
    assert answer.status_code in (301, 308) and answer.headers["Location"].endswith(f"/{HERE}")


def test_a_new_edition_is_seen_at_once_and_what_did_not_change_keeps_its_tag(server, root, tmp_path_factory):
    tags = {path: server.get(path).headers["ETag"] for path in ("/", "/robots.txt")}
    folder = tmp_path_factory.mktemp("next")
    try:
        deploy(Folder(root.parent), shipped(folder / "a", {**FILES, "index.html": b"new " * 40}, compressed=True))
        assert server.get("/").content == b"new " * 40
        assert server.get("/").headers["ETag"] != tags["/"]
        assert server.get("/robots.txt").headers["ETag"] == tags["/robots.txt"]
    finally:
        deploy(Folder(root.parent), shipped(folder / "b", FILES, compressed=True))
    assert server.get("/").content == PAGE


def test_a_press_room_in_a_folder_of_its_host(tmp_path, root):
    (tmp_path / "web").mkdir()
    (tmp_path / "web/press").symlink_to(root)
    newsroom = replace(a_site(), site=Site("https://www.example.se/press"))
    running_server, address = nginx_at(tmp_path, tmp_path / "web", newsroom)
    with running_server, httpx.Client(base_url=address, timeout=20) as client:
        assert client.get("/press/").content == PAGE
        assert client.get("/press/feed.json").headers["Content-Type"] == "application/feed+json"
        assert "immutable" in client.get("/press/theme/style.12345678.css").headers["Cache-Control"]
        assert client.get("/press/node/123").headers["Location"] == f"/press/{HERE}"
        assert client.get(f"/press/{GONE}").status_code == 410


def test_with_a_certificate_nginx_answers_over_tls_and_leads_others_there(tmp_path, root):
    key = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:press.example.se"]
    files = ["-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"]
    program("openssl")
    subprocess.run([*key, *names, *files], check=True, capture_output=True, timeout=60)
    tls = free_port()
    running_server, address = nginx_at(tmp_path, root, certificate=str(tmp_path), tls=tls)
    trusted = ssl.create_default_context(cafile=tmp_path / "fullchain.pem")
    with running_server, httpx.Client(timeout=20, verify=trusted) as client:
        plain = client.get(f"{address}/a?b", headers={"Host": "press.example.se"})
        assert plain.status_code == 301 and plain.headers["Location"] == "https://press.example.se/a?b"
        named = {"Host": "press.example.se"}
        answer = client.get(f"https://127.0.0.1:{tls}/", headers=named, extensions={"sni_hostname": "press.example.se"})
        assert answer.content == PAGE and answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_headers_for_hosts_that_read_a_file():
    text = headers_file(a_site()).decode()
    patterns = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert len(patterns) <= 100 and all(pattern.count("*") <= 1 for pattern in patterns)
    assert max(map(len, text.splitlines())) < 2000
    assert "/theme/*\n  Cache-Control: public, max-age=31536000, immutable\n" in text
    assert "/*.atom\n  Content-Type: application/atom+xml; charset=utf-8\n" in text
    # one header, one rule: these hosts join the values of several
    assert text.count("Cache-Control") == 1 and text.count("Content-Security-Policy") == 1


def test_redirects_for_hosts_that_read_a_file():
    assert redirects_file(a_site()).decode().splitlines()[:4] == [
        f"/node/123 /{HERE} 301",
        f"/node/123/ /{HERE} 301",
        f"/nyheter/gammal/ /{HERE} 301",
        f"/nyheter/gammal /{HERE} 301",
    ]
    assert f"/r%C3%A5d%20och%20d%C3%A5d/%22x%22$1/ /{HERE} 301" in redirects_file(a_site()).decode()
    assert redirects_file(a_newsroom(releases=[])) == b""
