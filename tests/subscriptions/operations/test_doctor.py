"""The doctor looks at real things: a name server, a relay, a site and a database, all on this machine."""

import socketserver
import tempfile
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from plugins.desk.subscribers.diagnosis import _sentences, said
from plugins.subscriptions.letters.dkim import Signer
from plugins.subscriptions.operations import doctor
from plugins.subscriptions.operations.doctor import Finding, Kind, Level
from plugins.subscriptions.operations.names import Names, Unanswered, related
from plugins.subscriptions.sending.smtp import Patience
from plugins.subscriptions.settings import Dkim, Mode
from plugins.subscriptions.store import Store
from tests.subscriptions.people import announcement, subscribed, told
from tests.subscriptions.sink import Sink


@pytest.fixture
def zone():
    """What the name server on this machine knows: records by name and kind."""
    return {
        ("example.se.", "MX"): ["10 mx.example.se."],
        ("bounces.example.se.", "MX"): ["10 mx.example.se."],
        ("bounces.example.se.", "TXT"): ['"v=spf1 ip4:192.0.2.1 -all"'],
        ("_dmarc.example.se.", "TXT"): ['"v=DMARC1; p=quarantine"'],
    }


@pytest.fixture
def names(zone):
    class Answering(socketserver.BaseRequestHandler):
        def handle(self):
            packet, sock = self.request
            question = dns.message.from_wire(packet)
            asked = question.question[0]
            kind = dns.rdatatype.to_text(asked.rdtype)
            answer = dns.message.make_response(question)
            answer.flags |= dns.flags.RA
            if found := zone.get((asked.name.to_text(), kind)):
                answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *found))
            elif not any(name == asked.name.to_text() for name, _ in zone):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            sock.sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        yield Names(resolver, seconds=2)
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(list_settings):
    return replace(
        list_settings, mode=Mode.PUBLIC, sender="Press <press@example.se>", return_domain="bounces.example.se"
    )


def kinds(findings):
    return {finding.kind: finding for finding in findings}


def test_a_domain_that_is_set_up_well_has_nothing_wrong(settings, names, zone, tmp_path):
    key = Ed25519PrivateKey.generate()
    file = tmp_path / "dkim.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    record = Signer.of(file.read_bytes(), domain="example.se", selector="list").public_record
    zone["list._domainkey.example.se.", "TXT"] = [f'"{record[:40]}" "{record[40:]}"']
    settings = replace(settings, dkim=(Dkim(key=file, selector="list", domain="example.se"),))
    found = kinds(doctor.domains(settings, names))
    assert set(found) == {Kind.SPF_GOOD, Kind.DKIM_GOOD, Kind.DMARC_GOOD}
    zone["list._domainkey.example.se.", "TXT"] = ['"v=DKIM1; p=AAAA"']
    assert record in said(kinds(doctor.domains(settings, names))[Kind.OTHER_DKIM])
    file.write_text("no key")
    assert Kind.DKIM_KEY in kinds(doctor.domains(settings, names))


def test_what_dns_lacks_is_told(settings, names, zone):
    zone.clear()
    found = kinds(doctor.domains(settings, names))
    assert set(found) == {Kind.NO_MAIL, Kind.NO_BOUNCES, Kind.NO_SPF, Kind.DKIM_BY_RELAY, Kind.NO_DMARC}
    zone["bounces.example.se.", "TXT"] = ['"v=spf1 +all"']
    assert Kind.SPF_FOR_ALL in kinds(doctor.domains(settings, names))
    zone["bounces.example.se.", "TXT"] = ['"v=spf1 -all"', '"v=spf1 a -all"']
    assert Kind.MANY_SPF in kinds(doctor.domains(settings, names))
    elsewhere = replace(settings, return_domain="relay.example")
    assert kinds(doctor.domains(elsewhere, names))[Kind.NOT_ALIGNED].level is Level.WRONG


def test_a_policy_of_the_domain_above_holds_below(names):
    assert names.dmarc("press.example.se") == {"v": "DMARC1", "p": "quarantine"}
    assert related("press.example.se", "example.se")
    assert not related("example.se", "notexample.se")


def test_a_name_server_that_is_silent_costs_little_time():
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], 1
    began = datetime.now(UTC)
    with pytest.raises(Unanswered):
        Names(resolver, seconds=0.3).spf("example.se")
    assert datetime.now(UTC) - began < timedelta(seconds=5)


