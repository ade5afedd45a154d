"""Times of Prometheus: floating seconds with milliseconds that count."""

from __future__ import annotations

import numpy as np

from rca.readers.metrics._samples import Array
from rca.readers.metrics._series import NO_TIME


def nanoseconds(seconds: Array) -> Array:
    """Epoch seconds as integer nanoseconds, exact to the millisecond that Prometheus keeps; else Not-a-Time.

    >>> nanoseconds(np.array([1763632815.491, np.nan])).view("datetime64[ns]").astype(str).tolist()
    ['2025-11-20T10:00:15.491000000', 'NaT']
    """
    known = np.isfinite(seconds) & (np.abs(seconds) < 9e9)
    found: Array = np.full(len(seconds), NO_TIME, dtype="int64")
    found[known] = np.round(seconds[known] * 1e3).astype("int64") * 1_000_000
    return found
