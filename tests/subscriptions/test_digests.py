from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.subscriptions.digests import LOOK_BACK, latest_runs
from plugins.subscriptions.reader import Frequency
from plugins.subscriptions.settings import DigestTimes

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TIMES = DigestTimes(timezone=STOCKHOLM, daily=time(16), weekday=4, weekly=time(15))


def run(times: DigestTimes, frequency: Frequency, now: datetime) -> tuple[date, datetime]:
    found = {each.frequency: (each.day, each.at) for each in latest_runs(times, now)}
    return found[frequency]


def test_a_run_is_due_at_its_hour_where_the_newsroom_is() -> None:
    four = datetime(2031, 5, 4, 14, 0, tzinfo=UTC)
    assert run(TIMES, Frequency.DAILY, four) == (date(2031, 5, 4), four)
    assert run(TIMES, Frequency.DAILY, four - timedelta(seconds=1)) == (date(2031, 5, 3), four - timedelta(days=1))
    assert run(TIMES, Frequency.WEEKLY, four) == (date(2031, 5, 2), datetime(2031, 5, 2, 13, 0, tzinfo=UTC))


def test_a_weekly_run_that_was_missed_is_found_for_a_week() -> None:
    friday = datetime(2031, 5, 2, 13, 0, tzinfo=UTC)
    almost = friday + timedelta(days=7) - timedelta(seconds=1)
    assert run(TIMES, Frequency.WEEKLY, almost) == (date(2031, 5, 2), friday)
    assert run(TIMES, Frequency.WEEKLY, friday + timedelta(days=7))[0] == date(2031, 5, 9)


@pytest.mark.parametrize(
    ("day", "clock", "at"),
    [
        (date(2031, 3, 30), time(2, 30), datetime(2031, 3, 30, 1, 30, tzinfo=UTC)),  # there is no half past two
        (date(2031, 10, 26), time(2, 30), datetime(2031, 10, 26, 0, 30, tzinfo=UTC)),  # there are two: the first
        (date(2031, 3, 30), time(16), datetime(2031, 3, 30, 14, 0, tzinfo=UTC)),
        (date(2031, 3, 29), time(16), datetime(2031, 3, 29, 15, 0, tzinfo=UTC)),
        (date(2031, 10, 26), time(16), datetime(2031, 10, 26, 15, 0, tzinfo=UTC)),
    ],
)
def test_the_nights_when_clocks_change(day: date, clock: time, at: datetime) -> None:
    times = DigestTimes(timezone=STOCKHOLM, daily=clock, weekday=4, weekly=clock)
    assert run(times, Frequency.DAILY, at) == (day, at)
    assert run(times, Frequency.DAILY, at - timedelta(seconds=1))[0] == day - timedelta(days=1)


@given(
    start=st.datetimes(datetime(2031, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    clock=st.times().map(lambda each: each.replace(tzinfo=None, second=0, microsecond=0)),
)
def test_every_day_has_one_run(start: datetime, clock: time) -> None:
    """Whoever looks once an hour finds each day once, in order, at most an hour late."""
    times = DigestTimes(timezone=STOCKHOLM, daily=clock, weekday=4, weekly=clock)
    days = []
    for hour in range(24 * 4):
        now = start + timedelta(hours=hour)
        day, at = run(times, Frequency.DAILY, now)
        assert at <= now <= at + LOOK_BACK
        days += [day] if not days or days[-1] != day else []
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert len(days) in (4, 5)
