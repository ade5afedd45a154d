"""Whether a count changed between two stretches of time, for events that come in bursts.

If the events of each unit of time follow a negative binomial law with mean m and variance m + phi m^2, then of n events
in both stretches the number in the second follows a beta-binomial law with parameters t1 / phi and t0 / phi, whatever m
is. That makes an exact conditional test, as the binomial one is for Poisson events (its limit for phi = 0).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaln

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]

EXACT_UNTIL = 4096
"""Events up to which the tail is summed; above, a beta law of the same mean and variance is as good to three digits."""


def change_p_values(before: Whole, after: Whole, *, before_s: float, after_s: float, burstiness_s: Reals) -> Reals:
    """Two-sided p-values for `before` events in `before_s` seconds against `after` in `after_s`, one per place.

    `burstiness_s` is phi times its unit of time in seconds (`burstiness`), zero for Poisson events. Raises ValueError
    where a stretch has no length.

    >>> change_p_values(np.array([60]), np.array([45]), before_s=3600, after_s=900, burstiness_s=np.zeros(1)).round(9)
    array([1.72e-07])
    """
    if before_s <= 0 or after_s <= 0:
        raise ValueError(f"stretches must have a length, got {before_s} s and {after_s} s")
    return np.array([_p_value(int(n0), int(n1), before_s, after_s, float(phi))
                     for n0, n1, phi in zip(before, after, burstiness_s, strict=True)], dtype=np.float64)


def least_p_values(total: Whole, *, before_s: float, after_s: float, burstiness_s: Reals) -> Reals:
    """The smallest p-values that `total` events could give: a test that cannot succeed need not be corrected for."""
    zero = np.zeros_like(total)
    sides = [change_p_values(*pair, before_s=before_s, after_s=after_s, burstiness_s=burstiness_s)
             for pair in ((zero, total), (total, zero))]
    return np.minimum(*sides)


def _p_value(before: int, after: int, before_s: float, after_s: float, phi_s: float) -> float:
    total = before + after
    if total == 0:
        return 1.0
    share = after_s / (before_s + after_s)
    if phi_s <= 0:
        upper, lower = _binomial_tails(after, total, share)
    elif total <= EXACT_UNTIL:
        upper, lower = _beta_binomial_tails(after, total, after_s / phi_s, before_s / phi_s)
    else:
        upper, lower = _beta_tails(after, total, after_s / phi_s, before_s / phi_s)
    return min(1.0, 2 * min(upper, lower))


def _binomial_tails(after: int, total: int, share: float) -> tuple[float, float]:
    """P(at least `after`), P(at most `after`)."""
    upper = 1.0 if after == 0 else float(betainc(after, total - after + 1, share))
    lower = 1.0 if after == total else float(betainc(total - after, after + 1, 1 - share))
    return upper, lower


def _beta_binomial_tails(after: int, total: int, a: float, b: float) -> tuple[float, float]:
    k = np.arange(total + 1)
    log_pmf = (gammaln(total + 1) - gammaln(k + 1) - gammaln(total - k + 1) + gammaln(k + a) + gammaln(total - k + b)
               - gammaln(total + a + b) + gammaln(a + b) - gammaln(a) - gammaln(b))
    pmf = np.exp(log_pmf)
    return float(pmf[after:].sum()), float(pmf[:after + 1].sum())


def _beta_tails(after: int, total: int, a: float, b: float) -> tuple[float, float]:
    """The tails of the beta law whose mean and variance are those of the share of the beta-binomial."""
    concentration = (a + b + 1) * total / (a + b + total) - 1
    share = a / (a + b)
    upper = 1 - float(betainc(share * concentration, (1 - share) * concentration, after / total))
    return upper, 1 - upper


def burstiness(counts: NDArray[np.int64], unit_s: float) -> Reals:
    """Phi times `unit_s` of each row of `counts` (series by units of time): the excess over a Poisson law's variance.

    Each row's own estimate, but at least that of all rows together: a quiet row says little of itself. Rows with a mean
    of one event a unit or less take part in neither.

    >>> burstiness(np.array([[4, 4, 4, 4], [0, 16, 0, 16]]), 60.0).round(1)
    array([55. , 72.5])
    """
    if counts.shape[1] < 2:
        return np.zeros(len(counts))
    mean, variance = counts.mean(axis=1), counts.var(axis=1, ddof=1)
    tells = mean > 1
    if not tells.any():
        return np.zeros(len(counts))
    pooled = max(0.0, float((variance - mean)[tells].sum() / (mean[tells] ** 2).sum()))
    own = np.where(tells, (variance - mean) / np.where(tells, mean, 1.0) ** 2, 0.0)
    return np.asarray(np.maximum(pooled, own) * unit_s)
