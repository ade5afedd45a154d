"""Who calls whom: one call however many spans describe it."""

from span_cases import call, frame, span

import rca
from rca.services.call_graph import graph


def edges(spans):
    return [(row.caller, row.callee, row.calls, row.errors) for row in graph(frame(spans)).itertuples()]


def test_client_and_server_halves_are_one_call():
    assert edges(call("t1", 0) + call("t2", 50)) == [("web", "cart", 2, 0)]


def test_the_length_of_a_call_is_what_the_caller_measured():
    assert graph(frame(call("t", 0, took=10, served=8))).p50_ms.tolist() == [10.0]


def test_a_failure_on_either_side_is_one():
    assert edges([span("t", "a", "web", kind="client"), span("t", "b", "cart", parent="a", status="error")]) == [
        ("web", "cart", 1, 1)
    ]


def test_callees_directly_below_a_span_are_calls_of_their_own():
    assert edges(
        [span("t", "a", "web"), span("t", "b", "cart", parent="a"), span("t", "c", "cart", parent="a", at=1)]
    ) == [("web", "cart", 2, 0)]


def test_databases_and_foreign_hosts_are_callees_by_the_name_of_the_peer():
    spans = [
        span("t", "a", "web"),
        span("t", "b", "web", parent="a", kind="client", peer="postgresql"),
        span("t", "c", "web", parent="a", kind="client", peer="api.bank.example"),
    ]
    assert edges(spans) == [("web", "api.bank.example", 1, 0), ("web", "postgresql", 1, 0)]


def test_a_peer_that_answers_by_another_name_is_not_counted_again():
    assert edges([span("t", "a", "web", kind="client", peer="cart-lb"), span("t", "b", "cart", parent="a")]) == [
        ("web", "cart", 1, 0)
    ]


def test_a_peer_written_as_an_address_of_a_known_service_is_that_service():
    assert edges(
        [span("t", "a", "web", kind="client", peer="cart.shop.svc.cluster.local:8080"), span("u", "b", "cart")]
    ) == [("web", "cart", 1, 0)]


def test_layers_of_one_database_call_are_one():
    spans = [
        span("t", "a", "web", kind="client", peer="mysql"),
        span("t", "b", "web", parent="a", kind="client", peer="mysql"),
    ]
    assert edges(spans) == [("web", "mysql", 1, 0)]


def test_a_message_is_a_call_of_its_consumer():
    spans = [
        span("t", "a", "web", kind="producer", peer="kafka"),
        span("t", "b", "mail", parent="a", kind="consumer", at=900),
    ]
    assert edges(spans) == [("web", "mail", 1, 0)]


def test_a_caller_that_keeps_only_its_own_half_is_not_a_callee_of_itself():
    assert edges([span("t", "a", "web"), span("t", "b", "web", parent="a", kind="client")]) == []


def test_the_face_offers_it_and_nothing_gives_an_empty_table():
    empty = rca.services.graph(frame([]))
    assert list(empty) == ["caller", "callee", "calls", "errors", "p50_ms", "p95_ms"]
    assert empty.empty