def test_a_list_that_works_is_told_so_and_looking_changes_nothing(settings, names, press_room):
    (press_room.folder / "token").write_text("x")
    with Sink() as sink, httpx.Client(trust_env=False) as client:
        settings = replace(settings, relay=sink.relay, service=press_room.address, secrets=("a",), pepper="b")
        found = kinds(doctor.look(settings, client, lambda: datetime.now(UTC), names))
        good = {Kind.DATABASE_GOOD, Kind.SITE_GOOD, Kind.SERVICE_GOOD, Kind.RELAY_GOOD, Kind.SPF_GOOD, Kind.DMARC_GOOD}
        assert {kind for kind, finding in found.items() if finding.level is Level.GOOD} == good
        assert set(found) - good - {Kind.LITTLE_SPACE} == {Kind.NEVER_RAN, Kind.NO_FEEDBACK, Kind.DKIM_BY_RELAY}
        assert not (settings.state / "instance.json").exists()
        clock = kinds(doctor.site(settings, client, lambda: datetime.now(UTC) + timedelta(hours=1)))[Kind.CLOCK]
        assert 3500 < clock.facts["seconds"] < 3700


def test_what_is_away_is_told_and_stops_no_other_check(settings, press_room, monkeypatch):
    monkeypatch.setattr(doctor, "PATIENCE", Patience(connect=2, command=2, final=2))
    silent = dns.resolver.Resolver(configure=False)
    silent.nameservers, silent.port = ["127.0.0.1"], 1
    (settings.state / "list.sqlite").unlink()
    for name in ("notices.json", "list.json"):
        (press_room.folder / name).unlink()
    settings = replace(settings, service=press_room.address, relay_log=press_room.folder / "mail.log")
    settings = replace(settings, feedback=press_room.folder / "maildir", relay=replace(settings.relay, port=1))
    with httpx.Client(trust_env=False) as client:
        found = kinds(doctor.look(settings, client, lambda: datetime.now(UTC), Names(silent, seconds=0.3)))
    wrong = {kind for kind, finding in found.items() if finding.level is Level.WRONG}
    assert wrong == {Kind.DATABASE, Kind.SITE, Kind.SERVICE, Kind.RELAY, Kind.RELAY_LOG, Kind.FEEDBACK, Kind.DNS}


def test_letters_that_are_stuck_are_told(list_settings):
    store = Store.open(list_settings)
    store.instance.check()
    now = datetime.now(UTC)
    subscribed(store, "anna@example.test", now - timedelta(hours=2))
    told(store, announcement(at=now - timedelta(hours=1)), now=now - timedelta(hours=1))
    store.mailings.take_in([announcement(at=now - timedelta(hours=1)), announcement("h3ldh3ld", at=now)], now)
    store.mailings.hold("h3ldh3ld", now)
    found = kinds(doctor.database(list_settings, now))
    assert {Kind.LATE_LETTERS, Kind.HELD_MAILING} <= set(found)
    store.instance.adopt(now)
    assert said(kinds(doctor.database(list_settings, now))[Kind.HELD_LETTERS]).startswith("1 ")
    (list_settings.state / "instance.json").write_text('{"instance": "another", "beat": 1}')
    assert kinds(doctor.database(list_settings, now))[Kind.INSTANCE].level is Level.WRONG
    store.close()


def test_secrets_that_are_the_same_are_told(settings):
    settings = replace(settings, pepper="same", api_secret="same")  # noqa: S106
    assert [finding.kind for finding in doctor.secrets(settings)] == [Kind.SAME_SECRETS]


def test_addresses_that_everyone_can_read_are_told(settings):
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(settings, state=Path(folder))
        database = settings.state / "list.sqlite"
        database.touch(0o644)
        settings.state.chmod(0o755)
        assert Kind.OPEN_FILE in kinds(doctor.files(settings))
        settings.state.chmod(0o750)
        assert Kind.OPEN_FILE not in kinds(doctor.files(settings))
        settings.state.chmod(0o755)
        database.chmod(0o640)
        assert Kind.OPEN_FILE not in kinds(doctor.files(settings))


def test_a_local_list_is_only_asked_for_its_database(list_settings):
    with httpx.Client(trust_env=False) as client:
        found = kinds(doctor.look(list_settings, client, lambda: datetime.now(UTC)))
    assert set(found) == {Kind.LOCAL, Kind.DATABASE_GOOD, Kind.NEVER_RAN}


@pytest.mark.parametrize("kind", Kind)
def test_the_desk_has_a_sentence_for_every_finding(kind):
    assert kind in _sentences()
    assert said(Finding(Level.WRONG, kind, dict.fromkeys(FACTS, "x")))


FACTS = (
    "file", "megabytes", "folder", "why", "since", "release", "number", "seconds", "address", "relay", "domain",
    "record", "name", "policy", "sender", "returns",
)  # fmt: skip
