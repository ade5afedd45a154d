"""Memory that keeps growing.

Symptom: resident memory, heap in use or heap after a collection grows at the end of every process life as it did
before, by more than its noise. Why it happens: something that is allocated per request, message or time is never given
back. Cannot see: what holds the memory (`rca.memory.open_heap` does), leaks that are small beside the noise of the
window, and whether the growth would have settled a day later.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rca.incident import Case
from rca.memory.trend_verdict import Trend, trend_of
from rca.metric_families import bytes_per_unit
from rca.metric_series import MetricSeries, metric_series
from rca.model import Evidence, Finding, SourceRef, Window
from rca.telemetry import moment

Array = np.ndarray[Any, np.dtype[Any]]

KIND = "memory.leak-trend"
NEEDS = ()

FULL_NATS = 4.6
"""The verdict "leak" is right a hundred times as often with a leak as without: log(0.99 / 0.01)."""

FULL_SHARE = 0.3
"""Growth by this share of the level carries all of it; less could still be a habit of the allocator."""

LOAD_NATS = 2.5
"""What is taken off where the load of the same component rose by as much as its memory."""

LONG_S = 7200.0
"""Over a shorter time a start-up looks like a leak; the nats fall with the logarithm of what is missing."""

NO_BEFORE_NATS = 1.0
"""What is taken off where the growth was there from the first sample: nothing shows how it was when all was well."""

LIMIT_STATISTICS = ("", "max", "last")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signal:
    """A series of memory, in bytes where its unit is a size, with a way to the line of each sample."""

    component: str
    name: str
    unit: str
    times_s: Array
    samples: Array
    sources: Any
    lines: Array
    limit: float | None
    load_grew: float | None


def detect(case: Case) -> Iterator[Finding]:
    """One finding per series of memory that leaks up to the end of the incident."""
    until = None if case.incident is None else pd.Timestamp(case.incident[1]).timestamp()
    for signal in (*_metrics(case), *_collections(case)):
        keep = slice(None) if until is None else signal.times_s < until
        found = trend_of(signal.times_s[keep], signal.samples[keep], limit_bytes=signal.limit)
        if found.verdict == "leak":
            yield _finding(signal, found)


def _metrics(case: Case) -> Iterator[_Signal]:
    """The memory gauges of the `metrics` table."""
    series = list(metric_series(case.telemetry.metrics))
    limits = {s.component: s for s in series if s.family.name == "memory-limit" and s.statistic in LIMIT_STATISTICS}
    loads = _load_growth(series, case.incident)
    for one in series:
        if one.family.name == "memory" and not one.counter and one.unit not in {"percent", "ratio"}:
            factor = bytes_per_unit(one.unit) or 1.0
            unit = "bytes" if bytes_per_unit(one.unit) else one.unit
            yield _Signal(component=one.component, name=one.name, unit=unit, times_s=one.times / 1e9,
                          samples=one.samples * factor, sources=one.sources, lines=one.lines,
                          limit=_limit(limits.get(one.component), one), load_grew=loads.get(one.component))


def _limit(limit: MetricSeries | None, of: MetricSeries) -> float | None:
    """The last value of the limit in bytes; None where a unit is not known, or where it was exceeded all along."""
    if limit is None or bytes_per_unit(of.unit) is None or bytes_per_unit(limit.unit) is None:
        return None
    last = float(limit.samples[-1]) * (bytes_per_unit(limit.unit) or 1.0)
    lowest = float(of.samples.min()) * (bytes_per_unit(of.unit) or 1.0)
    return last if last > lowest else None


def _load_growth(series: list[MetricSeries], incident: Window | None) -> dict[str, float]:
    """By what factor the requests of each component grew from the first third of their time to the last."""
    until = None if incident is None else pd.Timestamp(incident[1]).as_unit("ns").value
    grown: dict[str, float] = {}
    for one in series:
        if one.family.name == "throughput" and len(one.samples) >= 9:
            samples = one.samples if until is None else one.samples[one.times < until]
            third = max(len(samples) // 3, 1)
            first, last = np.median(samples[:third]), np.median(samples[-third:])
            if first > 0:
                grown[one.component] = max(float(last / first), grown.get(one.component, 0.0))
    return grown


def _collections(case: Case) -> Iterator[_Signal]:
    """What collections left behind, per process of the `gc` table; full collections alone where there are enough."""
    rows = case.telemetry.gc
    rows = rows[rows["after_bytes"].notna() & rows["time"].notna()]
    for process, own in rows.groupby(rows["process"].fillna(""), sort=True):
        full = own[own["kind"].fillna("").str.contains("full|major|mark-sweep|old", case=False)]
        chosen = full if len(full) >= 12 else own
        heap = chosen["heap_bytes"].dropna()
        yield _Signal(component=str(process), name="heap after collections", unit="bytes", load_grew=None,
                      times_s=chosen["time"].astype("int64").to_numpy() / 1e9,
                      samples=chosen["after_bytes"].to_numpy(dtype="float64"), lines=chosen["line"].to_numpy(),
                      sources=chosen["source"].to_numpy(dtype=object), limit=float(heap.max()) if len(heap) else None)


def _finding(signal: _Signal, found: Trend) -> Finding:
    by_load = signal.load_grew is not None and signal.load_grew - 1 >= found.share / 2
    return Finding(kind=KIND, component=signal.component, onset=found.onset, evidence=_evidence(signal, found),
                   strength=_strength(signal, found, by_load=by_load),
                   statement=_statement(signal, found, by_load=by_load), measures=_measures(signal, found))


def _strength(signal: _Signal, found: Trend, *, by_load: bool) -> float:
    assert found.onset is not None
    first, span = float(signal.times_s.min()), float(np.ptp(signal.times_s))
    strength = FULL_NATS + min(0.0, math.log(found.share / FULL_SHARE)) + min(0.0, math.log(span / LONG_S))
    if found.lives < 2 and found.onset[1].timestamp() - first < 0.02 * span:
        strength -= NO_BEFORE_NATS
    return max(strength - (LOAD_NATS if by_load else 0.0), 0.0)


def _statement(signal: _Signal, found: Trend, *, by_load: bool) -> str:
    assert found.onset is not None
    assert found.slope_bytes_per_h is not None
    low, mid, high = (_amount(v, signal.unit) for v in found.slope_bytes_per_h)
    lives = f" in each of {found.lives} process lives" if found.lives > 2 else ""
    since = f"{found.onset[1]:%Y-%m-%d %H:%M} UTC"
    text = f"{signal.name} of {signal.component} grows by {mid} per hour ({low} to {high}){lives} since {since}"
    if found.exhausted_not_before is not None:
        limit, earliest = _amount(signal.limit or 0.0, signal.unit), f"{found.exhausted_not_before:%Y-%m-%d %H:%M} UTC"
        text += f"; it can reach its limit of {limit} from {earliest} on"
    if by_load:
        text += f"; its load grew {signal.load_grew:.1f} times meanwhile"
    return f"{text}."


def _amount(value: float, unit: str) -> str:
    if unit != "bytes":
        return f"{value:.3g} {unit}".strip()
    for scale, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(value) >= scale:
            return f"{value / scale:.3g} {name}"
    return f"{value:.0f} bytes"


def _measures(signal: _Signal, found: Trend) -> dict[str, float | int | str]:
    assert found.slope_bytes_per_h is not None
    per_h = "bytes_per_h" if signal.unit == "bytes" else "per_h"
    names = (f"low_{per_h}", f"rate_{per_h}", f"high_{per_h}")
    measures: dict[str, float | int | str] = {
        "metric": signal.name, "family": "memory", "unit": signal.unit, "share": round(found.share, 4),
        "lives": found.lives, "growth_bytes" if signal.unit == "bytes" else "growth": found.growth_bytes,
        **dict(zip(names, found.slope_bytes_per_h, strict=True))}
    if signal.limit is not None:
        measures["limit_bytes"] = signal.limit
    if found.exhausted_not_before is not None:
        measures["exhausted_not_before"] = found.exhausted_not_before.isoformat()
    return measures


def _evidence(signal: _Signal, found: Trend) -> tuple[Evidence, ...]:
    """The sample at the onset, the highest one and the last one."""
    assert found.onset is not None
    order = np.argsort(signal.times_s, kind="stable")
    onset = int(np.searchsorted(signal.times_s[order], found.onset[1].timestamp()))
    places = (order[min(onset, len(order) - 1)], np.nanargmax(signal.samples), order[-1])
    return tuple(_sample(signal, int(at)) for at in dict.fromkeys(int(p) for p in places))


def _sample(signal: _Signal, at: int) -> Evidence:
    stamp = moment(pd.Timestamp(round(signal.times_s[at] * 1e9), unit="ns", tz="UTC"))
    value = _amount(float(signal.samples[at]), signal.unit)
    return Evidence(SourceRef(str(signal.sources[at]), int(signal.lines[at])),
                    f"{stamp:%Y-%m-%dT%H:%M:%SZ} {signal.component} {signal.name} = {value}")
