"""Metrics that left their normal range.

Symptom: a metric of a component stands away from where it stood in the baseline, above all in the direction that
harms. Why it happens: the component is at fault, or suffers from one that is; which of the two the ranking asks.
Cannot see: series with fewer than two samples in the baseline, a growth that the baseline holds as well
(`memory.leak_trend` does), and shifts smaller than the baseline's own wandering between windows of the same length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from rca.algorithms.change_points import Departure, departure, level_change, step_gains
from rca.algorithms.robust import (
    RELATIVE_FLOOR,
    Array,
    Normal,
    evidence_nats,
    independent_samples,
    normal_range,
    reached,
    tail_of,
    window_reached,
)
from rca.incident import Case
from rca.metric_series import MetricSeries, metric_series
from rca.model import Evidence, Finding, Window
from rca.telemetry import moment

KIND = "services.metric-shift"
NEEDS = ("metrics",)

FEWEST = 2
"""Samples that a baseline needs. With so few its scale is mostly a floor, and the finding correspondingly weak."""

SPARSE = 4
"""Below so many baseline samples the scale is at least `SPARSE_FLOOR` of the level: two samples show no spread."""

SPARSE_FLOOR = 0.25

HELD = (0.25, 0.08)
"""The shares of a window's samples that must stand as far away: a quarter, or fewer where a window begins early."""

SPIKE = 3
"""So many samples, or a quarter of fewer, must stand as far away: one or two are a spike, and spikes are normal."""

CLEAR = 3.0
"""Scales from which a sample is clearly abnormal."""

HARMLESS = 0.1
"""The weight, among all tests, of a move in the harmless direction: errors that vanish are news, not symptoms."""

EITHER = 0.5
"""The weight of a family that either direction may hurt: half the tests for each."""

WEAKEST = 0.1
"""Nats below which a finding says nothing."""

BROKE_BEFORE = 10.0
"""Scales by which a level must have changed within the baseline for its first part alone to be the baseline."""

LASTS = 0.7
"""The share of that change that must still be there in the incident."""

FLOORS: Mapping[tuple[str, str], float] = {
    ("cpu", "percent"): 2.5, ("saturation", "percent"): 2.5,
    ("errors", "percent"): 0.5, ("availability", "percent"): 0.5,
    ("errors", "ratio"): 0.005, ("auth", "ratio"): 0.005, ("cancelled", "ratio"): 0.005, ("throttled", "ratio"): 0.005,
    ("availability", "ratio"): 0.005, ("latency", "ms"): 1.0, ("latency", "s"): 0.001, ("query-latency", "ms"): 0.5,
    ("queue", ""): 1.0, ("connections", ""): 0.5, ("threads", ""): 0.5, ("file-descriptors", ""): 1.0,
    ("steal", "percent"): 1.0, ("clock", "ms"): 5.0, ("clock", "s"): 0.005,
}
"""The least scale by family and unit: less than this nobody would call a move, however still the baseline stood."""

RELATIVE_FLOORS = {"availability": 0.005}
"""Of the level, by family, where 2 % is too much: 98 % of success is twice the failures of 99 %."""

FLOOR_OF_INCIDENT = 0.04
"""Where the baseline is all zeros and no floor is known, this share of what the incident reached is the scale."""

COUNTDOWNS = ("certificate", "remaining", "quota", "connections-free", "disk-free")
"""Families that hurt when they reach 0, not as they fall."""

KILLS = ("oom", "restarts")
"""Counted events that are failures in themselves: one more than usual tells, however few samples show it."""

KILL_NATS = 3.0

RAN_OUT_NATS = 5.0
"""A countdown that passes zero in the incident: a certificate that ends is an outage for whoever checks it."""

