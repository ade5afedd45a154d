"""Spans as plain JSON: a list, JSON lines or records below one key, whatever the keys are called.

Keys without a column of their own ("db.statement", "deadline_ms") become attributes. Read as well: what the console
exporters of the OpenTelemetry SDKs print (Python: `context`, `parent_id`; Go: `SpanContext`, `Parent`) and Datadog's
form (`resource`, `error`, nanoseconds). Where no kind is given, a span that names a peer or a database is a client.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from rca.model import Problem
from rca.readers import _otlp
from rca.readers._fields import plain_key
from rca.readers._json_records import Path, first_records, records
from rca.readers._open import Source
from rca.readers._pods import workload
from rca.readers._reader import Head, Output
from rca.readers._times import instants_of
from rca.readers.traces import _span_fields as known
from rca.readers.traces._span_rows import NO_TIME, SpanRows, kind_of, remote_side, span_key, status_of

NAME = "span-records"
TABLES = ("spans",)
# The first two were written for this reader; the third follows the console exporter of opentelemetry-python
# (ReadableSpan.to_json), the fourth the stdout exporter of opentelemetry-go, the fifth Datadog's trace API.
SAMPLES = (
    '[{"trace_id": "t1", "span_id": "a1", "parent_id": null, "service": "orders", "name": "POST /orders",\n'
    '  "start": "2026-11-20T10:00:00Z", "duration_ms": 42, "status": "ERROR", "error": "stock is gone"},\n'
    ' {"trace_id": "t1", "span_id": "b1", "parent_id": "a1", "service": "orders", "name": "db.query",\n'
    '  "start": "2026-11-20T10:00:00.010Z", "duration_ms": 12, "status": "OK", "db.statement": "SELECT 1"}]\n',
    '{"traceId":"5b8efff798038103","spanId":"eee19b7ec3c1b174","serviceName":"orders","operationName":"POST /orders",'
    '"startTime":"2026-11-20T10:00:00Z","durationMs":42.5,"statusCode":"OK"}\n',
    '{\n    "name": "charge",\n    "context": {\n        "trace_id": "0x0af7651916cd43dd8448eb211c80319c",\n'
    '        "span_id": "0xb7ad6b7169203331",\n        "trace_state": "[]"\n    },\n    "kind": "SpanKind.SERVER",\n'
    '    "parent_id": null,\n    "start_time": "2026-11-20T10:00:00.000000Z",\n'
    '    "end_time": "2026-11-20T10:00:00.012000Z",\n    "status": {\n        "status_code": "ERROR",\n'
    '        "description": "ValueError: no card"\n    },\n    "attributes": {},\n    "events": [],\n    "links": [],\n'
    '    "resource": {\n        "attributes": {\n            "service.name": "pay"\n        },\n'
    '        "schema_url": ""\n'
    "    }\n}\n",
    '{"Name":"charge","SpanContext":{"TraceID":"0af7651916cd43dd8448eb211c80319c","SpanID":"b7ad6b7169203331"},'
    '"Parent":{"TraceID":"00000000000000000000000000000000","SpanID":"0000000000000000"},"SpanKind":2,'
    '"StartTime":"2026-11-20T10:00:00Z","EndTime":"2026-11-20T10:00:00.004Z",'
    '"Attributes":[{"Key":"items","Value":{"Type":"INT64","Value":3}}],"Status":{"Code":"Unset","Description":""},'
    '"Resource":[{"Key":"service.name","Value":{"Type":"STRING","Value":"pay"}}]}\n',
    '[[{"trace_id":7152,"span_id":31,"parent_id":0,"service":"web","name":"web.request","resource":"GET /",'
    '"start":1763632800000000000,"duration":12000000,"error":1,"meta":{"error.message":"no card"},"type":"web"}]]\n',
)

_PATHS: tuple[Path, ...] = ((), ("spans",), ("traces", "spans"), ("data",), ("data", "spans"), ("traces",))
_CONTEXTS = ("context", "spancontext", "contextid")
_NO_TEXT = ("message", "msg", "level", "severity", "severitytext", "log", "logger", "loggername")
"""What log lines have and spans have not: they may carry trace and span ids and lengths as well."""

_TIMED = (known.START, known.END, known.LENGTH)
_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("trace", known.TRACE), ("span", known.SPAN), ("parent", known.PARENT), ("service", known.SERVICE),
    ("pod", known.PODS), ("name", known.NAME), ("kind", known.KIND), ("status", known.STATUS), ("peer", known.PEER),
    ("message", known.MESSAGE), ("start", known.START), ("end", known.END), ("length", known.LENGTH))


def looks_like(head: Head) -> float:
    """The share of the first objects that have a span id, an operation and a length, and no message."""
    if head.binary or head.first not in ("{", "["):
        return 0.0
    path = _path(head.text)
    return 0.0 if path is None else 0.96 * _share(first_records(head.text, path, limit=20))


def _path(text: str) -> Path | None:
    """Where the spans stand; None where there are none."""
    for path in _PATHS:
        if all(f'"{step}"' in text for step in path) and _share(first_records(text, path, limit=20)) >= 0.5:
            return path
    return None


def _share(found: list[dict[str, Any]]) -> float:
    return sum(_is_span(record) for record in found) / len(found) if found else 0.0


def _is_span(record: Mapping[str, Any]) -> bool:
    roles = _roles(tuple(_flat(record)))
    has_time = "start" in roles.of and ("end" in roles.of or "length" in roles.of)
    keys = {plain_key(key) for key in record}
    return has_time and "span" in roles.of and "name" in roles.of and (
        "trace" in roles.of or "parent" in roles.of) and keys.isdisjoint(_NO_TEXT)


@dataclass(frozen=True, slots=True)
class _Roles:
    """The key that holds each column, its unit, and the keys that are left over."""

    of: Mapping[str, str]
    units: Mapping[str, float | None]
    rest: tuple[str, ...]


@cache
def _roles(keys: tuple[str, ...]) -> _Roles:
    plain: dict[str, str] = {}
    for key in keys:
        plain.setdefault(plain_key(key), key)
    of: dict[str, str] = {}
    units: dict[str, float | None] = {}
    for column, stems in _COLUMNS:
        free = tuple(key for key in plain if plain[key] not in of.values())
        hit = known.find(free, stems)
        if hit is not None and (hit[1] is None or stems in _TIMED):
            of[column], units[column] = plain[hit[0]], hit[1]
    return _Roles(of, units, tuple(key for key in keys if key not in of.values()))


def read(source: Source) -> Iterator[Output]:
    """One row of `spans` per record that has an id or a name."""
    problems: list[Problem] = []
    path = _path(source.head().decode("utf-8", errors="replace"))
    rows, stamps = SpanRows(source.path), _Stamps(source)
    for line, record in records(source, path or (), problems=problems):
        if not _add(rows, line, record, stamps):
            problems.append(Problem(source=source.path, line=line, text=str(record)[:200],
                                    reason="expected a span with a name, a span id and a start"))
        yield from rows.full()
    yield from rows.rest()
    yield from problems


class _Stamps:
    """Times to nanoseconds, each distinct text once: exporters repeat them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[Any, int] = {}

    def __call__(self, value: Any, scale: float | None) -> int:
        if value is None or isinstance(value, (dict, list, bool)):
            return NO_TIME
        key = (value, scale)
        if key not in self._known:
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[key] = self._parsed(value, scale)
        return self._known[key]

    def _parsed(self, value: Any, scale: float | None) -> int:
        if scale is not None:
            try:
                whole = int(value) * int(scale)
            except (TypeError, ValueError, OverflowError):
                return self._parsed(value, None)
            return whole if abs(whole) < 1 << 63 else NO_TIME
        try:
            return int(instants_of(self._source, [value]).asi8[0])
        except (ValueError, OverflowError):
            return NO_TIME


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with the members of its span context, its status and its resource at the top."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        plain = plain_key(key)
        if isinstance(value, Mapping) and plain in _CONTEXTS:
            flat.update(value)
        elif isinstance(value, Mapping) and plain == "parent":
            flat["parent_id"] = next((held for name, held in value.items() if plain_key(name) == "spanid"), None)
        elif isinstance(value, Mapping) and plain == "status":
            flat.update({"status_code" if plain_key(name) in ("code", "statuscode") else "status_message": held
                         for name, held in value.items()})
        elif plain == "resource" and isinstance(value, (Mapping, list)):
            held = _pairs(value.get("attributes", value) if isinstance(value, Mapping) else value)
            flat.setdefault("service_name", _otlp.component(held))
        else:
            flat[key] = value
    return flat


