"""Answers of Prometheus' HTTP API (`query`, `query_range`), bare lists of their series, and VictoriaMetrics' export.

Forms: https://prometheus.io/docs/prometheus/latest/querying/api/ and https://docs.victoriametrics.com/#json-line.
Values are text, also "NaN" and "+Inf", which stay rows; a missing point is no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rca.model import Problem
from rca.readers._fields import number
from rca.readers._json_records import Path, records
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers.metrics._samples import Array
from rca.readers.metrics._series import NO_TIME, SeriesRows, component_of

NAME = "prometheus-json"
TABLES = ("metrics",)
# Written from the published form of the API.
SAMPLES = (
    '{"status": "success", "data": {"resultType": "matrix", "result": [\n'
    ' {"metric": {"__name__": "up", "service": "cart", "zone": "a"},\n'
    '  "values": [[1763632800, "1"], [1763632815.5, "NaN"]]},\n'
    ' {"metric": {"__name__": "up", "service": "geo"}, "values": [[1763632800, "+Inf"]]}]}}\n',
    '{"status":"success","data":{"resultType":"vector","result":[\n'
    ' {"metric":{"job":"api"},"value":[1763632800.1,"0.5"]}]}}\n',
    '[{"metric": {"__name__": "load", "instance": "db-1:9100"}, "values": [[1763632800, "0.5"]]}]\n',
    '{"metric":{"__name__":"up","job":"api"},"values":[1,0],"timestamps":[1763632800000,1763632815000]}\n',
)

_TYPED = re.compile(r'"resultType"\s*:\s*"(?:matrix|vector)"')
_BARE = re.compile(r'\s*\[?\s*\{\s*"metric"\s*:\s*\{[^{}]*\}\s*,\s*"values?"\s*:\s*\[\s*[-\d\[]')
_UNNAMED = "value"
"""The metric of a series whose name an operator such as `rate` took away."""


def looks_like(head: Head) -> float:
    """Sure where the answer says its type or begins with a series."""
    if head.binary or head.first not in ("{", "["):
        return 0.0
    if _TYPED.search(head.text[:4096]) and '"result"' in head.text:
        return 0.97
    return 0.95 if _BARE.match(head.text) else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row of `metrics` per point; the component is the `service` label, the other labels are kept."""
    start = source.head().decode("utf-8", errors="replace")
    path: Path = ("data", "result") if _TYPED.search(start[:4096]) else ()
    problems: list[Problem] = []
    rows = SeriesRows(source)
    for line, series in records(source, path, problems=problems):
        if (reason := _add(rows, line, series)) is not None:
            problems.append(Problem(source=source.path, line=line, reason=reason, text=str(series)[:200]))
        yield from rows.full()
    yield from rows.rest()
    yield from problems


def _add(rows: SeriesRows, line: int, series: Mapping[str, Any]) -> str | None:
    """Adds the points of one series; the reason where something of it cannot be read."""
    labels = series.get("metric")
    points = _points(series)
    if points is None or not isinstance(labels, Mapping):
        return "expected a series with `metric` and `values` or `value`"
    times, values, bad = points
    component, rest = component_of({key: held for key, held in labels.items() if key != "__name__"})
    rows.extend(component, str(labels.get("__name__") or _UNNAMED), (line, times, values), labels=rest)
    return f"{bad} points of the series are not [seconds, value]; they have no time or value" if bad else None


def _points(series: Mapping[str, Any]) -> tuple[Array, Array, int] | None:
    """(times in ns, values, number of bad points), or None where the series has none."""
    if isinstance(stamps := series.get("timestamps"), list) and isinstance(series.get("values"), list):
        pairs: Any = [[number(stamp) / 1000, held] for stamp, held in zip(stamps, series["values"], strict=False)]
    elif "value" in series:
        pairs = [series["value"]]
    else:
        pairs = series.get("values")
    if not isinstance(pairs, list):
        return None
    try:
        table = np.array(pairs, dtype="float64").reshape(len(pairs), 2)
    except (ValueError, TypeError):
        return _point_by_point(pairs)
    return nanoseconds(table[:, 0]), table[:, 1], 0


def _point_by_point(pairs: list[Any]) -> tuple[Array, Array, int]:
    cells = [pair if isinstance(pair, list) and len(pair) == 2 else [None, None] for pair in pairs]
    times = nanoseconds(np.array([number(time) for time, _ in cells]))
    values = np.array([number(value) for _, value in cells])
    said_nan = np.array([isinstance(value, str) and value.strip().lower() == "nan" for _, value in cells])
    return times, values, int(((times == NO_TIME) | (np.isnan(values) & ~said_nan)).sum())


def nanoseconds(seconds: Array) -> Array:
    """Epoch seconds as integer nanoseconds, exact to the millisecond that Prometheus keeps; else Not-a-Time.

    >>> nanoseconds(np.array([1763632815.491, np.nan])).view("datetime64[ns]").astype(str).tolist()
    ['2025-11-20T10:00:15.491000000', 'NaT']
    """
    known = np.isfinite(seconds) & (np.abs(seconds) < 9e9)
    found: Array = np.full(len(seconds), NO_TIME, dtype="int64")
    found[known] = np.round(seconds[known] * 1e3).astype("int64") * 1_000_000
    return found
