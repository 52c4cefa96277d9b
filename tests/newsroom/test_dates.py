from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date

from plugins.newsroom import dates

PUBLISHED = datetime(2025, 3, 14, 9, 34, 36, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("sv", "14 mars 2025 kl.\N{NO-BREAK SPACE}09.34"),
        ("en", "14 March 2025, 09:34"),
        ("de", "14 März 2025, 09:34"),
        ("zz", "14 March 2025, 09:34"),
    ],
)
def test_a_moment_is_written_as_its_readers_write_it(language: str, shown: str) -> None:
    assert dates.moment(PUBLISHED, language) == shown


def test_a_day_has_no_time() -> None:
    assert dates.day(date(2026, 2, 9), "sv") == "9 februari 2026"
    assert dates.day(date(2026, 2, 9), "en") == "9 February 2026"


@pytest.mark.parametrize("language", ["sv", "en", "fi", "se", "fr", "ar", "pl"])
def test_every_month_has_the_name_that_stands_in_a_date(language: str) -> None:
    for month in range(1, 13):
        shown = date(2031, month, 5)
        assert dates.day(shown, language) == format_date(shown, "d MMMM y", locale=language)


def test_a_span_of_one_day_is_that_day() -> None:
    assert dates.span(date(2025, 3, 14), date(2025, 3, 14), "sv") == "14 mars 2025"
    assert dates.span(date(2024, 3, 2), date(2025, 3, 14), "sv") == "2 mars 2024 – 14 mars 2025"


@pytest.mark.parametrize(
    ("count", "sv", "en"),
    [(0, "1 kB", "1 kB"), (87_400, "87 kB", "87 kB"), (500_000, "0,5 MB", "0.5 MB"), (2_345_678, "2,3 MB", "2.3 MB")],
)
def test_sizes_are_decimal_and_do_not_break(count: int, sv: str, en: str) -> None:
    assert dates.size(count, "sv") == sv.replace(" ", "\N{NO-BREAK SPACE}")
    assert dates.size(count, "en") == en.replace(" ", "\N{NO-BREAK SPACE}")


def test_languages_have_names_in_each_other() -> None:
    assert dates.language_name("sv", "en") == "Swedish"
    assert dates.language_name("en", "sv") == "engelska"
    assert dates.language_name("zz", "sv") == "zz"
