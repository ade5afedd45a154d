"""More requests come in.

Symptom: the load of the entry and of most components behind it rises by about the same factor. Why it happens: users,
a campaign, a crawler, a batch job or a client's bug. Cannot see: one component alone that is called more often per
request (retries, a loop: `services.retries`, `services.n-plus-one`), a change of what is asked for at an equal rate,
and traffic that nobody counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rca.incident import Case
from rca.metric_families import family, words
from rca.metric_series import MetricSeries, metric_series
from rca.model import Finding, Window
from rca.services.call_graph import graph
from rca.services.metric_shift import Shift, departed, level_of, shift_of, strength_of, typical, when

KIND = "services.demand"
NEEDS = ()

LEAST_FACTOR = 1.25
"""Less is an ordinary busy hour."""

ALIKE = 0.5
"""Two rises are the same one when their logarithms differ by at most this share of the entry's."""

COMMON = 0.5
"""The share of the components with a known load that must rise alike."""

FEWEST_ROWS = 60
"""Rows of a service in a table below which its rate is not counted: recordings often hold a sample of the traces."""

BINS_PER_INCIDENT = 12

ALIKE_NATS = 0.5
"""What each further component that rises alike adds."""

EDGE_WORDS = frozenset({
    "frontend", "front", "gateway", "ingress", "edge", "proxy", "lb", "nginx", "haproxy", "envoy", "web", "www"})

NOT_LOAD = frozenset({"bytes", "heartbeat", "heartbeats", "flushed"})
"""Words of throughput names that count something other than work asked for."""


@dataclass(frozen=True, slots=True)
class _Load:
    """The load of one component: its shift, and by what factor it rose."""

    component: str
    shift: Shift
    factor: float


def detect(case: Case) -> Iterator[Finding]:
    """At most one finding: the entry whose load rose together with that of most components."""
    if case.incident is None or case.baseline is None:
        return
    loads = _loads(case, case.baseline, case.incident)
    entry = _entry(loads, _called(case))
    if entry is None:
        return
    strength = strength_of(entry.shift, len(loads))
    alike = [load for load in loads.values() if load is not entry and _alike(load, entry)]
    others = len(loads) - 1
    if strength > 0 and (not others or len(alike) >= COMMON * others):
        yield _finding(entry, alike, loads, min(strength, 4.0) + ALIKE_NATS * len(alike))


def _alike(load: _Load, entry: _Load) -> bool:
    return abs(math.log(load.factor / entry.factor)) <= ALIKE * math.log(entry.factor)


def _loads(case: Case, baseline: Window, incident: Window) -> dict[str, _Load]:
    """The best known load of every component: of several series the one with the surest shift."""
    found: dict[str, _Load] = {}
    for series in (*_metrics(case), *_counted(case, baseline, incident)):
        shift = shift_of(series, baseline, incident)
        if shift is not None and shift.usual.median > 0:
            load = _Load(series.component, shift, max(_now(shift), 1e-9) / shift.usual.median)
            known = found.get(series.component)
            if known is None or load.shift.p < known.shift.p:
                found[series.component] = load
    return found


def _now(shift: Shift) -> float:
    """The load in the incident; of one that rose only the time in which it stood higher."""
    if shift.sign > 0:
        return level_of(shift, departed(shift))
    return float(np.median(shift.series.samples[shift.during]))


def _metrics(case: Case) -> Iterator[MetricSeries]:
    for series in metric_series(case.telemetry.metrics):
        if series.family.name == "throughput" and not NOT_LOAD & set(words(series.metric).split()):
            yield series


def _counted(case: Case, baseline: Window, incident: Window) -> Iterator[MetricSeries]:
    """Requests and spans per second of each service, counted in slices of the incident's twelfth."""
    spans = case.telemetry.spans
    served = spans[spans["kind"].isin(["server", "consumer"]) | spans["parent_id"].isna()]
    for rows, time, what in ((case.telemetry.requests, "time", "requests"), (served, "start", "served spans")):
        known = rows[rows["service"].notna() & rows[time].notna()]
        for service, own in known.groupby("service", sort=True):
            if len(own) >= FEWEST_ROWS:
                yield _rate(str(service), what, own.sort_values(time, kind="stable"), time, (baseline, incident))


