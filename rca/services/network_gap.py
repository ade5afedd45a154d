"""Time that is lost between two services.

Symptom: the caller's span grew, the callee's own span for the same call did not: the difference is the way there and back.
Why it happens: delay or loss on the network, an overloaded proxy, a queue in front of the callee.
Cannot see: recorders that keep only one half of a call, and edges with fewer than four calls in each window.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from rca.incident import Case
from rca.model import Finding
from rca.services._calls import Edge, edges
from rca.telemetry import moment

KIND = "services.network-gap"
NEEDS = ("spans",)

FEWEST = 4
FLOOR_MS = 1.0
"""Gaps are compared from here on: below a millisecond clocks and schedulers speak."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per edge whose gap grew; the component is the callee, the caller is related."""
    for edge in edges(case):
        before, during = _gaps(edge, edge.before), _gaps(edge, edge.during)
        if len(before) < FEWEST or len(during) < FEWEST:
            continue
        usual, now = float(np.median(before)), float(np.median(during))
        spread = max(float(np.std(np.log(before))), 0.2)
        departure = math.log(now / usual) / (spread * math.sqrt(1 / len(before) + 1 / len(during)))
        if now > 2 * usual and now - usual > FLOOR_MS and departure > 3:
            yield _finding(edge, usual, now, min(5.0, math.log(departure) * 1.8))


def _gaps(edge: Edge, calls: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Milliseconds of the client half without the server half, for calls that have both."""
    tree, at = edge.tree, calls["span"].to_numpy()
    paired = at[tree.call[at] >= 0]
    length = tree.spans["duration_ms"].to_numpy()
    gaps = length[tree.call[paired]] - length[paired]
    return np.asarray(np.maximum(gaps[np.isfinite(gaps)], FLOOR_MS))


def _finding(edge: Edge, usual: float, now: float, strength: float) -> Finding:
    began = moment(edge.during["start"].iloc[0])
    return Finding(
        kind=KIND, component=edge.callee, strength=strength,
        statement=f"Between {edge.caller} and {edge.callee} {now:.4g} ms per call are lost on the way (median), {usual:.4g} ms before.",
        onset=(moment(edge.before["start"].iloc[-1]), began), related=(edge.caller,), evidence=edge.evidence(edge.during),
        measures={"gap_ms": now, "gap_before_ms": usual, "calls": len(edge.during), "caller": edge.caller})
