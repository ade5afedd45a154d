"""Metrics as text: the exposition formats of Prometheus and OpenMetrics, with or without time stamps.

Forms: https://prometheus.io/docs/instrumenting/exposition_formats/ (stamps in milliseconds) and
https://github.com/prometheus/OpenMetrics (stamps in seconds, a last line `# EOF`, exemplars after ` # `).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rca.model import Problem
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers.metrics._series import NO_TIME, SeriesRows, component_of

NAME = "prometheus-text"
TABLES = ("metrics",)
# Written from the published forms.
SAMPLES = (
    "# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\n"
    'http_requests_total{service="cart",code="200"} 1027 1763632800000\n'
    'http_requests_total{service="cart",code="500"} NaN 1763632800000\n'
    "# TYPE latency_seconds histogram\n"
    'latency_seconds_bucket{le="0.1"} 24\nlatency_seconds_bucket{le="+Inf"} 30\n'
    "latency_seconds_sum 5.3\nlatency_seconds_count 30\n",
    "# TYPE up gauge\n# UNIT up ratio\nup 1.0 1763632800.5\n# EOF\n",
)

_SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{((?:[^\"{}]|\"(?:[^\"\\]|\\.)*\")*)\})?[ \t]+"
                     r"([-+]?(?:[\d.][\w.+-]*|[iI]nf\w*|[nN]a[nN]))(?:[ \t]+(-?[\d.]+(?:e[+-]?\d+)?))?[ \t]*(?:#.*)?")
"""http_requests_total{code="200",path="/a}b"} 1027 1395066363000"""
_LABEL = re.compile(r"([a-zA-Z_][\w.]*)\s*=\s*\"((?:[^\"\\]|\\.)*)\"\s*,?\s*")
_COMMENT = re.compile(r"#[ \t]*(HELP|TYPE|UNIT|EOF)\b[ \t]*(\S*)[ \t]*(.*)")
_ESCAPES = {r"\n": "\n", r"\"": '"', r"\\": "\\"}
_UNTIMED = "samples without a time stamp have no time: the text says what was counted, not when"
_SCALE = 1e11
"""Stamps above are milliseconds: as seconds they would lie beyond the year 5000."""
_LAST_MS = 9e12
"""The year 2255: 64-bit nanoseconds end in 2262."""


def looks_like(head: Head) -> float:
    """Sure where four of five lines are samples or comments of the format, and a comment or a label is among them."""
    if head.binary or head.first in ("{", "[", "<", ""):
        return 0.0
    comments = sum(_COMMENT.match(line) is not None for line in head.lines)
    samples = [line for line in head.lines if line[0] != "#" and _SAMPLE.fullmatch(line.strip())]
    fitting = comments + len(samples)
    if not samples or fitting < 0.8 * sum(line[0] != "#" or _COMMENT.match(line) is not None for line in head.lines):
        return 0.0
    return 0.96 if comments else 0.6 if any("{" in line for line in samples) else 0.0


@dataclass(slots=True)
class _State:
    """What comments and samples have said so far."""

    units: dict[str, str] = field(default_factory=dict)
    untimed: bool = False


def read(source: Source) -> Iterator[Output]:
    """One row of `metrics` per sample, under its own name (`_bucket`, `_sum` and `_count` included)."""
    rows, state = SeriesRows(source), _State()
    for line, text in source.lines():
        stripped = text.strip()
        if not stripped:
            continue
        if stripped[0] == "#":
            if (said := _COMMENT.match(stripped)) and said[1] == "UNIT":
                state.units[said[2]] = said[3]
        elif not _add(rows, line, stripped, state):
            yield Problem(source=source.path, line=line, text=stripped[:200],
                          reason="expected `name{label=\"value\"} number [time stamp]`")
        yield from rows.full()
    if state.untimed:
        source.note(_UNTIMED)
    yield from rows.rest()


def _add(rows: SeriesRows, line: int, text: str, state: _State) -> bool:
    match = _SAMPLE.fullmatch(text)
    if match is None:
        return False
    name, labels, value, stamp = match.groups()
    try:
        number = float(value)
        time = _nanoseconds(float(stamp)) if stamp else NO_TIME
    except (ValueError, OverflowError):
        return False
    component, rest = _labels(labels or "")
    state.untimed |= stamp is None
    rows.add(component, name, (line, time, number), unit=state.units.get(name), labels=rest)
    return True


def _nanoseconds(stamp: float) -> int:
    """Milliseconds (Prometheus) or seconds (OpenMetrics) as nanoseconds, told apart by their size."""
    milliseconds = round(stamp if abs(stamp) > _SCALE else stamp * 1000)
    return milliseconds * 1_000_000 if abs(milliseconds) < _LAST_MS else NO_TIME


@lru_cache(maxsize=65536)
def _labels(text: str) -> tuple[str | None, dict[str, str]]:
    """Component and other labels; the dict is shared by the rows of the series."""
    found = {name: re.sub(r"\\[n\"\\]", lambda m: _ESCAPES[m[0]], value) for name, value in _LABEL.findall(text)}
    return component_of(found)
