"""Alerts of Prometheus: Alertmanager's webhook and API (v1, v2), Prometheus' `/api/v1/alerts`, Grafana's webhook.

Shapes: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config and
https://prometheus.io/docs/prometheus/latest/querying/api/#alerts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rca.readers._fields import Record, number, pick, plain_record, text
from rca.readers._open import Source
from rca.readers._pods import workload
from rca.readers._reader import Head, Output
from rca.readers._shape import Cells, Shape, has, rows

NAME = "alertmanager"
TABLES = ("alerts",)
# Written from the published form of the webhook, of GET /api/v2/alerts and of GET /api/v1/alerts.
SAMPLES = (
    '{"version": "4", "groupKey": "{}:{alertname=\\"HighErrors\\"}", "status": "firing", "alerts": [\n'
    ' {"status": "firing", "labels": {"alertname": "HighErrors", "service": "orders", "severity": "critical"},\n'
    '  "annotations": {"summary": "orders fails", "description": "31 % of requests"},\n'
    '  "startsAt": "2026-03-02T10:02:00.5Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://p/graph",\n'
    '   "fingerprint": "9c1d2e3f4a5b6c7d"}]}\n',
    '[{"annotations": {}, "endsAt": "2026-03-02T10:09:00Z", "fingerprint": "1f", "receivers": [{"name": "team"}],\n'
    '  "startsAt": "2026-03-02T10:02:00Z", "status": {"inhibitedBy": [], "silencedBy": [], "state": "active"},\n'
    '  "updatedAt": "2026-03-02T10:05:00Z", "labels": {"alertname": "CrashLoop", "pod": "cart-5f55b6cf68-77cfw"}}]\n',
    '{"status": "success", "data": {"alerts": [{"labels": {"alertname": "Slow", "job": "api"}, "annotations": {},\n'
    '  "state": "firing", "activeAt": "2026-03-02T10:02:00Z", "value": "1.3e+00"}]}}\n',
)

_COMPONENTS = ("service", "servicename", "app", "appkubernetesioname", "deployment", "statefulset", "daemonset", "job",
               "container", "instance", "node", "namespace")
_STARTS = ("startsat", "activeat")


def is_alert(record: Record) -> bool:
    """Labels with annotations, and when it began."""
    return isinstance(record.get("labels"), Mapping) and has(record, _STARTS)


SHAPE = Shape(is_alert, (("alerts",), ("data", "alerts"), ("data",)))


def alert(record: Record) -> Cells | None:
    """The row; the rule's name is the metric."""
    if not is_alert(record):
        return None
    labels, notes = _plain(record.get("labels")), _plain(record.get("annotations"))
    severity = text(pick(labels, ("severity", "priority")))
    words = [text(notes.get(name)) for name in ("summary", "title", "message", "description")]
    return {"time": pick(record, _STARTS), "component": _component(labels), "metric": text(labels.get("alertname")),
            "observed": number(pick(record, ("value",)) or notes.get("value")),
            "threshold": number(notes.get("threshold")),
            "severity": severity.lower() if severity else None,
            "summary": " ".join(dict.fromkeys(word.strip() for word in words if word)) or None}


def _component(labels: Record) -> str | None:
    named = pick(labels, _COMPONENTS[:7])
    if named is None and "pod" in labels:
        return workload(str(labels["pod"]))
    return text(pick(labels, _COMPONENTS) if named is None else named)


def _plain(value: Any) -> dict[str, Any]:
    return plain_record(value) if isinstance(value, Mapping) else {}


def looks_like(head: Head) -> float:
    """The share of the first records that have the keys of an alert of Alertmanager."""
    return SHAPE.score(head)


def read(source: Source) -> Iterator[Output]:
    """One row of `alerts` per alert."""
    return rows("alerts", source, SHAPE, alert)
