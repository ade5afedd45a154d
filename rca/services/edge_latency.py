"""Calls between two services that take longer than before.

Symptom: the calls on an edge of the call graph are slower in the incident than in the baseline.
Why it happens: the callee is slow, waits for something slow itself, or the network between them is. How much of the
rise is the callee's own time, and not that of what it calls, tells the first from the second.
Cannot see: edges without spans in both windows; operations that were not called before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rca.algorithms.two_windows import level_rise, modest
from rca.incident import Case
from rca.model import Finding
from rca.services._calls import Edge, edges, onset

KIND = "services.edge-latency"
NEEDS = ("spans",)

FACTOR = 1.3
"""Slower by less is nobody's incident."""

LEAST_MS = 1.0
"""A rise by less is below what clocks and schedulers tell."""

PASSED_ON = 0.4
"""Weight of a rise that the callee's own callees account for in full."""

LEAST = 0.3
"""Nats from which it is said at all."""


@dataclass(frozen=True, slots=True)
class _Rise:
    """Calls with their length relative to the usual one of their operation, before and during; `own` is a share."""

    before: pd.DataFrame
    during: pd.DataFrame
    own: float

    @property
    def extra_ms(self) -> float:
        """Milliseconds by which the mean call of the incident takes longer than its operation does usually."""
        return float((self.during["duration_ms"] - self.during["usual_ms"]).mean())


def detect(case: Case) -> Iterator[Finding]:
    """One finding per edge that became slower; the component is the callee, the caller is related."""
    for edge in edges(case):
        rise = _rise(edge)
        if rise is None or rise.during["ratio"].median() < FACTOR or rise.extra_ms < LEAST_MS:
            continue
        nats = level_rise(rise.before["ratio"].to_numpy(), rise.during["ratio"].to_numpy())
        strength = modest(nats, min(len(rise.before), len(rise.during))) * (PASSED_ON + (1 - PASSED_ON) * rise.own)
        if strength > LEAST:
            yield _finding(edge, rise, strength)


def _rise(edge: Edge) -> _Rise | None:
    """Lengths relative to the median of the same operation in the baseline: a change of the mixture is no change."""
    before, during = _timed(edge, edge.before), _timed(edge, edge.during)
    usual = before.groupby("operation")["duration_ms"].median()
    own = before.groupby("operation")["own_ms"].median()
    frames = []
    for calls in (before, during):
        known = calls.assign(usual_ms=calls["operation"].map(usual), usual_own_ms=calls["operation"].map(own))
        known = known[known["usual_ms"] > 0]
        frames.append(known.assign(ratio=known["duration_ms"] / known["usual_ms"]))
    if not len(frames[0]) or not len(frames[1]):
        return None
    more = (frames[1]["duration_ms"] - frames[1]["usual_ms"]).sum()
    more_own = (frames[1]["own_ms"] - frames[1]["usual_own_ms"]).sum()
    return _Rise(frames[0], frames[1], float(np.clip(more_own / more, 0.0, 1.0)) if more > 0 else 0.0)


def _timed(edge: Edge, calls: pd.DataFrame) -> pd.DataFrame:
    """Calls with a length, with the operation and the time that the callee spent itself (all of it where unknown)."""
    calls = calls[calls["duration_ms"] > 0]
    server, tree = calls["server"].to_numpy(), edge.tree
    own = np.where(server >= 0, tree.own_ms[tree.entry[server]], calls["duration_ms"])
    return calls.assign(own_ms=own, operation=tree.operations[calls["span"]])


def _finding(edge: Edge, rise: _Rise, strength: float) -> Finding:
    usual, now = float(rise.before["duration_ms"].median()), float(rise.during["duration_ms"].median())
    slow = rise.during[rise.during["ratio"] > FACTOR]
    fine = [*rise.before["span"], *rise.during["span"][rise.during["ratio"] <= FACTOR]]
    return Finding(
        kind=KIND, component=edge.callee, strength=strength, related=(edge.caller,), evidence=edge.evidence(slow),
        statement=f"Calls of {edge.callee} by {edge.caller} take {now:.4g} ms (median of {len(rise.during)}), "
                  f"{usual:.4g} ms before; {rise.own:.0%} of the rise is time of {edge.callee} itself.",
        onset=onset(edge.tree, slow["span"].to_numpy(), np.array(fine, dtype="int64")),
        measures={"median_ms": now, "median_before_ms": usual, "extra_ms": round(rise.extra_ms, 3),
                  "own_share": round(rise.own, 4), "calls": len(rise.during), "calls_before": len(rise.before),
                  "caller": edge.caller})
