"""What calls between services show when the incident is compared with the baseline."""

from span_cases import call, case, every_minute, minute, span

from rca.services import attribute_shift, deadline, edge_errors, edge_latency, missing_event, network_gap, retries


def found(detector, spans):
    return list(detector.detect(case(spans)))


def steady():
    return every_minute(call, before={}, during={})


def test_a_steady_system_is_silent():
    for detector in (attribute_shift, deadline, edge_errors, edge_latency, missing_event, network_gap, retries):
        assert found(detector, steady()) == []


def test_without_windows_nothing_is_compared():
    spans = every_minute(call, before={}, during={"status": "error"})
    for detector in (attribute_shift, deadline, edge_errors, edge_latency, missing_event, network_gap, retries):
        assert list(detector.detect(case(spans, windows=False))) == []


def test_failing_calls_are_found_at_their_callee():
    (finding,) = found(edge_errors, every_minute(call, before={}, during={"status": "error"}))
    assert (finding.component, finding.related) == ("cart", ("web",))
    assert finding.measures["failed"] == 30
    assert finding.strength > 4


def test_one_failed_exemplar_speaks_softly():
    (finding,) = found(edge_errors, call("t1", 0) + call("t2", minute(40), status="error"))
    assert 0.5 < finding.strength <= 2


def test_slow_calls_are_found_with_the_share_that_is_the_callees_own():
    (finding,) = found(edge_latency, every_minute(call, before={}, during={"took": 60.0, "served": 58.0}))
    assert (finding.component, finding.measures["own_share"]) == ("cart", 1.0)


def through(trace, at, stock=5.0):
    """web -> cart -> stock, where cart does 4 ms of its own."""
    return [
        span(trace, "a", "web", at=at, ms=stock + 8),
        span(trace, "b", "web", parent="a", kind="client", at=at + 1, ms=stock + 6),
        span(trace, "c", "cart", parent="b", at=at + 2, ms=stock + 4),
        span(trace, "d", "cart", parent="c", kind="client", at=at + 3, ms=stock + 2),
        span(trace, "e", "stock", parent="d", at=at + 4, ms=stock),
    ]


def test_a_rise_that_is_passed_on_weighs_less_than_where_it_comes_from():
    strength = {
        f.component: f.strength for f in found(edge_latency, every_minute(through, before={}, during={"stock": 90.0}))
    }
    assert strength["cart"] < 0.6 * strength["stock"]


def test_another_mixture_of_operations_is_not_slow():
    def request(trace, at, name, ms):
        return [span(trace, "a", "web", at=at, ms=ms + 2), span(trace, "b", "cart", name, parent="a", at=at + 1, ms=ms)]

    spans = [
        s
        for i in range(60)
        for s in (
            request(f"t{i}", minute(i), "report", 90) if i % 3 == 0 or i > 40 else request(f"t{i}", minute(i), "get", 5)
        )
    ]
    assert found(edge_latency, spans) == []


def test_time_lost_on_the_way_is_put_down_to_the_service_that_all_slow_edges_share():
    def request(trace, at, way):
        return call(f"{trace}x", at, caller="web", callee="cart", took=10 + way, served=8) + call(
            f"{trace}y", at + 100, caller="cart", callee="stock", took=10 + way, served=8
        )

    (finding,) = found(network_gap, every_minute(request, before={"way": 0.0}, during={"way": 40.0}))
    assert (finding.component, finding.related) == ("cart", ("stock", "web"))


def test_a_slow_callee_is_no_gap():
    assert found(network_gap, every_minute(call, before={}, during={"took": 60.0, "served": 58.0})) == []


def attempts(trace, at, tries=1):
    """One wanted call: `tries` attempts, of which only the last one goes well."""
    spans = [span(trace, "a", "web", at=at, ms=500)]
    for i in range(tries):
        ends = {"status": "error" if i < tries - 1 else "unset"}
        spans.append(
            span(trace, f"b{i}", "web", "call cart", parent="a", kind="client", at=at + 20 * i + 1, ms=15, **ends)
        )
        spans.append(span(trace, f"c{i}", "cart", parent=f"b{i}", at=at + 20 * i + 2, ms=12, **ends))
    return spans


def test_retries_are_found_at_the_caller_with_their_amplification():
    (finding,) = found(retries, every_minute(attempts, before={}, during={"tries": 3}))
    assert (finding.component, finding.related, finding.measures["amplification"]) == ("web", ("cart",), 3.0)


