from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from plugins.importing import calendar
from plugins.importing.calendar import Calendar, Unclear

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CALENDAR = Calendar(STOCKHOLM, ("sv", "en"))
MARCH = datetime(2025, 3, 14, 9, 34, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    "written",
    [
        "2025-03-14T09:34:00+01:00",
        "2025-03-14T08:34:00.123Z",
        "2025-03-14 09:34",
        "14.3.2025 09:34:00 CET",
        "14/3/2025 09.34",
        "3/14/2025 09:34",
        "14 mars 2025 kl. 09.34",
        "fredag 14 mars 2025, 09:34",
        "14 Mar 2025 08:34 UTC",
        "March 14, 2025 at 09:34",
        "Fri, 14 Mar 2025 08:34:00 GMT",
        "Fri, 14 Mar 2025 09:34:00 +0100",
    ],
)
def test_what_can_only_mean_one_moment_is_read(written):
    read = CALENDAR.read(written)
    assert isinstance(read, datetime), read
    assert read.replace(second=0) == MARCH
    assert read.tzinfo is STOCKHOLM


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", calendar.NO_TIME),
        ("i går", calendar.NOT_CERTAIN),
        ("9.2.2026 09:35", calendar.SEVERAL),
        ("03/04/2019", calendar.SEVERAL),
        ("2025-03-14", calendar.NO_HOUR),
        ("14 mars 2025", calendar.NO_HOUR),
        ("2025-10-26 02:30", calendar.TWICE),
        ("2025-03-30 02:30", calendar.NEVER),
        ("30.2.2025 10:00", calendar.NEVER),
        ("2025-02-30 10:00", calendar.NEVER),
        ("2025-03-14T09:34+25:00", calendar.NOT_CERTAIN),
        ("0001-01-01 10:00", calendar.NEVER),
    ],
)
def test_what_is_not_certain_is_never_guessed(written, why):
    read = CALENDAR.read(written)
    assert isinstance(read, Unclear)
    assert read.why == why


def test_what_a_doubtful_day_may_mean_is_told():
    assert CALENDAR.read("9.2.2026 09:35") == Unclear(
        "9.2.2026 09:35", calendar.SEVERAL, ("2026-02-09", "2026-09-02")
    )


def test_the_same_day_either_way_is_no_doubt():
    assert CALENDAR.read("5.5.2025 10:00") == datetime(2025, 5, 5, 10, tzinfo=STOCKHOLM)


def test_a_form_and_an_hour_settle_it():
    settled = Calendar(STOCKHOLM, ("sv",), form="%m/%d/%Y", hour=time(9))
    assert settled.read("03/04/2019") == datetime(2019, 3, 4, 9, tzinfo=STOCKHOLM)
    assert settled.read("den 4 mars") == Unclear("den 4 mars", calendar.OTHER_FORM, form="%m/%d/%Y")


def test_without_an_offset_a_time_from_far_away_is_not_certain():
    away = Calendar(STOCKHOLM, ("sv",), is_local=False)
    read = away.read("2025-03-14 09:34")
    assert isinstance(read, Unclear)
    assert read.why == calendar.NO_OFFSET
    assert isinstance(away.read("2025-03-14T09:34+01:00"), datetime)
