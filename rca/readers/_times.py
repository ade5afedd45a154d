"""Times as files write them, to UTC: one vectorised form per column, a second pass only for what is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import Any

import numpy as np
import pandas as pd

_SCALES = ((1e17, 1), (1e14, 1_000), (1e11, 1_000_000), (0.0, 1_000_000_000))
"""Epoch values by magnitude: ns, us, ms, s; nanoseconds per unit."""


def instants(values: Sequence[Any], zone: tzinfo = UTC) -> pd.DatetimeIndex:
    """ISO 8601 text or epoch numbers (s, ms, us or ns, by magnitude) as UTC times; NaT where a value is neither.

    Times without an offset are taken to be in `zone`.

    >>> list(instants(["2026-01-02T03:04:05+01:00", 1767323045]).astype(str))
    ['2026-01-02 02:04:05+00:00', '2026-01-02 03:04:05+00:00']
    """
    column = pd.Series(values, dtype="object")
    numbers = pd.to_numeric(column, errors="coerce")
    result = np.full(len(column), np.iinfo("int64").min, dtype="int64")
    numeric = np.isfinite(numbers.to_numpy(dtype="float64"))
    if numeric.any():
        result[numeric] = [epoch_ns(v) for v in column[numeric]]
    if not numeric.all():
        result[~numeric] = _iso(column[~numeric], zone).asi8
    return pd.DatetimeIndex(result.view("datetime64[ns]")).tz_localize("UTC")


def epoch_ns(value: float | int | str) -> int:
    """An epoch number in s, ms, us or ns as integer nanoseconds.

    >>> epoch_ns("1767323045.5"), epoch_ns(1767323045500)
    (1767323045500000000, 1767323045500000000)
    """
    number = float(value)
    scale = next(scale for limit, scale in _SCALES if abs(number) >= limit)
    try:
        return int(value) * scale
    except ValueError:
        whole = int(number)
        return whole * scale + round((number - whole) * scale)


def _iso(column: pd.Series, zone: tzinfo) -> pd.DatetimeIndex:
    text = column.where(column.map(lambda v: isinstance(v, str)), None)
    parsed = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
    if zone is not UTC:
        naive = ~text.str.contains(r"(?:[zZ]|[+-]\d\d:?\d\d)\s*$", na=True)
        local = parsed[naive].dt.tz_localize(None).dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
        parsed = parsed.where(~naive, local.dt.tz_convert("UTC").reindex(parsed.index))
    return pd.DatetimeIndex(parsed).as_unit("ns")
