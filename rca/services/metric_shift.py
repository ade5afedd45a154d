"""Metrics that left their normal range.

Symptom: a metric of a component stands away from where it stood in the baseline, in the direction that does harm.
Why it happens: the component is at fault, or suffers from one that is. Which of the two is the ranking's question.
Cannot see: series with fewer than three samples in the baseline, slow drifts that the baseline holds as well (see
`memory.leak_trend`), and shifts smaller than the baseline's own wandering between windows of the same length.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rca.algorithms.change_points import abnormal_stretch
from rca.algorithms.robust import Array, Normal, block_quantiles, normal_range
from rca.incident import Case
from rca.model import Evidence, Finding, SourceRef
from rca.services.metric_families import Family, family
from rca.telemetry import moment

KIND = "services.metric-shift"
NEEDS = ("metrics",)

FEWEST = 3
"""Samples that a baseline needs: a median of fewer is one of them."""

FAR = 4.0
"""Scales from which a sample is abnormal: with the floors of the scale, one in some thousands is by chance."""

TYPICAL = 0.8
"""The quantile of the departures that stands for the window: most of it departs, not one spike of it."""

HARMLESS_SHARE = 0.2
"""What a move in the harmless direction is worth: errors that vanish are news, not symptoms."""


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """One series in the order of time: nanoseconds, values, and where each sample stands in its file."""

    component: str
    metric: str
    statistic: str
    unit: str
    times: npt.NDArray[np.int64]
    values: Array
    sources: npt.NDArray[np.object_]
    lines: npt.NDArray[np.int64]


def metric_series(metrics: pd.DataFrame) -> Iterator[MetricSeries]:
    """The series of a `metrics` table, finite samples only, ordered by component, metric and statistic.

    Counters (`*_total` that never fall but at resets) come as rates per second.
    """
    finite = metrics[np.isfinite(metrics["value"].to_numpy()) & metrics["time"].notna() & metrics["component"].notna()]
    if finite.empty:
        return
    statistic = [str((labels or {}).get("statistic", "")) for labels in finite["labels"]] if finite["labels"].notna().any() else ""
    ordered = finite.assign(statistic=statistic).sort_values("time", kind="stable")
    for (component, metric, which), rows in ordered.groupby(["component", "metric", "statistic"], sort=True):
        series = MetricSeries(
            str(component), str(metric), str(which), str(rows["unit"].iloc[0]) if isinstance(rows["unit"].iloc[0], str) else "",
            rows["time"].astype("int64").to_numpy(), rows["value"].to_numpy(), rows["source"].to_numpy(dtype=object), rows["line"].to_numpy())
        yield _as_rate(series) if _is_counter(series) else series


def _is_counter(series: MetricSeries) -> bool:
    steps = np.diff(series.values)
    return series.metric.endswith("_total") and len(steps) > 2 and bool((steps >= 0).mean() > 0.9) and bool((steps > 0).sum() > 2)


def _as_rate(series: MetricSeries) -> MetricSeries:
    """Per second between samples; after a reset the counter itself is what was counted since."""
    seconds = np.maximum(np.diff(series.times) / 1e9, 1e-9)
    steps = np.diff(series.values)
    rates = np.where(steps >= 0, steps, series.values[1:]) / seconds
    return MetricSeries(series.component, series.metric, series.statistic, f"{series.unit}/s".lstrip("/") or "1/s", series.times[1:], rates,
                        series.sources[1:], series.lines[1:])


def detect(case: Case) -> Iterator[Finding]:
    """One finding per series that left its normal range in the incident."""
    if case.incident is None or case.baseline is None:
        return
    baseline, incident = _ns(case.baseline), _ns(case.incident)
    for series in metric_series(case.telemetry.metrics):
        before = (series.times >= baseline[0]) & (series.times < baseline[1])
        during = (series.times >= incident[0]) & (series.times < incident[1])
        if before.sum() >= FEWEST and during.any():
            found = _shift(series, before, during)
            if found is not None:
                yield found


def _ns(window: tuple[object, object]) -> tuple[int, int]:
    return int(pd.Timestamp(window[0]).value), int(pd.Timestamp(window[1]).value)  # type: ignore[arg-type]


def _shift(series: MetricSeries, before: npt.NDArray[np.bool_], during: npt.NDArray[np.bool_]) -> Finding | None:
    kind = family(series.metric)
    if kind.harm == "none":
        return None
    usual = normal_range(series.values[before])
    z = usual.z(series.values)
    sign = 1.0 if np.quantile(z[during], TYPICAL) >= -np.quantile(z[during], 1 - TYPICAL) else -1.0
    departure = _departure(sign * z[before], sign * z[during])
    if departure <= 0:
        return None
    direction = "up" if sign > 0 else "down"
    strength = _strength(departure, int(during.sum())) * (1.0 if kind.harm in (direction, "both") else HARMLESS_SHARE)
    return _finding(series, usual, sign * z, before, during, direction, kind, strength)


def _departure(before: Array, during: Array) -> float:
    """How many scales the window departs beyond what windows of its length did in the baseline; 0 or less: nothing."""
    typical = float(np.quantile(during, TYPICAL))
    strayed = block_quantiles(before, len(during), TYPICAL)
    usual = max(float(strayed.max(initial=0.0)), float(np.quantile(before, 0.98)))
    return typical - max(FAR, 1.3 * usual)


def _strength(departure: float, samples: int) -> float:
    """Nats: grows with the logarithm of the departure, less for windows of one or two samples."""
    return min(6.0, 1.0 + 1.3 * math.log1p(departure)) * (1.0 if samples >= 3 else 0.6)


def _finding(series: MetricSeries, usual: Normal, z: Array, before: npt.NDArray[np.bool_], during: npt.NDArray[np.bool_], direction: str,
             kind: Family, strength: float) -> Finding:
    inside = np.flatnonzero(during)
    first, last_normal = _onset(z, during)
    worst = int(inside[np.argmax(z[inside])])
    level = float(np.median(series.values[inside[z[inside] > FAR / 2]])) if (z[inside] > FAR / 2).any() else float(series.values[worst])
    name = f"{series.metric} {series.statistic}".strip()
    return Finding(
        kind=KIND, component=series.component, strength=strength,
        statement=f"{name} of {series.component} went {direction} from {usual.median:.4g} to {level:.4g} {series.unit}".rstrip() + ".",
        onset=(_at(series, last_normal), _at(series, first)),
        measures={"metric": series.metric, "statistic": series.statistic, "family": kind.name, "direction": direction, "baseline": usual.median,
                  "incident": level, "ratio": level / usual.median if usual.median else math.inf, "departure_scales": round(float(np.quantile(z[during], TYPICAL)), 2),
                  "plateau": _plateau(series.values[inside]), "unit": series.unit},
        evidence=tuple(_evidence(series, i, name) for i in dict.fromkeys((last_normal, first, worst))))


def _onset(z: Array, during: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Index of the first abnormal sample of the stretch that reaches into the incident, and of the one before it."""
    end = int(np.flatnonzero(during)[-1]) + 1
    stretch = abnormal_stretch(z[:end] > FAR)
    inside = np.flatnonzero(during)
    first = stretch[0] if stretch and stretch[1] > inside[0] else int(inside[np.argmax(z[inside] > FAR)])
    return first, max(first - 1, 0)


def _plateau(values: Array) -> str:
    """The value at which the series sticks, where at least half of the window stands at one value; else ''."""
    found, counts = np.unique(values, return_counts=True)
    return f"{found[np.argmax(counts)]:g}" if len(values) >= 4 and counts.max() >= len(values) / 2 and found[np.argmax(counts)] != 0 else ""


def _at(series: MetricSeries, index: int) -> object:
    return moment(pd.Timestamp(int(series.times[index]), tz="UTC"))


def _evidence(series: MetricSeries, index: int, name: str) -> Evidence:
    text = f"{pd.Timestamp(int(series.times[index])):%Y-%m-%dT%H:%M:%SZ} {series.component} {name} {series.values[index]:g}"
    return Evidence(SourceRef(str(series.sources[index]), int(series.lines[index])), text)
