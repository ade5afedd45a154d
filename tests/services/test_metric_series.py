"""Series from rows: grouped, ordered, counters as rates, each sample with its line."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rca import tables
from rca.metric_series import metric_series

START = datetime(2026, 3, 2, tzinfo=UTC)


def rows(values, metric="load", component="web", labels=None, minutes=None):
    at = range(len(values)) if minutes is None else minutes
    return tables.frame(
        "metrics",
        {
            "time": [START + timedelta(minutes=m) for m in at],
            "component": component,
            "metric": metric,
            "value": np.array(values, dtype="float64"),
            "labels": [labels] * len(values),
            "source": "m.csv",
            "line": range(1, len(values) + 1),
        },
    )


def test_series_are_split_by_component_metric_and_labels():
    parts = [
        rows([1, 2], component=c, metric=m, labels=label)
        for c in ("a", "b")
        for m in ("x", "y")
        for label in (None, {"statistic": "p99"}, {"pod": "1", "statistic": "p99"})
    ]
    found = list(metric_series(tables.concat("metrics", parts)))
    assert [(s.component, s.metric, s.statistic, s.labels) for s in found] == [
        (c, m, stat, label) for c in "ab" for m in "xy" for stat, label in (("", ""), ("p99", ""), ("p99", "pod=1"))
    ]


@given(st.permutations(range(8)))
def test_the_order_of_rows_does_not_matter(order):
    frame = rows([5, 1, 4, 2, 8, 7, 3, 6])
    (found,) = metric_series(frame.iloc[list(order)])
    assert found.samples.tolist() == [5, 1, 4, 2, 8, 7, 3, 6]
    assert found.lines.tolist() == list(range(1, 9))


def test_missing_values_times_and_names_belong_to_no_series():
    frame = rows([1, np.nan, np.inf, 4])
    (found,) = metric_series(frame)
    assert found.lines.tolist() == [1, 4]
    assert list(metric_series(rows([1.0], component=None))) == []
    assert list(metric_series(tables.empty("metrics"))) == []


def test_the_last_sample_of_a_moment_counts():
    (found,) = metric_series(rows([1, 2, 3], minutes=[0, 1, 1]))
    assert found.samples.tolist() == [1, 3]


def test_a_counter_becomes_its_growth_per_minute():
    (found,) = metric_series(rows([0, 10, 10, 40, 5], metric="errors_total", minutes=[0, 1, 2, 4, 5]))
    assert found.counter
    assert found.samples.tolist() == [10, 0, 15, 5]  # after the reset the counter is what was counted since
    assert found.unit == "per min"
    assert found.lines.tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize(("metric", "values"), [("memory_total", [5, 9, 4, 8, 3]), ("temperature", [1, 2, 3, 4, 5])])
def test_gauges_stay_what_they_are(metric, values):
    (found,) = metric_series(rows(values, metric=metric))
    assert not found.counter
    assert found.samples.tolist() == values


def test_evidence_quotes_the_sample_and_its_line():
    (found,) = metric_series(rows([1, 871.25], metric="db_query_latency_p99_ms", labels={"pod": "web-1"}))
    evidence = found.evidence(1)
    assert str(evidence.source) == "m.csv:2"
    assert evidence.text == "2026-03-02T00:01:00Z web db_query_latency_p99_ms {pod=web-1} = 871.25 ms"


def test_no_row_is_changed():
    frame = rows([3, 1, 2])
    before = frame.copy(deep=True)
    list(metric_series(frame))
    assert frame.equals(before)
