"""Metrics as long CSV: one sample a line, with columns for the time, the component, the metric and the value."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rca.readers._open import Source
from rca.readers._reader import Batch, Head, Output
from rca.readers._times import instants
from rca.tables import frame

NAME = "metrics-long-csv"
TABLES = ("metrics",)
SAMPLES = ("timestamp,service,metric,value\n2026-11-20T10:00:00Z,orders,rss_mb,81.5\n2026-11-20T10:00:05Z,orders,rss_mb,82.0\n",)


def looks_like(head: Head) -> float:
    """Sure where the header names all four columns."""
    header = set(head.lines[0].lower().split(",")) if head.lines else set()
    return 0.95 if {"timestamp", "service", "metric", "value"} <= header else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row of `metrics` a line."""
    from io import BytesIO
    table = pd.read_csv(BytesIO(source.data()))
    yield Batch("metrics", frame("metrics", {
        "time": instants(table["timestamp"], source.zone), "component": table["service"].astype(str).array,
        "metric": table["metric"].astype(str).array, "value": table["value"].to_numpy(dtype="float64"),
        "source": source.path, "line": (table.index + 2).to_numpy()}))
