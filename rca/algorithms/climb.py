"""Does a noisy series climb for good? Steps, warm-ups, daily waves, sawtooths and restarts are told from a climb.

The order of the steps follows what is known to fail: bare slope tests flag two thirds of healthy series (autocorrelation),
so the series is reduced to blocks of its floor, freed from the daily wave, and must rise over all of it and still at its end.
Sources: Theil 1950 and Sen 1968 (slope), Yue and Wang 2004 (autocorrelation reduces the number of independent samples),
Machida et al. 2013 (why Mann-Kendall alone is not reliable for software aging).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

BLOCKS = 72
"""Blocks that a life is reduced to: enough for a kink, few enough for all pairs of slopes."""

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Climb:
    """The course of one life. `slope` is (low, mid, high) per second, `onset` the second (from `seconds[0]`) of the kink.

    `rise` is what the floor gained, `noise` its robust standard deviation around the course, both in the unit of the
    values; `late_share` is the slope of the last half over that of the whole (below a third it settles),
    `largest_step` the share of the rise that the largest eighth of it contributes at once.
    """

    slope: tuple[float, float, float]
    late_slope: tuple[float, float, float]
    onset: float
    rise: float
    level: float
    noise: float
    late_share: float
    largest_step: float


def floor_of(values: Array) -> Array:
    """The lower envelope of a sawtooth: running minimum over two typical distances of its big drops; the series itself where it has none.

    >>> floor_of(np.array([1.0, 2, 3, 1, 2, 3] * 12))[:6].tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    steps = np.diff(values)
    spread = 1.4826 * float(np.median(np.abs(steps - np.median(steps)))) if len(steps) else 0.0
    drops = np.flatnonzero(steps < -max(8 * spread, 1e-12)) if len(steps) else np.empty(0, dtype=int)
    if len(drops) < 12:
        drops = np.flatnonzero(steps < -0.35 * max(float(np.ptp(values)), 1e-12)) if len(steps) else drops
    if len(drops) < 6:
        return values
    width = int(max(3, 2 * np.median(np.diff(drops))))
    return _running_minimum(values, width)


def _running_minimum(values: Array, width: int) -> Array:
    from scipy.ndimage import minimum_filter1d
    return np.asarray(minimum_filter1d(values, size=width, mode="nearest"))


