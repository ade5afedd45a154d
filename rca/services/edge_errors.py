"""Calls between two services that fail more often than before.

Symptom: the share of failed calls on an edge of the call graph is higher in the incident than in the baseline.
Why it happens: the callee fails, or cannot be reached, or its caller gives up too soon.
Cannot see: edges without spans, and failures that are answered with success.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pandas as pd

from rca.algorithms.two_windows import modest, rate_rise
from rca.incident import Case
from rca.model import Finding
from rca.services._calls import Edge, edges, onset

KIND = "services.edge-errors"
NEEDS = ("spans",)

LEAST = 0.3
"""Nats from which it is said at all."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per edge whose failures rose, ordered by callee, which is the component; the caller is related."""
    found = sorted(edges(case), key=lambda edge: (edge.callee, edge.caller))
    for _, group in groupby(found, key=lambda edge: edge.callee):
        siblings = list(group)
        for edge in siblings:
            failed, before = int(edge.during["failed"].sum()), int(edge.before["failed"].sum())
            nats = modest(rate_rise(failed, len(edge.during), before, len(edge.before)), failed)
            rose = before == 0 or failed / len(edge.during) > before / len(edge.before)
            if failed and nats > LEAST and rose:
                yield _finding(edge, nats, sum(bool(other.during["failed"].any()) for other in siblings), len(siblings))


def _finding(edge: Edge, strength: float, failing: int, callers: int) -> Finding:
    bad, fine = edge.during[edge.during["failed"]], edge.during[~edge.during["failed"]]
    before = int(edge.before["failed"].sum())
    others = f" {failing} of its {callers} callers see failures." if callers > 1 else ""
    past = f"{before} of {len(edge.before)} before" if len(edge.before) else "and it was not called before"
    return Finding(
        kind=KIND, component=edge.callee, strength=strength, related=(edge.caller,), evidence=edge.evidence(bad),
        statement=f"{len(bad)} of {len(edge.during)} calls of {edge.callee} by {edge.caller} failed, {past}.{others}",
        onset=onset(edge.tree, bad["span"].to_numpy(), pd.concat([edge.before, fine])["span"].to_numpy()),
        measures={"failed": len(bad), "calls": len(edge.during), "failed_before": before,
                  "calls_before": len(edge.before), "caller": edge.caller, "failing_callers": failing,
                  "callers": callers})
