"""`press subscribers …` as an operator writes it, on a list of its own."""

from datetime import UTC, datetime, timedelta

import pytest

from plugins.desk.subscribers.commands import app as subscribers
from plugins.desk.subscribers.sentences import faulty, mailing_state, state
from plugins.subscriptions.delivery import DeliveryState
from plugins.subscriptions.keys import Address, Keys
from plugins.subscriptions.mailing import MailingState
from plugins.subscriptions.operations.interchange import Fault, Wrong
from plugins.subscriptions.reader import EndReason
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.subscriptions.people import announcement

RELEASE = "k7q2m9xd"
ANNA = "anna@example.test"
CSV = f"address,consented_at,source,topics\n{ANNA},2025-03-14,blankett 12,\nbo@example.test,2025-03-14,x,keyword:sol\n"


@pytest.fixture
def lists(desk):
    """The desk, with an empty list."""
    assert desk.press("subscribers", "migrate").stdout == "Databasen är uppdaterad.\n"
    return desk


@pytest.fixture
def readers(lists):
    """Anna follows everything, and Bo what nobody writes about."""
    (lists.root / "läsare.csv").write_text(CSV, encoding="utf-8")
    assert lists.press("subscribers", "import", "läsare.csv").stdout == "2 läsare lades till.\n"
    return lists


def opened(desk):
    settings = Settings.from_environment({"LIST_STATE": str(desk.root / ".list"), "LIST_PULL_BACK": "0s"})
    keys = Keys(settings.secrets, settings.pepper)
    return Store.open(settings), lambda address: keys.mark(Address.of(address, test=True))


def publish(desk):
    store, _mark = opened(desk)
    now = datetime.now(UTC)
    store.mailings.take_in([], now)
    store.mailings.take_in([announcement(RELEASE, at=now - timedelta(minutes=5))], now)
    store.mailings.fan_out_due(now)
    store.close()


def test_without_a_database_it_says_what_to_do(desk):
    answer = desk.press("subscribers", "status")
    assert answer.returncode == 1
    assert "press subscribers migrate" in answer.stderr


def test_settings_that_are_wrong_are_all_told_at_once(desk):
    answer = desk.press("subscribers", "status", LIST_MODE="public", LIST_RATE="fast", LIST_COLOUR="red")
    assert answer.returncode == 1
    for name in ("LIST_RATE", "LIST_COLOUR", "LIST_PEPPER", "LIST_STATE"):
        assert name in answer.stderr


def test_a_file_with_faults_imports_nothing_and_each_is_told_with_its_line(lists):
    file = lists.root / "fel.csv"
    file.write_text("address,topics\nanna@,\nbo@example.test,vatten\n", encoding="utf-8")
    answer = lists.press("subscribers", "import", "fel.csv")
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "fel.csv:2: Det här är ingen e-postadress.",
        "fel.csv:2: Det står inte när läsaren samtyckte. Fyll i consented_at, eller ange --consented.",
        "fel.csv:2: Det står inte var samtycket finns. Fyll i source, eller ange --source.",
        "fel.csv:3: En bevakning skrivs keyword:vatten, inte vatten.",
        "fel.csv:3: Det står inte när läsaren samtyckte. Fyll i consented_at, eller ange --consented.",
        "fel.csv:3: Det står inte var samtycket finns. Fyll i source, eller ange --source.",
        "Inget lades till.",
    ]
    assert lists.press("subscribers", "status", "--json").json["readers"]["active"] == 0
    assert "går inte att läsa" in lists.press("subscribers", "import", "finns-inte.csv").stderr
    late = lists.press("subscribers", "import", "fel.csv", "--consented", "2099-01-01")
    assert "är ingen tid som har varit" in late.stderr


def test_an_import_can_be_tried_first_and_repeated(readers):
    tried = readers.press("subscribers", "import", "läsare.csv", "--dry-run")
    assert tried.stdout == "2 läsare kan läggas till.\n"
    again = readers.press("subscribers", "import", "läsare.csv", "--json")
    assert again.json == {"added": 0, "known": 2, "kept_away": 0}
    readers.press("subscribers", "forget", ANNA, "--keep-away")
    said = readers.press("subscribers", "import", "läsare.csv").stdout
    assert "1 fanns redan" in said
    assert "1 hålls borta" in said


