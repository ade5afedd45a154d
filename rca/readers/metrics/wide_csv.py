"""Metrics as wide CSV: one moment a line, with a time column and one column `<service>_<metric>` per series."""

from __future__ import annotations

from collections.abc import Iterator

from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers.metrics._csv_table import read_table
from rca.readers.metrics._header import preview, roles
from rca.readers.metrics._shapes import wide_rows

NAME = "metrics-wide-csv"
TABLES = ("metrics",)
SAMPLES = (
    "time,orders_cpu,orders-db_lat_99,cart_cpu\n1763632800,4.2,0.013,7.5\n1763632801,4.4,,7.1\n",
    "cpu_user(%),load,time.1\n12.5,0.3,1763632800\n13.0,0.4,1763632801\n",
)


def looks_like(head: Head) -> float:
    """Sure where all columns beside the time hold numbers and most are named `<service>_<metric>`."""
    seen = preview(head)
    found = roles(seen.header, seen.rows) if seen else None
    if seen is None or found is None or not found.is_wide or found.labels or not seen.rows:
        return 0.0
    return 0.5 + 0.4 * sum("_" in seen.header[i] for i in found.numbers) / len(found.numbers)


def read(source: Source) -> Iterator[Output]:
    """One row of `metrics` per cell; an empty cell is a missing sample, NaN."""
    return read_table(source, wide_rows, lambda roles: roles.is_wide)
