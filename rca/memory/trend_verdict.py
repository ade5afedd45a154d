"""Does memory leak? A verdict with its reason, from a series of bytes over time.

The floor of the series (what a collection leaves behind) is cut into process lives; in each life simple shapes compete
(`rca.algorithms.trend`), and the lives vote. A rise that settles within the window is a warm-up, a cache that fills or
a step; a leak still grows at the end of a life.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rca.algorithms.lives import Life, Lives, blocks, lives, scattered, without_spikes
from rca.algorithms.season import RHYTHM_PARAMETERS, daily_part
from rca.algorithms.trend import LIKE_PACE, Fit, fit
from rca.telemetry import moment

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, np.dtype[Any]]
Verdict = Literal["leak", "no-leak", "not-enough-data"]

FEWEST_SAMPLES = 12
"""Nine are the least anyone could ask for; with fewer than twelve a line cannot be told from a start-up."""

SHORTEST_S = 300.0

BLOCKS = 72
"""A life is judged on so many block medians: enough for its shape, few enough that they are nearly independent."""

SAMPLES_FOR_LOWEST = 6
"""One of so many samples, at the least, was taken soon after a collection."""

MATERIAL_SHARE = 0.06
"""Growth below this share of the level over a whole life is what allocators do anyway."""

MATERIAL_NOISE = 5.0
"""Growth must exceed this many standard deviations of what is left around the fitted shape."""

LONG_ENOUGH = 0.2
"""A rise must have lasted this share of a life: a plateau that began just now looks like the foot of a leak."""

SHORT_LIFE = 0.12
"""A life shorter than this share of the series, beside longer ones, is not judged."""

FASTER = 1.1
"""The forecast allows for a pace this much above the upper end of the slope's interval: load is not constant."""

LARGEST = 1e150
"""Bytes from which a sample is missing rather than measured."""

