"""What metrics say of each component: how far it departs, and how much of the target's departure is its own doing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from rca.algorithms.two_windows import modest
from rca.incident import Case
from rca.metric_series import metric_series
from rca.services.metric_shift import WEAKEST, Shift, departed, level_of, shift_of, strength_of

CAUSES: Mapping[str, str] = {
    "cpu": "cpu-saturation", "steal": "noisy-neighbour", "memory": "memory-leak", "gc": "heap-pressure",
    "disk": "disk-full", "disk-free": "disk-full", "connections": "connection-pool-exhaustion",
    "connections-free": "connection-pool-exhaustion", "pool-wait": "connection-pool-exhaustion",
    "threads": "thread-pool-exhaustion", "locks": "lock-contention", "query-latency": "slow-query",
    "rows": "slow-query", "cache-miss": "cache-stampede", "cache": "cache-stampede", "retries": "retry-storm",
    "cancelled": "timeout-too-short", "throttled": "throttling", "quota": "quota-exhaustion",
    "auth": "authentication-failure", "certificate": "certificate-expiry", "clock": "clock-skew",
    "network": "packet-loss", "latency": "network-delay", "throughput": "demand-surge", "log-volume": "log-flood",
    "oom": "memory-leak", "restarts": "crash-loop", "availability": "dependency-outage", "errors": "dependency-outage",
    "queries-per-request": "n-plus-one"}
"""The cause that a departing family suggests on its own; every other family names no more than a bad change."""

CLEAR = 3.0
"""Scales from which a metric counts as departed."""

POINTS = 10.0
"""Percentage points by which a processor's share must rise; smaller moves follow the load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One family's evidence for one component; `score` is at least 0 and comparable between families."""

    component: str
    family: str
    score: float
    cause: str
    statement: str


def shifts(case: Case) -> list[Shift]:
    """Every measured series that has samples in both windows, with its departure, ordered by name."""
    if case.incident is None or case.baseline is None:
        return []
    found = (shift_of(series, case.baseline, case.incident) for series in metric_series(case.telemetry.metrics)
             if series.family.harm != "none")
    return [shift for shift in found if shift is not None]


def metric_clues(found: list[Shift]) -> Iterator[Clue]:
    """The harmful departures that the metrics of a component do not show by chance, scored by the log of their reach.

    A score is never more than the nats that the samples carry: a baseline of two samples proves little.
    """
    tests = Counter(component for component, _ in {(shift.series.component, shift.series.metric) for shift in found})
    for shift in found:
        nats = strength_of(shift, tests[shift.series.component]) if harmful(shift) and shift.reach >= CLEAR else 0.0
        if nats >= WEAKEST:
            few = modest(nats, shift.before.stop - shift.before.start, most=math.inf)
            yield clue(shift, min(float(np.log1p(shift.reach)), few))


def processor_clues(found: list[Shift]) -> Iterator[Clue]:
    """Processor shares that stand at least `POINTS` above what was usual: a hog, however few samples there are."""
    for shift in found:
        series = shift.series
        if series.family.name == "cpu" and series.unit == "percent" and shift.sign > 0:
            usual = float(np.quantile(series.samples[shift.before], 0.95))
            points = float(series.samples[shift.during].max()) - usual
            if points >= POINTS:
                yield clue(shift, float(np.log1p(points)))


def harmful(shift: Shift) -> bool:
    """Whether the series moved in a direction that hurts."""
    return shift.series.family.harm in ("both", shift.direction)


def clue(shift: Shift, score: float) -> Clue:
    """A shift as a clue: the metric, from where it came and where it went."""
    series = shift.series
    now, unit = level_of(shift, departed(shift)), f" {series.unit}" if series.unit else ""
    text = (f"{series.name} of {series.component} went {shift.direction} from {shift.usual.median:.4g} to "
            f"{now:.4g}{unit}, {shift.reach:.3g} times its normal spread.")
    return Clue(component=series.component, family=series.family.name, score=score,
                cause=CAUSES.get(series.family.name, "bad-change"), statement=text)
