"""Metrics as JSON records: one sample each (time, component, metric, value, unit), as a list or JSON lines.

This is what `rca watch` writes. All further scalar fields become labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rca.readers._fields import PlainRecord, Record, number, plain_key, text
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._shape import Cells, Shape, rows
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


@dataclass(frozen=True, slots=True)
class _Keys:
    """Which key of a record plays which role; `labels` are all the others."""

    time: str
    metric: str
    value: str
    unit: str | None
    component: str | None
    labels: tuple[str, ...]


@lru_cache(maxsize=4096)
def _keys(written: tuple[str, ...]) -> _Keys | None:
    """The roles of the keys of a record, once for all records with the same keys; None where they are no sample's."""
    plain = {plain_key(key): key for key in reversed(written)}
    if not plain.keys().isdisjoint(_FOREIGN):
        return None
    time, metric, value, unit, component = (
        next((plain[name] for name in names if name in plain), None)
        for names in (TIMES, METRICS, VALUES, UNITS, COMPONENTS))
    if time is None or metric is None or value is None:
        return None
    named = None if component is None or plain_key(component) in PODS else component
    taken = {*(plain[name] for name in (*TIMES, *VALUES, *UNITS) if name in plain), metric, named}
    return _Keys(time, metric, value, unit, component, tuple(key for key in written if key not in taken))


def is_sample(record: Record) -> bool:
    """A time, a metric's name and a number (or null), and nothing of a log line or an alert."""
    return sample(record) is not None


SHAPE = Shape(is_sample, (("metrics",), ("samples",), ("data",)))


def looks_like(head: Head) -> float:
    """The share of the first records that are samples."""
    return SHAPE.score(head)


def read(source: Source) -> Iterator[Output]:
    """One row of `metrics` per record; a pod counts as its workload."""
    return rows("metrics", source, SHAPE, sample)


def sample(record: Record) -> Cells | None:
    """The row, or None where the record is no sample."""
    original = record.original if isinstance(record, PlainRecord) else record
    keys = _keys(tuple(original))
    if keys is None or not isinstance(original[keys.metric], str) or not _is_number(original[keys.value]):
        return None
    component = None if keys.component is None else text(original[keys.component])
    pods = keys.component is not None and plain_key(keys.component) in PODS
    return {"time": original[keys.time], "metric": original[keys.metric], "value": number(original[keys.value]),
            "unit": text(original[keys.unit]) if keys.unit else None, "component": name_of(component, pods=pods),
            "labels": _labels(original, keys.labels) if keys.labels else None}


def _is_number(value: Any) -> bool:
    """A number, also as text; null and NaN say that the sample is missing."""
    return value is None or number(value) == number(value) or str(value).strip().lower() == "nan"


def _labels(original: Record, names: Iterable[str]) -> dict[str, Any] | None:
    """The scalars among the other fields, and the members of objects that hold labels."""
    found: dict[str, Any] = {}
    for name in names:
        held = original[name]
        if isinstance(held, Mapping) and plain_key(name) in _NESTED:
            found.update(held)
        elif isinstance(held, (str, int, float)) and held != "":
            found[name] = held
    return found or None
