import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rca import tables
from rca.algorithms.log_histogram import bucket_of, quantile, value_of
from rca.incident import Case
from rca.services.request_shift import KIND, detect
from rca.services.request_summary import EMPTY, finish, merge, summarise
from rca.telemetry import Telemetry

START = pd.Timestamp("2026-11-20T10:00:00Z")


def requests(rows):
    """(seconds since the start, service, status, milliseconds) as rows of the table."""
    return tables.frame(
        "requests",
        {
            "time": [START + pd.Timedelta(seconds=s) for s, *_ in rows],
            "service": [name for _, name, *_ in rows],
            "method": "GET",
            "path": "/",
            "status": [status for _, _, status, _ in rows],
            "duration_ms": [ms for *_, ms in rows],
            "source": "access.log",
            "line": list(range(1, len(rows) + 1)),
        },
    )


row = st.tuples(
    st.integers(0, 600),
    st.sampled_from(["web", "api", None]),
    st.sampled_from([200, 404, 500, None]),
    st.one_of(st.none(), st.floats(0, 1e5)),
)


def same(first, second):
    pd.testing.assert_frame_equal(first.counts, second.counts, check_dtype=False)
    pd.testing.assert_frame_equal(first.lengths, second.lengths, check_dtype=False)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.lists(row, max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_any_split_merged_in_any_order_is_the_whole(rows, a, b):
    table = requests(rows)
    low, high = sorted((min(a, len(rows)), min(b, len(rows))))
    parts = [summarise(table.iloc[:low]), summarise(table.iloc[low:high]), summarise(table.iloc[high:])]
    whole = summarise(table)
    same(merge(merge(parts[0], parts[1]), parts[2]), whole)
    same(merge(parts[0], merge(parts[1], parts[2])), whole)
    same(merge(merge(parts[2], parts[0]), parts[1]), whole)
    same(merge(whole, EMPTY), whole)
    same(merge(EMPTY, whole), whole)


@settings(max_examples=50, derandomize=True)
@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=200), st.sampled_from([0.0, 0.5, 0.95, 1.0]))
def test_quantiles_are_right_within_two_percent(values, q):
    data = np.array(values)
    exact = np.sort(data)[max(int(np.ceil(q * len(data))) - 1, 0)]
    assert quantile(bucket_of(data), np.ones(len(data), dtype="int64"), q) == pytest.approx(exact, rel=0.02)


def test_the_value_of_a_bucket_lies_in_it():
    values = np.array([0.5, 3.0, 1e4])
    assert bucket_of(value_of(bucket_of(values))).tolist() == bucket_of(values).tolist()


def test_minutes_become_a_share_of_failures_and_a_percentile():
    rows = [(s, "web", 200, 10.0) for s in range(0, 60, 2)] + [
        (60 + s, "web", 500 if s % 4 == 0 else 200, 40.0) for s in range(0, 60, 2)
    ]
    ratio, p95 = finish(summarise(requests(rows)))
    assert (ratio.component, ratio.metric, ratio.samples.tolist()) == ("web", "http_5xx_ratio", [0.0, 0.5])
    assert p95.samples == pytest.approx([10.0, 40.0], rel=0.02)
    assert ratio.lines.tolist() == [1, 31]


def test_minutes_with_two_requests_say_nothing():
    assert list(finish(summarise(requests([(0, "web", 500, 1.0), (1, "web", 500, 1.0)])))) == []


def access_log(bad_from_minute):
    rng = np.random.default_rng(5)
    return requests(
        [
            (
                60 * m + s,
                None,
                502 if m >= bad_from_minute and rng.random() < 0.4 else 200,
                float(rng.lognormal(3, 0.3)),
            )
            for m in range(80)
            for s in range(0, 60, 3)
        ]
    )


def case(rows):
    logs = tables.frame("logs", {"time": [START], "service": "shop", "message": "up", "source": "a.log", "line": [1]})
    return Case(
        telemetry=Telemetry({"requests": rows, "logs": logs}),
        baseline=(START, START + pd.Timedelta(minutes=60)),
        incident=(START + pd.Timedelta(minutes=60), START + pd.Timedelta(minutes=80)),
    )


def test_failures_in_an_access_log_without_names_belong_to_the_only_service():
    (finding,) = (f for f in detect(case(access_log(60))) if f.strength > 1)
    assert (finding.kind, finding.component, finding.measures["family"]) == (KIND, "shop", "errors")
    assert finding.evidence[0].source.path == "access.log"


def test_an_access_log_that_stays_as_it_was_gives_no_strong_finding():
    assert [f for f in detect(case(access_log(1000))) if f.strength > 1] == []
