"""Spans as Jaeger's query API and its user interface save them, and as its storage documents hold them.

Times and lengths are microseconds. The service stands in a table of processes (`processID`) or, in older dumps and in
storage documents, in the span itself (`process`). Of several references the first CHILD_OF is the parent.
Source of the form: https://www.jaegertracing.io/docs/latest/apis/ and model/json/model.go of Jaeger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rca.model import Problem
from rca.readers._fields import number
from rca.readers._json_records import Context, Path, first_records, nested
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers.traces._span_rows import NO_TIME, SpanRows, kind_of, span_key, status_of

NAME = "jaeger"
TABLES = ("spans",)
# Written from the JSON model of Jaeger 1 (model/json/model.go).
SAMPLES = (
    '{"data":[{"traceID":"0af7651916cd43dd","spans":[\n'
    '  {"traceID":"0af7651916cd43dd","spanID":"b7ad6b7169203331","operationName":"GET /cart","references":[],\n'
    '   "startTime":1763632800000000,"duration":12000,"tags":[{"key":"span.kind","type":"string","value":"server"}],\n'
    '   "logs":[],"processID":"p1","warnings":null},\n'
    '  {"traceID":"0af7651916cd43dd","spanID":"00f067aa0ba902b7","operationName":"SELECT","references":[\n'
    '   {"refType":"CHILD_OF","traceID":"0af7651916cd43dd","spanID":"b7ad6b7169203331"}],\n'
    '   "startTime":1763632800003000,"duration":6000,\n'
    '   "tags":[{"key":"error","type":"bool","value":true},{"key":"span.kind","type":"string","value":"client"}],\n'
    '   "logs":[{"timestamp":1763632800009000,"fields":[{"key":"message","type":"string","value":"lock timeout"}]}],\n'
    '   "processID":"p1","warnings":null}],\n'
    ' "processes":{"p1":{"serviceName":"cart","tags":[]}},"warnings":null}],"total":0,"errors":null}\n',
    '{"traceID":"0af7651916cd43dd","spanID":"b7ad6b7169203331","operationName":"GET /","startTime":1763632800000000,'
    '"duration":900,"references":[],"tags":[],"process":{"serviceName":"web","tags":[]}}\n',
)

_ERRORS = ("error", "exception")
_PATHS: tuple[Path, ...] = (("data", "spans"), ("spans",), ())


def looks_like(head: Head) -> float:
    """Sure where the first records have a span id, an operation and a process."""
    if head.binary or head.first not in ("{", "[") or '"spanID"' not in head.text:
        return 0.0
    return 0.97 if _path(head.text) is not None else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row of `spans` per span; tags become attributes, and so do the fields of an error log."""
    problems: list[Problem] = []
    rows = SpanRows(source.path)
    path = _path(source.head().decode("utf-8", errors="replace"))
    for line, span, context in nested(source, path or (), problems=problems):
        _add(rows, line, span, _process(span, context))
        yield from rows.full()
    yield from rows.rest()
    yield from problems


def _path(text: str) -> Path | None:
    """Where the spans stand, or None where there are none."""
    return next((path for path in _PATHS if any(map(_is_span, first_records(text, path, limit=1)))), None)


def _is_span(record: Mapping[str, Any]) -> bool:
    return "spanID" in record and "operationName" in record and ("processID" in record or "process" in record)


def _process(span: Mapping[str, Any], context: Context) -> Mapping[str, Any]:
    """The process of a span: its own, or the one that its trace lists."""
    own = span.get("process")
    if isinstance(own, Mapping) and own.get("serviceName"):
        return own
    for around in reversed(context):
        listed = around.get("processes")
        found = listed.get(span.get("processID")) if isinstance(listed, Mapping) else None
        if isinstance(found, Mapping):
            return found
    return {}


def _add(rows: SpanRows, line: int, span: Mapping[str, Any], process: Mapping[str, Any]) -> None:
    tags = _pairs(span.get("tags"))
    kind = kind_of(tags.pop("span.kind", None)) or "internal"
    status = _status(tags)
    attributes = {**tags, **_failure(span.get("logs"), status)}
    start, length = number(span.get("startTime")), number(span.get("duration"))
    rows.add(line, trace_id=span_key(span.get("traceID")), span_id=span_key(span.get("spanID")),
             parent_id=_parent(span), service=str(process.get("serviceName") or "unknown"),
             name=str(span.get("operationName") or "") or None, kind=kind, attributes=attributes, status=status,
             start_ns=int(start) * 1000 if 0 < start < 9e15 else NO_TIME, duration_ms=length / 1000)


def _pairs(items: Any) -> dict[str, Any]:
    """Tags or fields, a list of key and value, as a dict."""
    if isinstance(items, Mapping):
        return dict(items)
    listed = items if isinstance(items, list) else ()
    return {str(item["key"]): item.get("value") for item in listed if isinstance(item, Mapping) and "key" in item}


def _status(tags: Mapping[str, Any]) -> str:
    """The tag `error` where it is set, else the state that OpenTelemetry exporters put into a tag."""
    if str(tags.get("error", "")).lower() == "true":
        return "error"
    return status_of(tags.get("otel.status_code"))


def _parent(span: Mapping[str, Any]) -> str | None:
    """The first CHILD_OF reference within the trace, else the first other one; older dumps have `parentSpanID`."""
    listed = span.get("references")
    references = [r for r in listed if isinstance(r, Mapping)] if isinstance(listed, list) else []
    references.sort(key=lambda r: (r.get("refType") != "CHILD_OF", r.get("traceID") != span.get("traceID")))
    if references:
        return span_key(references[0].get("spanID"))
    return span_key(span.get("parentSpanID"))


def _failure(logs: Any, status: str) -> dict[str, Any]:
    """What the first log that speaks of an error says, under `error.*` names; in a failed span any log counts."""
    for log in logs if isinstance(logs, list) else ():
        fields = _pairs(log.get("fields")) if isinstance(log, Mapping) else {}
        speaks = fields.get("event") in ("error", "exception") or any(key.startswith(_ERRORS) for key in fields)
        if speaks or (status == "error" and "message" in fields):
            told = {key: held for key, held in fields.items() if key not in ("event", "level")}
            return {key if key.startswith(_ERRORS) else f"error.{key}": held for key, held in told.items()}
    return {}