def _rate(service: str, what: str, rows: pd.DataFrame, time: str, windows: tuple[Window, Window]) -> MetricSeries:
    stamps = rows[time].astype("int64").to_numpy()
    low = min(pd.Timestamp(w[0]).as_unit("ns").value for w in windows)
    high = max(pd.Timestamp(w[1]).as_unit("ns").value for w in windows)
    length = (pd.Timestamp(windows[1][1]) - pd.Timestamp(windows[1][0])).value
    edges = np.arange(low, high + 1, max(length // BINS_PER_INCIDENT, 1_000_000_000))
    counts, _ = np.histogram(stamps, edges)
    first = np.minimum(np.searchsorted(stamps, edges[:-1]), len(stamps) - 1)
    return MetricSeries(
        component=service, metric=what, statistic="", labels="", unit="per s", family=family("requests"), counter=True,
        times=edges[:-1], samples=counts / ((edges[1] - edges[0]) / 1e9),
        sources=rows["source"].to_numpy(dtype=object)[first], lines=rows["line"].to_numpy()[first])


def _called(case: Case) -> Mapping[str, set[str]]:
    """The callers of each component, by the spans."""
    callers: dict[str, set[str]] = {}
    if len(case.telemetry.spans):
        for caller, callee in graph(case.telemetry.spans)[["caller", "callee"]].itertuples(index=False):
            if caller != callee:
                callers.setdefault(str(callee), set()).add(str(caller))
    return callers


def _entry(loads: Mapping[str, _Load], callers: Mapping[str, set[str]]) -> _Load | None:
    """Where requests come in: what no other component with a load calls, named like an edge, with the greatest load.

    None where its load did not rise: whatever rises behind it is then no demand from outside.
    """
    roots = [load for name, load in loads.items() if not callers.get(name, set()) & set(loads)] or list(loads.values())
    if not roots:
        return None
    entry = max(roots, key=lambda load: (bool(EDGE_WORDS & set(words(load.component).split())),
                                         load.shift.usual.median, load.component))
    return entry if entry.shift.sign > 0 and entry.factor >= LEAST_FACTOR else None


def _finding(entry: _Load, alike: Sequence[_Load], loads: Mapping[str, _Load], strength: float) -> Finding:
    shift, found = entry.shift, departed(entry.shift)
    since = when(shift.series, found.first_abnormal)
    more = [load for load in loads.values() if load.factor > entry.factor * 1.5 and load is not entry]
    worst = max(more, key=lambda load: load.factor, default=None)
    text = f"Requests at {entry.component} rose {entry.factor:.1f} times, from {shift.usual.median:.4g} to " \
           f"{level_of(shift, found):.4g} {shift.series.unit}, since {since:%H:%M:%S} UTC"
    text += f", and alike at {len(alike)} of {len(loads) - 1} other components" if len(loads) > 1 else ""
    text += f"; {worst.component} rose {worst.factor:.1f} times" if worst else ""
    measures: dict[str, float | int | str] = {
        "factor": entry.factor, "components": len(alike) + 1, "entry": entry.component, "metric": shift.series.metric,
        "family": "throughput", "direction": "up", "baseline": shift.usual.median, "incident": level_of(shift, found)}
    if worst:
        measures |= {"amplified": worst.component, "amplified_factor": worst.factor}
    places = dict.fromkeys((typical(shift), found.first_abnormal, found.last_abnormal))
    return Finding(kind=KIND, component=entry.component, statement=f"{text}.", strength=strength, measures=measures,
                   onset=(when(shift.series, max(found.last_normal, 0)), since),
                   evidence=tuple(shift.series.evidence(at) for at in places),
                   related=tuple(sorted(load.component for load in alike)))
