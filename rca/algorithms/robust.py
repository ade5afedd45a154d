"""Departures from a baseline that survive outliers, constant series and short baselines.

A scale of zero is the rule, not the exception, in telemetry (availability stands at 100 for weeks), so every scale has
a floor. So has every tail probability: a baseline of twelve samples cannot vouch for one in a million.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MAD_TO_SD = 1.4826
"""Median absolute deviation to standard deviation, for a normal distribution."""

RELATIVE_FLOOR = 0.02
"""The scale is at least 2 % of the level: smaller moves are real at times, but never the reason for an incident."""

STRAYED_FLOOR = 0.5
"""Scales. Quantiles of windows never vary by less: a few quiet windows do not make the next one a sensation."""


@dataclass(frozen=True, slots=True)
class Normal:
    """The normal range of a series: its median and a scale that is never 0, both in the unit of the series."""

    median: float
    scale: float

    def z(self, values: Array) -> Array:
        """Departures of `values` in scales."""
        return np.asarray((values - self.median) / self.scale)


def normal_range(baseline: Array, *, floor: float = 1e-9, relative_floor: float = RELATIVE_FLOOR) -> Normal:
    """Median and max(1.4826 MAD, 0.5 standard deviation, `relative_floor` of the median, `floor`) of `baseline`.

    The floors keep a series that hardly moved from turning each ripple into an alarm. Raises ValueError when empty.

    >>> normal_range(np.array([10.0, 10.0, 10.0, 10.0]))
    Normal(median=10.0, scale=0.2)
    """
    if not len(baseline):
        raise ValueError("the normal range of nothing is not defined: the baseline holds no samples")
    median = float(np.median(baseline))
    mad = MAD_TO_SD * float(np.median(np.abs(baseline - median)))
    return Normal(median, max(mad, 0.5 * float(np.std(baseline)), relative_floor * abs(median), floor, 1e-300))


def reached(values: Array, share: float) -> float:
    """The value that at least a `share` of `values` reach or exceed.

    >>> reached(np.array([1.0, 9.0, 2.0, 8.0, 3.0, 1.0, 2.0, 3.0]), 0.25)
    8.0
    """
    rank = len(values) - max(1, math.ceil(share * len(values)))
    return float(np.partition(values, rank)[rank])


def window_reached(values: Array, width: int, share: float, *, windows: int = 48) -> Array:
    """`reached` of evenly spread windows of `width` neighbouring values, some 48 of them at most.

    It says how far that figure strays while nothing is wrong, with the slow swings and the correlation that the series
    has.
    """
    width = max(1, min(width, len(values)))
    step = max(1, (len(values) - width) // windows)
    views = np.lib.stride_tricks.sliding_window_view(values, width)[::step]
    rank = width - max(1, math.ceil(share * width))
    return np.asarray(np.partition(views, rank, axis=1)[:, rank])


def independent_samples(values: Array) -> float:
    """How many independent samples a correlated series is worth, by its lag-one correlation: of a walk, hardly any.

    >>> round(independent_samples(np.array([1.0, 2.0] * 20))), round(independent_samples(np.arange(40.0)))
    (40, 2)
    """
    centred = values - values.mean()
    square = float(centred @ centred)
    lag = float(centred[1:] @ centred[:-1]) / square if square > 0 else 0.0
    return len(values) * (1 - max(lag, 0.0)) / (1 + max(lag, 0.0))


def tail_of(statistic: float, usual: Array, samples: float) -> float:
    """How probable a window's `statistic` (in scales) is by chance, given those of windows of a normal time.

    A Student t tail beyond the usual ones, whose degrees of freedom follow from the number of independent `samples` of
    the baseline; where windows of the baseline came as far, at least their share.
    """
    middle = float(np.median(usual))
    spread = max(MAD_TO_SD * float(np.median(np.abs(usual - middle))), 0.5 * float(usual.std()), STRAYED_FLOOR)
    as_far = int((usual >= statistic).sum())
    chance = student_tail((statistic - middle) / spread, 1 if samples < 6 else 2 if samples < 12 else 4)
    return max(chance, (1 + as_far) / (1 + len(usual))) if as_far else chance


def student_tail(t: float, degrees: Literal[1, 2, 4]) -> float:
    """The probability that a Student t variable is at least `t`, in closed form for these degrees of freedom.

    Exact to the last digits also far out (no difference of nearly equal numbers), and without the 0.3 s of CPU that
    importing scipy.special costs.

    >>> [round(student_tail(t, 4), 3) for t in (0.0, 2.132, 4.604)]
    [0.5, 0.05, 0.005]
    """
    if t < 0:
        return 1.0 - student_tail(-t, degrees)
    if degrees == 1:
        return math.atan2(1.0, t) / math.pi
    s = t / math.sqrt(degrees + t * t)
    rest = degrees / ((degrees + t * t) * (1 + s))     # 1 - s
    return rest / 2 if degrees == 2 else rest * rest * (2 + s) / 4


def evidence_nats(p: float) -> float:
    """What a tail probability says at most against "nothing is wrong", as a log-likelihood ratio in nats.

    The bound of Sellke, Bayarri and Berger (2001), -log(-e p log p): p = 0.05 is worth 0.9 nats, not 3. From p = 1/e
    on a value speaks for normality, gently, down to -1.

    >>> [round(evidence_nats(p), 1) for p in (0.05, 0.001, 1.0)]
    [0.9, 4.0, -1.0]
    """
    p = min(1.0, max(p, 1e-300))
    if p < 1 / math.e:
        return -math.log(-math.e * p * math.log(p))
    return -(p - 1 / math.e) / (1 - 1 / math.e)
