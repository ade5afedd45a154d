"""`rca.services.rank` on metrics: who is named, who is explained away, and when nobody is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import rca
from rca import tables
from rca.telemetry import Telemetry

TIMES = pd.date_range("2026-03-01", periods=60, freq="min", tz="UTC")
BASELINE = (TIMES[0], TIMES[50])
INCIDENT = (TIMES[50], TIMES[59] + pd.Timedelta("1min"))

# shop -> pay -> bank
GRAPH = pd.DataFrame({"caller": ["shop", "pay"], "callee": ["pay", "bank"]})


def series(component: str, metric: str, usual: float, during: float, seed: int = 0) -> pd.DataFrame:
    """Fifty healthy minutes that waver by 2 %, then ten minutes at another level."""
    wavering = 1 + 0.02 * np.random.default_rng(seed).standard_normal(60)
    return tables.frame("metrics", {
        "time": TIMES, "component": component, "metric": metric, "line": range(2, 62), "source": "metrics.csv",
        "value": np.r_[np.full(50, usual), np.full(10, during)] * wavering})


def telemetry(*parts: pd.DataFrame) -> Telemetry:
    return Telemetry({"metrics": pd.concat(parts, ignore_index=True)})


def cascade(bank_requests: float = 100.0) -> list[pd.DataFrame]:
    """Everybody is slow, as the bank is; calls are as many on each hop."""
    return [series("shop", "latency_ms", 150, 360, 1), series("shop", "requests", 100, 100, 2),
            series("pay", "latency_ms", 110, 320, 3), series("pay", "requests", 100, 100, 4),
            series("bank", "latency_ms", 80, 300, 5), series("bank", "requests", bank_requests, bank_requests, 6)]


def ranked(*parts: pd.DataFrame, **more: object) -> pd.DataFrame:
    return rca.services.rank(telemetry(*parts), incident=INCIDENT, baseline=BASELINE, **more)


def test_the_callee_that_slows_everybody_comes_before_its_callers():
    found = ranked(*cascade(), target=("shop", "latency_ms"), graph=GRAPH)
    assert found["component"].iloc[0] == "bank"
    assert "latency_ms of bank went up from" in found["statement"].iloc[0]


def test_a_callee_that_is_hardly_called_explains_nothing():
    found = ranked(*cascade(bank_requests=1.0), target=("shop", "latency_ms"), graph=GRAPH)
    assert found["component"].iloc[0] == "pay"


def test_callees_are_seen_through_a_node_that_is_not_measured():
    through = pd.DataFrame({"caller": ["shop", "pay", "broker"], "callee": ["pay", "broker", "bank"]})
    found = ranked(*cascade(), target=("shop", "latency_ms"), graph=through)
    assert found["component"].iloc[0] == "bank"


def test_an_end_of_an_edge_stands_behind_the_service_that_it_shows():
    view = [series("pay_client", "latency_ms", 110, 400, 7), series("pay_client", "requests", 100, 100, 8)]
    pairs = pd.DataFrame({"caller": ["shop", "shop"], "callee": ["pay", "pay_client"]})
    found = ranked(*cascade()[:4], *view, target=("shop", "latency_ms"), graph=pairs)
    assert found["component"].iloc[0] == "pay"


def test_a_full_processor_is_not_explained_away_by_a_callee():
    hog = series("pay", "cpu_percent", 20, 99, 9)
    found = ranked(*cascade(), hog, target=("shop", "latency_ms"), graph=GRAPH)
    assert found.set_index("component")["cause"]["pay"] == "cpu-saturation"


def test_nobody_is_named_where_nothing_departs():
    calm = [series("shop", "latency_ms", 150, 150, 1), series("bank", "cpu_percent", 20, 20, 2)]
    for target in (None, "shop", ("shop", "latency_ms")):
        found = ranked(*calm, target=target, graph=GRAPH)
        assert found.empty
        assert list(found.columns) == ["component", "score", "cause", "statement"]


def test_nobody_is_named_where_the_target_is_well():
    hog = series("bank", "latency_ms", 80, 800, 3)
    assert ranked(series("shop", "latency_ms", 150, 150, 1), hog, target=("shop", "latency_ms"), graph=GRAPH).empty


def test_latency_that_falls_and_availability_that_rises_are_no_symptoms():
    assert ranked(series("a", "latency_ms", 150, 50), series("b", "availability", 80, 99.9)).empty


def test_availability_that_falls_is_one():
    assert ranked(series("b", "availability", 99.9, 60), series("a", "latency_ms", 9, 9))["component"].tolist() == ["b"]


def test_the_order_does_not_depend_on_the_order_of_rows():
    same = [series(name, "cpu_percent", 20, 90) for name in "cab"]
    forward, backward = ranked(*same), ranked(*same[::-1])
    pd.testing.assert_frame_equal(forward, backward)
    assert forward["component"].tolist() == ["a", "b", "c"]


def test_a_series_without_samples_in_the_incident_gets_no_rank():
    gone = series("gone", "cpu_percent", 20, 90)
    gone.loc[50:, "value"] = np.nan
    assert ranked(gone, series("hog", "cpu_percent", 20, 90))["component"].tolist() == ["hog"]


def test_no_telemetry_at_all_gives_an_empty_table():
    assert rca.services.rank(Telemetry({}), incident=INCIDENT, baseline=BASELINE).empty


def test_a_graph_without_its_columns_is_refused_by_name():
    with pytest.raises(ValueError, match="lacks callee"):
        ranked(*cascade(), graph=pd.DataFrame({"caller": ["a"], "to": ["b"]}))


def test_a_processor_hog_shows_over_a_baseline_of_two_samples():
    few = pd.concat([part.iloc[[10, 30, 52]] for part in (series("hog", "cpu_percent", 5, 95, 1),
                                                          series("calm", "cpu_percent", 5, 9, 2))], ignore_index=True)
    assert ranked(few)["component"].tolist() == ["hog"]


def test_many_healthy_series_name_nobody():
    calm = [series(f"s{i}", metric, 50, 50, i) for i in range(20) for metric in ("latency_ms", "cpu_percent")]
    assert ranked(*calm).empty


def test_time_lost_between_caller_and_callee_names_the_callee():
    starts = TIMES.repeat(2)
    gap = np.r_[np.full(50, 2.0), np.full(10, 500.0)]
    spans = tables.frame("spans", {
        "trace_id": [f"t{i // 2}" for i in range(120)], "span_id": [f"s{i}" for i in range(120)],
        "parent_id": [None if i % 2 == 0 else f"s{i - 1}" for i in range(120)], "service": ["web", "cart"] * 60,
        "name": ["GET cart", "GET /cart"] * 60, "kind": ["client", "server"] * 60, "start": starts,
        "duration_ms": np.c_[10 + gap, np.full(60, 10.0)].ravel(), "status": "ok", "line": range(120)})
    found = rca.services.rank(Telemetry({"spans": spans}), incident=INCIDENT, baseline=BASELINE)
    assert found["component"].tolist() == ["cart"]
    assert found["cause"].tolist() == ["network-delay"]
