"""Signatures of the incident against those of the baseline."""

import pandas as pd
import pytest

from rca.incident import Case
from rca.logs.signature import SPOKEN, UNLABELLED_SHARE, detect
from rca.tables import frame
from rca.telemetry import Telemetry

START = pd.Timestamp("2026-11-20T10:00:00Z")
INCIDENT = (START + pd.Timedelta(hours=1), START + pd.Timedelta(hours=2))
BASELINE = (START, INCIDENT[0])
REFUSED = "dial tcp 10.0.0.7:5432: connect: connection refused"


def at(minutes):
    return START + pd.Timedelta(minutes=minutes)


def found(*rows, baseline=BASELINE, **more):
    times, services, levels, messages = zip(*rows, strict=True) if rows else ((), (), (), ())
    lines = list(range(1, len(rows) + 1))
    logs = frame(
        "logs",
        {
            "time": list(times),
            "service": list(services),
            "level": list(levels),
            "message": list(messages),
            "source": "app.log",
            "line": lines,
        },
    )
    return list(detect(Case(telemetry=Telemetry({"logs": logs, **more}), incident=INCIDENT, baseline=baseline)))


def refused(*minutes, level="error", service="cart"):
    return [(at(m), service, level, REFUSED) for m in minutes]


def test_a_new_failure_is_found_with_its_counts_onset_and_line():
    (finding,) = found(*refused(61, 62, 63))
    assert finding.component == "cart"
    assert finding.measures["signature"] == "connection-refused"
    assert (finding.measures["incident_count"], finding.measures["baseline_count"]) == (3, 0)
    assert finding.onset == (at(61), at(61))
    assert str(finding.evidence[0].source) == "app.log:1"


def test_more_of_it_is_stronger_up_to_a_limit():
    weak, strong, most = (found(*refused(*range(61, 61 + n)))[0].strength for n in (1, 3, 50))
    assert 0 < weak < strong < most <= 6


def test_what_is_as_frequent_in_the_baseline_is_no_finding():
    assert found(*refused(1, 10, 20), *refused(61, 62, 63)) == []


def test_the_baseline_counts_by_its_length():
    """Three in one hour are many beside five in ten hours."""
    long = (START - pd.Timedelta(hours=9), INCIDENT[0])
    rows = [(START - pd.Timedelta(minutes=60 * i), "cart", "error", REFUSED) for i in range(5)]
    assert found(*rows, *refused(61, 62, 63), baseline=long)
    assert not found(*refused(1, 2, 3, 4, 5), *refused(61, 62, 63))


def test_an_unlabelled_text_is_worth_less():
    labelled, plain = (found(*refused(61, 62, 63, level=level))[0].strength for level in ("error", "info"))
    assert plain == pytest.approx(UNLABELLED_SHARE * labelled)


def test_an_alert_that_words_the_failure_counts_once():
    alerts = frame(
        "alerts",
        {
            "time": [at(62)],
            "component": "cart",
            "metric": "m",
            "summary": "connection refused by db",
            "source": "a",
            "line": [1],
        },
    )
    (finding,) = found(alerts=alerts)
    assert (finding.strength, finding.measures["origin"]) == (SPOKEN, "alert")


def test_components_are_told_apart_and_named_peers_are_related():
    findings = found(
        *refused(61, 62),
        (at(63), "web", "error", "cart: connection refused"),
        (at(64), "web", "error", "cart: connection refused"),
    )
    assert [(f.component, f.related) for f in findings] == [("cart", ()), ("web", ("cart",))]


def test_hosts_are_kept_for_whoever_asks_what_lies_outside():
    (finding, *_) = found((at(61), "pay", "error", 'Post "https://api.bank.example/charge": connection refused'))
    assert finding.measures["hosts"] == "api.bank.example"


def test_healthy_lines_are_no_finding():
    assert found((at(61), "cart", "info", "served 12 requests"), (at(62), "cart", "info", "cache hit")) == []


def test_texts_that_differ_by_a_name_count_together_on_both_sides():
    """The same failures for other users in the baseline: as many as ever, so that nothing is new."""
    users = [f"{a}{b}{c}ura" for a in "kmnprst" for b in "aeiou" for c in "dlmnrst"][:120]
    said = [(at(i), "web", "error", f"upstream stock returned 503 for {user}") for i, user in enumerate(users)]
    assert [f for f in found(*said) if f.strength > 1] == []
    (sudden,) = (f for f in found(*said[60:]) if f.strength > 1)
    assert sudden.measures["incident_count"] == 60
    assert sudden.strength == 6.0
