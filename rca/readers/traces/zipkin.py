"""Spans as Zipkin v2 JSON: a list of spans, or a list of such lists as the API's `/traces` answers.

Times and lengths are microseconds. Both halves of a call may share one span id. A tag `error` marks a failure whatever
it holds, also nothing.
Source of the form: https://zipkin.io/zipkin-api/ (zipkin2-api.yaml).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rca.model import Problem
from rca.readers._fields import number
from rca.readers._json_records import first_records, records
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers.traces._span_rows import NO_TIME, SpanRows, kind_of, span_key

NAME = "zipkin"
TABLES = ("spans",)
# Written from zipkin2-api.yaml.
SAMPLES = (
    '[{"traceId":"0af7651916cd43dd","id":"0af7651916cd43dd","kind":"CLIENT","name":"get /cart",\n'
    '  "timestamp":1763632800000000,"duration":12000,"localEndpoint":{"serviceName":"web","ipv4":"10.0.0.1"},\n'
    '  "remoteEndpoint":{"serviceName":"cart"},"tags":{"http.method":"GET"}},\n'
    ' {"traceId":"0af7651916cd43dd","id":"0af7651916cd43dd","kind":"SERVER","name":"get /cart","shared":true,\n'
    '  "timestamp":1763632800001000,"duration":9000,"localEndpoint":{"serviceName":"cart"},"tags":{"error":""}},\n'
    ' {"traceId":"0af7651916cd43dd","parentId":"0af7651916cd43dd","id":"00f067aa0ba902b7","name":"render",\n'
    '  "timestamp":1763632800002000,"duration":500}]\n',
    '[[{"traceId":"0af7651916cd43dd","id":"b7ad6b7169203331","timestamp":1763632800000000,'
    '"annotations":[{"timestamp":1763632800000000,"value":"ws"}],"localEndpoint":{"serviceName":"web"}}]]\n',
)

_OWN = ("localEndpoint", "remoteEndpoint", "annotations", "tags", "timestamp", "duration", "shared", "kind", "parentId")


def looks_like(head: Head) -> float:
    """Sure where the first records have `traceId`, `id` and something else that only Zipkin has."""
    if head.binary or head.first not in ("{", "[") or '"traceId"' not in head.text:
        return 0.0
    found = first_records(head.text, limit=5)
    return 0.97 if found and all(map(_is_span, found)) else 0.0


def _is_span(record: Mapping[str, Any]) -> bool:
    return "traceId" in record and "id" in record and "spanId" not in record and any(name in record for name in _OWN)


def read(source: Source) -> Iterator[Output]:
    """One row of `spans` per span; without a local endpoint the service is "unknown"."""
    problems: list[Problem] = []
    rows = SpanRows(source.path)
    for line, span in records(source, problems=problems):
        if _is_span(span):
            _add(rows, line, span)
        else:
            problems.append(Problem(source=source.path, line=line, text=str(span)[:200],
                                    reason="expected a Zipkin span with traceId and id"))
        yield from rows.full()
    yield from rows.rest()
    yield from problems


def _add(rows: SpanRows, line: int, span: Mapping[str, Any]) -> None:
    held = span.get("tags")
    tags: dict[str, Any] = dict(held) if isinstance(held, Mapping) else {}
    start, length = number(span.get("timestamp")), number(span.get("duration"))
    if span.get("shared") is True:
        tags["shared"] = True
    rows.add(line, trace_id=span_key(span.get("traceId")), span_id=span_key(span.get("id")),
             parent_id=span_key(span.get("parentId")), service=_name(span.get("localEndpoint")) or "unknown",
             name=str(span.get("name") or "") or None, kind=kind_of(span.get("kind")) or "internal",
             start_ns=int(start) * 1000 if 0 < start < 9e15 else NO_TIME, duration_ms=length / 1000,
             status="error" if "error" in tags else "unset", attributes=tags,
             peer=_name(span.get("remoteEndpoint")))


def _name(endpoint: Any) -> str | None:
    """The service of an endpoint, in lower case as Zipkin has it."""
    name = endpoint.get("serviceName") if isinstance(endpoint, Mapping) else None
    return str(name).lower() if name else None
