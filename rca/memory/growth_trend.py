"""Leak, no leak, or not enough data: the verdict on a memory series, with rate, onset and the time that is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from rca.algorithms.climb import Climb, climb, lives
from rca.telemetry import moment

Verdict = Literal["leak", "no-leak", "not-enough-data"]
Array = npt.NDArray[np.float64]

FEWEST, SHORTEST_S = 9, 300.0
"""Fewer samples or a shorter time say nothing."""

MATERIAL_SD, MATERIAL_SHARE = 2.5, 0.03
"""A rise below 2.5 robust standard deviations, or 3 % of the level, is not worth a page."""

SETTLED = 0.35
"""The late slope over that of the whole climb below which the series settles: a cache that fills, a warm-up."""

JUMP = 0.6
"""Share of the rise in one step above which it is a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The verdict on one series.

    `slope_bytes_per_h` is (low, mid, high), a 95 % interval that allows for autocorrelation; None without a verdict.
    `onset` is the moment in which the climb begins. `exhausted_not_before` is when the memory that a collection cannot
    free, daily peak included, may first reach the limit; a bound, not a date. `reason` says why in words.
    """

    verdict: Verdict
    reason: str
    slope_bytes_per_h: tuple[float, float, float] | None = None
    onset: datetime | None = None
    exhausted_not_before: datetime | None = None


def trend(series: pd.Series, *, limit_bytes: float | None = None) -> Trend:
    """Judges `series`, bytes over a DatetimeIndex in any order; NaN and isolated zeros are missing samples.

    Each life of the process between restarts is judged by itself. Raises TypeError where the index holds no times.

    >>> minutes = pd.date_range("2026-11-20", periods=600, freq="min", tz="UTC")
    >>> trend(pd.Series(np.linspace(1e8, 2e8, 600), index=minutes)).verdict
    'leak'
    """
    times, values = _cleaned(series)
    if len(values) < FEWEST or times[-1] - times[0] < SHORTEST_S:
        span = (times[-1] - times[0]) / 60 if len(times) else 0.0
        return Trend(verdict="not-enough-data", reason=f"{len(values)} samples over {span:.0f} min; at least {FEWEST} over 5 min are needed.")
    parts = [(a, b) for a, b in lives(values) if b - a >= FEWEST]
    courses = [(a, b, climb(times[a:b] - times[a], values[a:b])) for a, b in parts]
    if not courses:
        return Trend(verdict="not-enough-data", reason="The process restarts so often that no life of it is long enough to judge.")
    climbing = [(a, b, c) for a, b, c in courses if refusal(c, times[b - 1] - times[a]) is None]
    if len(climbing) * 2 <= len(courses):
        a, b, course = max(courses, key=lambda life: life[1] - life[0])
        return Trend(verdict="no-leak", reason=refusal(course, times[b - 1] - times[a]) or "Most lives between the restarts do not climb.",
                     slope_bytes_per_h=_per_hour(course))
    return _leak(times, values, climbing, len(courses), limit_bytes)


def _cleaned(series: pd.Series) -> tuple[Array, Array]:
    """Seconds since the epoch and values in the order of time, without missing samples."""
    if not isinstance(series.index, pd.DatetimeIndex):
        raise TypeError(f"a trend needs a Series over a DatetimeIndex, got one over {type(series.index).__name__}")
    ordered = series.sort_index(kind="stable")
    values = ordered.to_numpy(dtype="float64")
    seconds = ordered.index.as_unit("ns").asi8 / 1e9
    kept = np.isfinite(values)
    kept[kept] &= ~_isolated_zero(values[kept])
    return np.asarray(seconds[kept]), values[kept]


def _isolated_zero(values: Array) -> npt.NDArray[np.bool_]:
    zero = values == 0
    before, after = np.roll(zero, 1), np.roll(zero, -1)
    if len(zero):
        before[0] = after[-1] = False
    return np.asarray(zero & ~before & ~after & bool((values > 0).any()))


def refusal(course: Climb, span_s: float) -> str | None:
    """Why a course is no leak, or None where it is one."""
    material = max(MATERIAL_SD * course.noise, MATERIAL_SHARE * abs(course.level))
    late_start = course.onset > 0.5 * span_s
    if course.slope[0] <= 0 or course.rise < material:
        return f"It does not rise beyond its own noise: {course.rise / 1e6:.3g} MB gained, {material / 1e6:.3g} MB needed."
    if course.largest_step > JUMP and not (late_start and course.slope[0] > 0 and course.late_slope[0] > 0):
        return f"It rises in a step: {min(course.largest_step, 1):.0%} of the gain comes at once."
    if not late_start and (course.late_slope[0] <= 0 or course.late_share < SETTLED):
        return f"It settles: its last half rises at {max(course.late_share, 0):.0%} of the rate of the whole."
    return None


def _per_hour(course: Climb) -> tuple[float, float, float]:
    low, mid, high = course.slope
    return low * 3600, mid * 3600, high * 3600


def _leak(times: Array, values: Array, climbing: list[tuple[int, int, Climb]], courses: int, limit_bytes: float | None) -> Trend:
    first, (a, b, last) = climbing[0], climbing[-1]
    onset = moment(pd.Timestamp(times[first[0]] + first[2].onset, unit="s", tz="UTC"))
    low, mid, high = _per_hour(last)
    reason = f"It rises by {mid / 1e6:.3g} MB/h ({low / 1e6:.3g} to {high / 1e6:.3g}) and does not settle"
    if courses > 1:
        reason += f", in {len(climbing)} of {courses} lives between restarts"
    return Trend(verdict="leak", reason=reason + ".", slope_bytes_per_h=(low, mid, high), onset=onset,
                 exhausted_not_before=_exhausted(times[a:b], values[a:b], last, limit_bytes))


def _exhausted(times: Array, values: Array, course: Climb, limit_bytes: float | None) -> datetime | None:
    """From the highest recent level at the upper end of the slope; nothing where there is no limit or it lies years away."""
    if limit_bytes is None or course.slope[2] <= 0:
        return None
    tail = values[-max(len(values) // 10, 3):]
    peak = float(np.quantile(tail, 0.95))
    seconds = max(0.0, (limit_bytes - peak) / (1.25 * course.slope[2]))
    return moment(pd.Timestamp(times[-1], unit="s", tz="UTC")) + timedelta(seconds=seconds) if seconds < 3e8 else None
