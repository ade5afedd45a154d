"""Alerts, provider status feeds and log-signature summaries as JSON."""

import json

import pytest

from rca.readers._pipeline import read


@pytest.fixture
def telemetry(tmp_path):
    def of(value):
        file = tmp_path / "any"
        file.write_text(value if isinstance(value, str) else json.dumps(value, indent=1))
        return read(file)
    return of


ALERT = {"service": "orders", "metric": "http_5xx_ratio", "threshold": 0.05, "observed": 0.31,
         "fired_at": "2026-03-02T10:02:00Z", "severity": "Critical", "monitor": "orders-5xx", "summary": "orders fails"}


def test_a_single_alert_is_one_row(telemetry):
    row = telemetry(ALERT).alerts.iloc[0]
    assert (row.component, row.metric, row.threshold, row.observed, row.severity, row.summary, row.line) == (
        "orders", "http_5xx_ratio", 0.05, 0.31, "critical", "orders fails", 1)


def test_the_detail_of_an_alert_follows_its_summary(telemetry):
    row = telemetry({**ALERT, "detail": "Handshakes fail."}).alerts.iloc[0]
    assert row.summary == "orders fails Handshakes fail."


def test_alerts_in_a_list_keep_their_lines(telemetry):
    found = telemetry([ALERT, ALERT]).alerts
    assert list(found.line) == [2, 12]


def test_alertmanager_names_the_rule_as_metric_and_the_service_as_component(telemetry):
    firing = {"status": "firing", "labels": {"alertname": "HighErrors", "service": "orders", "severity": "page"},
              "annotations": {"summary": "orders fails", "description": "31 %"}, "startsAt": "2026-03-02T10:02:00Z",
              "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "9c"}
    webhook, api1 = {"version": "4", "status": "firing", "alerts": [firing]}, {"status": "success", "data": [firing]}
    for form in (webhook, [firing], api1):
        row = telemetry(form).alerts.iloc[0]
        assert (row.component, row.metric, row.severity) == ("orders", "HighErrors", "page")
        assert row.summary == "orders fails 31 %"


def test_an_alert_on_a_pod_is_about_its_deployment(telemetry):
    row = telemetry([{"labels": {"alertname": "CrashLoop", "pod": "cart-5f55b6cf68-77cfw", "namespace": "shop"},
                      "annotations": {}, "startsAt": "2026-03-02T10:02:00Z"}]).alerts.iloc[0]
    assert row.component == "cart"


def test_a_status_feed_makes_one_event_per_entry_at_its_start(telemetry):
    entry = {"id": "1", "service": "Object Storage", "region": "eu-1", "status": "degraded", "title": "Errors",
             "started_at": "2026-03-02T09:46:00Z", "updated_at": "2026-03-02T10:04:00Z", "resolved_at": None,
             "detail": "Requests fail."}
    found = telemetry({"source": "page", "fetched_at": "2026-03-02T10:05:00Z", "events": [
        entry, {**entry, "status": "operating-normally", "resolved_at": "2026-03-02T09:50:00Z"}]})
    assert list(found.events.kind) == ["provider", "provider"]
    assert list(found.events.reason) == ["degraded", "operating-normally"]
    assert found.events.time[0].isoformat() == "2026-03-02T09:46:00+00:00"
    assert found.events.component[0] == "Object Storage"
    assert list(found.events.message) == ["Errors: Requests fail. (eu-1)",
                                          "Errors: Requests fail. (eu-1), over at 2026-03-02T09:50:00Z"]
    assert found.filled() == ("events",)


def test_log_signatures_are_events_and_neither_logs_nor_alerts(telemetry):
    found = telemetry([{"signature": "pool <N>", "service": "orders", "count": 31, "delta_vs_baseline": "+31",
                        "sentiment": "x"}])
    row = found.events.iloc[0]
    assert (row.kind, row.component, row.reason, row.message, row["count"]) == (
        "log-pattern", "orders", "delta +31", "pool <N>", 31)
    assert found.filled() == ("events",)


def test_spans_are_no_status_feed_and_no_alerts(telemetry):
    span = {"trace_id": "a", "span_id": "b", "service": "s", "name": "GET", "status": "OK",
            "startTime": "2026-03-02T09:46:00Z", "end": "2026-03-02T09:46:01Z"}
    found = telemetry([span])
    assert found.events.empty
    assert found.alerts.empty
