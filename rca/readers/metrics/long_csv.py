"""Metrics as long CSV: one sample a line, with columns for the time, the component, the metric and the value."""

from __future__ import annotations

from collections.abc import Iterator

from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers.metrics._csv_table import read_table
from rca.readers.metrics._header import preview, roles
from rca.readers.metrics._shapes import long_rows

NAME = "metrics-long-csv"
TABLES = ("metrics",)
SAMPLES = (
    "timestamp,service,metric,value\n2026-11-20T10:00:00Z,orders,rss_mb,81.5\n2026-11-20T10:00:05Z,orders,rss_mb,82.0\n",
    "time;host;name;value;unit;region\n1763632800;db-1;disk_free;1.5e9;bytes;eu\n1763632860;db-1;disk_free;;bytes;eu\n",
)


def looks_like(head: Head) -> float:
    """Sure where the header names a time, a metric and a value; surer where it also names a component."""
    seen = preview(head)
    found = roles(seen.header, seen.rows) if seen else None
    if found is None or not found.is_long:
        return 0.0
    return 0.95 if found.component is not None else 0.7


def read(source: Source) -> Iterator[Output]:
    """One row of `metrics` a line; further columns become labels."""
    return read_table(source, long_rows, lambda roles: roles.is_long)
