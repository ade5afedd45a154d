"""Logs as OTLP JSON: one export as a document, or one export per line as the OpenTelemetry collector writes them.

Source of the form: opentelemetry/proto/logs/v1/logs.proto and https://opentelemetry.io/docs/specs/otlp/.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rca.model import Problem
from rca.readers import _otlp
from rca.readers._json_records import Context, Path, first_records, nested
from rca.readers._levels import level, otel
from rca.readers._open import Source
from rca.readers._reader import BATCH_ROWS, Batch, Head, Output
from rca.readers._stamps import NAT
from rca.readers._times import Clock
from rca.tables import frame

NAME = "otlp-logs"
TABLES = ("logs",)
SAMPLES = (
    # written from the protobuf definition and its JSON mapping
    '{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},'
    '"scopeLogs":[{"scope":{"name":"shop.cart"},"logRecords":[{"timeUnixNano":"1795168800123000000","severityNumber":17,'
    '"severityText":"ERROR","body":{"stringValue":"no stock"},"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",'
    '"spanId":"00f067aa0ba902b7","attributes":[{"key":"n","value":{"intValue":"3"}}]}]}]}]}\n',
)
_RESOURCES = frozenset({"resourceLogs", "resource_logs"})
_SCOPES = frozenset({"scopeLogs", "scope_logs", "instrumentationLibraryLogs"})
_LOGS: Path = (_RESOURCES, _SCOPES, frozenset({"logRecords", "log_records", "logs"}))
_EXCERPT = 200
Cells = dict[str, Any]


def looks_like(head: Head) -> float:
    """Sure where log records stand below `resourceLogs`."""
    if head.binary or head.first not in ("{", "[") or not any(f'"{name}"' in head.text for name in _RESOURCES):
        return 0.0
    return 0.97 if first_records(head.text, _LOGS, limit=1) else 0.5


def read(source: Source) -> Iterator[Output]:
    """One row per log record; the service is the resource's `service.name`."""
    clock = Clock(source.zone, source.modified)
    problems: list[Problem] = []
    rows: list[Cells] = []
    for line, record, context in nested(source, _LOGS, problems=problems):
        rows.append(_cells(record, context, line))
        if len(rows) >= BATCH_ROWS:
            yield from _batch(rows, source, clock)
            rows = []
    if rows:
        yield from _batch(rows, source, clock)
    yield from problems
    clock.tell(source)


def _cells(record: Mapping[str, Any], context: Context, line: int) -> Cells:
    resource = _resource(context)
    scope = context[1].get("scope") if len(context) > 1 else None
    more = _otlp.attributes(record.get("attributes"))
    word, number = _either(record, "severityText"), _either(record, "severityNumber")
    host = resource.get("host.name") or resource.get("k8s.pod.name") or resource.get("k8s.node.name")
    return {
        "time": _either(record, "timeUnixNano") or _either(record, "observedTimeUnixNano"),
        "service": _otlp.component(resource),
        "host": str(host) if host else None,
        "level": level(str(word)) if word else _by_number(number),
        "message": _body(record.get("body")),
        "logger": str(scope["name"]) if isinstance(scope, Mapping) and scope.get("name") else None,
        "thread": str(more["thread.name"]) if more.get("thread.name") else None,
        "trace_id": _id(_either(record, "traceId")),
        "span_id": _id(_either(record, "spanId")),
        "attributes": more or None,
        "line": line,
    }


def _either(record: Mapping[str, Any], name: str) -> Any:
    """A field under its JSON name, or under the name of the definition file (`trace_id`)."""
    if name in record:
        return record[name]
    return record.get("".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name))


def _resource(context: Context) -> dict[str, Any]:
    resource = context[0].get("resource") if context else None
    return _otlp.attributes(resource.get("attributes")) if isinstance(resource, Mapping) else {}


def _by_number(number: Any) -> str | None:
    """Enumerations are numbers, or names like SEVERITY_NUMBER_ERROR2."""
    if isinstance(number, str):
        return level(number.removeprefix("SEVERITY_NUMBER_").rstrip("0123456789"))
    return otel(number)


def _body(body: Any) -> str:
    held = _otlp.value(body)
    if isinstance(held, str):
        return held
    return "" if held is None else json.dumps(held, ensure_ascii=False)


def _id(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) and value.strip("0") else None


def _batch(rows: list[Cells], source: Source, clock: Clock) -> Iterator[Output]:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    raw = [_otlp.integer(value) if value is not None else None for value in columns["time"]]
    times = clock.instants(raw)
    for at in np.flatnonzero(times == NAT).tolist():
        if columns["time"][at] is not None:
            yield Problem(
                source=source.path,
                line=columns["line"][at],
                text=str(columns["time"][at])[:_EXCERPT],
                reason="expected nanoseconds since 1970; the row has no time",
            )
    yield Batch("logs", frame("logs", {**columns, "time": clock.index(times), "source": source.path}))
