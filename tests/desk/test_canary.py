"""The canary hears of what doesn't reach readers: real letters of the real list, in real mailboxes."""

import contextlib
import mailbox
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from plugins.desk.publishing import canary
from plugins.desk.publishing.canary import Deaf, Imap, Maildir, seen, watch
from plugins.newsroom import Release, Site
from plugins.subscriptions.sending.worker import Sending, Worker
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.desk.conftest import NEWSROOM
from tests.nouns import a_correction, a_release, a_withdrawal
from tests.publishing.conftest import free_port, running
from tests.subscriptions.letters.test_composer import Room, Web, follow
from tests.subscriptions.letters.written import SERVICE, SITE, Deployment, deployed
from tests.subscriptions.test_postfix import postfix

NOW = datetime.now(UTC).replace(microsecond=0)
PUBLISHED = NOW - timedelta(hours=1)
ADDRESS = "kanariefagel@example.se"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A list whose only reader is the canary."""
    settings = Settings.from_environment({"LIST_STATE": str(tmp_path / "list")})
    Store.migrate(settings)
    store = Store.open(settings)
    settings = replace(settings, site=SITE, service=SERVICE, return_domain="bounces.example.se")
    made = Room(store, settings, Web(deployed()), now=PUBLISHED + timedelta(minutes=1))
    store.mailings.take_in(made.deployed.announcements(), NOW - timedelta(days=30))
    follow(made, ADDRESS)
    yield made
    store.close()


@pytest.fixture
def maildir(tmp_path: Path) -> Maildir:
    """The canary's mailbox, with the letter that asked it to confirm."""
    folder = tmp_path / "canary"
    mailbox.Maildir(folder)
    put(folder, b"Subject: Confirm\r\n\r\n", at=NOW - timedelta(days=10))
    return Maildir(folder)


def put(folder: Path, letter: bytes, at: datetime = NOW) -> None:
    key = mailbox.Maildir(folder).add(letter)
    os.utime(folder / "new" / key, (at.timestamp(), at.timestamp()))
    os.chown(folder / "new" / key, folder.stat().st_uid, folder.stat().st_gid)


def told(release: Release, room: Room, maildir: Maildir) -> None:
    """Publish, and have the list deliver all letters that this leads to."""
    room.announce(deployed(release))
    for letter in room.envelopes():
        put(maildir.folder, letter.message)


def a_story(**changes: object) -> Release:
    return a_release(**{"published": PUBLISHED, **changes})


def missing(site: Deployment, box: Maildir, now: datetime = NOW) -> list[tuple[str, int]]:
    return [(each.release, each.revision) for each in seen(site.announcements, box, now).missing]


def expected(site: Deployment, box: Maildir, now: datetime = NOW) -> list[tuple[str, int]]:
    return [(each.release, each.revision) for each in seen(site.announcements, box, now).expected]


def test_a_letter_that_has_come_is_known_by_what_it_tells_of(room: Room, maildir: Maildir) -> None:
    site = deployed(a_story())
    assert missing(site, maildir) == [("k7q2m9xd", 1)]
    told(a_story(), room, maildir)
    assert expected(site, maildir) == [("k7q2m9xd", 1)]
    assert missing(site, maildir) == []


def test_a_correction_is_another_letter(room: Room, maildir: Maildir) -> None:
    told(a_story(), room, maildir)
    room.now += timedelta(minutes=10)
    corrected = a_story(corrections=(a_correction(at=PUBLISHED + timedelta(minutes=12)),))
    assert missing(deployed(corrected), maildir) == [("k7q2m9xd", 2)]
    told(corrected, room, maildir)
    assert missing(deployed(corrected), maildir) == []


@pytest.mark.parametrize("change", [{"corrections": (a_correction(at=NOW),)}, {"withdrawn": a_withdrawal(at=NOW)}])
def test_what_only_those_hear_who_got_the_release_is_not_waited_for_by_others(change, maildir: Maildir) -> None:
    old = deployed(a_story(published=NOW - timedelta(days=5), **change))
    assert expected(old, maildir, NOW + timedelta(minutes=5)) == []


def test_what_was_told_before_the_canary_came_or_long_ago_is_not_waited_for(maildir: Maildir) -> None:
    assert expected(deployed(a_story(published=NOW - timedelta(days=3))), maildir) == []
    (letter,) = (maildir.folder / "new").iterdir()
    os.utime(letter, (NOW.timestamp(), NOW.timestamp()))
    assert expected(deployed(a_story()), maildir) == []


def test_a_mailbox_that_can_not_be_read_or_that_nobody_subscribed_is_no_silence(tmp_path: Path) -> None:
    with pytest.raises(Deaf):
        seen(deployed(a_story()).announcements, Maildir(tmp_path / "none"), NOW)
    mailbox.Maildir(tmp_path / "empty")
    with pytest.raises(Deaf):
        seen(deployed().announcements, Maildir(tmp_path / "empty"), NOW)


def test_what_comes_late_is_waited_for(room: Room, maildir: Maildir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "AGAIN", 0.02)
    room.web.site = deployed(a_story())
    asking = httpx.Client(transport=httpx.MockTransport(room.web))
    late = threading.Timer(0.2, partial(told, a_story(), room, maildir))
    late.start()
    try:
        found = watch(Site(SITE.rstrip("/")), asking, maildir, NOW, minutes=1)
        assert (len(found.expected), found.missing) == (1, ())
    finally:
        late.join()


def test_a_site_that_can_not_be_asked_is_no_silence(room: Room, maildir: Maildir) -> None:
    room.web.away = True
    with pytest.raises(Deaf, match="503"):
        watch(Site(SITE.rstrip("/")), httpx.Client(transport=httpx.MockTransport(room.web)), maildir, NOW, minutes=0)