def _pairs(value: Any) -> dict[str, Any]:
    """A dict, or a list of key and value (in either case, wrapped or not) as a dict."""
    if isinstance(value, Mapping):
        return dict(value)
    found: dict[str, Any] = {}
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping):
            pair = {plain_key(name): held for name, held in item.items()}
            held = pair.get("value")
            inner = {plain_key(name): v for name, v in held.items()} if isinstance(held, Mapping) else {}
            found[str(pair.get("key"))] = inner["value"] if "value" in inner else _otlp.value(held)
    return found


def _add(rows: SpanRows, line: int, record: Mapping[str, Any], stamps: _Stamps) -> bool:
    flat = _flat(record)
    roles = _roles(tuple(flat))
    cells = {column: flat[key] for column, key in roles.of.items()}
    span_id, name = span_key(cells.get("span")), _text(cells.get("name"))
    start = stamps(cells.get("start"), roles.units.get("start"))
    if start == NO_TIME or (span_id is None and name is None):
        return False
    attributes = _attributes(flat, roles)
    if message := cells.get("message"):
        attributes["status.message"] = message
    kind = kind_of(cells.get("kind")) or _guessed_kind(attributes, cells)
    rows.add(line, trace_id=span_key(cells.get("trace")), span_id=span_id, parent_id=span_key(cells.get("parent")),
             service=_service(cells, attributes), name=name, kind=kind, start_ns=start,
             duration_ms=_length(cells, roles, start, stamps), status=_status(cells, attributes), attributes=attributes,
             peer=_text(cells.get("peer")) or remote_side(kind, attributes))
    return True


