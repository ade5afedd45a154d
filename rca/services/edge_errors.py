"""Calls between two services that fail more often than before.

Symptom: the share of failed calls on an edge of the call graph is higher in the incident than in the baseline.
Why it happens: the callee fails, or cannot be reached, or its caller gives up too soon.
Cannot see: edges without spans, and failures that are answered with success.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from rca.incident import Case
from rca.model import Finding
from rca.services._calls import Edge, edges
from rca.telemetry import moment

KIND = "services.edge-errors"
NEEDS = ("spans",)


def detect(case: Case) -> Iterator[Finding]:
    """One finding per edge whose failures rose; the component is the callee, the caller is related."""
    for edge in edges(case):
        failed, calls = int(edge.during["failed"].sum()), len(edge.during)
        before, usual = int(edge.before["failed"].sum()), (edge.before["failed"].sum() + 0.5) / (len(edge.before) + 5.0)
        strength = evidence_nats(failed, calls, float(usual))
        if strength > 0.3 and failed / calls > before / max(len(edge.before), 1):
            yield _finding(edge, failed, before, strength)


def evidence_nats(failed: int, calls: int, usual: float) -> float:
    """Log-likelihood ratio of `failed` among `calls` against the usual share (binomial), at most 6 nats.

    >>> round(evidence_nats(3, 3, 0.1), 2), evidence_nats(0, 9, 0.1)
    (6.0, 0.0)
    """
    share = failed / calls
    if share <= usual:
        return 0.0
    inner = share * math.log(share / usual) + ((1 - share) * math.log((1 - share) / (1 - usual)) if share < 1 else 0.0)
    return min(6.0, calls * inner)


def _finding(edge: Edge, failed: int, before: int, strength: float) -> Finding:
    bad = edge.during[edge.during["failed"]]
    began = moment(bad["start"].iloc[0])
    fine = edge.during[(edge.during["start"] < bad["start"].iloc[0])]
    last_good = moment(fine["start"].iloc[-1]) if len(fine) else moment(edge.before["start"].iloc[-1]) if len(edge.before) else began
    return Finding(
        kind=KIND, component=edge.callee, strength=strength,
        statement=f"{failed} of {len(edge.during)} calls of {edge.callee} by {edge.caller} failed, {before} of {len(edge.before)} before.",
        onset=(last_good, began), related=(edge.caller,), evidence=edge.evidence(bad),
        measures={"failed": failed, "calls": len(edge.during), "failed_before": before, "calls_before": len(edge.before), "caller": edge.caller})
