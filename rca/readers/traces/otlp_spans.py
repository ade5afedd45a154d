"""Spans as OTLP JSON: one export as a document, or one export per line as the OpenTelemetry collector writes.

Also the answer of Grafana Tempo, which says `batches` in place of `resourceSpans`. Enumerations are numbers or names,
64-bit integers numbers or text, ids hexadecimal in either case or base64.
Source of the form: opentelemetry/proto/trace/v1/trace.proto and https://opentelemetry.io/docs/specs/otlp/.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from rca.model import Problem
from rca.readers import _otlp
from rca.readers._json_records import Context, Path, first_records, nested
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers.traces._span_rows import NO_TIME, SpanRows, kind_of, span_key, status_of

NAME = "otlp-spans"
TABLES = ("spans",)
# Written from the protobuf definition and its JSON mapping.
SAMPLES = (
    '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},\n'
    ' "scopeSpans":[{"scope":{"name":"http"},"spans":[\n'
    '  {"traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"B7AD6B7169203331","name":"GET /cart","kind":2,\n'
    '   "startTimeUnixNano":"1763632800000000000","endTimeUnixNano":"1763632800012000000",\n'
    '   "attributes":[{"key":"http.response.status_code","value":{"intValue":"200"}}],"status":{}},\n'
    '  {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b7","parentSpanId":"b7ad6b7169203331",\n'
    '   "name":"SELECT items","kind":"SPAN_KIND_CLIENT","startTimeUnixNano":1763632800003000000,\n'
    '   "endTimeUnixNano":1763632800009000000,"status":{"code":"STATUS_CODE_ERROR","message":"lock timeout"}}]}]}]}\n',
    '{"batches":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},'
    '"instrumentationLibrarySpans":[{"spans":[{"traceId":"CvdlGRbNQ92ESOshHIAxnA==","spanId":"7uGbfsPBsXQ=",'
    '"name":"GET /","kind":"SPAN_KIND_SERVER","startTimeUnixNano":"1763632800000000000",'
    '"endTimeUnixNano":"1763632800001000000"}]}]}]}\n',
)

_RESOURCES = frozenset({"resourceSpans", "resource_spans", "batches"})
_SCOPES = frozenset({"scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans"})
_SPANS: Path = (_RESOURCES, _SCOPES, "spans")
_KEPT_OF_THE_RESOURCE = ("service.version", "service.namespace", "service.instance.id", "host.name", "k8s.pod.name",
                         "k8s.node.name", "deployment.environment", "deployment.environment.name", "cloud.region")
"""What tells replicas, versions and places apart; the rest of the resource is the same for every span of a service."""


def looks_like(head: Head) -> float:
    """Sure where spans stand below `resourceSpans`."""
    if head.binary or head.first not in ("{", "[") or not any(f'"{name}"' in head.text for name in _RESOURCES):
        return 0.0
    if first_records(head.text, _SPANS, limit=1):
        return 0.97
    return 0.6 if any(f'"{name}"' in head.text for name in _SCOPES) else 0.1


def read(source: Source) -> Iterator[Output]:
    """One row of `spans` per span; the service is the resource's `service.name`."""
    problems: list[Problem] = []
    rows, resources = SpanRows(source.path), _Resources()
    for line, span, context in nested(source, _SPANS, problems=problems):
        service, more = resources.of(context)
        _add(rows, line, span, service, more)
        yield from rows.full()
    yield from rows.rest()
    yield from problems


class _Resources:
    """The service and the further attributes of the resource that was seen last: its spans stand together."""

    def __init__(self) -> None:
        self._element: Mapping[str, Any] | None = None
        self._found: tuple[str, dict[str, Any]] = ("unknown", {})

    def of(self, context: Context) -> tuple[str, dict[str, Any]]:
        element = context[0] if context else {}
        if element is not self._element:
            resource = element.get("resource")
            held = _otlp.attributes(resource.get("attributes") if isinstance(resource, Mapping) else None)
            kept = {name: held[name] for name in _KEPT_OF_THE_RESOURCE if name in held}
            self._element, self._found = element, (_otlp.component(held) or "unknown", kept)
        return self._found


def _add(rows: SpanRows, line: int, span: Mapping[str, Any], service: str, more: dict[str, Any]) -> None:
    start = _otlp.integer(_member(span, "startTimeUnixNano", "start_time_unix_nano"))
    end = _otlp.integer(_member(span, "endTimeUnixNano", "end_time_unix_nano"))
    state = span.get("status")
    state = state if isinstance(state, Mapping) else {}
    attributes = {**more, **_otlp.attributes(span.get("attributes"))}
    if message := state.get("message"):
        attributes["status.message"] = message
    if thrown := _thrown(span.get("events")):
        attributes.update(thrown)
    rows.add(line, trace_id=span_key(_member(span, "traceId", "trace_id")),
             span_id=span_key(_member(span, "spanId", "span_id")),
             parent_id=span_key(_member(span, "parentSpanId", "parent_span_id")), service=service,
             name=_text(span.get("name")), kind=kind_of(span.get("kind")) or "internal", start_ns=_stamp(start),
             duration_ms=(end - start) / 1e6 if start and end else math.nan, status=status_of(state.get("code", 0)),
             attributes=attributes)


def _stamp(nanoseconds: int | None) -> int:
    return nanoseconds if nanoseconds and 0 < nanoseconds < 1 << 63 else NO_TIME


def _member(span: Mapping[str, Any], camel: str, snake: str) -> Any:
    return span[camel] if camel in span else span.get(snake)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _thrown(events: Any) -> dict[str, Any]:
    """Type, message and stack of the first exception that the span recorded."""
    for event in events if isinstance(events, list) else ():
        if isinstance(event, Mapping) and event.get("name") == "exception":
            told = _otlp.attributes(event.get("attributes"))
            return {name: held for name, held in told.items() if name.startswith("exception.")}
    return {}