def _text(value: Any) -> str | None:
    return None if value is None or value == "" or isinstance(value, (dict, list)) else str(value)


def _attributes(flat: Mapping[str, Any], roles: _Roles) -> dict[str, Any]:
    """What no column holds: nested attributes side by side, the rest under its own key."""
    found: dict[str, Any] = {}
    for key in roles.rest:
        value = flat[key]
        if plain_key(key) in known.ATTRIBUTES and isinstance(value, (Mapping, list)):
            found.update(_pairs(value))
        elif value not in (None, [], {}):
            found[key] = value
    return found


def _guessed_kind(attributes: Mapping[str, Any], cells: Mapping[str, Any]) -> str:
    outgoing = cells.get("peer") or any(key.startswith(("db.", "peer.")) for key in attributes)
    return "client" if outgoing else "internal"


def _service(cells: Mapping[str, Any], attributes: Mapping[str, Any]) -> str:
    service = _text(cells.get("service")) or _otlp.component(attributes)
    pod = _text(cells.get("pod"))
    return service or (workload(pod) if pod else "unknown")


def _status(cells: Mapping[str, Any], attributes: Mapping[str, Any]) -> str:
    """The state that is told; where none is, an `error` that is set."""
    told = status_of(cells.get("status"))
    error = attributes.get("error")
    failed = error not in (None, False, 0, "", "0", "false", "False")
    return "error" if told == "unset" and failed else told


def _length(cells: Mapping[str, Any], roles: _Roles, start: int, stamps: _Stamps) -> float:
    """Milliseconds: by a key with its unit, else from start to end, else a bare number in the unit of the start."""
    unit = roles.units.get("length")
    if unit is None and "end" in cells:
        end = stamps(cells["end"], roles.units.get("end"))
        if end != NO_TIME:
            return (end - start) / 1e6
    if "length" not in cells:
        return math.nan
    scale = roles.units.get("start") or _magnitude(cells.get("start"))
    return known.milliseconds(cells["length"], unit, scale or 1e6)


def _magnitude(start: Any) -> float | None:
    return known.scale_of(float(start)) if isinstance(start, (int, float)) and np.isfinite(start) else None
