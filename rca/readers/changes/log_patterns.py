"""Summaries of log signatures as JSON: which pattern a service logged how often, and how far that is from normal.

They are counts, not log lines, so they make `events` and no `logs`. They have no time of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rca.readers._fields import Record, number, pick, text
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._shape import Cells, Shape, has, rows

NAME = "log-patterns-json"
TABLES = ("events",)
SAMPLES = (
    '[\n  {"signature": "pool exhausted after <N> ms", "service": "orders", "count": 31, "delta_vs_baseline": "+31",\n'
    '   "sentiment": "negative"},\n  {"signature": "order <ID> placed", "service": "orders", "count": 812,\n'
    '   "delta_vs_baseline": "-40", "sentiment": "neutral"}\n]\n',
)

_PATTERNS = ("signature", "pattern", "template", "logpattern", "fingerprint")
_COUNTS = ("count", "occurrences", "hits", "total")
_DELTAS = ("deltavsbaseline", "delta", "change", "difference", "deltapercent")
_SERVICES = ("service", "servicename", "component", "app", "application", "source", "host")


def is_pattern(record: Record) -> bool:
    """A pattern with its count, and a service or a difference to the normal count; never a line with a trace."""
    return has(record, _PATTERNS, _COUNTS, (*_DELTAS, *_SERVICES)) and "traceid" not in record


SHAPE = Shape(is_pattern, (("patterns",), ("data",), ("items",), ("signatures",), ("results",)))


def event(record: Record) -> Cells | None:
    """The row: the reason is `delta <difference>`, the message is the pattern."""
    if not has(record, _PATTERNS):
        return None
    delta, count = text(pick(record, _DELTAS)), number(pick(record, _COUNTS))
    return {"component": text(pick(record, _SERVICES)), "kind": "log-pattern",
            "reason": None if delta is None else f"delta {delta}", "message": text(pick(record, _PATTERNS)),
            "count": int(count) if np.isfinite(count) else None}


def looks_like(head: Head) -> float:
    """The share of the first records that have the keys of a log signature."""
    return SHAPE.score(head)


def read(source: Source) -> Iterator[Output]:
    """One row of `events` per signature."""
    return rows("events", source, SHAPE, event)
