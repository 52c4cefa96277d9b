"""When digests are made, on the clocks of the newsroom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from plugins.subscriptions.reader import Frequency
from plugins.subscriptions.settings import DigestTimes

PERIOD = {Frequency.DAILY: timedelta(days=1), Frequency.WEEKLY: timedelta(days=7)}
LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """That a digest of this frequency is due on this day, at this moment (UTC)."""

    frequency: Frequency
    day: date
    at: datetime


def latest_runs(times: DigestTimes, now: datetime) -> tuple[Run, ...]:
    """Answer the latest run of each frequency that was due within the last week: those before it are its to make up
    for. A time of day that a clock change skips is taken as if the clock had not been changed yet; of one that comes
    twice the first counts.
    """
    runs = []
    for frequency in PERIOD:
        due = (run for run in _back_from(times, frequency, now) if run.at <= now)
        runs += [run for run in [next(due, None)] if run and now - run.at <= LOOK_BACK]
    return tuple(runs)


def _back_from(times: DigestTimes, frequency: Frequency, now: datetime) -> Iterator[Run]:
    """Answer a frequency's runs from today backwards, for somewhat more than a week."""
    today = now.astimezone(times.timezone).date()
    for back in range(LOOK_BACK.days + 2):
        day = today - timedelta(days=back)
        if frequency is Frequency.WEEKLY and day.weekday() != times.weekday:
            continue
        clock = times.weekly if frequency is Frequency.WEEKLY else times.daily
        at = datetime.combine(day, clock, times.timezone).astimezone(UTC)
        yield Run(frequency=frequency, day=day, at=at)
