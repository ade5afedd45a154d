"""Clocks brought together in what was read, and years for times that have none."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from rca.model import SourceInfo
from rca.readers._skew import corrected, log_offsets, measured
from rca.readers._years import with_years
from rca.tables import frame

START = pd.Timestamp("2026-11-20T10:00:00Z")


def trace(count=40, ahead_s=0.0, log_ahead_s=0.0, kinds=("client", "server"), seed=1):
    """shop calls pay, which logs a line within each span; by pay's clock."""
    rng = np.random.default_rng(seed)
    begin = START + pd.to_timedelta(np.arange(count) * 10, unit="s")
    wait = pd.to_timedelta(rng.uniform(0.001, 0.004, count), unit="s")
    ids = [f"t{i}" for i in range(count)]
    shift, log_shift = pd.Timedelta(seconds=ahead_s), pd.Timedelta(seconds=log_ahead_s)
    shop = frame("spans", {"trace_id": ids, "span_id": "a", "service": "shop", "kind": kinds[0], "start": begin,
                           "duration_ms": np.full(count, 60.0), "source": "shop.json", "line": list(range(count))})
    pay = frame("spans", {"trace_id": ids, "span_id": "b", "parent_id": "a", "service": "pay", "kind": kinds[1],
                          "start": begin + wait + shift, "duration_ms": np.full(count, 50.0), "source": "pay.json",
                          "line": list(range(count))})
    logs = frame("logs", {"time": begin + wait * 2 + shift + log_shift, "service": "pay", "trace_id": ids,
                          "span_id": "b", "message": "paid", "source": "pay.log", "line": list(range(count))})
    return {"spans": pd.concat([shop, pay], ignore_index=True), "logs": logs}


def test_a_clock_ahead_is_measured_and_its_spans_and_logs_are_moved_back():
    tables = trace(ahead_s=3.0)
    clocks = measured(tables)
    assert clocks["pay"].corrected
    assert abs(clocks["pay"].offset_s - 3.0) <= clocks["pay"].uncertainty_s < 0.01
    moved, notes = corrected(tables, clocks, log_offsets(tables))
    straight = trace()
    for table, column in (("spans", "start"), ("logs", "time")):
        assert (moved[table][column] - straight[table][column]).abs().max() < pd.Timedelta("10ms")
    assert notes["pay.json"][0].startswith("clock of pay is 3 s ahead (within ")
    assert notes["shop.json"] == []


def test_clocks_that_agree_change_nothing():
    tables = trace()
    assert measured(tables) == {}
    moved, notes = corrected(tables, {}, log_offsets(tables))
    assert (moved["spans"] is tables["spans"], notes) == (True, {})


def test_a_few_calls_are_not_enough():
    assert measured(trace(count=9, ahead_s=60.0)) == {}


def test_messages_prove_no_clock():
    assert measured(trace(ahead_s=3.0, kinds=("producer", "consumer"))) == {}


def test_logs_in_a_wrong_zone_are_told_by_the_spans_they_belong_to():
    tables = trace(log_ahead_s=7200.0)
    found = log_offsets(tables)
    assert round(found["pay.log", "pay"].offset_s) == 7200
    moved, notes = corrected(tables, measured(tables), found)
    assert (moved["logs"]["time"] - trace()["logs"]["time"]).abs().max() < pd.Timedelta("100ms")
    assert "a zone of UTC+2 h taken for UTC" in notes["pay.log"][0]


def test_logs_without_a_span_id_lie_within_their_trace():
    tables = trace(log_ahead_s=-3600.0)
    tables["logs"] = tables["logs"].assign(span_id=None)
    assert round(log_offsets(tables)["pay.log", "pay"].offset_s) == -3600


def test_whole_seconds_are_no_skew():
    tables = trace()
    tables["logs"] = tables["logs"].assign(time=tables["logs"]["time"].dt.floor("s"))
    assert log_offsets(tables) == {}


def test_a_correction_leaves_the_tables_as_they_were():
    tables = trace(ahead_s=3.0)
    before = tables["spans"].copy()
    corrected(tables, measured(tables), log_offsets(tables))
    pd.testing.assert_frame_equal(tables["spans"], before)


def syslog(first, last):
    rows = frame("logs", {"time": [pd.Timestamp(first), pd.Timestamp(last)], "message": "x", "source": "syslog",
                          "line": [1, 2]})
    return rows, SourceInfo(path="syslog", format="syslog", confidence=1.0, bytes=1, rows={"logs": 2},
                            first=pd.Timestamp(first).to_pydatetime(), last=pd.Timestamp(last).to_pydatetime())


OTHER = SourceInfo(path="app.json", format="json-lines", confidence=1.0, bytes=1, rows={},
                   first=datetime(2024, 1, 2, tzinfo=UTC), last=datetime(2024, 1, 5, tzinfo=UTC))


def test_times_without_a_year_take_that_of_the_other_sources():
    rows, info = syslog("2026-01-02T10:00Z", "2026-01-03T10:00Z")
    tables, (moved, _) = with_years({"logs": rows}, [info, OTHER], {"syslog"})
    assert tables["logs"]["time"].dt.year.tolist() == [2024, 2024]
    assert moved.first == datetime(2024, 1, 2, 10, tzinfo=UTC)
    assert moved.notes == ("times without a year: 2024 taken from the other sources",)


def test_a_night_of_new_year_goes_to_the_nearest_side():
    rows, info = syslog("2026-12-31T23:00Z", "2026-12-31T23:59Z")
    tables, _ = with_years({"logs": rows}, [info, OTHER], {"syslog"})
    assert tables["logs"]["time"].dt.year.tolist() == [2023, 2023]


def test_without_other_sources_the_years_stay_and_are_said():
    rows, info = syslog("2026-01-02T10:00Z", "2026-01-03T10:00Z")
    tables, (same,) = with_years({"logs": rows}, [info], {"syslog"})
    assert tables["logs"] is rows
    assert same.notes == ("times without a year: 2026 taken from the file's own time",)
