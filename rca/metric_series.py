"""The series of a `metrics` table, one per component, metric and labels, in the order of time; counters as rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from rca.metric_families import Family, family, unit_of, words
from rca.model import Evidence, SourceRef

Array = np.ndarray[Any, np.dtype[Any]]

CUMULATIVE = frozenset({"total", "counter", "cumulative", "sum", "count", "bucket", "ticks"})
"""Words that end the name of a counter; whether the values only grow decides."""

LARGEST = 1e150
"""Nothing that is measured is larger; such a value counts as missing, as its square could not be held."""

RESETS = 0.02
"""A counter falls only when its process starts anew: at no more than this share of its steps, but once always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSeries:
    """One series: finite samples in the order of time, and where each stands in its file.

    `statistic` is the label of that name (p99, Average), `labels` all other labels as text. `times` are int64
    nanoseconds since 1970. A counter holds its growth per minute, `counter` is True, and `unit` ends in " per min".
    """

    component: str
    metric: str
    statistic: str
    labels: str
    unit: str
    family: Family
    counter: bool
    times: Array
    samples: Array
    sources: Any
    lines: Array

    @property
    def name(self) -> str:
        """Metric and statistic, for sentences."""
        return f"{self.metric} {self.statistic}".strip()

    def evidence(self, at: int) -> Evidence:
        """Sample `at` as it was read: its file and line, and its value as text."""
        stamp = pd.Timestamp(int(self.times[at])).strftime("%Y-%m-%dT%H:%M:%SZ")
        where = f" {{{self.labels}}}" if self.labels else ""
        text = f"{stamp} {self.component} {self.name}{where} = {self.samples[at]:.6g} {self.unit}".rstrip()
        return Evidence(SourceRef(str(self.sources[at]), int(self.lines[at])), text)


def metric_series(metrics: pd.DataFrame) -> Iterator[MetricSeries]:
    """Every series with at least one finite sample, ordered by component, metric and labels.

    Of several samples of one moment the last counts. Rows without a time, component or metric belong to none.
    """
    usable = ((np.abs(metrics["value"].to_numpy()) < LARGEST) & metrics["time"].notna().to_numpy()
              & metrics["component"].notna().to_numpy() & metrics["metric"].notna().to_numpy())
    rows = metrics[usable]
    if rows.empty:
        return
    component, components = pd.factorize(rows["component"], sort=True)
    metric, names = pd.factorize(rows["metric"], sort=True)
    label, labels = _label_codes(rows["labels"].to_numpy())
    times = rows["time"].astype("int64").to_numpy()
    key = (component.astype("int64") * len(names) + metric) * len(labels) + label
    order = np.lexsort((times, key))
    cuts = np.flatnonzero(np.diff(key[order])) + 1
    columns = (times, rows["value"].to_numpy(), rows["source"].to_numpy(dtype=object), rows["line"].to_numpy(),
               rows["unit"].to_numpy(dtype=object))
    for part in np.split(order, cuts):
        at = part[0]
        named = str(components[component[at]]), str(names[metric[at]]), labels[label[at]]
        yield _series(*named, [column[part] for column in columns])


def _label_codes(labels: Array) -> tuple[Array, list[tuple[str, str]]]:
    """The code of every row's labels, and (statistic, other labels as text) per code, ordered as text.

    Readers share one dict between the rows of a series, so that each dict is looked at once.
    """
    ids, inverse = np.unique(np.fromiter(map(id, labels), dtype="int64", count=len(labels)), return_inverse=True)
    first = np.full(len(ids), -1)
    first[inverse[::-1]] = np.arange(len(labels))[::-1]
    texts = [_label_text(labels[i]) for i in first]
    known = sorted(set(texts))
    code = {text: i for i, text in enumerate(known)}
    return np.array([code[text] for text in texts])[inverse], known


def _label_text(labels: object) -> tuple[str, str]:
    if not isinstance(labels, Mapping):
        return "", ""
    others = ", ".join(f"{k}={v}" for k, v in sorted(labels.items(), key=str) if k != "statistic")
    return str(labels.get("statistic") or ""), others


def _series(component: str, metric: str, labels: tuple[str, str], columns: list[Any]) -> MetricSeries:
    times, values, sources, lines, units = columns
    last = np.append(np.diff(times) > 0, True)
    if not last.all():
        times, values, sources, lines = times[last], values[last], sources[last], lines[last]
    unit = units[0] if isinstance(units[0], str) else None
    gauge = MetricSeries(component=component, metric=metric, statistic=labels[0], labels=labels[1],
                         unit=unit_of(metric, unit), family=family(metric), counter=False, times=times, samples=values,
                         sources=sources, lines=lines)
    return _as_rate(gauge) if _is_counter(gauge) else gauge


def _is_counter(series: MetricSeries) -> bool:
    """A name that ends like a counter's, and values that only grow, but for resets."""
    if not CUMULATIVE & set(words(series.metric).split()[-2:]) or len(series.samples) < 3:
        return False
    steps = np.diff(series.samples)
    return bool(series.samples.min() >= 0 and (steps < 0).sum() <= max(1, RESETS * len(steps)))


def _as_rate(series: MetricSeries) -> MetricSeries:
    """Growth per minute between samples; after a reset the counter itself is what was counted since."""
    minutes = np.diff(series.times) / 60e9
    steps = np.diff(series.samples)
    grown = np.where(steps >= 0, steps, series.samples[1:])
    return replace(series, counter=True, unit=f"{series.unit} per min".strip(), times=series.times[1:],
                   samples=grown / minutes, sources=series.sources[1:], lines=series.lines[1:])