Part = slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How far a series departs in the incident.

    `p` is the chance of it for one series in one direction; `reach` the departure, in scales, that `p` is about.
    `certain` holds nats where chance is not the question: a countdown that ran out, a process that was killed.
    """

    series: MetricSeries
    before: Part
    during: Part
    usual: Normal
    sign: float
    p: float
    reach: float
    certain: float = 0.0

    @property
    def direction(self) -> str:
        """Up or down."""
        return "up" if self.sign > 0 else "down"

    @property
    def ran_out(self) -> bool:
        """Whether a countdown passed zero."""
        return self.certain == RAN_OUT_NATS

    @property
    def weight(self) -> float:
        """The share of one test that this direction of this family gets."""
        harm = self.series.family.harm
        return EITHER if harm == "both" else 1.0 if harm == self.direction else HARMLESS


def detect(case: Case) -> Iterator[Finding]:
    """One finding per series that left its normal range in the incident."""
    return shifts(metric_series(case.telemetry.metrics), case)


def shifts(candidates: Iterable[MetricSeries], case: Case) -> Iterator[Finding]:
    """One finding per series among `candidates` that left its normal range in the incident."""
    if case.incident is None or case.baseline is None:
        return
    found = [shift for series in candidates if series.family.harm != "none"
             for shift in [shift_of(series, case.baseline, case.incident)] if shift is not None]
    tested = {(shift.series.component, shift.series.metric) for shift in found}
    asked = {pair for pair in tested if pair[0] == case.target_component}
    for shift in found:     # what the caller complains about was not picked from among all metrics
        among = asked if shift.series.component == case.target_component else tested
        strength = strength_of(shift, len(among))
        if strength >= WEAKEST:
            yield _finding(shift, strength)


def strength_of(shift: Shift, tests: int) -> float:
    """Nats for a fault, given that so many metrics were looked at in both directions (a weighted Bonferroni bound)."""
    return max(shift.certain, evidence_nats(min(1.0, 2 * len(HELD) * shift.p * tests / shift.weight)))


def shift_of(series: MetricSeries, baseline: Window, incident: Window) -> Shift | None:
    """The departure of a series in its likelier direction; None where one of the windows holds too few samples."""
    before, during = _part(series, baseline), _part(series, incident)
    if before.stop - before.start < FEWEST or during.stop == during.start:
        return None
    if series.family.name in COUNTDOWNS and _counts_down(series, before, during):
        return _crossing(series, before, during)
    before, splits = _before_it_broke(series, before, during)
    usual = _usual(series, before, during)
    shares = {min(HELD[0], max(share, SPIKE / (during.stop - during.start))) for share in HELD}
    tests = [_towards(series, before, during, usual=usual, sign=sign, held=held)
             for sign in (1.0, -1.0) for held in sorted(shares)]
    best = min(tests, key=lambda shift: shift.p / shift.weight)
    return replace(best, p=min(1.0, best.p * splits), certain=_killed(best))


def _part(series: MetricSeries, window: Window) -> Part:
    start, end = (pd.Timestamp(t).as_unit("ns").value for t in window)
    return slice(int(np.searchsorted(series.times, start)), int(np.searchsorted(series.times, end)))


def _towards(series: MetricSeries, before: Part, during: Part, *, usual: Normal, sign: float, held: float) -> Shift:
    reach = reached(sign * usual.z(series.samples[during]), held)
    strayed = window_reached(sign * usual.z(series.samples[before]), _width(before, during), held)
    p = tail_of(reach, strayed, independent_samples(series.samples[before]))
    return Shift(series=series, before=before, during=during, usual=usual, sign=sign, p=p, reach=reach)


def _killed(shift: Shift) -> float:
    """Nats for kills and restarts that are counted in the incident at three times the pace of the baseline or more."""
    series = shift.series
    if series.family.name not in KILLS or not series.counter:
        return 0.0
    during, before = series.samples[shift.during], series.samples[shift.before]
    return KILL_NATS if during.max() > 0 and during.mean() >= 3 * before.mean() else 0.0


def _width(before: Part, during: Part) -> int:
    """Windows of the incident's length, or shorter where the baseline holds no four of them."""
    return int(max(1, min(during.stop - during.start, (before.stop - before.start) // 4)))


def _usual(series: MetricSeries, before: Part, during: Part) -> Normal:
    sparse = before.stop - before.start < SPARSE
    samples = series.samples[before]
    floor = FLOORS.get((series.family.name, series.unit), 0.0)
    if not samples.any():
        floor = max(floor, FLOOR_OF_INCIDENT * float(np.abs(series.samples[during]).max()))
    relative = SPARSE_FLOOR if sparse else RELATIVE_FLOORS.get(series.family.name, RELATIVE_FLOOR)
    return normal_range(samples, floor=floor, relative_floor=relative)


def _before_it_broke(series: MetricSeries, before: Part, during: Part) -> tuple[Part, int]:
    """The part of the baseline before a change of level that lasts into the incident, and the number of tests made."""
    splits = 1
    if before.start > during.start:
        return before, splits
    for _ in range(3):
        samples = series.samples[before]
        later = series.samples[during]
        at = next((at for at in _splits(samples) if _broke(samples[:at], samples[at:], later)), None)
        if at is None:
            break
        before, splits = slice(before.start, before.start + at), splits + 4
    return before, splits


def _splits(samples: Array) -> Iterator[int]:
    """Where a level may change: by squares, which find the foot of a jump, and by ranks, which outliers cannot move."""
    smallest = max(6, len(samples) // 8)
    if len(samples) < 16 or np.ptp(samples) == 0:
        return
    gains = step_gains(samples, np.ones((len(samples), 1)))[smallest: -smallest]
    yield from (int(np.argmax(gains)) + smallest, level_change(samples, smallest=smallest) or smallest)


def _broke(first: Array, second: Array, incident: Array) -> bool:
    usual = normal_range(first)
    moved, now = (float(np.median(usual.z(part))) for part in (second, incident))
    return abs(moved) > BROKE_BEFORE and now / moved > LASTS


def _counts_down(series: MetricSeries, before: Part, during: Part) -> bool:
    """Whether the series falls through the baseline at a steady pace, or comes down to zero."""
    samples = series.samples[before]
    return bool(series.samples[during].min() <= 0 < samples.min()) or bool((np.diff(samples) < 0).mean() > 0.8)


def _crossing(series: MetricSeries, before: Part, during: Part) -> Shift | None:
    samples = series.samples[before]
    if not (series.samples[during].min() <= 0 < samples.min()):
        return None
    return Shift(series=series, before=before, during=during, usual=normal_range(samples), sign=-1.0, p=1.0, reach=0.0,
                 certain=RAN_OUT_NATS)


def _finding(shift: Shift, strength: float) -> Finding:
    series = shift.series
    found = departed(shift)
    worst = int(shift.during.start) + int(np.argmax(shift.sign * series.samples[shift.during]))
    onset = when(series, max(found.last_normal, 0)), when(series, found.first_abnormal)
    return Finding(kind=KIND, component=series.component, strength=strength, onset=onset,
                   statement=_statement(shift, found, onset[1]), measures=_measures(shift, found),
                   evidence=_evidence(shift, (typical(shift), found.first_abnormal, worst)))


def departed(shift: Shift) -> Departure:
    """When it left its normal range, searched from the start of the baseline to the end of the incident."""
    series, end = shift.series, shift.during.stop
    start = min(shift.before.start, shift.during.start)     # a baseline may also follow the incident
    z = shift.sign * shift.usual.z(series.samples[start:end])
    within = shift.during.start - start
    if shift.ran_out:
        first = within + int(np.argmax(series.samples[shift.during] <= 0))
        return Departure(start + first - 1, start + first, end - 1)
    found = departure(z, within=within, clear=min(CLEAR, float(z[within:].max()) / 2))
    if found is None:       # all of the incident lies on the other side: the window as a whole is what departs
        return Departure(shift.during.start - 1, shift.during.start, end - 1)
    return Departure(*(start + at for at in found))


def typical(shift: Shift) -> int:
    """The baseline sample nearest to the median."""
    return int(shift.before.start) + int(np.argmin(np.abs(shift.series.samples[shift.before] - shift.usual.median)))


def level_of(shift: Shift, found: Departure) -> float:
    """The median of the incident's abnormal samples."""
    first = max(found.first_abnormal, shift.during.start)
    return float(np.median(shift.series.samples[first: max(found.last_abnormal, first) + 1]))


def _measures(shift: Shift, found: Departure) -> dict[str, float | int | str]:
    series, level = shift.series, level_of(shift, found)
    measures: dict[str, float | int | str] = {
        "metric": series.metric, "statistic": series.statistic, "family": series.family.name,
        "direction": shift.direction, "baseline": shift.usual.median, "incident": level, "unit": series.unit,
        "z": round(shift.sign * shift.reach, 2)}
    if shift.usual.median:
        measures["ratio"] = level / shift.usual.median
    plateau = plateau_of(series.samples[max(found.first_abnormal, shift.during.start): shift.during.stop])
    if plateau is not None and plateau_of(series.samples[shift.before]) is None:
        measures["plateau"] = plateau
    return measures


def plateau_of(samples: Array) -> float | None:
    """The value other than 0 at which half of four or more samples stick, as at a limit; None without.

    >>> plateau_of(np.array([92.0, 98.0, 98.0, 98.0, 98.0]))
    98.0
    """
    found, counts = np.unique(samples, return_counts=True)
    sticks = len(samples) >= 4 and counts.max() >= len(samples) / 2 and found[np.argmax(counts)] != 0
    return float(found[np.argmax(counts)]) if sticks else None


def _statement(shift: Shift, found: Departure, since: datetime) -> str:
    series = shift.series
    usual, level = (_with_unit(v, series.unit) for v in (shift.usual.median, level_of(shift, found)))
    what = f"{series.name} of {series.component}"
    if shift.ran_out:
        return f"{what} ran out at {since:%H:%M:%S} UTC: it stood at {usual} and reached {level}."
    verb = "rose" if shift.sign > 0 else "fell"
    sticking = _measures(shift, found).get("plateau")
    stuck = f", where it sticks at {sticking:g}" if sticking is not None else ""
    return f"{what} {verb} from {usual} to {level} since {since:%H:%M:%S} UTC{stuck}."


def _with_unit(value: float, unit: str) -> str:
    if unit == "percent":
        return f"{value:.3g} %"
    return f"{value:.4g} {unit}".strip() if unit != "ratio" else f"{value:.3g}"


def _evidence(shift: Shift, positions: Sequence[int]) -> tuple[Evidence, ...]:
    return tuple(shift.series.evidence(at) for at in dict.fromkeys(positions))


def when(series: MetricSeries, at: int) -> datetime:
    """The time of sample `at`."""
    return moment(pd.Timestamp(int(series.times[at]), unit="ns", tz="UTC"))
