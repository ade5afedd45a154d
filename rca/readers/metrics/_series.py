"""Collects samples series by series: what a series is called is kept once, its samples as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rca.readers._open import Source
from rca.readers._pods import workload
from rca.readers._reader import BATCH_ROWS, Batch
from rca.readers.metrics._samples import Array, spread, spread_objects
from rca.tables import frame

NO_TIME = int(np.iinfo("int64").min)
"""The integer that numpy reads as Not-a-Time."""

_COMPONENTS = ("service", "service_name", "service.name", "app", "app_kubernetes_io_name", "application", "deployment",
               "statefulset", "daemonset")
_PODS = ("pod", "pod_name", "kubernetes_pod_name")
_LAST = ("container", "job", "instance", "host", "node", "hostname")


def component_of(labels: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """The component that labels name, and the labels that are left.

    >>> component_of({"service": "cart", "pod": "cart-5f55b6cf68-77cfw"})
    ('cart', {'pod': 'cart-5f55b6cf68-77cfw'})
    >>> component_of({"pod": "cart-5f55b6cf68-77cfw", "job": "pods"})[0]
    'cart'
    """
    for name in _COMPONENTS:
        if labels.get(name):
            return str(labels[name]), {key: held for key, held in labels.items() if key != name}
    for name in _PODS:
        if labels.get(name):
            return workload(str(labels[name])), dict(labels)
    name = next((name for name in _LAST if labels.get(name)), "")
    return (str(labels[name]) if name else None), {key: held for key, held in labels.items() if key != name}


class SeriesRows:
    """Rows of `metrics` under construction."""

    def __init__(self, source: Source) -> None:
        self.path = source.path
        self._start()

    def _start(self) -> None:
        self._names: list[tuple[str | None, str, str | None, dict[str, Any] | None]] = []
        self._lengths: list[int] = []
        self._lines: list[int] = []
        self._times: list[int] = []
        self._values: list[float] = []

    def add(self, component: str | None, metric: str, sample: tuple[int, int, float], *, unit: str | None = None,
            labels: dict[str, Any] | None = None) -> None:
        """One sample: (line, time in ns or NO_TIME, value)."""
        line, time, value = sample
        self._names.append((component, metric, unit, labels or None))
        self._lengths.append(1)
        self._lines.append(line)
        self._times.append(time)
        self._values.append(value)

    def extend(self, component: str | None, metric: str, samples: tuple[int, Array, Array], *,
               labels: dict[str, Any] | None = None) -> None:
        """Samples of one series that share a line: (line, times in ns, values)."""
        line, times, values = samples
        self._names.append((component, metric, None, labels or None))
        self._lengths.append(len(values))
        self._lines.extend([line] * len(values))
        self._times.extend(times.tolist())
        self._values.extend(values.tolist())

    def full(self) -> Iterator[Batch]:
        """A batch where enough rows are there, nothing otherwise."""
        if len(self._values) >= BATCH_ROWS:
            yield from self.rest()

    def rest(self) -> Iterator[Batch]:
        """All rows that are there, where there are any."""
        if self._values:
            component, metric, unit, labels = zip(*self._names, strict=True)
            code: Array = np.repeat(np.arange(len(self._lengths)), self._lengths)
            yield Batch("metrics", frame("metrics", {
                "time": np.array(self._times, dtype="int64").view("datetime64[ns]"),
                "component": spread(component, code), "metric": spread(metric, code),
                "value": np.array(self._values, dtype="float64"),
                "unit": spread(unit, code) if any(unit) else None,
                "labels": spread_objects(labels, code) if any(labels) else None,
                "source": self.path, "line": np.array(self._lines, dtype="int64")}))
        self._start()
