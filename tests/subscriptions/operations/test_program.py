"""The list as a process: it starts, answers, mails, drains, and a restored backup of it mails nobody."""

import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client import generate_latest

from plugins.subscriptions.manifest import Deployed, own_client
from plugins.subscriptions.operations.program import Program
from plugins.subscriptions.operations.remote import Refused, Remote
from plugins.subscriptions.settings import LOCAL_SECRET
from plugins.subscriptions.store import Store
from tests.subscriptions.people import announcement, asked, subscribed
from tests.subscriptions.sink import Sink

ROOT = Path(__file__).parents[3]
SECONDS = 15.0


def wait_for(what, seconds=SECONDS):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return found


@contextlib.contextmanager
def running(settings, **given):
    """Run scheduler, worker and service in this process, without a socket."""
    with own_client() as client:
        program = Program(settings, Deployed(settings.site, client), again=0.1, **given)
        program.start()
        try:
            yield program
        finally:
            program.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_one_process_serves_mails_obeys_and_drains(list_settings, press_room):
    port = free_port()
    service = f"http://127.0.0.1:{port}/lista/"
    with Sink() as sink:
        environment = {
            "LIST_STATE": str(list_settings.state),
            "LIST_SITE": press_room.address,
            "LIST_SERVICE": service,
            "LIST_RELAY": sink.address,
            "LIST_PULL_BACK": "1h",
        }
        command = [sys.executable, "-m", "plugins.desk", "subscribers"]
        env = {**os.environ, **environment}
        process = subprocess.Popen(
            [*command, "serve", "--port", str(port)], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True
        )
        try:
            with httpx.Client(trust_env=False) as client:

                def well():
                    with contextlib.suppress(httpx.HTTPError):
                        return client.get(f"http://127.0.0.1:{port}/healthz").json()["well"]

                wait_for(well, 30)
                token = client.get(f"{service}token").text
                time.sleep(1.1)
                asked = client.post(f"{service}subscribe", data={"email": "anna@example.test", "token": token})
                assert asked.status_code == 200
            wait_for(lambda: [taken for taken in sink.taken if taken.recipient == "anna@example.test"])
            store = Store.open(list_settings)
            now = datetime.now(UTC)
            store.mailings.take_in([announcement(at=now - timedelta(minutes=1))], now)
            remote = Remote.from_environment(environment)
            assert remote.tell("hold", {"release": "k7q2m9xd"}, now)["mailings"] == 1
            assert remote.tell("cancel", {"release": "k7q2m9xd"}, now)["mailings"] == 1
            assert remote.tell("release", {"release": "k7q2m9xd"}, now)["mailings"] == 0
            assert remote.tell("notices", {}, now)["announced"] == 0
            assert remote.ask("status", now)["readers"]["pending"] == 1
            with pytest.raises(Refused, match="signature"):
                replace(remote, secret="another").ask("status", now)  # noqa: S106
            store.close()
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
            process.wait()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert '"from": "' in said
    assert "anna@" not in said  # logs hold no address


def test_a_restored_backup_mails_nobody_by_itself(list_settings, press_room):
    now = datetime.now(UTC)
    database = list_settings.state / "list.sqlite"
    backup = list_settings.state.parent / "backup.sqlite"
    with Sink() as sink:
        settings = replace(list_settings, relay=sink.relay, pull_back=timedelta())
        store = Store.open(settings)
        subscribed(store, "anna@example.test", now - timedelta(hours=1))
        asked(store, "bo@example.test", now)
        store.close()
        with sqlite3.connect(database) as connection:
            connection.execute("VACUUM INTO ?", (str(backup),))  # as the recipe says; before Bo's letter went
        connection.close()

        with running(settings):
            wait_for(lambda: len(sink.taken) == 1)
        for file in settings.state.glob("list.sqlite*"):
            file.unlink()
        shutil.copy(backup, database)

        with running(settings) as program:
            for part in ("worker", "scheduler"):
                assert "restored from a backup" in wait_for(lambda part=part: program.mailer.refusals.get(part))
            assert len(sink.taken) == 1
            assert program.store.instance.adopt(datetime.now(UTC)) == 1  # as press subscribers adopt does
            asked(program.store, "cia@example.test", datetime.now(UTC))
            wait_for(lambda: len(sink.taken) == 2)  # what is new goes, without a restart; what was there is held
            assert program.store.ledger.requeue_held(None, datetime.now(UTC)) == 1
            wait_for(lambda: len(sink.taken) == 3)
        recipients = [taken.recipient for taken in sink.taken]
    assert recipients == ["bo@example.test", "cia@example.test", "bo@example.test"]


def test_a_copy_on_another_machine_mails_nobody_either(list_settings, tmp_path):
    with running(list_settings) as program:
        wait_for(lambda: (list_settings.state / "instance.json").exists() and not program.mailer.refusals)
        wait_for(lambda: program.store.mailings.next_due() is None)
    other = replace(list_settings, state=tmp_path / "other")
    with running(other) as program:
        refusal = wait_for(lambda: program.mailer.refusals.get("scheduler"))
        assert "press subscribers join" in refusal


def test_every_alarm_is_about_a_number_that_there_is(list_settings):
    """And what keeps letters back, a site that can't be read here, is among the numbers."""
    rules = (ROOT / "plugins" / "subscriptions" / "recipes" / "alerts.yml").read_text()
    alarms = [rule["expr"] for group in yaml.safe_load(rules)["groups"] for rule in group["rules"]]
    with running(replace(list_settings, site="http://127.0.0.1:1/")) as program:
        wait_for(lambda: "manifest" in program.mailer.scheduler.faults)
        numbers = generate_latest(program.service.metrics.registry).decode()
    assert 'list_faults{part="manifest"} 1.0' in numbers
    assert 'list_breaker_open{what="refusals"} 0.0' in numbers
    told = set(re.findall(r"^(list_\w+(?:{state=\"\w+\"})?)", numbers, re.MULTILINE)) | set(
        re.findall(r"^(list_\w+)", numbers, re.MULTILINE)
    )
    asked_about = set(re.findall(r"list_\w+(?:{[^}]*})?", " ".join(alarms)))
    assert len(asked_about) >= 7
    assert asked_about <= told, asked_about - told


def test_a_front_door_alone_mails_nothing(list_settings):
    with running(list_settings, mailing=False) as program:
        assert program.mailer is None
        assert not (list_settings.state / "instance.json").exists()


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"LIST_SERVICE": "http://press.example.se/lista/"}, "https://"),
        ({"LIST_SERVICE": "https://press.example.se/lista/"}, "LIST_API_SECRET"),
        ({"LIST_SERVICE": "press.example.se"}, "address"),
    ],
)
def test_a_remote_that_is_not_set_up_says_what_is_missing(environment, complaint):
    with pytest.raises(Refused, match=complaint):
        Remote.from_environment(environment)


def test_a_remote_needs_two_settings_and_tells_neither():
    remote = Remote.from_environment({"LIST_SERVICE": "https://press.example.se/lista", "LIST_API_SECRET": "s" * 40})
    assert remote.service == "https://press.example.se/lista/"
    assert "sss" not in repr(remote)
    assert Remote.from_environment({}).secret == LOCAL_SECRET
    with pytest.raises(Refused, match="localhost"):
        Remote(service="http://localhost:1/lista/", secret="x").ask("status", datetime.now(UTC))  # noqa: S106