def test_who_was_told_and_why_not(readers):
    publish(readers)
    assert readers.press("subscribers", "who", RELEASE).stdout == "Version 1: köat 1.\n"
    assert readers.press("subscribers", "who", RELEASE, "--json").json["revisions"] == {"1": {"queued": 1}}
    assert readers.press("subscribers", "who", "aaaaaaaa").returncode == 1
    assert readers.press("subscribers", "why", ANNA, RELEASE).stdout.startswith("Version 1: köat (20")
    other = readers.press("subscribers", "why", "bo@example.test", RELEASE).stdout
    assert "inte till det som läsaren har valt" in other
    assert "känner inte till" in readers.press("subscribers", "why", ANNA, "aaaaaaaa").stdout
    late = CSV.splitlines()[0] + "\neva@example.test,2025-03-14,x,\n"
    (readers.root / "sen.csv").write_text(late)
    readers.press("subscribers", "import", "sen.csv")
    assert "innan adressen hade bekräftat" in readers.press("subscribers", "why", "eva@example.test", RELEASE).stdout
    nobody = readers.press("subscribers", "why", "dan@example.test", RELEASE, "--json").json
    assert (nobody["subscribed"], nobody["revisions"]) == (None, [])
    store, mark = opened(readers)
    for name, reason in (("dan", EndReason.BOUNCE), ("eva", EndReason.COMPLAINT), ("bo", EndReason.OPERATOR)):
        store.subscribers.suppress(mark(f"{name}@example.test"), reason, datetime.now(UTC))
    store.close()
    for name, says in (("dan", "kom tillbaka"), ("eva", "skräppost"), ("bo", "hålls borta")):
        assert says in readers.press("subscribers", "why", f"{name}@example.test", RELEASE).stdout
    assert "ingen adress" in readers.press("subscribers", "why", "anna@", RELEASE).stderr


def test_what_is_held_on_an_address_can_be_seen_and_erased(readers):
    held = readers.press("subscribers", "export", "--of", ANNA).json
    assert held["subscription"]["consents"][0]["source"] == "import:blankett 12"
    out = readers.press("subscribers", "export").stdout.splitlines()
    assert len(out) == 3
    assert out[1] == f"{ANNA},sv,at_once,no,,2025-03-14T00:00:00+00:00,,import:blankett 12"
    assert readers.press("subscribers", "forget", ANNA, "--json").json == {"forgotten": True}
    assert readers.press("subscribers", "forget", ANNA).stdout == "Inget fanns om den.\n"
    assert readers.press("subscribers", "export", "--of", ANNA).json["subscription"] is None
    assert ANNA.encode() not in (readers.root / ".list/list.sqlite").read_bytes()


def test_status_names_what_is_on_its_way(readers):
    publish(readers)
    said = readers.press("subscribers", "status").stdout
    assert said.splitlines() == [
        "Läsare: 2 aktiva, 0 har inte bekräftat än.",
        "Brev: köat 1.",
        f"  {RELEASE} Ett exempel: skickas till dem som bevakar det",
    ]
    assert "Inga brev väntar." not in said


def test_after_a_restore_what_was_under_way_is_held_until_somebody_sends_it(readers):
    publish(readers)
    assert "får skicka nu" in readers.press("subscribers", "join").stdout
    said = readers.press("subscribers", "adopt").stdout
    assert "1 brev hålls" in said
    assert readers.press("subscribers", "status", "--json").json["held"] == 1
    assert readers.press("subscribers", "requeue").stdout == "1 brev skickas.\n"


@pytest.mark.parametrize("command", ["hold", "release", "cancel"])
def test_a_service_that_cannot_be_reached_is_told(desk, command):
    answer = desk.press("subscribers", command, RELEASE, LIST_SERVICE="http://localhost:1/lista/")
    assert answer.returncode == 1
    assert answer.stderr.startswith("http://localhost:1/lista/: ")
    far = desk.press("subscribers", command, RELEASE, LIST_SERVICE="https://press.example.se/lista/")
    assert "LIST_API_SECRET" in far.stderr


def test_the_doctor_says_what_is_wrong_and_what_to_do(lists):
    well = lists.press("subscribers", "doctor")
    assert well.returncode == 0
    assert "✓ Databasen svarar" in well.stdout
    (lists.root / ".list/list.sqlite").unlink()
    answer = lists.press("subscribers", "doctor")
    assert answer.returncode == 1
    assert "✗ Databasen går inte att använda." in answer.stdout
    assert "press subscribers migrate" in answer.stdout
    findings = lists.press("subscribers", "doctor", "--json").json["findings"]
    assert [each["kind"] for each in findings if each["level"] == "wrong"] == ["database"]


COMMANDS = [each.name or each.callback.__name__ for each in subscribers.registered_commands]


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_is_swedish_in_a_swedish_newsroom(desk, command):
    help = desk.press("subscribers", *command, "--help").stdout
    assert "Användning: ./press subscribers" in help
    for english in ("Usage", "Options", "Commands", "Arguments", "Show", "default", "required", "COMMAND", "TEXT"):
        assert english not in help


def test_every_state_and_fault_has_words():
    assert all(state(each) for each in DeliveryState)
    assert all(mailing_state(each) for each in MailingState)
    assert all(faulty(Fault(1, wrong, "x")) for wrong in Wrong)
