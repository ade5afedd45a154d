"""Time that intervals cover together: overlapping ones count once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

Reals = np.ndarray[Any, np.dtype[np.float64]]
Wholes = np.ndarray[Any, np.dtype[np.int64]]


def covered(group: Wholes, start: Reals | Wholes, end: Reals | Wholes, groups: int) -> Reals:
    """Length of the union of the intervals [start, end) of each group, as an array of `groups` lengths.

    `group` holds a number in [0, groups) per interval; intervals that end before they start, or have no number for an
    end, are empty. One sort, then one pass: O(n log n).

    >>> covered(np.array([0, 0, 1]), np.array([0.0, 2.0, 5.0]), np.array([3.0, 4.0, 6.0]), 3).tolist()
    [4.0, 1.0, 0.0]
    """
    real = end > start
    group, start, end = group[real], start[real], end[real]
    if not len(group):
        return np.zeros(groups)
    order = np.lexsort((start, group))
    group, start, end = group[order], start[order], end[order]
    reached = pd.Series(end).groupby(group, sort=False).cummax().to_numpy()
    before = np.empty_like(reached)
    before[1:] = reached[:-1]
    first = np.r_[True, group[1:] != group[:-1]]
    before[first] = start[first]
    fresh = np.maximum(end - np.maximum(start, before), 0)
    return np.asarray(np.bincount(group, weights=fresh.astype("float64"), minlength=groups))
