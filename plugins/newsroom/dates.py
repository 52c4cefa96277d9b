"""Dates, times and sizes as readers write them. Nothing here asks the clock."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names
from babel.numbers import format_decimal

NO_BREAK = "\N{NO-BREAK SPACE}"
CLOCKS = {"sv": f" kl.{NO_BREAK}{{:02}}.{{:02}}"}
"""Swedish time as the language council writes it (kl. 09.34); other languages use the 24-hour clock with a colon."""


@cache
def locale(language: str) -> Locale:
    """Answer Babel's locale, or the English one for a language that it does not know."""
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def moment(local: datetime, language: str) -> str:
    """Answer a time of day as `14 mars 2025 kl. 09.34` or `14 March 2025, 09:34`; `local` is the agency's own time."""
    return day(local, language) + CLOCKS.get(language, ", {:02}:{:02}").format(local.hour, local.minute)


def day(value: date, language: str) -> str:
    """Answer a day as `14 mars 2025` or `14 March 2025`."""
    return f"{value.day} {_months(language)[value.month]} {value.year}"


@cache
def _months(language: str) -> Mapping[int, str]:
    return dict(get_month_names("wide", locale=locale(language)))  # Babel's own looks for aliases each time


def span(first: date, last: date, language: str) -> str:
    """Answer the days from `first` to `last`, as one when they are the same: `2 mars 2024 – 14 mars 2025`."""
    if first == last:
        return day(first, language)
    return f"{day(first, language)} – {day(last, language)}"


def size(count: int, language: str) -> str:
    """Answer a file's size (in bytes) in decimal units, as shown before a download: `87 kB`, `0,5 MB`."""
    if count < 100_000:
        return f"{max(1, round(count / 1000))}{NO_BREAK}kB"
    return f"{format_decimal(round(count / 1_000_000, 1), locale=locale(language))}{NO_BREAK}MB"


@cache
def language_name(code: str, language: str) -> str:
    """Answer what the language `code` is called in `language`: `svenska`, `Swedish`; the code if nobody knows."""
    return str(locale(language).languages.get(code, code))
