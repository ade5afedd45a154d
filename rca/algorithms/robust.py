"""Departures from a baseline that survive outliers, constant series and short baselines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MAD_TO_SD = 1.4826
"""Median absolute deviation to standard deviation, for a normal distribution."""

RELATIVE_FLOOR = 0.02
"""The scale is at least 2 % of the level: smaller moves are real at times, but never the reason for an incident."""


@dataclass(frozen=True, slots=True)
class Normal:
    """The normal range of a series: its median and a scale that is never 0, both in the unit of the series."""

    median: float
    scale: float

    def z(self, values: Array) -> Array:
        """Departures of `values` in scales."""
        return np.asarray((values - self.median) / self.scale)


def normal_range(baseline: Array) -> Normal:
    """Median and max(1.4826 MAD, 0.5 standard deviation, 2 % of the median) of `baseline`.

    The floors keep a series that hardly moved from turning each ripple into an alarm. Raises ValueError when empty.

    >>> normal_range(np.array([10.0, 10.0, 10.0, 10.0]))
    Normal(median=10.0, scale=0.2)
    """
    if not len(baseline):
        raise ValueError("the normal range of nothing is not defined: the baseline holds no samples")
    median = float(np.median(baseline))
    mad = MAD_TO_SD * float(np.median(np.abs(baseline - median)))
    return Normal(median, max(mad, 0.5 * float(np.std(baseline)), RELATIVE_FLOOR * abs(median), 1e-9))


def block_quantiles(z: Array, length: int, quantile: float) -> Array:
    """The `quantile` of every full block of `length` consecutive values: how far windows of this length stray by chance.

    Returns an empty array where no full block fits.

    >>> block_quantiles(np.array([0.0, 1.0, 2.0, 3.0, 9.0]), 2, 1.0).tolist()
    [1.0, 3.0]
    """
    blocks = len(z) // length if length else 0
    if not blocks:
        return np.empty(0)
    return np.asarray(np.quantile(z[: blocks * length].reshape(blocks, length), quantile, axis=1))
