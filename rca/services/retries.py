"""Calls that are made again and again.

Symptom: under one parent the same call is made several times after failures, more than in the baseline.
Why it happens: the caller retries; during an outage retries multiply the load of what is failing.
Cannot see: retries of whole requests by clients outside the recording, and retries inside a driver.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from rca.incident import Case
from rca.model import Finding
from rca.services._calls import Edge, edges
from rca.telemetry import moment

KIND = "services.retries"
NEEDS = ("spans",)

AMPLIFIED = 1.3
"""Calls per parent that ask again, relative to the baseline, from which retries add load worth naming."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per edge whose calls per parent rose after failures; the component is the caller, the callee related."""
    for edge in edges(case):
        now, usual = _per_parent(edge, edge.during), _per_parent(edge, edge.before) if len(edge.before) else 1.0
        failed = int(edge.during["failed"].sum())
        if now >= AMPLIFIED * max(usual, 1.0) and failed >= 2:
            yield _finding(edge, now, usual, failed)


def _per_parent(edge: Edge, calls: pd.DataFrame) -> float:
    """Mean number of calls of the edge by one parent span."""
    tree, at = edge.tree, calls["span"].to_numpy()
    asked = np.where(tree.call[at] >= 0, tree.parent[np.maximum(tree.call[at], 0)], tree.parent[at])
    parents = asked[asked >= 0]
    return len(parents) / len(np.unique(parents)) if len(parents) else 1.0


def _finding(edge: Edge, now: float, usual: float, failed: int) -> Finding:
    bad = edge.during[edge.during["failed"]]
    began = moment(bad["start"].iloc[0])
    return Finding(
        kind=KIND, component=edge.caller, strength=min(5.0, 1.0 + 2.0 * math.log(now / max(usual, 1.0)) + 0.3 * math.log(failed)),
        statement=f"{edge.caller} calls {edge.callee} {now:.2f} times per request while calls fail, {usual:.2f} times before.",
        onset=(began, began), related=(edge.callee,), evidence=edge.evidence(bad),
        measures={"calls_per_request": round(now, 4), "calls_per_request_before": round(usual, 4), "failed": failed, "callee": edge.callee})
