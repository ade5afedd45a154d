"""Loops of calls are found, and what only looks like them is spared."""

import pytest
from span_cases import case, minute, span

from rca.services.n_plus_one import detect


def request(children, *, trace="t", at=0.0, kind="client", **more):
    """A request whose children are (name, start, length, statement)."""
    spans = [span(trace, "root", "shop", "GET /list", at=at, ms=500)]
    for i, (name, start, ms, statement) in enumerate(children):
        held = {"db.statement": statement} if statement else None
        spans.append(
            span(trace, f"c{i}", "shop", name, parent="root", kind=kind, at=at + start, ms=ms, attributes=held, **more)
        )
    return spans


def serial(count, statement="SELECT * FROM price WHERE item = {i}"):
    return [("SELECT", 5 + 3 * i, 2, statement.format(i=i)) for i in range(count)]


def test_finds_sequential_queries_of_one_shape_at_their_caller():
    found = list(detect(case(request(serial(14), peer="postgresql"), windows=False)))
    assert [(f.component, f.measures["calls_per_request"], f.related) for f in found] == [("shop", 14, ("postgresql",))]
    assert found[0].evidence[0].source.line == 1


def test_finds_calls_of_a_service_whose_names_carry_ids():
    spans = request([(f"GET /item/{i}", 5 + 3 * i, 2, None) for i in range(12)], peer="stock")
    assert [f.measures["shape"] for f in detect(case(spans, windows=False))] == ["GET /item/?"]


def test_finds_queries_that_are_wrapped_in_a_span_of_the_mapper():
    spans = request([("Item.load", 5 + 3 * i, 2, None) for i in range(12)], kind="internal")
    spans += [
        span("t", f"q{i}", "shop", "SELECT", parent=f"c{i}", kind="client", at=5.1 + 3 * i, ms=1.5, peer="mysql")
        for i in range(12)
    ]
    assert [f.component for f in detect(case(spans, windows=False))] == ["shop"]


def test_finds_it_where_some_of_the_calls_failed():
    spans = request(serial(12))
    spans[4] = {**spans[4], "status": "error", "ms": 0.2}
    assert len(list(detect(case(spans, windows=False)))) == 1


@pytest.mark.parametrize(
    "children",
    [
        pytest.param([("SELECT", 5 + 0.1 * i, 20, "SELECT 1") for i in range(14)], id="calls that overlap"),
        pytest.param(serial(9), id="a handful"),
        pytest.param(
            [("SELECT", 5 + 3 * i, 2, f"SELECT a FROM table_{'abcdefghijklmn'[i]}") for i in range(14)],
            id="different statements",
        ),
        pytest.param([("SELECT", 5 + 30 * i, 2 if i % 3 else 29, "SELECT 1") for i in range(14)], id="unlike lengths"),
    ],
)
def test_spares(children):
    assert list(detect(case(request(children), windows=False))) == []


def test_spares_a_loop_that_calls_nobody():
    assert (
        list(detect(case(request([("parse", 5 + 3 * i, 2, None) for i in range(14)], kind="internal"), windows=False)))
        == []
    )


def test_spares_retries_of_one_call():
    assert list(detect(case(request(serial(12, "SELECT 1"), status="error"), windows=False))) == []


def test_a_loop_that_was_there_before_weighs_little():
    old = [s for i in range(60) for s in request(serial(14), trace=f"t{i}", at=minute(i))]
    new = [s for i in range(60) for s in request(serial(14 if i >= 30 else 2), trace=f"t{i}", at=minute(i))]
    assert [round(f.strength, 1) for f in detect(case(old))] == [0.5]
    assert next(detect(case(new))).strength > 3
