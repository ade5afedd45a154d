"""Calls that are made again because they failed.

Symptom: under one parent the same call is made again after it failed, more often than in the baseline.
Why it happens: the caller retries; during an outage retries multiply the load of what is failing.
Cannot see: retries of whole requests by clients outside the recording, and retries inside a driver.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rca.algorithms.two_windows import modest, rate_rise
from rca.incident import Case
from rca.model import Finding
from rca.services._calls import Edge, edges, onset
from rca.services.span_tree import Flags

KIND = "services.retries"
NEEDS = ("spans",)

GRAIN_MS = 1.0
"""By how much a retry may seem to begin before the failed attempt ends."""

LEAST = 0.3
"""Nats from which it is said at all."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per edge with more retries than before; the component is the caller, the callee is related."""
    for edge in edges(case):
        now, then = _again(edge, edge.during), _again(edge, edge.before)
        if now.any():
            nats = rate_rise(int(now.sum()), len(now), int(then.sum()), len(then))
            strength = modest(nats, int(now.sum()))
            if strength > LEAST and now.mean() > (then.mean() if len(then) else 0.0):
                yield _finding(edge, now, then, strength)


def _again(edge: Edge, calls: pd.DataFrame) -> Flags:
    """Whether each call repeats one of the same parent and operation that had failed and ended before.

    Only where every call of the group but the last failed: in a loop over many elements a failure in between is not
    followed by a retry but by the next element.
    """
    if calls.empty:
        return np.zeros(0, dtype=bool)
    tree, span = edge.tree, calls["span"].to_numpy()
    table = pd.DataFrame({
        "parent": tree.parent[span], "name": tree.operations[span], "start": tree.start_ms[span],
        "end": tree.end_ms[span], "failed": calls["failed"].to_numpy()})
    table = table.sort_values(["parent", "name", "start"], kind="stable")
    group = table.groupby(["parent", "name"], sort=False)
    attempts, failures = group["failed"].transform("size"), group["failed"].transform("sum")
    later = table["start"] >= group["end"].shift() - GRAIN_MS
    after_failure = later & group["failed"].shift(fill_value=False).astype(bool)
    again = after_failure & (failures >= attempts - 1) & (table["parent"] >= 0)
    return again.sort_index().to_numpy(dtype=bool)


def _finding(edge: Edge, now: Flags, then: Flags, strength: float) -> Finding:
    repeated = edge.during[now]
    factor, before = _factor(now), _factor(then)
    others = np.array([*edge.before["span"], *edge.during["span"][~now]], dtype="int64")
    return Finding(
        kind=KIND, component=edge.caller, strength=strength, related=(edge.callee,), evidence=edge.evidence(repeated),
        statement=f"{now.sum()} of {len(now)} calls of {edge.callee} by {edge.caller} repeat one that failed: retries "
                  f"multiply them by {factor:.2f}, by {before:.2f} before.",
        onset=onset(edge.tree, repeated["span"].to_numpy(), others),
        measures={"retries": int(now.sum()), "calls": len(now), "amplification": round(factor, 4),
                  "amplification_before": round(before, 4), "callee": edge.callee})


def _factor(again: Flags) -> float:
    """Calls made for each call that was wanted."""
    return len(again) / max(len(again) - int(again.sum()), 1) if len(again) else 1.0
