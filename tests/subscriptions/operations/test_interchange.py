from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from plugins.subscriptions.operations.interchange import COLUMNS, Defaults, Faulty, Wrong, bring_in, read, written
from plugins.subscriptions.reader import EndReason, Frequency
from tests.subscriptions.people import DAY, KEYS, NOW, mark, sent, subscribed

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DEFAULTS = Defaults(language="sv", timezone=STOCKHOLM, consented_at=NOW - 30 * DAY, source="diary 7")


def imported(store, text, defaults=DEFAULTS, now=NOW):
    return bring_in(store, KEYS, read(text.encode(), defaults, now, test=True), now)


def faults(text, defaults=DEFAULTS):
    with pytest.raises(Faulty) as found:
        read(text if isinstance(text, bytes) else text.encode(), defaults, NOW, test=True)
    return [(fault.line, fault.wrong) for fault in found.value.faults]


def test_an_import_mails_nobody_and_keeps_what_proves_the_consent(sqlite_store):
    text = (
        "address,language,frequency,urgent_only,topics,consented_at,wording,source\n"
        "Anna@Example.test,en,weekly,yes,keyword:vatten type:nyhet,2025-03-14T10:00,abc,blankett 12\n"
        "bo@example.test,,,,,,,\n"
    )
    assert imported(sqlite_store, text).added == 2
    assert sent(sqlite_store) == []
    held = sqlite_store.privacy.held_on(mark("anna@example.test"))["subscription"]
    assert held["consents"] == [
        {"at": "2025-03-14T09:00:00+00:00", "wording": "abc", "source": "import:blankett 12", "generation": 1}
    ]
    anna = sqlite_store.subscribers.by_mark(mark("anna@example.test"))
    assert anna.choice.frequency is Frequency.WEEKLY
    assert (anna.choice.language, anna.choice.urgent_only) == ("en", True)
    assert anna.choice.topics == {"keyword:vatten", "type:nyhet"}
    bo = sqlite_store.privacy.held_on(mark("bo@example.test"))["subscription"]
    assert (bo["language"], bo["consents"][0]["source"]) == ("sv", "import:diary 7")


def test_who_is_there_stays_and_who_is_kept_away_stays_away(sqlite_store):
    reader = subscribed(sqlite_store, "anna@example.test", frequency=Frequency.DAILY)
    for name, reason in (("bo", EndReason.BOUNCE), ("cia", EndReason.ERASED), ("dan", EndReason.OPERATOR)):
        sqlite_store.subscribers.suppress(mark(f"{name}@example.test"), reason, NOW)
    names = ("anna", "bo", "cia", "dan", "eva")
    done = imported(sqlite_store, "e-post\n" + "".join(f"{name}@example.test\n" for name in names))
    assert (done.added, done.known, done.kept_away) == (1, 1, 3)
    assert sqlite_store.subscribers.reader(reader).choice.frequency is Frequency.DAILY
    assert imported(sqlite_store, "e-post\neva@example.test\n").known == 1


def test_every_fault_is_told_with_its_line_and_nothing_is_imported(sqlite_store):
    text = (
        "address;language;frequency;urgent_only;topics;consented_at\n"
        "anna@example.test;;;;;\n"
        "anna@;;;;;\n"
        "ANNA@example.test;;;;;\n"
        ";;;;;\n"
        "bo@example.test;svenska;hourly;perhaps;vatten;2099-01-01\n"
    )
    assert faults(text) == [
        (3, Wrong.ADDRESS),
        (4, Wrong.TWICE),
        (6, Wrong.LANGUAGE),
        (6, Wrong.FREQUENCY),
        (6, Wrong.URGENT),
        (6, Wrong.TOPIC),
        (6, Wrong.TIME),
    ]
    nothing = replace(DEFAULTS, consented_at=None, source="")
    assert faults("address\nanna@example.test\n", nothing) == [(2, Wrong.NO_TIME), (2, Wrong.NO_SOURCE)]
    assert faults("namn,address\n") == [(1, Wrong.COLUMN)]
    assert faults("anna@example.test\n") == [(1, Wrong.COLUMN), (1, Wrong.NO_ADDRESSES)]
    assert faults("") == [(1, Wrong.NO_ADDRESSES)]
    assert faults("address\nåsa@example.test\n".encode("latin-1")) == [(1, Wrong.ENCODING)]


def test_what_is_exported_can_be_imported_and_is_then_the_same(sqlite_store, tmp_path):
    subscribed(sqlite_store, "anna@example.test", topics=frozenset({"keyword:vatten"}), urgent_only=True)
    imported(sqlite_store, "address\nbo@example.test\n")
    out = "\n".join(written(sqlite_store))
    assert out.startswith(",".join(COLUMNS))
    for name in ("anna@example.test", "bo@example.test"):
        assert sqlite_store.privacy.forget(mark(name), False, NOW)
    assert list(written(sqlite_store)) == [",".join(COLUMNS)]
    nothing = Defaults(language="en", timezone=STOCKHOLM)
    assert imported(sqlite_store, out, nothing, NOW + timedelta(minutes=1)).added == 2
    again = "\n".join(written(sqlite_store))
    assert again == out.replace(",form", ",import:form")


def test_a_day_is_one_on_the_clocks_of_the_newsroom():
    entries = read(b"address,consented_at\nanna@example.test,2025-03-14\n", DEFAULTS, NOW, test=True)
    assert entries[0].consent.at == datetime(2025, 3, 13, 23, tzinfo=UTC)
