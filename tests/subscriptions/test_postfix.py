"""A real Postfix as the relay: letters reach a Maildir, what bounces comes back, and its log settles doubt."""

import email
import email.policy
import grp
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plugins.subscriptions.delivery import Claim, Policy
from plugins.subscriptions.feedback.mailbox import Feedback
from plugins.subscriptions.feedback.reports import Kind
from plugins.subscriptions.sending import reconcile
from plugins.subscriptions.sending.journal import machine
from plugins.subscriptions.sending.smtp import Connection, Envelope
from plugins.subscriptions.sending.worker import Sending, Worker
from plugins.subscriptions.settings import Relay, Security, Settings
from plugins.subscriptions.store import Store
from tests.subscriptions import running
from tests.subscriptions.letters.test_dkim import AT, letter, signers, verified
from tests.subscriptions.letters.written import VALUES
from tests.subscriptions.people import KEYS

POSTFIX = shutil.which("postfix", path="/usr/sbin:/usr/local/sbin:/usr/bin")
DAEMONS = Path("/usr/lib/postfix/sbin")
DOMAIN = "bounces.example.se"

MASTER = """\
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.se
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
virtual_mailbox_domains = example.se, {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {mailboxes} }}, regexp:{{ {{/^b-.*@/ bounces/}} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
prepend_delivered_header = virtual
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_reject_unlisted_recipient = no
default_transport = error
"""


@dataclass(frozen=True)
class Postfix:
    folder: Path
    port: int

    @property
    def relay(self) -> Relay:
        return Relay(host="127.0.0.1", port=self.port, security=Security.NONE)

    @property
    def log(self) -> Path:
        return self.folder / "mail.log"

    def letters(self, mailbox: str) -> list[bytes]:
        return [file.read_bytes() for file in (self.folder / "mail" / mailbox / "new").glob("*")]

    def wait_for(self, mailbox: str, letters: int) -> list[bytes]:
        deadline = time.monotonic() + 30
        while len(found := self.letters(mailbox)) < letters and time.monotonic() < deadline:
            time.sleep(0.05)
        return found


@contextmanager
def postfix(*mailboxes: str) -> Iterator[Postfix]:
    """Start a Postfix of its own, that leaves the machine's alone, and end it."""
    if POSTFIX is None or not DAEMONS.is_dir():
        pytest.skip("Postfix isn't installed (Debian: apt install postfix)")
    if os.geteuid() != 0:
        pytest.skip("Postfix can only be started by root")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    folder.chmod(0o755)
    owner, nobody = pwd.getpwnam("postfix"), pwd.getpwnam("nobody")
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
    os.chown(folder / "mail", nobody.pw_uid, grp.getgrnam("nogroup").gr_gid)
    known = " ".join(f"{{{name}@example.se = {name}/}}" for name in mailboxes)
    main = MAIN.format(folder=folder, daemons=DAEMONS, domain=DOMAIN, mailboxes=known, uid=nobody.pw_uid,
                       gid=nobody.pw_gid)  # fmt: skip
    (folder / "etc" / "main.cf").write_text(main)
    (folder / "etc" / "master.cf").write_text(MASTER.format(port=f"127.0.0.1:{port}"))
    command = [POSTFIX, "-c", str(folder / "etc")]
    try:
        subprocess.run([*command, "start"], check=True, capture_output=True, timeout=60)
        _wait_for_greeting(port)
        yield Postfix(folder, port)
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_greeting(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("Postfix doesn't listen")


def compose(claim: Claim) -> Envelope:
    return replace(running.compose(claim), sender=KEYS.return_path(claim.number, DOMAIN))


def test_letters_arrive_bounces_come_back_and_doubt_is_settled(sqlite_settings: Settings) -> None:
    readers = ["anna", "bo", "gone", "cilla"]
    with postfix("anna", "bo", "cilla") as relay:
        settings = replace(sqlite_settings, relay=relay.relay, pull_back=timedelta(0), connections=2)
        store = Store.open(settings)
        running.begin(store, readers)
        store.instance.check()
        mailing = running.tell(store, now=running.today())
        # One worker has handed Cilla's letter over and was lost before it read the answer.
        (claim,) = [each for each in _claims(store, settings, 4) if each.address.startswith("cilla")]
        way = Connection(settings.relay)
        assert way.hand_over(compose(claim)).relay_id
        way.close()

        Worker(Sending(store=store, settings=settings, compose=compose)).run(until_idle=True)
        for name in ("anna", "bo", "cilla"):
            (letter,) = relay.wait_for(name, 1)
            read = email.message_from_bytes(letter, policy=email.policy.default)
            number = readers.index(name) + 1
            assert read["Message-ID"] == running.message_id(mailing, number)
            assert KEYS.delivery(str(read["Return-Path"]).strip("<>")) > 0

        # Its log says that it has Cilla's letter, so that isn't sent again.
        assert store.ledger.counts()["in_doubt"] == 1
        _reach_back(relay.log)
        soon = datetime.now(UTC) + timedelta(minutes=5)
        settled = reconcile.settle(
            store,
            running.message_id_of,
            Policy.RECONCILE_THEN_RESEND,
            soon,
            machine=machine(settings.state),
            log_file=relay.log,
        )
        assert {state.value: count for state, count in settled.items()} == {"accepted": 1}

        # Nobody has the last address. What comes back ends the subscription.
        assert relay.wait_for("bounces", 1)
        feedback = Feedback(store, KEYS, bounce_rate=0.5)
        assert feedback.look_through(relay.folder / "mail" / "bounces", datetime.now(UTC)) == {Kind.HARD: 1}
        gone = store.subscribers.reader(3)
        assert gone is not None and gone.address is None and gone.end_reason == "bounce"
        counts = store.ledger.counts()
        assert (counts["accepted"], counts["bounced"]) == (3, 1)
        store.close()


def test_the_relay_leaves_the_signatures_and_the_way_out_as_they_are() -> None:
    """RFC 8058, section 4: both headers are signed. What comes out of the relay is still what was signed."""
    sent = letter().fill(VALUES, AT, signers())
    with postfix("anna") as relay:
        way = Connection(relay.relay)
        envelope = Envelope(sender=KEYS.return_path(1, DOMAIN), recipient="anna@example.se", message=sent)
        assert way.hand_over(envelope).relay_id
        way.close(politely=True)
        (arrived,) = relay.wait_for("anna", 1)
    arrived = arrived.replace(b"\n", b"\r\n")
    assert verified(arrived) == [True, True]
    head, read = arrived.partition(b"\r\n\r\n")[0], email.message_from_bytes(arrived)
    for name in ("List-Unsubscribe", "List-Unsubscribe-Post"):
        assert f"\r\n{name}: {email.message_from_bytes(sent)[name]}\r\n".encode() in head
        for signature in read.get_all("DKIM-Signature"):
            signed = re.sub(r"\s", "", signature.partition("h=")[2].partition(";")[0]).split(":")
            assert name.lower() in signed


def _claims(store: Store, settings: Settings, rows: int) -> tuple[Claim, ...]:
    """Claim rows as a worker of this machine that dies; those that it hadn't begun go back."""
    name = f"{machine(settings.state)}/9"
    claims = store.ledger.claim(name, rows, datetime.now(UTC)).claims
    begun = store.ledger.begin([each for each in claims if each.address.startswith("cilla")], datetime.now(UTC))
    store.ledger.recover(name, datetime.now(UTC))
    return begun


def _reach_back(log: Path) -> None:
    """Give the log the lines of yesterday that a relay in service has."""
    old = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    log.write_text(f"{old} relay postfix/master[1]: daemon started\n{log.read_text()}")