def blocks(seconds: Array, values: Array, count: int = BLOCKS) -> tuple[Array, Array]:
    """Middle time and median of `count` blocks of equal duration; empty ones are left out."""
    edges = np.linspace(seconds[0], seconds[-1], count + 1)
    which = np.clip(np.searchsorted(edges, seconds, side="right") - 1, 0, count - 1)
    order = np.argsort(which, kind="stable")
    groups = np.split(values[order], np.flatnonzero(np.diff(which[order])) + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    return middles[np.unique(which)], np.array([float(np.median(group)) for group in groups])


def without_daily_wave(seconds: Array, values: Array, day_s: float = DAY_S) -> Array:
    """The series without its daily wave, where two days exist and the wave explains most of what the line leaves."""
    if seconds[-1] - seconds[0] < 1.9 * day_s:
        return values
    line = np.polyval(np.polyfit(seconds, values, 1), seconds)
    phase = ((seconds % day_s) / day_s * 24).astype(int)
    wave = np.zeros_like(values)
    for hour in np.unique(phase):
        wave[phase == hour] = np.median((values - line)[phase == hour])
    wave -= np.median(wave)
    left, before = float(np.var(values - line - wave)), float(np.var(values - line))
    return values - wave if before > 0 and left < 0.5 * before else values


def theil_sen(seconds: Array, values: Array) -> tuple[float, float, float]:
    """Median slope with a 95 % interval that allows for autocorrelation of the residuals; zeros for fewer than 4 points.

    >>> low, mid, high = theil_sen(np.arange(30.0), 2 * np.arange(30.0))
    >>> round(low, 6), round(mid, 6), round(high, 6)
    (2.0, 2.0, 2.0)
    """
    n = len(values)
    if n < 4:
        return 0.0, 0.0, 0.0
    i, j = np.triu_indices(n, 1)
    slopes = np.sort((values[j] - values[i]) / np.maximum(seconds[j] - seconds[i], 1e-9))
    mid = float(np.median(slopes))
    residuals = values - mid * seconds
    residuals -= np.median(residuals)
    scale = float(np.sum(residuals**2))
    lag1 = float(np.clip(np.sum(residuals[1:] * residuals[:-1]) / scale, 0.0, 0.9)) if scale > 0 else 0.0
    inflation = (1 + lag1) / (1 - lag1)
    half = 1.96 * np.sqrt(inflation * n * (n - 1) * (2 * n + 5) / 18) / 2
    middle = len(slopes) / 2
    low, high = int(max(0, middle - half)), int(min(len(slopes) - 1, middle + half))
    return float(slopes[low]), mid, float(slopes[high])


def kink(seconds: Array, values: Array) -> float:
    """Time at which a flat course turns into a climb: the best fit of a level followed by a line, by least squares.

    >>> t = np.arange(40.0)
    >>> kink(t, np.maximum(0, t - 20))
    20.0
    """
    best, at = np.inf, float(seconds[0])
    for start in range(0, max(len(seconds) - 4, 1)):
        ramp = np.maximum(seconds - seconds[start], 0.0)
        design = np.column_stack([np.ones_like(ramp), ramp])
        coefficients, *_ = np.linalg.lstsq(design, values, rcond=None)
        error = float(np.sum((values - design @ coefficients) ** 2))
        if error < best * 0.999 and coefficients[1] > 0:
            best, at = error, float(seconds[start])
    return at


def climb(seconds: Array, values: Array) -> Climb:
    """The course of one life of a process: `seconds` rising, `values` finite. Needs at least 9 samples (ValueError)."""
    if len(values) < 9:
        raise ValueError(f"a climb needs at least 9 samples, got {len(values)}")
    smooth = without_daily_wave(seconds, floor_of(values))
    t, y = blocks(seconds, smooth, min(BLOCKS, len(values) // 2 if len(values) < 2 * BLOCKS else BLOCKS))
    whole = theil_sen(t, y)
    half = len(t) // 2
    late = theil_sen(t[half:], y[half:])
    begun = kink(t, y)
    after = t >= begun
    risen = theil_sen(t[after], y[after]) if after.sum() >= 6 else whole
    course = np.median(y[~after]) if (~after).any() else y[0]
    fit = course + risen[1] * np.maximum(t - begun, 0.0)
    noise = 1.4826 * float(np.median(np.abs(y - fit - np.median(y - fit))))
    rise = float(np.median(y[-max(3, len(y) // 12):]) - np.median(y[: max(3, len(y) // 12)]))
    return Climb(slope=risen, late_slope=late, onset=begun - float(seconds[0]), rise=rise, level=float(np.median(y)), noise=noise,
                 late_share=late[1] / risen[1] if risen[1] > 0 else 0.0, largest_step=_largest_step(y, rise))


def _largest_step(y: Array, rise: float) -> float:
    """Share of the rise that comes within one eighth of the time; 1 where it is one jump."""
    width = max(1, len(y) // 16)
    jumps = y[width:] - y[:-width]
    return float(jumps.max() / rise) if rise > 0 and len(jumps) else 0.0


def lives(values: Array) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each life of a process: a restart falls back to near the level of a first start.

    A fall to the bottom quarter of the range that is rarer than the teeth of a garbage collector separates lives.

    >>> lives(np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10] * 3))
    [(0, 10), (10, 20), (20, 30)]
    """
    low, high = float(np.quantile(values, 0.01)), float(np.quantile(values, 0.99))
    if high <= low:
        return [(0, len(values))]
    steps = np.diff(values)
    falls = np.flatnonzero((steps < -0.5 * (high - low)) & (values[1:] < low + 0.3 * (high - low))) + 1
    if not 0 < len(falls) <= max(len(values) // 9, 1) or len(falls) > 24:
        return [(0, len(values))]
    borders = [0, *map(int, falls), len(values)]
    return [(a, b) for a, b in zip(borders[:-1], borders[1:], strict=True) if b > a]
