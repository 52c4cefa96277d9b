"""`press preview --share`: a sealed text as its reader opens it, in a real browser."""

import base64
import functools
import http.server
import re
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from tests.desk.conftest import ROOT
from tests.desk.published import TEXT

SECRETS = ("Hemliga siffror", "hemliga-siffror", "Ingressen", "42 procent", "siffror1", "Anna", "Reporter", "bild.png")


@pytest.fixture
def embargoed(desk):
    (desk.root / "theme").symlink_to(ROOT / "theme")
    file = desk.root / "content/releases/2099/hemliga-siffror/sv.md"
    file.parent.mkdir(parents=True)
    images = "images: [{file: bild.png, alt: En kurva., credit: Foto Graf, terms: fri}]\n"
    body = "Det är 42 procent. [Mer](../../2025/forsta/sv.md)"
    lifts = "2099-05-04T10:00:00+02:00"
    text = TEXT.format(id="siffror1", published=lifts, title="Hemliga siffror", more=images, body=body)
    file.write_text(text, encoding="utf-8")
    Image.new("RGB", (1600, 900), "navy").save(file.with_name("bild.png"))
    return desk


def shared(desk, *more):
    answer = desk.press("preview", "content/releases/2099/hemliga-siffror/sv.md", "--share", "Anna Reporter", *more)
    assert answer.returncode == 0, answer.stderr
    return answer, re.findall(r"(?m)^  ((?:file|https?)://\S+)$", answer.stdout)


@pytest.fixture
def page(browser):
    """A page that complains of whatever goes wrong, and of every request but for the file itself."""
    context = browser.new_context()
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: request.url.startswith("data:") or page.complaints.append(request.url))
    yield page
    context.close()


def test_the_link_opens_it_from_a_file_with_name_and_times_on_it(embargoed, page):
    answer, (link,) = shared(embargoed, "--until", "2099-05-01T12:00:00+02:00")
    assert "hindrar ingen" in answer.stdout
    page.goto(link)
    page.wait_for_selector("h1:has-text('Hemliga siffror')")
    text = page.inner_text("body")
    for part in ("42 procent", "Publiceringsspärr till 4 maj 2099 kl.\xa010.00", "Foto Graf", "Får användas fritt"):
        assert part in text
    assert text.count("Det här exemplaret är bara för Anna Reporter och kan läsas till 1 maj 2099 kl.\xa012.00.") == 2
    assert page.inner_text(".mark").count("Anna Reporter") > 100
    assert page.evaluate("document.images[0].naturalWidth") > 300
    assert page.get_attribute("a:has-text('Mer')", "href") == "https://press.example.org/pressmeddelanden/2025/forsta/"
    assert page.title() == "Hemliga siffror"
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
    assert [violation["id"] for violation in found] == []
    assert page.complaints == [link.partition("#")[0]]


def test_nothing_of_it_is_on_the_disk_or_sent_to_the_host(embargoed, page):
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            asked.append(self.raw_requestline.decode() + str(self.headers))

    _, (link,) = shared(embargoed, "--at", "http://127.0.0.1:1/delat")
    folder = embargoed.root / ".preview/shared"
    (file,) = folder.iterdir()
    key = link.partition("#")[2]
    for secret in (*SECRETS, "2099", key):
        for form in (secret.encode(), base64.b64encode(secret.encode())[:-4]):
            assert len(form) < 6 or form not in file.read_bytes()
            assert form not in file.name.encode()
    assert not (embargoed.root / "output").exists()
    kept = [file for file in embargoed.root.rglob("*") if file.is_file() and ".preview" not in file.parts]
    assert not [file for file in kept if key.encode() in file.read_bytes()]

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        page.goto(link.replace("http://127.0.0.1:1/delat", f"http://127.0.0.1:{server.server_port}"))
        page.wait_for_selector("h1:has-text('Hemliga siffror')")
        assert asked and not [line for line in asked if key in line]
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda link: link.partition("#")[0], "saknar sin sista del"),
        (lambda link: link[:-3] + ("abc" if link[-3:] != "abc" else "abd"), "inte nyckeln"),
        (lambda link: link.partition("#")[0] + "#%", "inte nyckeln"),
    ],
    ids=["no key", "another key", "no key at all"],
)
def test_without_the_key_it_says_what_is_wrong(embargoed, page, spoil, said):
    _, (link,) = shared(embargoed)
    page.goto(spoil(link))
    page.wait_for_selector(f"p:has-text('{said}')")
    assert "42 procent" not in page.content()


def test_after_its_last_day_it_does_not_open_and_an_open_one_closes(embargoed, page):
    _, (link,) = shared(embargoed, "--until", "2030-01-01T00:00:00Z")
    page.clock.install(time="2029-12-31T23:59:00Z")
    page.goto(link)
    page.wait_for_selector("h1:has-text('Hemliga siffror')")
    page.clock.fast_forward("02:00")
    page.wait_for_selector("p:has-text('går inte längre')")
    assert "42 procent" not in page.inner_text("body") and page.query_selector(".mark") is None
    page.reload()
    page.wait_for_selector("p:has-text('går inte längre')")


def test_without_script_it_says_that_it_is_sealed(embargoed, browser):
    _, (link,) = shared(embargoed)
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(link)
        assert "förseglad" in page.inner_text("main p")
    finally:
        context.close()


def test_each_reader_has_a_file_and_a_key(embargoed):
    _, links = shared(embargoed, "--share", "Bo Redaktör")
    files, keys = {link.partition("#")[0] for link in links}, {link.partition("#")[2] for link in links}
    assert len(files) == len(keys) == 2


HERE = "content/releases/2099/hemliga-siffror/sv.md"


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (["content/releases/2025/forsta/sv.md", "--share", "A"], "redan offentlig", 1),
        (["content/releases/2025/ingen/sv.md", "--share", "A"], "./press check", 1),
        ([HERE, "--share", "A", "--until", "2031-05-04"], "tidszon", 2),
        ([HERE, "--share", "A", "--until", "2020-05-04T10:00:00Z"], "gått ut", 1),
        ([HERE], "--share", 2),
        (["--share", "A"], "FIL", 2),
    ],
)
def test_what_can_not_be_shared_is_said(embargoed, arguments, said, code):
    answer = embargoed.press("preview", *arguments)
    assert answer.returncode == code and said in answer.stderr
