import numpy as np
import pandas as pd
import pytest

from rca import tables
from rca.incident import Case
from rca.memory.per_transaction import KIND, detect, leak_per_transaction, transactions
from rca.telemetry import Telemetry

START = pd.Timestamp("2026-11-20T08:00:00Z")
HOURS = 6


def requests(rng, per_minute, kind):
    """Requests of one kind at random moments, with a rate that swings over the hours."""
    minutes = HOURS * 60
    rates = per_minute * (1 + 0.6 * np.sin(np.arange(minutes) / 40 + len(kind)))
    at = np.repeat(np.arange(minutes), rng.poisson(np.maximum(rates, 0.1)))
    return pd.DataFrame({"time": START + pd.to_timedelta(np.sort(at), unit="min"), "service": "shop", "kind": kind})


def memory(rng, done, bytes_per_request, restarts=(), noise=200_000.0):
    """Resident memory every 30 s: a level, noise, and what each request of `done` left since the last restart."""
    times = START + pd.to_timedelta(np.arange(0, HOURS * 60, 0.5), unit="min")
    served = done["time"].searchsorted(times)
    base = np.zeros(len(times))
    for moment in restarts:
        base[moment:] = served[moment]
    return pd.Series(50e6 + bytes_per_request * (served - base) + rng.normal(0, noise, len(times)), index=times)


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.fixture
def load(rng):
    orders, items = requests(rng, 12, "POST /orders"), requests(rng, 30, "GET /items/{id}")
    return orders, items, pd.concat([orders, items], ignore_index=True)


def test_the_kind_of_request_and_its_bytes_are_found(rng, load):
    orders, _, done = load
    found = leak_per_transaction(memory(rng, orders, 4_000), done)
    assert found.kind == "POST /orders"
    assert found.low <= 4_000 <= found.high
    assert found.mid == pytest.approx(4_000, rel=0.1)


def test_a_restart_in_between_does_not_spoil_the_estimate(rng, load):
    orders, _, done = load
    found = leak_per_transaction(memory(rng, orders, 4_000, restarts=(300,)), done)
    assert found.kind == "POST /orders"
    assert found.mid == pytest.approx(4_000, rel=0.15)


def test_memory_that_follows_no_request_is_put_down_to_none(rng, load):
    _, _, done = load
    level = memory(rng, done, 0)
    assert leak_per_transaction(level, done) is None


def test_a_handful_of_samples_is_not_regressed(rng, load):
    orders, _, done = load
    assert leak_per_transaction(memory(rng, orders, 4_000).iloc[:10], done) is None


def telemetry(level, done):
    metrics = tables.frame(
        "metrics",
        {
            "time": level.index,
            "component": "shop",
            "metric": "rss_bytes",
            "value": level.to_numpy(),
            "unit": "bytes",
            "source": "m.csv",
            "line": np.arange(2, len(level) + 2),
        },
    )
    method, path = zip(*(kind.split(" ", 1) for kind in done["kind"]), strict=True)
    lines = tables.frame(
        "requests",
        {
            "time": done["time"],
            "service": "shop",
            "method": list(method),
            "path": [p.replace("{id}", "o-17a") for p in path],
            "status": 200,
            "source": "a.log",
            "line": np.arange(1, len(done) + 1),
        },
    )
    return Telemetry({"metrics": metrics, "requests": lines})


def test_the_finding_says_bytes_per_request_and_which_requests_are_innocent(rng, load):
    orders, _, done = load
    (finding,) = detect(Case(telemetry=telemetry(memory(rng, orders, 4_000), done)))
    assert finding.kind == KIND
    assert finding.component == "shop"
    assert finding.measures["transaction"] == "POST /orders"
    assert "per POST /orders; none with GET /items/{id}" in finding.statement
    assert finding.evidence[0].source.path == "m.csv"


def test_a_class_that_grows_with_the_requests_is_named(rng, load):
    orders, _, done = load
    at = [START + pd.Timedelta(hours=h) for h in range(1, 6)]
    served = [int((orders["time"] < t).sum()) for t in at]
    rows = [
        (t, name, count)
        for t, n in zip(at, served, strict=True)
        for name, count in (
            ("shop.history.Entry", n + 5),
            ("shop.history.Line", 20 * n),
            ("builtins.dict", 3 * n),
            ("shop.cart.Cart", 40),
        )
    ]
    with_classes = telemetry(memory(rng, orders, 4_000), done).replaced(
        histograms=tables.frame(
            "histograms",
            {
                "snapshot": [str(t) for t, _, _ in rows],
                "time": [t for t, _, _ in rows],
                "process": "shop",
                "class_name": [n for _, n, _ in rows],
                "objects": [c for _, _, c in rows],
                "source": "h.json",
                "line": 1,
            },
        )
    )
    (finding,) = detect(Case(telemetry=with_classes))
    assert finding.measures["class_name"] == "shop.history.Entry"
    assert finding.measures["objects_per_transaction"] == pytest.approx(1.0, abs=0.05)


def test_steady_memory_gives_no_finding(rng, load):
    _, _, done = load
    assert list(detect(Case(telemetry=telemetry(memory(rng, done, 0), done)))) == []


def test_paths_with_ids_are_one_kind():
    lines = tables.frame(
        "requests",
        {
            "time": [START] * 3,
            "method": "GET",
            "path": ["/orders/17?x=1", "/orders/0b5e8f9c-aaaa-bbbb-cccc-1234567890ab", "/health"],
            "source": "a.log",
            "line": [1, 2, 3],
        },
    )
    kinds = transactions(Case(telemetry=Telemetry({"requests": lines})))["kind"].tolist()
    assert kinds == ["GET /orders/{id}", "GET /orders/{id}", "GET /health"]


def test_log_lines_that_name_a_route_stand_in_for_an_access_log():
    lines = tables.frame(
        "logs",
        {
            "time": [START] * 2,
            "service": "shop",
            "message": ["done", "tick"],
            "attributes": [{"route": "POST /orders"}, None],
            "source": "a.log",
            "line": [1, 2],
        },
    )
    assert transactions(Case(telemetry=Telemetry({"logs": lines})))["kind"].tolist() == ["POST /orders"]