def test_letters_that_a_real_worker_and_a_real_relay_deliver(room: Room) -> None:
    with postfix("kanariefagel") as relay:
        settings = replace(room.settings, relay=relay.relay, pull_back=timedelta(0), connections=1)
        room.store.instance.check()
        room.announce(deployed(a_story()))
        Worker(Sending(store=room.store, settings=settings, compose=room.compose)).run(until_idle=True)
        assert relay.wait_for("kanariefagel", 1)
        folder = relay.folder / "mail" / "kanariefagel"
        put(folder, b"Subject: Confirm\r\n\r\n", at=NOW - timedelta(days=10))
        found = seen(room.web.site.announcements, Maildir(folder), NOW)
        assert (len(found.expected), found.missing) == (1, ())


DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
mail_location = maildir:{maildir}
first_valid_uid = 0
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
passdb {{
  driver = static
  args = password=a/secret@
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
"""


@pytest.fixture
def imap(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Maildir]]:
    """The address of a mailbox on a real server, and the folder that it is."""
    dovecot = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if dovecot is None or os.geteuid() != 0:
        pytest.skip("Dovecot isn't installed (Debian: apt install dovecot-imapd), or this isn't root")
    port, owner = free_port(), pwd.getpwnam("nobody")
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))  # the server reads it as nobody
    folder.chmod(0o755)
    box = folder / "canary"
    mailbox.Maildir(box)
    for each in (box, *box.iterdir()):
        os.chown(each, owner.pw_uid, owner.pw_gid)
    put(box, b"Subject: Confirm\r\n\r\n", at=NOW - timedelta(days=10))
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    subprocess.run([*make, *name], cwd=folder, check=True, capture_output=True, timeout=60)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
    settings = DOVECOT.format(folder=folder, maildir=box, port=port, uid=owner.pw_uid, gid=owner.pw_gid)
    (folder / "dovecot.conf").write_text(settings)
    try:
        with running(dovecot, "-F", "-c", folder / "dovecot.conf", port=port, log=folder / "output"):
            yield f"imaps://kanariefagel:a%2Fsecret%40@localhost:{port}/INBOX", Maildir(box)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_mailbox_on_a_server_says_the_same(room: Room, imap: tuple[str, Maildir]) -> None:
    address, maildir = imap
    site, box = deployed(a_story()), Imap.at(address)
    assert box.begun() == maildir.begun() == NOW - timedelta(days=10)
    assert [each.release for each in seen(site.announcements, box, NOW).missing] == ["k7q2m9xd"]
    told(a_story(), room, maildir)
    found = seen(site.announcements, box, NOW)
    assert (len(found.expected), found.missing) == (1, ())
    with pytest.raises(Deaf) as wrong:
        replace(box, password="another").begun()  # noqa: S106
    assert "another" not in str(wrong.value)
    with pytest.raises(Deaf):
        replace(box, folder="Nowhere").begun()


def test_a_server_that_can_not_prove_who_it_is_gets_no_password(
    imap: tuple[str, Maildir], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Deaf, match="certificate"):
        Imap.at(imap[0]).begun()


@contextlib.contextmanager
def served(handler: object) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def alarms() -> Iterator[tuple[str, list[str]]]:
    """The address of what is told of alarms, and what it was told."""
    heard: list[str] = []

    class Bell(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with served(Bell) as address:
        yield address, heard


def test_the_command_alarms_once_about_what_has_not_come(desk, tmp_path, room, maildir, alarms):
    web = tmp_path / "web"
    web.mkdir()
    bell, heard = alarms
    with served(partial(Quiet, directory=str(web))) as url:
        site = deployed(a_story(), site=Site(url))
        (web / "notices.json").write_bytes(site.files["notices.json"])
        newsroom = desk.root / "content/newsroom.yaml"
        newsroom.write_text(NEWSROOM.replace("https://press.example.org", url), encoding="utf-8")
        settings = {
            "PRESSROOM_NOW": NOW.isoformat(),
            "PRESSROOM_CANARY": f"maildir:{maildir.folder}",
            "PRESSROOM_ALARM": bell,
        }
        answer = desk.press("watch", "--wait", "0", **settings)
        assert answer.returncode == 1
        title = "Ett exempel på ett pressmeddelande"
        assert answer.stderr == f"Inget brev om {title} (version 1) har kommit inom 0 minuter.\n"
        again = desk.press("watch", "--wait", "0", "--json", **settings)
        assert again.returncode == 1
        assert again.json["missing"] == [{"id": "k7q2m9xd", "revision": 1, "kind": "release"}]
        assert len(heard) == 1
        assert title in heard[0]
        told(a_story(), room, maildir)
        well = desk.press("watch", "--wait", "0", **settings)
        assert (well.returncode, well.stdout) == (0, "1 brev eftersöktes, och har kommit.\n")
        assert len(heard) == 1
        for letter in (maildir.folder / "new").iterdir():
            letter.unlink()
        assert desk.press("watch", "--wait", "0", **settings).returncode == 1
        assert "brevlådan är tom" in heard[1]


@pytest.mark.parametrize(
    ("address", "said"),
    [("", "PRESSROOM_CANARY är inte satt"), ("pop3://x", "maildir:/mapp"), ("imaps://host/", "lösenord")],
)
def test_a_setting_that_can_not_be_used_is_told(desk, address, said):
    answer = desk.press("watch", "--wait", "0", PRESSROOM_CANARY=address)
    assert answer.returncode == 1
    assert said in answer.stderr
