"""`make serve` as one process and one browser: subscribe, confirm, get a release, leave."""

import contextlib
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from plugins.desk.subscribers.local_list import Output, _path, local
from plugins.subscriptions.settings import Mode
from tests.desk.conftest import RELEASE, ROOT
from tests.desk.served import served

ANNA = "anna@example.test"
ID = "n3wn3wn3"


@pytest.fixture
def room(desk):
    """A project with the real rooms and theme, built."""
    for name in ("plugins", "theme"):
        (desk.root / name).symlink_to(ROOT / name)
    built(desk)
    return desk


def built(desk):
    now = datetime.now(UTC).isoformat()
    answer = desk.run("build", PRESSROOM_NOW=now)
    assert answer.returncode == 0, answer.stderr


def publish(desk, title):
    at = (datetime.now(UTC) - timedelta(seconds=5)).isoformat(timespec="seconds")
    file = desk.root / f"content/releases/{at[:4]}/nytt/sv.md"
    file.parent.mkdir(parents=True)
    text = RELEASE.replace("abcd1234", ID).replace("2025-03-14T09:34:36+01:00", at)
    file.write_text(text.replace("Första meddelandet", title), encoding="utf-8")
    built(desk)


@contextlib.contextmanager
def visiting(browser, address):
    """A browser of somebody's own. Nothing may be complained of, and nobody else be asked."""
    context = browser.new_context(locale="sv-SE")
    context.set_default_timeout(20_000)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: request.url.startswith(address) or complaints.append(request.url))
    yield page
    assert complaints == []
    context.close()


def test_the_whole_path_of_a_reader(browser, room, monkeypatch):
    monkeypatch.setenv("LIST_PULL_BACK", "0s")
    with served(room, "serve", "--port", "8180") as server, visiting(browser, server.address) as page:
        mailbox = f"{server.address}.mailbox/"

        def in_letter(subject, link):
            page.goto(mailbox)
            page.click(f"a:has-text('{subject}')")
            page.frame_locator("iframe").get_by_role("link", name=link).first.click()

        page.goto(f"{server.address}prenumerera/")
        page.type("#email", ANNA, delay=100)  # nobody writes an address in less than a second
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Titta i din inkorg')")
        in_letter("Bekräfta", "Ja, prenumerera")
        page.wait_for_selector("h1:has-text('Du är med på listan')")

        publish(room, "Ett nytt meddelande")
        in_letter("Ett nytt meddelande", server.address)
        page.wait_for_selector("h1:has-text('Ett nytt meddelande')")  # the page, on this machine
        who = room.press("subscribers", "who", ID)
        assert who.stdout == "Version 1: skickat 1.\n"
        assert "Version 1: skickat" in room.press("subscribers", "why", ANNA, ID).stdout
        assert "1 aktiv" in room.press("subscribers", "status").stdout
        service = f"{server.address}lista/"
        remote = room.press("subscribers", "status", "--remote", LIST_SERVICE=service)
        assert remote.json["readers"]["active"] == 1

        in_letter("Ett nytt meddelande", "Avsluta prenumerationen")
        page.click("button")
        page.wait_for_selector("h1:has-text('Du har lämnat listan')")
        assert "finns inte på listan" in room.press("subscribers", "why", ANNA, ID).stdout
        name = page.goto(mailbox).text().split("/.mailbox/")[2].split("/")[0]
        assert server.get(f"/.mailbox/{name}/source").text.count("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
        assert server.get("/.mailbox/../list.sqlite").status == 404


def test_a_list_that_cannot_run_does_not_stop_the_site(room):
    state = room.root / ".list"
    state.mkdir()
    (state / "list.sqlite").write_text("no database " * 100)
    with served(room, "serve", "--port", "8200") as server:
        assert server.get("/prenumerera/").status == 200
        assert [line for line in server.said if "E-postlistan" in line]


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [
        (None, "/rum/lista/"),
        ("/utskick/", "/utskick/"),
        ("https://press.example.se/utskick/", "/utskick/"),
        ("https://list.example.se/", "/rum/lista/"),
        ("https://press.example.se/rum/", "/rum/lista/"),
    ],
)
def test_the_list_is_where_it_is_in_public_if_that_is_below_the_same_host(endpoint, path):
    assert _path(endpoint, "https://press.example.se/rum/", "/rum/") == path


def test_the_built_site_is_read_from_its_folder_and_nothing_else_is(tmp_path):
    folder = tmp_path / "output"
    folder.mkdir()
    (folder / "notices.json").write_text(json.dumps({}))
    (tmp_path / "secret").write_text("x")
    with httpx.Client(transport=Output(folder, "/rum/")) as client:
        assert client.get("https://press.example.se/rum/notices.json").json() == {}
        for path in ("rum/finns-inte", "rum/%2e%2e/secret", "rum/../secret", "rum/"):
            assert client.get(f"https://press.example.se/{path}").status_code == 404, path


def test_a_public_list_is_never_met_from_here(tmp_path):
    public = {
        "LIST_MODE": "public",
        "LIST_DATABASE": "postgresql://db.example/list",
        "LIST_RELAY": "smtp://relay.example:587",
        "LIST_STATE": "/var/lib/press-list",
        "LIST_PULL_BACK": "1min",
    }
    settings = local(public, tmp_path, LIST_RELAY="smtp://127.0.0.1:2525")
    assert (settings.mode, settings.relay.is_near, settings.state) == (Mode.LOCAL, True, tmp_path)
    assert settings.database == f"sqlite:///{tmp_path}/list.sqlite"
    assert settings.pull_back.total_seconds() == 60