def test_a_failure_within_a_loop_is_no_retry():
    def loop(trace, at, bad):
        return [span(trace, "a", "web", at=at, ms=500)] + [
            span(
                trace,
                f"b{i}",
                "cart",
                "get",
                parent="a",
                at=at + 20 * i,
                ms=15,
                status="error" if bad and i == 2 else "ok",
            )
            for i in range(6)
        ]

    assert found(retries, every_minute(loop, before={"bad": False}, during={"bad": True})) == []


def cut(trace, at, ceiling=None, needs=400.0):
    """web gives cart `ceiling` milliseconds; cart needs `needs`."""
    gone = ceiling is not None and ceiling < needs
    ends = {"status": "error", "attributes": {"error": "deadline exceeded"}} if gone else {}
    return [
        span(trace, "a", "web", at=at, ms=(ceiling if gone else needs) + 4, **ends),
        span(
            trace,
            "b",
            "web",
            "call cart",
            parent="a",
            kind="client",
            at=at + 1,
            ms=ceiling if gone else needs + 2,
            **ends,
        ),
        span(trace, "c", "cart", "/cart", parent="b", at=at + 2, ms=needs),
    ]


def test_a_deadline_below_what_the_callee_always_needed_is_found_at_the_caller():
    (finding,) = found(deadline, every_minute(cut, before={}, during={"ceiling": 300.0}))
    assert (finding.component, finding.measures["ceiling_ms"], finding.measures["worked_on"]) == ("web", 300.0, 30)
    assert finding.strength > 3


def test_a_deadline_that_is_hit_because_the_callee_became_slow_is_not_too_short():
    assert found(deadline, every_minute(cut, before={"needs": 40.0}, during={"ceiling": 300.0, "needs": 900.0})) == []


def test_a_deadline_that_the_span_carries_and_that_was_lowered_is_found_in_two_exemplars():
    def exemplar(trace, at, limit, status):
        return span(
            trace,
            "b",
            "web",
            "call cart",
            kind="client",
            at=at,
            ms=200,
            status=status,
            attributes={"deadline_ms": limit},
        )

    (finding,) = found(deadline, [exemplar("t1", 0, 5000, "ok"), exemplar("t2", minute(40), 300, "error")])
    assert (finding.component, finding.measures["deadline_before"], finding.measures["deadline"]) == ("web", 5000, 300)


def query(trace, at, rows=50, text="SELECT id FROM item WHERE shop = 7 LIMIT 50"):
    return [
        span(
            trace,
            "q",
            "web",
            "db.query",
            kind="client",
            at=at,
            attributes={"db.statement": text, "db.rows": rows, "row.id": rows},
        )
    ]


def test_an_attribute_that_jumped_is_found_with_old_and_new_value():
    (finding,) = found(attribute_shift, every_minute(query, before={}, during={"rows": 90_000}))
    assert (finding.component, finding.measures["attribute"], finding.measures["old"], finding.measures["new"]) == (
        "web",
        "db.rows",
        "50",
        "90,000",
    )
    assert finding.evidence[0].source.line == 31


def test_a_statement_that_lost_a_clause_is_found_in_two_exemplars():
    (finding,) = found(
        attribute_shift, query("t1", 0) + query("t2", minute(40), text="SELECT id FROM item WHERE shop = 9")
    )
    assert finding.measures["new"] == "SELECT id FROM item WHERE shop = ?"
    assert 1 < finding.strength <= 3


def test_other_values_in_the_same_statement_are_no_change():
    assert (
        found(
            attribute_shift,
            query("t1", 0) + query("t2", minute(40), text="SELECT id FROM item WHERE shop = 9 LIMIT 50"),
        )
        == []
    )


def test_a_call_that_is_no_longer_made_is_found_at_the_operation_that_made_it():
    def request(trace, at, audited):
        return call(trace, at) + ([span(trace, "d", "audit", "/audit", parent="c", at=at + 4, ms=1)] if audited else [])

    (finding,) = found(missing_event, every_minute(request, before={"audited": True}, during={"audited": False}))
    assert (finding.component, finding.related, finding.measures["missing"]) == ("cart", ("audit",), "/audit")


def test_a_call_that_is_made_now_and_then_is_not_missed():
    spans = [
        s
        for i in range(60)
        for s in call(f"t{i}", minute(i))
        + ([span(f"t{i}", "d", "audit", "/audit", parent="c", at=minute(i) + 4, ms=1)] if i % 4 == 0 and i < 30 else [])
    ]
    assert found(missing_event, spans) == []
