"""Metrics as CSV with one component a line: its pod, host or service, and one column per metric, units in brackets."""

from __future__ import annotations

from collections.abc import Iterator

from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers.metrics._csv_table import read_table
from rca.readers.metrics._header import preview, roles
from rca.readers.metrics._shapes import entity_rows

NAME = "metrics-entity-csv"
TABLES = ("metrics",)
SAMPLES = (
    "Time,TimeStamp,PodName,CpuUsage(m),MemoryUsage(Mi)\n"
    "2026-11-20 10:00:00.5 +0000 UTC m=+0.1,1763632800,cart-5f55b6cf68-77cfw,2.31,330.5\n"
    "2026-11-20 10:01:00.5 +0000 UTC m=+60.1,1763632860,cart-5f55b6cf68-77cfw,2.80,330.9\n",
    "host,ts,load1,mem_used\ndb-1,2026-11-20T10:00:00Z,0.5,1024\ndb-2,2026-11-20T10:00:00Z,0.7,2048\n",
)

_LABELS = 3
"""Columns of text that a metric table may have beside the component; more make it a table of something else."""


def looks_like(head: Head) -> float:
    """Sure where a column names a pod, host or service and nearly all others hold numbers."""
    seen = preview(head)
    found = roles(seen.header, seen.rows) if seen else None
    if seen is None or found is None or not found.is_by_entity or not seen.rows:
        return 0.0
    return 0.9 - 0.1 * len(found.labels) if len(found.labels) <= _LABELS else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row of `metrics` per cell; the component of a pod is its deployment, the pod's name a label."""
    return read_table(source, entity_rows, lambda roles: roles.is_by_entity)
