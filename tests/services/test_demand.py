"""Demand is a rise that entry and callees share; anything else is not."""

from datetime import UTC, datetime, timedelta

import numpy as np

from rca import tables
from rca.incident import Case
from rca.services.demand import KIND, detect
from rca.telemetry import Telemetry

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
N, CUT = 120, 90


def load(component, factor, level=100.0, seed=1):
    values = level * np.where(np.arange(N) >= CUT, factor, 1.0) + np.random.default_rng(seed).normal(0, level / 30, N)
    return tables.frame(
        "metrics",
        {
            "time": [START + timedelta(minutes=i) for i in range(N)],
            "component": component,
            "metric": "requests_per_sec",
            "value": values,
            "source": f"{component}.csv",
            "line": range(2, N + 2),
        },
    )


def found(*frames, **more):
    windows = {
        "incident": (START + timedelta(minutes=CUT), START + timedelta(minutes=N)),
        "baseline": (START, START + timedelta(minutes=CUT)),
    }
    metrics = {"metrics": tables.concat("metrics", list(frames))} if frames else {}
    return list(detect(Case(telemetry=Telemetry({**metrics, **more}), **windows)))


def test_a_rise_that_all_share_is_demand():
    (finding,) = found(load("gateway", 3), load("cart", 3.2, 60), load("stock", 2.8, 30))
    assert finding.kind == KIND
    assert finding.component == "gateway"
    assert finding.related == ("cart", "stock")
    assert 2.7 < finding.measures["factor"] < 3.3
    assert finding.measures["components"] == 3
    assert finding.evidence
    assert "amplified" not in finding.measures


def test_a_callee_that_rises_alone_is_no_demand():
    assert found(load("gateway", 1), load("cart", 1, 60), load("stock", 5, 30)) == []


def test_an_entry_that_rises_alone_among_many_is_no_common_demand():
    assert found(load("gateway", 3), *(load(f"s{i}", 1, 50, seed=i) for i in range(4))) == []


def test_a_callee_that_rises_more_is_named():
    (finding,) = found(load("gateway", 2), load("cart", 2, 60), load("stock", 9, 30))
    assert finding.measures["amplified"] == "stock"


def test_steady_load_is_no_demand():
    assert found(load("gateway", 1), load("cart", 1, 60)) == []
    assert found() == []


def test_requests_in_access_logs_are_counted():
    rng = np.random.default_rng(3)
    minutes = np.sort(np.concatenate([rng.uniform(0, N, 2400), rng.uniform(CUT, N, 3000)]))
    requests = tables.frame(
        "requests",
        {
            "time": [START + timedelta(minutes=float(m)) for m in minutes],
            "service": "shop",
            "method": "GET",
            "path": "/",
            "status": np.full(len(minutes), 200),
            "source": "access.log",
            "line": range(1, len(minutes) + 1),
        },
    )
    (finding,) = found(requests=requests)
    assert finding.component == "shop"
    assert finding.measures["factor"] > 4
    assert finding.evidence[0].source.path == "access.log"
