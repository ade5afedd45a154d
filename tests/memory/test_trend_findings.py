"""Leak findings from tables: the metric's unit, limit, load and lines."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from rca import tables
from rca.incident import Case
from rca.memory.leak_trend import KIND, detect
from rca.telemetry import Telemetry

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
N = 240
RNG = np.random.default_rng(1)
T = np.arange(N)
LEAK = 200 + 1.0 * np.maximum(T - 60, 0) + RNG.normal(0, 2, N)


def gauge(metric, values, *, component="cart", unit=None, first_line=2):
    times = [START + timedelta(minutes=i) for i in range(len(values))]
    return tables.frame(
        "metrics",
        {
            "time": times,
            "component": component,
            "metric": metric,
            "value": values,
            "unit": unit,
            "source": "m.csv",
            "line": range(first_line, first_line + len(values)),
        },
    )


def found(*frames, until=N, **more):
    metrics = tables.concat("metrics", list(frames)) if frames else tables.empty("metrics")
    incident = (START + timedelta(minutes=120), START + timedelta(minutes=until))
    baseline = (START, START + timedelta(minutes=120))
    return list(detect(Case(telemetry=Telemetry({"metrics": metrics, **more}), incident=incident, baseline=baseline)))


def test_a_leak_is_named_with_rate_onset_and_lines():
    (finding,) = found(gauge("container_memory_rss_mb", LEAK))
    assert finding.kind == KIND
    assert finding.component == "cart"
    assert finding.measures["metric"] == "container_memory_rss_mb"
    assert finding.measures["low_bytes_per_h"] <= 60e6 <= finding.measures["high_bytes_per_h"]
    assert finding.onset[0] <= START + timedelta(minutes=60) <= finding.onset[1]
    assert finding.evidence[-1].source.line == N + 1
    assert "MB per hour" in finding.statement
    assert finding.strength > 3


def test_memory_that_stays_level_is_no_finding():
    assert found(gauge("container_memory_rss_mb", 200 + RNG.normal(0, 2, N))) == []


def test_the_limit_of_the_same_component_gives_the_earliest_exhaustion():
    limit, other = (
        gauge("container_memory_limit_mb", np.full(N, 512.0)),
        gauge("memory_limit_mb", np.full(N, 400.0), component="web"),
    )
    (finding,) = found(gauge("container_memory_rss_mb", LEAK), limit, other)
    assert finding.measures["limit_bytes"] == 512e6
    earliest = datetime.fromisoformat(finding.measures["exhausted_not_before"])
    true = START + timedelta(minutes=60 + 312)  # 200 MB and one more per minute from minute 60 on
    assert START + timedelta(minutes=N) < earliest <= true
    assert "512 MB" in finding.statement


def test_a_limit_in_another_unit_is_converted():
    (finding,) = found(gauge("process_rss", LEAK, unit="MiB"), gauge("memory_limit", np.full(N, 1.0), unit="GiB"))
    assert finding.measures["limit_bytes"] == 1024**3


def test_counts_of_objects_are_not_called_bytes():
    (finding,) = found(gauge("gc_tracked_objects", LEAK * 100, unit="count"))
    assert "count per hour" in finding.statement
    assert "rate_per_h" in finding.measures
    assert "rate_bytes_per_h" not in finding.measures


def test_growth_with_the_load_is_weaker():
    alone = found(gauge("rss_mb", LEAK))[0].strength
    load = gauge("requests_per_sec", np.where(T < 60, 50.0, 50.0 + T))
    assert found(gauge("rss_mb", LEAK), load)[0].strength < alone - 2


def test_what_comes_after_the_incident_is_not_looked_at():
    assert found(gauge("rss_mb", LEAK), until=60) == []


def test_shares_of_memory_and_limits_are_not_trended():
    assert found(gauge("memory_used_pct", LEAK / 10), gauge("memory_limit_mb", LEAK)) == []


def test_a_short_series_is_weaker_than_a_long_one():
    long = found(gauge("rss_mb", 200 + T + RNG.normal(0, 2, N)))[0].strength
    short = found(gauge("rss_mb", (200 + 4 * T + RNG.normal(0, 2, N))[:60]))[0].strength
    assert short < long


def test_what_collections_leave_behind_is_trended_per_process():
    rows = {
        "time": [START + timedelta(minutes=int(i)) for i in T],
        "process": "orders-jvm",
        "kind": "young",
        "before_bytes": 5e8,
        "after_bytes": (LEAK * 1e6).astype("int64"),
        "heap_bytes": 1_000_000_000,
        "source": "gc.log",
        "line": range(1, N + 1),
    }
    (finding,) = found(
        gc=tables.frame(
            "gc", {**rows, "before_bytes": np.full(N, 500_000_000), "heap_bytes": np.full(N, 1_000_000_000)}
        )
    )
    assert finding.component == "orders-jvm"
    assert finding.measures["limit_bytes"] == 1e9
    assert finding.evidence[0].source.path == "gc.log"


@pytest.mark.parametrize("values", [[np.nan] * 30, [5.0], []])
def test_poor_series_are_passed_by(values):
    assert found(gauge("rss_mb", np.array(values, dtype="float64"))) == []


def test_it_needs_no_windows():
    assert len(list(detect(Case(telemetry=Telemetry({"metrics": gauge("rss_mb", LEAK)}))))) == 1
