"""Metrics as JSON records: one sample each (time, component, metric, value, unit), as a list or JSON lines.

This is what `rca watch` writes. All further scalar fields become labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rca.readers._fields import PlainRecord, Record, number, pick, plain_key, text
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._shape import Cells, Shape, has, rows
from rca.readers.metrics._header import COMPONENTS, FOREIGN, METRICS, PODS, TIMES, UNITS, VALUES
from rca.readers.metrics._samples import name_of

NAME = "metrics-json"
TABLES = ("metrics",)
SAMPLES = (
    '{"time": "2026-11-20T10:00:00.5Z", "process": "orders[812]", "metric": "rss_bytes", "value": 8152, "unit": "B"}\n'
    '{"time": "2026-11-20T10:00:00.5Z", "process": "orders[812]", "metric": "threads", "value": 9, "unit": "1"}\n',
    '[{"timestamp": 1763632800, "host": "db-1", "name": "load1", "value": 0.5, "labels": {"zone": "a"}}]\n',
)

_FOREIGN = (*FOREIGN, "threshold", "observed", "flag", "signature", "commitsha", "event", "eventid")


_NESTED = ("labels", "tags", "attributes", "dimensions")


def is_sample(record: Record) -> bool:
    """A time, a metric's name and a number (or null), and nothing of a log line or an alert."""
    return (has(record, TIMES, METRICS) and not has(record, _FOREIGN) and isinstance(pick(record, METRICS), str)
            and _has_number(record))


def _has_number(record: Record) -> bool:
    value = pick(record, VALUES)
    if value is None:      # plain records drop null, which says that the sample is missing
        return isinstance(record, PlainRecord) and any(plain_key(key) in VALUES for key in record.original)
    return _is_nan(value) or number(value) == number(value)      # NaN is unequal to itself


def _is_nan(value: Any) -> bool:
    return isinstance(value, (str, float)) and str(value).strip().lower() == "nan"


SHAPE = Shape(is_sample, (("metrics",), ("samples",), ("data",)))


def looks_like(head: Head) -> float:
    """The share of the first records that are samples."""
    return SHAPE.score(head)


def read(source: Source) -> Iterator[Output]:
    """One row of `metrics` per record; a pod counts as its workload."""
    return rows("metrics", source, SHAPE, sample)


def sample(record: Record) -> Cells | None:
    """The row, or None where the record is no sample."""
    if not is_sample(record):
        return None
    role = next((name for name in COMPONENTS if name in record), None)
    return {"time": pick(record, TIMES), "metric": pick(record, METRICS), "value": number(pick(record, VALUES)),
            "unit": text(pick(record, UNITS)), "labels": _labels(record, role),
            "component": None if role is None else name_of(text(record[role]), pods=role in PODS)}


def _labels(record: Record, role: str | None) -> dict[str, Any] | None:
    """The fields that have no role, under the names that the file gives them."""
    metric = next(name for name in METRICS if name in record)
    taken = {*TIMES, *VALUES, *UNITS, metric, "" if role in PODS else role}
    found: dict[str, Any] = {}
    for name in _NESTED:
        if isinstance(record.get(name), Mapping):
            found.update(record[name])
    original = record.original if isinstance(record, PlainRecord) else record
    found.update({key: held for key, held in original.items()
                  if plain_key(key) not in taken and isinstance(held, (str, int, float)) and held != ""})
    return found or None
