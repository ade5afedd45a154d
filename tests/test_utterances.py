"""What the system said of its own failure, each text once."""

import pandas as pd
import pytest

from rca.incident import Case
from rca.tables import frame
from rca.telemetry import Telemetry
from rca.utterances import LONGEST_TEXT, hosts, known_components, mentioned, utterances

START = pd.Timestamp("2026-11-20T10:00:00Z")
INCIDENT = (START + pd.Timedelta(hours=1), START + pd.Timedelta(hours=2))
BASELINE = (START, INCIDENT[0])


def at(minutes):
    return START + pd.Timedelta(minutes=minutes)


def place(rows):
    return {"source": "x.log", "line": list(range(1, len(rows) + 1))}


def logs(*rows):
    times, levels, messages = zip(*rows, strict=True)
    return frame(
        "logs",
        {"time": list(times), "service": "cart", "level": list(levels), "message": list(messages), **place(rows)},
    )


def said(**tables):
    return utterances(Case(telemetry=Telemetry(tables), incident=INCIDENT, baseline=BASELINE))


def test_a_text_stands_once_however_often_it_was_said_and_with_which_numbers():
    (one,) = said(logs=logs(*((at(60 + i), "error", f"order {i} failed with 0x{i:08x}") for i in range(5))))
    assert (one.incident_count, one.baseline_count, one.text) == (5, 0, "order 0 failed with 0x00000000")
    assert (one.first, one.evidence.source.line) == (at(60), 1)


def test_the_same_text_of_the_baseline_is_counted_apart():
    (one,) = said(logs=logs((at(5), "error", "slow 7"), (at(9), "error", "slow 8"), (at(61), "error", "slow 9")))
    assert (one.incident_count, one.baseline_count, one.last_before) == (1, 2, at(9))


def test_what_is_only_said_before_the_incident_is_left_out():
    assert said(logs=logs((at(5), "error", "slow"))) == ()


@pytest.mark.parametrize(
    ("level", "failing"), [("error", True), ("warning", True), ("critical", True), ("info", False), (None, False)]
)
def test_the_author_decides_what_is_a_failure(level, failing):
    (one,) = said(logs=logs((at(61), level, "text")))
    assert one.failing is failing


def test_failed_spans_speak_by_their_error_attributes():
    spans = frame(
        "spans",
        {
            "trace_id": "t",
            "span_id": ["a", "b"],
            "service": "cart",
            "start": [at(61), at(62)],
            "status": ["error", "ok"],
            "attributes": [{"exception.message": "boom", "http.url": "/x"}, {"exception.message": "fine"}],
            **place("ab"),
        },
    )
    (one,) = said(spans=spans)
    assert (one.origin, one.text, one.failing) == ("span", "boom", True)


def test_events_count_as_often_as_they_say_and_alerts_whenever_they_fired():
    events = frame(
        "events",
        {
            "time": [at(61)],
            "component": "cart",
            "kind": "pod",
            "reason": "BackOff",
            "message": "restarting",
            "count": [7],
            **place("a"),
        },
    )
    alerts = frame("alerts", {"time": [at(1)], "component": "cart", "metric": "m", "summary": "too slow", **place("a")})
    alert, event = said(events=events, alerts=alerts)
    assert (event.text, event.incident_count) == ("BackOff: restarting", 7)
    assert (alert.origin, alert.text) == ("alert", "too slow")


def test_texts_come_in_the_order_in_which_they_were_first_said():
    texts = [u.text for u in said(logs=logs((at(70), "error", "second"), (at(61), "error", "first")))]
    assert texts == ["first", "second"]


def test_long_texts_are_cut():
    (one,) = said(logs=logs((at(61), "error", "x" * 10_000)))
    assert len(one.text) == len(one.evidence.text) == LONGEST_TEXT


def test_rows_without_a_text_or_a_time_are_passed_over():
    assert said(logs=logs((at(61), "error", None), (None, "error", "text"))) == ()


def test_without_telemetry_nothing_is_said():
    assert said() == ()


def test_components_are_known_from_every_table():
    alerts = frame("alerts", {"time": [at(1)], "component": "web", "metric": "m", **place("a")})
    case = Case(telemetry=Telemetry({"logs": logs((at(1), "info", "x")), "alerts": alerts}))
    assert known_components(case) == ("cart", "web")


def test_a_name_is_mentioned_as_a_whole_word_only():
    assert mentioned("cart-db and scart failed, Cart too", ("cart", "cart-db")) == ("cart-db", "cart")
    assert mentioned("cartographer", ("cart",)) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dial tcp db.internal:5432", ("db.internal:5432",)),
        ("GET https://api.bank.example/v1", ("api.bank.example",)),
        ("handler.go:41 in main.py", ()),
        ("com.shop.orders.Handler.run()", ()),
        ("twice a.b.example and a.b.example", ("a.b.example",)),
        ("mail to someone@a.b.example", ()),
    ],
)
def test_hosts_are_told_from_files_and_methods(text, found):
    assert hosts(text) == found
