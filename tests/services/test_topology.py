"""Who calls whom, from spans and from what messages say."""

import pandas as pd

from rca.incident import Case
from rca.services.topology import FARTHEST, Topology, topology
from rca.tables import frame
from rca.telemetry import Telemetry

NOW = pd.Timestamp("2026-11-20T10:00:00Z")
WINDOW = (NOW, NOW + pd.Timedelta(hours=1))


def logs(*rows):
    services, messages = zip(*rows, strict=True)
    return frame(
        "logs",
        {
            "time": [NOW] * len(rows),
            "service": list(services),
            "level": "error",
            "message": list(messages),
            "source": "app.log",
            "line": list(range(1, len(rows) + 1)),
        },
    )


def case(**tables):
    return Case(telemetry=Telemetry(tables), incident=WINDOW)


def spans(child, parent):
    return frame(
        "spans",
        {
            "trace_id": "t",
            "span_id": ["a", "b"],
            "parent_id": [None, "a"],
            "service": [parent, child],
            "kind": "server",
            "start": [NOW, NOW],
            "duration_ms": [9.0, 5.0],
            "status": "ok",
            "source": "s.json",
            "line": [1, 2],
        },
    )


def test_a_failure_text_gives_a_call_away():
    found = topology(case(logs=logs(("gateway", "upstream cart returned 503"), ("cart", "no space left on device"))))
    assert found.edges == (("gateway", "cart"),)
    assert found.outside == frozenset()


def test_a_host_that_nothing_reports_about_lies_outside():
    found = topology(case(logs=logs(("pay", 'Post "https://api.bank.example:443/charge": connection refused'))))
    assert found.edges == (("pay", "api.bank.example"),)
    assert found.outside == {"api.bank.example"}


def test_spans_are_preferred_to_texts_that_say_the_reverse():
    found = topology(case(spans=spans("cart", "web"), logs=logs(("cart", "request of web failed"))))
    assert found.edges == (("web", "cart"),)


def test_a_component_does_not_call_itself():
    assert topology(case(logs=logs(("cart", "cart failed")))).edges == ()


def test_hops_are_counted_both_ways():
    # web -> orders -> pay -> bank
    calls = Topology((("web", "orders"), ("orders", "pay"), ("pay", "bank")), frozenset())
    assert calls.callers("pay") == {"orders": 1, "web": 2}
    assert calls.callees("orders") == {"pay": 1, "bank": 2}
    assert calls.callers("web") == {}


def test_a_ring_of_calls_comes_to_an_end():
    assert Topology((("a", "b"), ("b", "a")), frozenset()).callees("a") == {"b": 1}


def test_nothing_is_followed_farther_than_the_limit():
    chain = Topology(tuple((f"s{i}", f"s{i + 1}") for i in range(9)), frozenset())
    assert max(chain.callees("s0").values()) == FARTHEST


def test_without_telemetry_nobody_calls():
    assert topology(case()).edges == ()
