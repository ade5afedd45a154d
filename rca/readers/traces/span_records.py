"""Spans as plain JSON: a list or lines of objects with a trace id, a span id and a duration, whatever the keys are called.

Keys that have no column of their own ("db.statement", "error", "deadline_ms") become attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rca.model import Problem
from rca.readers._fields import plain_key
from rca.readers._json_records import records
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers.traces._spans import Span, identifier, kind_of, number, peer_of, span_rows, status_of

NAME = "span-records"
TABLES = ("spans",)
SAMPLES = (
    '[{"trace_id": "t1", "span_id": "a1", "parent_id": null, "service": "orders", "name": "POST /orders", "start": "2026-11-20T10:00:00Z", '
    '"duration_ms": 42, "status": "ERROR", "error": "stock is gone", "db.statement": "SELECT 1"}]\n',
    '{"traceId":"5b8efff798038103","spanId":"eee19b7ec3c1b174","parentSpanId":null,"serviceName":"orders","operationName":"POST /orders",'
    '"startTime":"2026-11-20T10:00:00Z","durationMs":42.5,"statusCode":"OK"}\n',
)

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "trace_id": ("traceid", "trace"), "span_id": ("spanid", "id"), "parent_id": ("parentid", "parentspanid", "parentspan", "parent"),
    "service": ("service", "servicename", "podname", "component", "app"), "name": ("name", "operationname", "operation", "spanname", "resource"),
    "kind": ("kind", "spankind"), "status": ("status", "statuscode", "otelstatuscode", "outcome"), "attributes": ("attributes", "tags", "meta"),
    "start": ("start", "starttime", "starttimeunixnano", "starttimens", "starttimeus", "starttimems", "timestamp", "time", "startts"),
    "end": ("end", "endtime", "endtimeunixnano", "endtimens", "endtimeus", "endtimems"),
}
"""Columns by the plain keys that fill them, the usual one first."""

DURATIONS: Mapping[str, float] = {"durationms": 1.0, "latencyms": 1.0, "elapsedms": 1.0, "durationus": 1e-3, "durationns": 1e-6, "durationnano": 1e-6,
                                  "durations": 1e3, "durationseconds": 1e3, "durationsec": 1e3}
"""Milliseconds per unit of a duration whose key names its unit."""

_COLUMN_OF = {key: column for column, keys in COLUMNS.items() for key in keys}


def looks_like(head: Head) -> float:
    """Sure where most objects have a trace id, a span id and a length."""
    items = head.items or head.records
    hits = sum(_is_span({plain_key(key) for key in item}) for item in items)
    return 0.9 * hits / len(items) if items else 0.0


def _is_span(keys: set[str]) -> bool:
    timed = any(key in DURATIONS or key == "duration" for key in keys) or bool(keys & set(COLUMNS["end"]))
    return "traceid" in keys and "spanid" in keys and timed and bool(keys & set(COLUMNS["start"]))


def read(source: Source) -> Iterator[Output]:
    """One row per object."""
    problems: list[Problem] = []
    yield from span_rows(source, (span_of(record, line, source) for line, record in records(source, problems=problems)))
    yield from problems


def span_of(record: Mapping[str, Any], line: int, source: Source) -> Span:
    """The span that a record of any spelling describes."""
    cells: dict[str, Any] = {}
    others: dict[str, Any] = {}
    milliseconds = float("nan")
    for key, value in record.items():
        plain = plain_key(key)
        column = _COLUMN_OF.get(plain)
        if plain in DURATIONS:
            milliseconds = number(value) * DURATIONS[plain]
        elif column is not None and column not in cells:
            cells[column] = value
        elif value is not None:
            others[key] = value
    return _span(cells, _attributes(cells.get("attributes"), others), milliseconds, line, source)


def _attributes(given: Any, others: dict[str, Any]) -> dict[str, Any]:
    return {**given, **others} if isinstance(given, Mapping) else others


def _span(cells: Mapping[str, Any], others: dict[str, Any], milliseconds: float, line: int, source: Source) -> Span:
    status = cells.get("status")
    status = status.get("code") if isinstance(status, Mapping) else status
    failed = status_of(status) == "unset" and others.get("error") not in (None, False, "", "false")
    return Span(
        trace_id=identifier(cells.get("trace_id")), span_id=identifier(cells.get("span_id")), parent_id=identifier(cells.get("parent_id")),
        service=_text(cells.get("service")), name=_text(cells.get("name")), kind=kind_of(cells.get("kind")), start=cells.get("start"),
        duration_ms=_duration(cells, others, milliseconds, source), status="error" if failed else status_of(status), peer=peer_of(others),
        attributes=others or None, line=line)


def _duration(cells: Mapping[str, Any], others: dict[str, Any], milliseconds: float, source: Source) -> float:
    """Milliseconds from a key with a unit, else from start and end, else from a bare `duration`, taken as milliseconds."""
    if milliseconds == milliseconds:
        return milliseconds
    start, end = number(cells.get("start")), number(cells.get("end"))
    if start == start and end == end:
        scale = 1e-6 if start > 1e17 else 1e-3 if start > 1e14 else 1.0 if start > 1e11 else 1e3
        return (end - start) * scale
    bare = number(others.pop("duration", others.pop("Duration", None)))
    if bare == bare:
        source.note("durations without a unit are taken as milliseconds")
    return bare


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
