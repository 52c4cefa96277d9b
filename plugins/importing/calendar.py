"""When a release was published, read without guessing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

OFFSETS = {"UTC": 0, "GMT": 0, "Z": 0, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3}
"""Hours that the names of time zones in northern Europe stand for."""

NO_TIME = "the source has no time of publication"
NOT_CERTAIN = "“{written}” can't be read for certain as a time"
SEVERAL = "“{written}” can be read in several ways: {readings}"
NO_OFFSET = "“{written}” lacks the offset from UTC"
NO_HOUR = "“{written}” is only a day; the hour is missing"
TWICE = "“{written}” came twice that night, when the clock was set back; the offset from UTC is missing"
NEVER = "there is no such time as “{written}”"
OTHER_FORM = "“{written}” isn't written as the rules say ({form})"

_CLOCK = r"(?:,|\s)*(?:kl(?:ockan)?\.?|at|T)?\s*(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:\.\d+)?)?"
_ZONE = r"\s*(Z|UTC|GMT|CES?T|EES?T|[+-](?:0\d|1[0-4]):?[0-5]\d)?"
_ISO = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)(?:{_CLOCK}{_ZONE})?")
_NUMBERS = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}})(?:{_CLOCK}{_ZONE})?")
_NAMED = re.compile(
    rf"(?:[^\W\d]+,?\s+)?(?:(?P<d1>\d{{1,2}})\.?\s+(?P<m1>[^\W\d]+)\.?|(?P<m2>[^\W\d]+)\.?\s+(?P<d2>\d{{1,2}}),?)"
    rf"\s+(?P<year>\d{{4}})(?:{_CLOCK}{_ZONE})?"
)


@dataclass(frozen=True, slots=True)
class Unclear:
    """A time that a person must tell: what the source says ("" = nothing), why that isn't enough, what it may mean.

    `why` is an English sentence with places for `written`, `readings` and `form`.
    """

    written: str
    why: str
    readings: tuple[str, ...] = ()
    form: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Reads times as they are written at the agency: in its time zone where they don't say, months in its languages.

    `form` (as in `strptime`) says how the source writes its times, and `hour` which hour is meant where it has none;
    both are the press officer's own word, so that what they settle is no guess. With `is_local` False a time that
    lacks its offset isn't certain: feeds are made by machines far away.
    """

    timezone: ZoneInfo
    languages: tuple[str, ...]
    form: str = ""
    hour: time | None = None
    is_local: bool = True

    def read(self, written: str) -> datetime | Unclear:
        """Answer the moment, or why it isn't certain. A day that numbers alone name in two ways is never chosen."""
        written = " ".join(written.split())
        if not written:
            return Unclear("", NO_TIME)
        if self.form:
            return self._in_form(written)
        if match := _ISO.fullmatch(written):
            return self._moment(written, [_three(match.groups()[:3])], match.groups()[3:])
        if match := _NUMBERS.fullmatch(written):
            first, _, second, year = match.groups()[:4]
            days = [(int(year), int(second), int(first)), (int(year), int(first), int(second))]
            return self._moment(written, days, match.groups()[4:])
        if (match := _NAMED.fullmatch(written)) and (named := self._month(match["m1"] or match["m2"])):
            days = [(int(match["year"]), named, int(match["d1"] or match["d2"]))]
            return self._moment(written, days, match.groups()[5:])
        return self._in_mail(written)

    def _in_form(self, written: str) -> datetime | Unclear:
        try:
            read = datetime.strptime(written, self.form)  # noqa: DTZ007 -- the offset is the agency's
        except ValueError:
            return Unclear(written, OTHER_FORM, form=self.form)
        if read.tzinfo:
            return read.astimezone(self.timezone)
        has_hour = any(sign in self.form for sign in ("%H", "%I", "%c", "%X"))
        return self._local(written, read.replace(tzinfo=None), has_hour)

    def _moment(
        self, written: str, days: Iterable[tuple[int, int, int]], clock: tuple[str | None, ...]
    ) -> datetime | Unclear:
        hour, minute, second, zone = clock
        read = {day: _existing(*day, int(hour or 0), int(minute or 0), int(second or 0)) for day in dict.fromkeys(days)}
        possible = [moment for moment in read.values() if moment]
        if not possible:
            return Unclear(written, NEVER)
        if len(possible) > 1:
            return Unclear(written, SEVERAL, tuple(f"{moment:%Y-%m-%d}" for moment in possible))
        if zone:
            return possible[0].replace(tzinfo=_offset(zone)).astimezone(self.timezone)
        return self._local(written, possible[0], hour is not None)

    def _local(self, written: str, read: datetime, has_hour: bool) -> datetime | Unclear:
        if not has_hour:
            if self.hour is None:
                return Unclear(written, NO_HOUR, (f"{read:%Y-%m-%d}",))
            read = datetime.combine(read.date(), self.hour)
        if not self.is_local:
            return Unclear(written, NO_OFFSET)
        at = read.replace(tzinfo=self.timezone)
        if at.utcoffset() == at.replace(fold=1).utcoffset():
            return at
        exists = at.astimezone(UTC).astimezone(self.timezone).replace(tzinfo=None) == read
        return Unclear(written, TWICE if exists else NEVER)

    def _month(self, name: str) -> int | None:
        """Answer the month that the word names, whole or short, in one of the languages."""
        found = {number for language in self.languages for number, names in _months(language) if _names(name, names)}
        return found.pop() if len(found) == 1 else None

    def _in_mail(self, written: str) -> datetime | Unclear:
        """Read a time as in mail and RSS (RFC 5322, section 3.3), where one without an offset isn't certain."""
        try:
            read = parsedate_to_datetime(written)
        except (ValueError, IndexError, TypeError, OverflowError):
            read = None
        if read is None or read.tzinfo is None or not 1 < read.year < 9999:
            return Unclear(written, NOT_CERTAIN)
        return read.astimezone(self.timezone)


def _three(numbers: Sequence[str]) -> tuple[int, int, int]:
    first, second, third = map(int, numbers)
    return first, second, third


def _existing(*numbers: int) -> datetime | None:
    try:
        read = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 -- the offset comes later
    except ValueError:
        return None
    return read if 1 < read.year < 9999 else None


def _offset(zone: str) -> timezone:
    if zone in OFFSETS:
        return timezone(timedelta(hours=OFFSETS[zone]))
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if zone[0] == "-" else size)


def _months(language: str) -> list[tuple[int, tuple[str, str]]]:
    months: Any = Locale.parse(language).months["format"]
    return [(number, (str(months["wide"][number]), str(months["abbreviated"][number]))) for number in range(1, 13)]


def _names(word: str, names: Iterable[str]) -> bool:
    return word.casefold().rstrip(".") in {name.casefold().rstrip(".") for name in names}
