"""Times as text and as numbers."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rca.readers._times import Clock, instants

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 31)).map(
    lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000)
)
FORMS = (
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y/%m/%d %H:%M:%S.%f",
    "%d/%b/%Y:%H:%M:%S.%f",
    "%a %b %d %H:%M:%S.%f %Y",
    "%d %b %Y %H:%M:%S.%f",
    "%b %d, %Y %I:%M:%S.%f %p",
    "%Y%m%d %H:%M:%S.%f",
    "%Y-%m-%d-%H.%M.%S.%f",
)


@pytest.mark.parametrize("form", FORMS)
@given(moment=MOMENTS)
def test_what_strftime_writes_is_read_back(form, moment):
    if "%b" in form or moment.year >= 1971:
        assert instants([moment.strftime(form)])[0] == pd.Timestamp(moment, tz="UTC")


@given(moment=MOMENTS, minutes=st.integers(-14 * 60, 14 * 60))
def test_an_offset_is_honoured(moment, minutes):
    sign, size = ("-" if minutes < 0 else "+"), abs(minutes)
    for ending in (
        f"{sign}{size // 60:02d}:{size % 60:02d}",
        f"{sign}{size // 60:02d}{size % 60:02d}",
        f" {sign}{size // 60:02d}{size % 60:02d}",
    ):
        assert instants([moment.isoformat() + ending])[0] == pd.Timestamp(moment, tz="UTC") - pd.Timedelta(
            minutes=minutes
        )


@given(st.lists(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.none(), st.booleans()), max_size=20))
def test_no_value_raises(values):
    assert len(instants(values)) == len(values)


@given(st.integers(10**9, 4 * 10**9))
def test_epoch_numbers_are_told_apart_by_magnitude(seconds):
    wanted = pd.Timestamp(seconds, unit="s", tz="UTC")
    assert list(instants([seconds, seconds * 10**3, seconds * 10**6, seconds * 10**9, float(seconds)])) == [wanted] * 5
    assert instants([str(seconds)])[0] == wanted


def test_a_date_that_does_not_exist_is_no_time():
    assert instants(["2026-02-30 00:00:00", "2026-13-01 00:00:00", "2026-01-01 25:00:00"]).isna().all()


def test_a_value_above_twelve_says_which_part_is_the_day():
    assert str(instants(["06/10/2021 01:02:03"])[0].date()) == "2021-06-10"
    assert [str(t.date()) for t in instants(["06/10/2021 01:02:03", "25/10/2021 01:02:03"])] == [
        "2021-10-06",
        "2021-10-25",
    ]


def test_year_less_stamps_end_at_or_before_the_last_change_of_the_file():
    clock = Clock(latest=datetime(2026, 3, 1, tzinfo=UTC))
    times = clock.index(clock.instants(["Dec 30 10:00:00", "Dec 31 23:59:59", "Jan  1 00:00:01", "Feb 27 08:00:00"]))
    assert [t.year for t in times] == [2025, 2025, 2026, 2026]


def test_the_year_turns_also_between_two_blocks():
    clock = Clock(latest=datetime(2025, 12, 31, 12, tzinfo=UTC))
    clock.instants(["Dec 31 10:00:00"])
    assert clock.index(clock.instants(["Jan  1 00:00:01"]))[0].year == 2026


def test_naive_times_take_the_zone_they_are_told():
    assert str(instants(["2026-07-01 12:00:00"], ZoneInfo("Europe/Berlin"))[0]) == "2026-07-01 10:00:00+00:00"
