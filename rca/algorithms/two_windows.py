"""Evidence that a rate or a level is another one than before, in nats, for two samples or for two hundred thousand.

Both compare "a fault raised it" with "it is as it was": log-likelihood ratios with broad alternatives, so that few
samples say little and a small drift never says much, however many samples show it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import betaln
from scipy.stats import t as student

Reals = np.ndarray[Any, np.dtype[np.float64]]

HEALTHY = (0.5, 24.5)
"""Beta prior of a healthy share of failures: 2 % in the mean, worth 25 calls, soon overruled by a baseline."""

FAULTY = (1.0, 1.0)
"""Beta prior of the share of failures under a fault: anything."""

MEMORY = 200.0
"""Calls of the baseline that count at most: shares drift from hour to hour, so that more calls do not make it surer."""

WIDTH = 2.0
"""Standard deviation, in log units, of how far a fault moves a level: a factor of 7."""


def rate_rise(hits: int, trials: int, hits_before: int, trials_before: int) -> float:
    """Log-likelihood ratio of `hits` of `trials`: a share that may be anything, against that of the baseline.

    Negative where the baseline explains them as well; 0 where there are no trials.

    >>> [round(rate_rise(*counts), 1) for counts in ((1, 1, 0, 1), (20, 20, 0, 100), (2, 100, 2, 100), (0, 50, 0, 50))]
    [3.3, 54.7, -3.0, -3.7]
    """
    kept = min(1.0, MEMORY / trials_before) if trials_before else 1.0
    usual = (HEALTHY[0] + hits_before * kept, HEALTHY[1] + (trials_before - hits_before) * kept)
    return _beta_binomial(hits, trials, FAULTY) - _beta_binomial(hits, trials, usual)


def _beta_binomial(hits: int, trials: int, prior: tuple[float, float]) -> float:
    a, b = prior
    return float(betaln(hits + a, trials - hits + b) - betaln(a, b))


def level_rise(before: Reals, during: Reals, *, spread: float = 0.5, drift: float = 0.1) -> float:
    """Log-likelihood ratio that a fault moved the median of `during`, for positive values compared as logarithms.

    `spread` is the standard deviation of a single healthy value in log units (0.5: a factor of 1.6), used where the
    baseline holds too few to tell; `drift` is how far medians stray without a fault. Healthy medians have heavy tails
    (Student, 5 degrees of freedom). Below the baseline the sign is the same: the caller decides which side harms.

    >>> flat, high = np.full(50, 10.0), np.full(50, 40.0)
    >>> [round(level_rise(*pair), 1) for pair in ((flat, high), (flat, flat * 1.05), (flat[:1], high[:1]))]
    [7.5, -2.8, 0.1]
    """
    old, new = np.log(np.maximum(before, 1e-6)), np.log(np.maximum(during, 1e-6))
    moved = float(np.median(new) - np.median(old))
    sd = _spread(old, spread)
    healthy = math.sqrt(drift**2 + 1.57 * sd**2 * (1 / len(old) + 1 / len(new)))
    return _log_density(moved, math.hypot(healthy, WIDTH)) - _log_density(moved, healthy)


def _log_density(value: float, scale: float) -> float:
    return float(student.logpdf(value / scale, 5)) - math.log(scale)


def _spread(values: Reals, prior: float) -> float:
    """Robust standard deviation, drawn towards `prior` as if that were known from four values."""
    if len(values) < 2:
        return prior
    own = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    return math.sqrt((4 * prior**2 + len(values) * max(own, 0.02) ** 2) / (4 + len(values)))


def modest(nats: float, samples: int, *, least: float = 2.0, most: float = 5.0) -> float:
    """`nats`, but not more than so few samples can carry: exemplars are picked because they look bad.

    >>> modest(9.0, 1), round(modest(9.0, 4), 2), modest(9.0, 1000), modest(0.7, 1000)
    (2.0, 3.39, 5.0, 0.7)
    """
    return min(nats, most, least + math.log(max(samples, 1)))