SURE = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Whether memory leaks, and the numbers behind the verdict.

    `slope_bytes_per_h` is (low, mid, high), a 95 % interval of the growth at the end, None where not enough data.
    `onset` is an interval that holds the moment the growth began; a rise that was there from the first sample has the
    first sample's time in both. `exhausted_not_before` is the earliest moment at which the memory that a collection
    cannot free, with its daily peak, may reach the limit; it is no prediction of when it will. `share` is the growth
    over the series as a share of its level, `lives` the number of process lives seen.
    """

    verdict: Verdict
    reason: str
    slope_bytes_per_h: tuple[float, float, float] | None = None
    onset: tuple[datetime, datetime] | None = None
    exhausted_not_before: datetime | None = None
    growth_bytes: float = 0.0
    share: float = 0.0
    lives: int = 0
    samples: int = 0


def trend(series: pd.Series, *, limit_bytes: float | None = None) -> Trend:
    """The trend of `series`, bytes over a DatetimeIndex (naive times are UTC), in any order, with gaps, NaN and zeros.

    `limit_bytes` is what the process may use at most. Raises TypeError for an index without times.

    >>> import pandas as pd
    >>> hours = pd.date_range("2026-01-01", periods=200, freq="30min", tz="UTC")
    >>> print(trend(pd.Series(5e8 + 1e6 * np.arange(200), index=hours)).reason)
    It grows steadily by 2.0 MB per hour (2.0 to 2.0), 198 MB in 4.1 days.
    """
    import pandas as pd
    if not isinstance(series.index, pd.DatetimeIndex):
        raise TypeError(f"expected a Series over a DatetimeIndex, got an index of {series.index.dtype}")
    index = series.index.tz_localize("UTC") if series.index.tz is None else series.index
    values = series.to_numpy(dtype="float64", na_value=np.nan)
    return trend_of(index.as_unit("ns").asi8 / 1e9, values, limit_bytes=limit_bytes)


def trend_of(times_s: Array, values: Array, *, limit_bytes: float | None = None) -> Trend:
    """The same from arrays: seconds since 1970 and bytes."""
    times, clean = cleaned(times_s, values)
    if len(clean) < FEWEST_SAMPLES or times[-1] - times[0] < SHORTEST_S:
        return Trend(verdict="not-enough-data", samples=len(clean), reason=_too_little(times))
    times, clean = without_spikes(times, clean)
    cut = lives(times, clean)
    level = float(np.median(clean))
    judged = [judgement for life in cut.lives if (judgement := _judge(life, times, level, sawtooth=cut.sawtooth))]
    if not judged:
        return Trend(verdict="not-enough-data", samples=len(clean), lives=len(cut.lives),
                     reason="No process life is long enough to tell growth from a start-up.")
    return _verdict(cut, judged, len(clean), limit_bytes)


def cleaned(times_s: Array, values: Array) -> tuple[Array, Array]:
    """Sensible samples in the order of time, one per moment; up to two zeros between others are missing samples."""
    keep = np.abs(values) < LARGEST
    order = np.argsort(times_s[keep], kind="stable")
    times, kept = times_s[keep][order], values[keep][order]
    last = np.append(np.diff(times) > 0, True)[: len(times)]
    times, kept = times[last], kept[last]
    missing = kept == 0
    long = missing[2:] & missing[1:-1] & missing[:-2] if len(kept) > 2 else np.empty(0, dtype=bool)
    for shift in range(3):
        missing[shift: len(missing) - 2 + shift] &= ~long
    return times[~missing], kept[~missing]


def _too_little(times: Array) -> str:
    span = float(times[-1] - times[0]) if len(times) else 0.0
    return (f"{len(times)} samples over {_duration(span)} are too few: "
            f"at least {FEWEST_SAMPLES} over 5 minutes are needed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judgement:
    """One life: the shape of its floor, and whether that is growth which goes on."""

    life: Life
    fit: Fit
    level: float
    peak: float             # how far the daily rhythm and the noise stand above the fitted floor
    leaks: bool
    settles: bool

    @property
    def span(self) -> float:
        return self.life.end - self.life.start


def _judge(life: Life, times: Array, level: float, *, sawtooth: bool) -> _Judgement | None:
    """The judgement of a life by its block medians, and where samples scatter also by the lowest of each block."""
    whole = float(times[-1] - times[0])
    if len(life.floor) < FEWEST_SAMPLES - 2 or life.end - life.start < max(SHORT_LIFE * whole, SHORTEST_S):
        return None
    found = _judged(life, level, *blocks(life.times, life.floor, min(BLOCKS, len(life.floor))))
    count = min(BLOCKS, len(life.floor) // SAMPLES_FOR_LOWEST)
    if found is not None and not found.leaks and not sawtooth and count >= FEWEST_SAMPLES and scattered(life.floor):
        lowest = _judged(life, level, *blocks(life.times, life.floor, count, lowest=True))
        return lowest if lowest is not None and lowest.leaks else found
    return found


def _judged(life: Life, level: float, at: Array, floor: Array) -> _Judgement | None:
    if len(at) < FEWEST_SAMPLES // 2:
        return None
    shape, rhythm = _shape_and_rhythm(at, floor)
    settles = _settles(at, floor - rhythm, shape)
    peak = float(rhythm.max(initial=0.0)) + 2 * shape.noise
    return _Judgement(life=life, fit=shape, level=level, peak=peak, settles=settles,
                      leaks=_material(shape, life, level) and not settles)


def _shape_and_rhythm(at: Array, floor: Array) -> tuple[Fit, Array]:
    """The shape with the daily rhythm taken off, if that explains more than it costs (two steps a day apart do not)."""
    plain, rhythm = fit(at, floor), daily_part(at, floor)
    if not rhythm.any():
        return plain, rhythm
    calm = fit(at, floor - rhythm)
    samples = min(plain.independent, calm.independent)
    gain = samples * 2 * math.log(plain.noise / max(calm.noise, 1e-300))
    return (calm, rhythm) if gain > RHYTHM_PARAMETERS * math.log(samples) else (plain, np.zeros(len(rhythm)))


def _material(shape: Fit, life: Life, level: float) -> bool:
    """Whether the growth at the end is certain, and large beside the level and the noise."""
    growing = shape.slope * (life.end - shape.grows_from)
    whole = shape.slope * (life.end - life.start)
    return (shape.slope - SURE * shape.slope_error > 0 and growing > MATERIAL_NOISE * shape.noise
            and growing > 0.75 * MATERIAL_SHARE * level and whole > MATERIAL_SHARE * level
            and life.end - shape.grows_from >= LONG_ENOUGH * (life.end - life.start))


def _settles(at: Array, floor: Array, shape: Fit) -> bool:
    """Whether the last third of the growth is far slower than the third before it."""
    growing = at >= shape.grows_from
    x, y = at[growing], floor[growing]
    third = len(x) // 3
    if third < 4 or shape.steps:
        return False
    return _pace(x[-third:], y[-third:]) < LIKE_PACE * _pace(x[third:2 * third], y[third:2 * third])


def _pace(x: Array, y: Array) -> float:
    centred = x - x.mean()
    return float(centred @ y / (centred @ centred))


def _verdict(cut: Lives, judged: Sequence[_Judgement], samples: int, limit: float | None) -> Trend:
    leaking = [j for j in judged if j.leaks]
    if 2 * sum(j.span for j in leaking) <= sum(j.span for j in judged):
        return _no_leak(cut, judged, samples)
    last = leaking[-1]
    slope = _slope(leaking)
    growth = max(j.fit.slope * (j.life.end - j.fit.grows_from) for j in leaking)
    return Trend(
        verdict="leak", reason=_leak_words(cut, leaking, slope, growth), slope_bytes_per_h=slope,
        onset=_onset(leaking[0]), exhausted_not_before=_exhausted(last, limit) if last.life.is_last else None,
        growth_bytes=growth, share=growth / max(last.level, 1.0), lives=len(cut.lives), samples=samples)


def _no_leak(cut: Lives, judged: Sequence[_Judgement], samples: int) -> Trend:
    longest = max(judged, key=lambda j: j.span)
    return Trend(verdict="no-leak", reason=_calm_words(longest), slope_bytes_per_h=_slope([longest]),
                 lives=len(cut.lives), samples=samples)


def _slope(of: Sequence[_Judgement]) -> tuple[float, float, float]:
    """Bytes per hour, the lives weighted by their certainty."""
    weights = np.array([1 / max(j.fit.slope_error, 1e-9 * abs(j.fit.slope), 1e-12) ** 2 for j in of])
    mid = float(np.average([j.fit.slope for j in of], weights=weights)) * 3600
    error = SURE * 3600 / math.sqrt(float(weights.sum()))
    return mid - error, mid, mid + error


def _onset(first: _Judgement) -> tuple[datetime, datetime]:
    if first.fit.grows_from == first.fit.first:
        return _moment(first.life.start), _moment(first.life.start)
    return _moment(first.fit.bends[0]), _moment(first.fit.bends[1])


def _exhausted(last: _Judgement, limit: float | None) -> datetime | None:
    """When the upper end of the slope, from the daily peak of now, first meets the limit."""
    if limit is None:
        return None
    pace = FASTER * (last.fit.slope + SURE * last.fit.slope_error)
    room = limit - last.fit.end - last.peak
    return _moment(last.life.end + max(room, 0.0) / pace)


def _moment(seconds: float) -> datetime:
    import pandas as pd
    return moment(pd.Timestamp(round(seconds * 1e9), unit="ns", tz="UTC"))


def _leak_words(cut: Lives, leaking: Sequence[_Judgement], slope: tuple[float, float, float], growth: float) -> str:
    longest = max(leaking, key=lambda j: j.span)
    scale, unit = _unit(slope[1])
    low, mid, high = (f"{s / scale:.1f}" for s in slope)
    what = "What collections leave behind" if cut.sawtooth else "It"
    where = f" in each of {len(leaking)} process lives" if len(leaking) > 1 else ""
    since = longest.life.end - longest.fit.grows_from
    size, size_unit = _unit(growth)
    total = f"{growth / size:.0f} {size_unit} in {_duration(since)}"
    return f"{what} grows steadily by {mid} {unit} per hour ({low} to {high}){where}, {total}."


def _calm_words(judged: _Judgement) -> str:
    shape = judged.fit
    if shape.steps and not judged.leaks:
        return f"It rose in {shape.steps} step{'s' if shape.steps > 1 else ''} and stays level between them."
    if judged.settles or shape.shape == "start-up":
        return "It rises and settles, as a start-up or a cache that fills does."
    if shape.slope - SURE * shape.slope_error > 0:
        return "It rises by less than its noise or a few per cent of its level."
    return "It stays level."


def _unit(size: float) -> tuple[float, str]:
    for scale, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(size) >= scale:
            return scale, unit
    return 1.0, "B"


def _duration(seconds: float) -> str:
    for scale, unit in ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * scale:
            return f"{seconds / scale:.1f} {unit}"
    return f"{seconds:.0f} seconds"
