"""Alerts as plain JSON: one object, a list or JSON lines with what fired, its limit, the value seen and when."""

from __future__ import annotations

from collections.abc import Iterator

from rca.readers._fields import Record, number, pick, text
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._shape import Cells, Shape, has, rows

NAME = "alerts-json"
TABLES = ("alerts",)
SAMPLES = (
    '{\n  "service": "orders",\n  "metric": "http_5xx_ratio",\n  "threshold": 0.05,\n  "observed": 0.31,\n'
    '  "fired_at": "2026-03-02T10:02:00Z",\n  "severity": "critical",\n  "summary": "orders fails"\n}\n',
    '[{"host": "db-1", "rule": "disk almost full", "limit": 90, "value": 97.5, "triggeredAt": 1772445720,\n'
    '  "priority": "P1"}]\n',
)

_FIRED = ("firedat", "triggeredat", "startsat", "startedat", "activeat", "alerttime", "opened", "openedat")
_TIMES = (*_FIRED, "timestamp", "time", "createdat", "date", "updatedat")
_COMPONENTS = ("service", "servicename", "component", "app", "application", "deployment", "resource", "host",
               "hostname", "instance", "node", "entity")
_METRICS = ("metric", "metricname", "rule", "rulename", "alertname", "monitor", "monitorname", "check", "alert",
            "name")
_LIMITS = ("threshold", "limit", "criticalthreshold")
_SEEN = ("observed", "observedvalue", "value", "currentvalue", "current", "actual", "metricvalue")
_SEVERITIES = ("severity", "priority", "urgency", "level")
_WORDS = ("summary", "title", "description", "message", "text")
_DETAILS = ("detail", "details", "description")
_FOREIGN = ("traceid", "spanid", "outputfields", "flag", "commitsha", "signature", "labels")


def is_alert(record: Record) -> bool:
    """A rule or metric with its limit and the value seen, or with its severity and the time at which it fired."""
    measured = has(record, _LIMITS, _SEEN)
    fired = has(record, _FIRED) and has(record, _SEVERITIES)
    return (measured or fired) and has(record, _METRICS, _TIMES) and not has(record, _FOREIGN)


SHAPE = Shape(is_alert, (("alerts",), ("data",), ("items",), ("alert",)))


def alert(record: Record) -> Cells | None:
    """The row; the detail follows the summary, for it often names the fault."""
    if not has(record, _METRICS):
        return None
    severity, words = text(pick(record, _SEVERITIES)), text(pick(record, _WORDS))
    detail = text(pick(record, _DETAILS))
    return {"time": pick(record, _TIMES), "component": text(pick(record, _COMPONENTS)),
            "metric": text(pick(record, _METRICS)), "threshold": number(pick(record, _LIMITS)),
            "observed": number(pick(record, _SEEN)), "severity": severity.lower() if severity else None,
            "summary": " ".join(dict.fromkeys(part.strip() for part in (words, detail) if part)) or None}


def looks_like(head: Head) -> float:
    """The share of the first records that have the keys of an alert."""
    return SHAPE.score(head)


def read(source: Source) -> Iterator[Output]:
    """One row of `alerts` per record."""
    return rows("alerts", source, SHAPE, alert)
