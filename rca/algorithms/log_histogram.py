"""Quantiles that merge exactly: counts in buckets whose borders grow by a constant factor.

Merging is addition of integers, so that any split of the data, in any order, gives the same quantiles; their relative
error is bounded by the width of a bucket. Source: Masson et al., DDSketch, VLDB 2019 (the mapping, without collapsing).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

GROWTH = 1.02
"""Factor from one border to the next: quantiles are right within 1 %."""

SMALLEST = 1e-6
"""Values up to here, and all that are not positive, share the lowest bucket."""


def bucket_of(values: Array) -> Ints:
    """The bucket of each value; NaN is in none (-1).

    >>> bucket_of(np.array([0.0, 1.0, 1.019, 2.0, np.nan])).tolist()
    [0, 698, 699, 733, -1]
    """
    known = np.isfinite(values)
    safe = np.where(known & (values > SMALLEST), values, SMALLEST)
    return np.where(known, np.ceil(np.log(safe / SMALLEST) / np.log(GROWTH) - 1e-9).astype("int64"), -1)


def value_of(buckets: Ints) -> Array:
    """The middle of each bucket, in the unit of what was counted."""
    return np.asarray(SMALLEST * GROWTH ** (np.asarray(buckets, dtype="float64") - 0.5))


def quantile(buckets: Ints, counts: Ints, q: float) -> float:
    """The `q` quantile of what was counted as `counts` in `buckets`; NaN where nothing was.

    >>> 98 < quantile(bucket_of(np.arange(1.0, 101.0)), np.ones(100, dtype="int64"), 0.99) < 101
    True
    """
    total = int(counts.sum())
    if not total:
        return float("nan")
    order = np.argsort(buckets, kind="stable")
    reached = np.cumsum(counts[order])
    return float(value_of(buckets[order])[int(np.searchsorted(reached, max(q * total, 1)))])
