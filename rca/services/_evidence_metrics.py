"""What metrics say of each component: how far it departs, and how much of the target's departure is its own doing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from rca.incident import Case
from rca.metric_series import metric_series
from rca.services.metric_shift import Shift, departed, level_of, shift_of

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
    """The harmful departures among `found`, scored by the logarithm of their reach in scales."""
    for shift in found:
        if harmful(shift) and shift.reach >= CLEAR:
            yield clue(shift, float(np.log1p(shift.reach)))


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
