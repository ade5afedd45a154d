"""Memory that climbs and does not settle.

Symptom: a memory metric of a component rises for good, through every life between restarts.
Why it happens: what is allocated per unit of work stays reachable; see the cause `memory-leak`.
Cannot see: leaks slower than the noise of the recording, and climbs that fill a large cache longer than the recording lasts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from rca.algorithms.words import words
from rca.incident import Case
from rca.memory.growth_trend import Trend, trend
from rca.model import Evidence, Finding, SourceRef
from rca.telemetry import moment

KIND = "memory.leak-trend"
NEEDS = ("metrics",)

_UNITS = (("_gb", 1e9), ("_gib", 2**30), ("_mb", 1e6), ("_mib", 2**20), ("_mi", 2**20), ("_kb", 1e3), ("_kib", 2**10))

_MEMORY = ("rss", "heap", "mem", "memory", "uss", "pss", "working", "resident")
_NOT_USED = ("limit", "max", "total", "free", "available", "request", "swap", "pct", "percent", "ratio")


def detect(case: Case) -> Iterator[Finding]:
    """One finding per memory series that leaks, over the whole recording: windows cut climbs in two."""
    metrics = case.telemetry.metrics
    named = metrics[metrics["metric"].map(_is_memory, na_action="ignore").fillna(False).astype(bool) & metrics["time"].notna()]
    if case.incident is not None:
        named = named[named["time"] < case.incident[1]]
    limits = _limits(metrics)
    for (component, metric), rows in named.groupby(["component", "metric"], sort=True):
        ordered = rows.sort_values("time", kind="stable")
        scale = bytes_per_unit(str(metric))
        found = trend(pd.Series(ordered["value"].to_numpy() * scale, index=pd.DatetimeIndex(ordered["time"])), limit_bytes=limits.get(str(component)))
        if found.verdict == "leak":
            yield _finding(str(component), str(metric), ordered, found)


def _is_memory(metric: str) -> bool:
    found = set(words(metric))
    return bool(found & set(_MEMORY)) and not found & set(_NOT_USED)


def _limits(metrics: pd.DataFrame) -> Mapping[str, float]:
    """The memory limit of each component in bytes, where a metric tells it."""
    found = {}
    distinct = metrics[["component", "metric"]].drop_duplicates().dropna()
    for component, metric in distinct.itertuples(index=False):
        named = set(words(metric))
        if "limit" in named and named & set(_MEMORY):
            values = metrics.loc[(metrics["component"] == component) & (metrics["metric"] == metric), "value"]
            found[str(component)] = float(np.nanmedian(values)) * bytes_per_unit(metric)
    return found


def bytes_per_unit(metric: str) -> float:
    """Bytes per unit of a metric by the end of its name.

    >>> bytes_per_unit("container_memory_rss_mb"), bytes_per_unit("rss_bytes")
    (1000000.0, 1.0)
    """
    return next((scale for end, scale in _UNITS if metric.lower().endswith(end)), 1.0)


def _finding(component: str, metric: str, rows: pd.DataFrame, found: Trend) -> Finding:
    assert found.slope_bytes_per_h is not None
    low, mid, high = found.slope_bytes_per_h
    ends = rows[rows["value"].notna()]
    gained = (float(ends["value"].iloc[-1]) - float(ends["value"].iloc[0])) * bytes_per_unit(metric)
    onset = found.onset or moment(ends["time"].iloc[0])
    step = (ends["time"].iloc[-1] - ends["time"].iloc[0]) / 36
    runs_out = f" It may reach its limit from {found.exhausted_not_before:%Y-%m-%d %H:%M} UTC on." if found.exhausted_not_before else ""
    at = ends.iloc[[0, len(ends) // 2, len(ends) - 1]]
    return Finding(
        kind=KIND, component=component, strength=min(5.5, 3.0 + math.log1p(mid / max(high - low, mid * 0.05))),
        statement=f"{metric} of {component} climbs by {mid / 1e6:.3g} MB/h since {onset:%Y-%m-%d %H:%M} UTC and does not settle.{runs_out}",
        onset=(moment(onset - step), moment(onset + step)),
        measures={"metric": metric, "slope_bytes_per_h": mid, "slope_low_bytes_per_h": low, "slope_high_bytes_per_h": high, "gained_bytes": gained,
                  "reason": found.reason},
        evidence=tuple(Evidence(SourceRef(str(row.source), int(row.line)), f"{moment(row.time):%Y-%m-%dT%H:%M:%SZ} {component} {metric} {row.value:g}")
                       for row in at.itertuples()))
