"""Where failures began, by traces that are red all over."""

import pytest
from span_cases import call, case, every_minute, minute, span

from rca.services.error_origin import detect

RED = {"status": "error"}


def origins(spans, *, windows=False):
    return {f.component: f for f in detect(case(spans, windows=windows))}


def chain(*, last=None, leaf=None):
    """web -> cart -> stock, all red; `leaf` are changes of the innermost span.

    web    |-----------------|  a
    web      |-------------|    b (client)
    cart       |---------|      c
    cart         |-----|        d (client)
    stock          |-|          e
    """
    return [
        span("t", "a", "web", ms=50, **RED),
        span("t", "b", "web", "call cart", parent="a", kind="client", at=1, ms=45, **RED),
        span("t", "c", "cart", parent="b", at=2, ms=40, **RED),
        span("t", "d", "cart", "call stock", parent="c", kind="client", at=3, ms=30, **{**RED, **(last or {})}),
        span("t", "e", "stock", parent="d", at=4, ms=20, **{**RED, **(leaf or {})}),
    ]


def test_the_innermost_failure_is_the_origin_and_its_callers_are_related():
    found = origins(chain())
    assert list(found) == ["stock"]
    assert found["stock"].related == ("cart", "web")
    assert found["stock"].evidence[0].source.line == 5


def test_a_caller_that_fails_over_a_sound_callee_is_the_origin():
    assert list(origins(chain(leaf={"status": "ok"}))) == ["cart"]


def test_of_two_failed_siblings_the_earlier_one_is_the_origin():
    spans = [
        span("t", "a", "web", ms=80, **RED),
        span("t", "b", "pay", parent="a", at=2, ms=30, **RED),
        span("t", "c", "mail", parent="a", at=45, ms=30, **RED),
    ]
    assert list(origins(spans)) == ["pay"]


def given_up(**slow):
    # web gives up after 300 ms; cart, and below it stock, are still running
    return [
        span("t", "a", "web", ms=302, **RED),
        span("t", "b", "web", "call cart", parent="a", kind="client", at=1, ms=300, **RED),
        span("t", "c", "cart", "/cart", parent="b", at=2, ms=1850, **slow),
        span("t", "d", "cart", "call stock", parent="c", kind="client", at=3, ms=1840),
        span("t", "e", "stock", "/stock", parent="d", at=4, ms=1839),
    ]


def test_a_call_that_was_given_up_is_followed_to_where_the_time_went():
    assert list(origins(given_up())) == ["stock"]


def test_a_callee_that_was_called_off_is_followed_too():
    assert list(origins(given_up(status="error", attributes={"status.message": "context canceled"}))) == ["stock"]


def test_a_callee_that_takes_no_longer_than_always_is_not_to_blame_for_being_given_up():
    usual = [span(f"u{i}", "x", "cart", "/cart", at=minute(-i - 1), ms=1800) for i in range(3)]
    assert list(origins(given_up() + usual)) == ["web"]


def peer_call(service, trace, error, **more):
    return [
        span(trace, "a", service, **RED),
        span(
            trace,
            "b",
            service,
            "PUT /object",
            parent="a",
            kind="client",
            peer="store.example",
            attributes={"error": error},
            **RED,
            **more,
        ),
    ]


def test_a_foreign_peer_is_the_origin_of_calls_that_it_fails():
    found = origins(peer_call("media", "t1", "503 slow down") + peer_call("catalog", "t2", "503 slow down"))
    assert list(found) == ["store.example"]
    assert found["store.example"].related == ("media", "catalog")


@pytest.mark.parametrize("error", ["401 unauthorized", "400 bad request", 'relation "x" does not exist'])
def test_a_peer_that_refuses_a_wrong_request_is_not(error):
    assert list(origins(peer_call("media", "t1", error))) == ["media"]


def test_a_failed_call_without_an_answer_is_put_down_to_the_component_that_its_name_gives_away():
    spans = [
        span("t", "a", "order", **RED),
        span("t", "b", "order", "POST pay/charge", parent="a", kind="internal", **RED),
        span("u", "c", "pay"),
    ]
    assert list(origins(spans)) == ["pay"]


def test_failures_as_frequent_as_before_weigh_nothing():
    def request(trace, at):
        return call(trace, at, status="error" if int(trace[1:]) % 3 == 0 else "unset")

    found = origins(every_minute(request, before={}, during={}), windows=True)
    assert found["cart"].strength < 0.5


def test_new_failures_weigh_more_the_more_there_are():
    few, many = (
        origins(
            [s for i in range(60) for s in call(f"t{i}", minute(i), status="error" if 30 <= i < last else "unset")],
            windows=True,
        )
        for last in (36, 55)
    )
    assert 1 < few["cart"].strength < many["cart"].strength
    assert few["cart"].onset[0] < few["cart"].onset[1]


def test_nothing_failed_nothing_found():
    assert origins(call("t", 0)) == {}
