"""Days and moments: read as they are written, or not at all."""

from datetime import UTC, date, datetime

import pytest

from plugins.reading.manuscripts.moments import SENTENCES, NotAMoment, day, moment


@pytest.mark.parametrize("written", ["2031-05-04T10:00:00+02:00", "2031-05-04 08:00Z", " 2031-05-04T08:00:00Z "])
def test_a_moment_says_its_offset(written):
    assert moment(written) == datetime(2031, 5, 4, 8, tzinfo=UTC)


def test_a_day_has_none():
    assert day("2031-05-04") == date(2031, 5, 4)


@pytest.mark.parametrize(
    ("read", "written", "kind"),
    [
        (moment, "2031-05-04", "only_a_day"),
        (moment, "2031-05-04T10:00", "naive_moment"),
        (moment, "4 May 2031, 10 am", "not_a_moment"),
        (moment, "2031-02-30T10:00:00Z", "no_such_moment"),
        (moment, "9999-12-31T23:00:00Z", "no_such_moment"),
        (day, "4/5/2031", "not_a_day"),
        (day, "2031-13-01", "no_such_moment"),
    ],
)
def test_what_cant_be_read_for_certain_is_told_by_kind(read, written, kind):
    with pytest.raises(NotAMoment) as told:
        read(written)
    assert told.value.kind == kind
    assert kind in SENTENCES
