"""Calls between two services that take longer than before.

Symptom: the calls on an edge of the call graph are slower in the incident than in the baseline.
Why it happens: the callee is slow, waits for something slow itself, or the network between them is.
Cannot see: edges without spans in both windows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from rca.algorithms.robust import normal_range
from rca.incident import Case
from rca.model import Finding
from rca.services._calls import Edge, edges
from rca.telemetry import moment

KIND = "services.edge-latency"
NEEDS = ("spans",)

FACTOR = 1.5
"""Slower by less is nobody's incident."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per edge that became slower; the component is the callee, the caller is related."""
    for edge in edges(case):
        before, during = edge.before["duration_ms"].dropna().to_numpy(), edge.during["duration_ms"].dropna().to_numpy()
        if len(before) and len(during) and np.median(during) > FACTOR * np.median(before):
            usual = normal_range(np.log(np.maximum(before, 0.01)))
            departure = (float(np.median(np.log(np.maximum(during, 0.01)))) - usual.median) / max(usual.scale, 0.25)
            strength = math.log1p(departure) * min(1.0, 0.35 + 0.15 * min(len(before), len(during)))
            if strength > 0.3:
                yield _finding(edge, float(np.median(before)), float(np.median(during)), min(strength * 2, 5.0))


def _finding(edge: Edge, usual: float, now: float, strength: float) -> Finding:
    slow = edge.during[edge.during["duration_ms"] > FACTOR * usual]
    began = moment(slow["start"].iloc[0])
    return Finding(
        kind=KIND, component=edge.callee, strength=strength,
        statement=f"Calls of {edge.callee} by {edge.caller} take {now:.4g} ms (median of {len(edge.during)}), {usual:.4g} ms before.",
        onset=(moment(edge.before["start"].iloc[-1]), began), related=(edge.caller,), evidence=edge.evidence(slow),
        measures={"median_ms": now, "median_before_ms": usual, "calls": len(edge.during), "calls_before": len(edge.before), "caller": edge.caller})
