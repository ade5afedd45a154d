"""Metrics as OTLP JSON: gauges, sums, histograms and summaries; one export, or one per line as the collector writes.

A number becomes one row. Of a histogram or summary each part is a row with the label `statistic`: count, sum, min,
max, bucket (cumulative, with the label `le`, as Prometheus counts) and quantile.
Source of the form: opentelemetry/proto/metrics/v1/metrics.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any

from rca.model import Problem
from rca.readers import _otlp
from rca.readers._fields import number
from rca.readers._json_records import Context, Path, first_records, nested
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers.metrics._series import NO_TIME, SeriesRows

NAME = "otlp-metrics"
TABLES = ("metrics",)
# Written from the protobuf definition and its JSON mapping.
SAMPLES = (
    '{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},\n'
    ' "scopeMetrics":[{"scope":{"name":"m"},"metrics":[\n'
    '  {"name":"queue.size","unit":"1","gauge":{"dataPoints":[{"timeUnixNano":"1763632800000000000","asInt":"7"}]}},\n'
    '  {"name":"requests","unit":"1","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[\n'
    '   {"timeUnixNano":"1763632800000000000","asDouble":12.5,\n'
    '    "attributes":[{"key":"route","value":{"stringValue":"/"}}]}]}},\n'
    '  {"name":"latency","histogram":{"aggregationTemporality":2,"dataPoints":[\n'
    '   {"timeUnixNano":1763632800000000000,"count":"3","sum":0.9,\n'
    '    "bucketCounts":["1","2","0"],"explicitBounds":[0.1,0.5]}]}}]}]}]}\n',
)

_RESOURCES = frozenset({"resourceMetrics", "resource_metrics"})
_SCOPES = frozenset({"scopeMetrics", "scope_metrics", "instrumentationLibraryMetrics"})
_KINDS = frozenset({"gauge", "sum", "histogram", "exponentialHistogram", "exponential_histogram", "summary"})
_POINTS = frozenset({"dataPoints", "data_points"})
_METRICS: Path = (_RESOURCES, _SCOPES, "metrics")
_TEMPORALITY = {1: "delta", 2: "cumulative", "AGGREGATION_TEMPORALITY_DELTA": "delta",
                "AGGREGATION_TEMPORALITY_CUMULATIVE": "cumulative"}

Parts = list[tuple[dict[str, Any], float]]


def looks_like(head: Head) -> float:
    """Sure where metrics stand below `resourceMetrics`."""
    if head.binary or head.first != "{" or not any(f'"{name}"' in head.text for name in _RESOURCES):
        return 0.0
    return 0.97 if first_records(head.text, _METRICS, limit=1) or first_records(head.text, (*_METRICS, _KINDS, _POINTS),
                                                                               limit=1) else 0.4


def read(source: Source) -> Iterator[Output]:
    """One row of `metrics` per number of every data point; the component is the resource's `service.name`."""
    problems: list[Problem] = []
    rows = SeriesRows(source)
    for line, point, context in nested(source, (*_METRICS, _KINDS, _POINTS), problems=problems):
        if (reason := _add(rows, line, point, context)) is not None:
            problems.append(Problem(source=source.path, line=line, reason=reason, text=str(point)[:200]))
        yield from rows.full()
    yield from rows.rest()
    yield from problems


def _add(rows: SeriesRows, line: int, point: Mapping[str, Any], context: Context) -> str | None:
    resource, metric, kind = context[0], context[-2], context[-1]
    parts = _parts(point)
    if not parts:
        return "expected a data point with a number, a count or quantiles"
    about = _resource(resource)
    labels = {**{name: held for name, held in about.items() if name != "service.name"},
              **_otlp.attributes(point.get("attributes"))}
    if temporality := _TEMPORALITY.get(kind.get("aggregationTemporality", kind.get("aggregation_temporality"))):
        labels["temporality"] = temporality
    time = _otlp.integer(point.get("timeUnixNano", point.get("time_unix_nano")))
    component = _otlp.component(about) or _otlp.component(labels)
    for more, value in parts:
        rows.add(component, str(metric.get("name") or "value"), (line, time or NO_TIME, value),
                 unit=metric.get("unit") or None, labels={**labels, **more})
    return None if time else "expected timeUnixNano; the row has no time"


def _resource(element: Mapping[str, Any]) -> dict[str, Any]:
    """The resource's attributes without those that describe the telemetry library."""
    resource = element.get("resource")
    found = _otlp.attributes(resource.get("attributes") if isinstance(resource, Mapping) else None)
    return {name: held for name, held in found.items() if not name.startswith("telemetry.")}


def _parts(point: Mapping[str, Any]) -> Parts:
    """(labels that tell the part, number) for each number of a data point."""
    for name in ("asDouble", "asInt", "as_double", "as_int"):
        if name in point:
            return [({}, number(point[name]))]
    named = [name for name in ("count", "sum", "min", "max") if name in point]
    parts: Parts = [({"statistic": name}, number(point[name])) for name in named]
    return parts + _buckets(point) + _quantiles(point)


def _buckets(point: Mapping[str, Any]) -> Parts:
    counts = point.get("bucketCounts", point.get("bucket_counts"))
    bounds = point.get("explicitBounds", point.get("explicit_bounds"))
    if not isinstance(counts, list) or not isinstance(bounds, list) or len(counts) != len(bounds) + 1:
        return []
    total = accumulate(number(count) for count in counts)
    return [({"statistic": "bucket", "le": str(bound)}, count)
            for bound, count in zip([*bounds, "+Inf"], total, strict=True)]


def _quantiles(point: Mapping[str, Any]) -> Parts:
    found = point.get("quantileValues", point.get("quantile_values"))
    return [({"statistic": "quantile", "quantile": str(held.get("quantile", 0))}, number(held.get("value", 0)))
            for held in (found if isinstance(found, list) else []) if isinstance(held, Mapping)]
