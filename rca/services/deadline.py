"""Calls that are cut off at a fixed time.

Symptom: failed calls of an edge end at nearly one length, while calls that succeeded before took longer than that; or the
callee's own span runs on after its caller gave up.
Why it happens: the caller's deadline or timeout is shorter than the work takes, most often since somebody lowered it.
Cannot see: deadlines of callers without spans, and ceilings that less than two failed calls show.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rca.incident import Case
from rca.model import Finding
from rca.services._calls import Edge, edges
from rca.telemetry import moment

KIND = "services.deadline"
NEEDS = ("spans",)

CEILING = 0.05
"""Relative spread of lengths up to which they end at one ceiling: timers are precise, work is not."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per edge with a ceiling; the component is the caller who gives up, the callee is related."""
    for edge in edges(case):
        bad = edge.during[edge.during["failed"] & edge.during["duration_ms"].gt(0)]
        if len(bad):
            lengths = _client_lengths(edge, bad)
            ceiling = float(np.median(lengths))
            longer = float((edge.before.loc[~edge.before["failed"].astype(bool), "duration_ms"] > ceiling).mean()) if len(edge.before) else 0.0
            overrun = _overrun(edge, bad)
            sharp = len(lengths) >= 2 and float(np.std(lengths)) <= CEILING * ceiling
            strength = 1.5 * longer + 2.0 * overrun + (1.5 if sharp and (longer or overrun) else 0.0)
            if strength > 0.5 and (longer > 0 or overrun > 0):
                yield _finding(edge, bad, ceiling, longer, overrun, strength)


def _client_lengths(edge: Edge, calls: pd.DataFrame) -> np.ndarray:
    at = calls["span"].to_numpy()
    half = np.where(edge.tree.call[at] >= 0, edge.tree.call[at], at)
    return np.asarray(edge.tree.spans["duration_ms"].to_numpy()[half])


def _overrun(edge: Edge, calls: pd.DataFrame) -> float:
    """Share of the failed calls in which the callee worked on after the caller had given up."""
    at = calls["span"].to_numpy()
    asked = np.where(edge.tree.call[at] >= 0, edge.tree.call[at], edge.tree.parent[at])
    known = asked >= 0
    length = edge.tree.spans["duration_ms"].to_numpy()
    return float((length[at[known]] > length[asked[known]] * 1.02).mean()) if known.any() else 0.0


def _finding(edge: Edge, bad: pd.DataFrame, ceiling: float, longer: float, overrun: float, strength: float) -> Finding:
    began = moment(bad["start"].iloc[0])
    facts = [f"{longer:.0%} of the calls before took longer"] if longer else []
    facts += [f"in {overrun:.0%} of them {edge.callee} worked on after {edge.caller} had given up"] if overrun else []
    return Finding(
        kind=KIND, component=edge.caller, strength=min(5.0, strength),
        statement=f"{len(bad)} calls of {edge.callee} by {edge.caller} end at about {ceiling:.4g} ms; {'; '.join(facts)}.",
        onset=(began, began), related=(edge.callee,), evidence=edge.evidence(bad),
        measures={"ceiling_ms": ceiling, "failed": len(bad), "longer_before_share": round(longer, 4), "overrun_share": round(overrun, 4), "callee": edge.callee})
