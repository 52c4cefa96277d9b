"""Days and moments as people write them, without guessing."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

SENTENCES = {
    "only_a_day": "{key} is only a day; write the time and the offset from UTC too, like 2031-05-04T10:00:00+02:00 "
    "(in Sweden +01:00 in winter and +02:00 in summer)",
    "naive_moment": "{key} lacks the offset from UTC; write it like 2031-05-04T10:00:00+02:00 "
    "(in Sweden +01:00 in winter and +02:00 in summer)",
    "not_a_moment": "{key} is “{value}”, which can't be read for certain; write it like 2031-05-04T10:00:00+02:00",
    "not_a_day": "{key} is “{value}”; write the date like 2031-05-04",
    "no_such_moment": "{key} is “{value}”, and there is no such date or time",
}
"""A sentence for each kind of `NotAMoment`."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)")
_NAIVE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

D = TypeVar("D", date, datetime)


class NotAMoment(ValueError):
    """What is written is no day or moment; `kind` says why."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def moment(value: object) -> datetime:
    """Answer the moment that is written, such as 2031-05-04T10:00:00+02:00. Raises NotAMoment."""
    if isinstance(value, datetime):
        return value
    text = str(value).strip()
    if _DAY.fullmatch(text):
        raise NotAMoment("only_a_day")
    if _NAIVE.fullmatch(text):
        raise NotAMoment("naive_moment")
    if not _MOMENT.fullmatch(text):
        raise NotAMoment("not_a_moment")
    return _existing(datetime.fromisoformat, text)


def day(value: object) -> date:
    """Answer the day that is written, such as 2031-05-04. Raises NotAMoment."""
    text = str(value).strip()
    if not _DAY.fullmatch(text):
        raise NotAMoment("not_a_day")
    return _existing(date.fromisoformat, text)


def _existing(read: Callable[[str], D], text: str) -> D:
    """Answer the date or time; at the ends of the calendar there would be none a day later or in another time zone."""
    try:
        found = read(text)
    except ValueError:
        found = None
    if found is None or not 1 < found.year < 9999:
        raise NotAMoment("no_such_moment")
    return found
