"""Time that is lost between two services.

Symptom: the caller's span grew, the callee's own span for the same call did not: the difference is the way there and
back.
Why it happens: delay or loss on the network, an overloaded proxy, a queue in front of the callee. Where several edges
lose time, the service that they share is the place.
Cannot see: recorders that keep only one half of a call, and edges with fewer than four calls in each window.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rca.algorithms.two_windows import level_rise, modest
from rca.incident import Case
from rca.model import Finding
from rca.services._calls import Edge, edges, onset

KIND = "services.network-gap"
NEEDS = ("spans",)

FEWEST = 4
"""Calls with both halves that each window must hold: single gaps are ruled by the scheduler."""

FLOOR_MS = 1.0
"""Gaps are compared from here on: below a millisecond clocks and schedulers speak."""

FACTOR = 2.0
"""A gap that grew by less is not named."""


@dataclass(frozen=True, slots=True)
class _Gap:
    edge: Edge
    usual_ms: float
    now_ms: float
    nats: float
    wide: pd.DataFrame
    calls: int


def detect(case: Case) -> Iterator[Finding]:
    """One finding per service that the edges with a grown gap share, the one with most of them first."""
    gaps = [gap for edge in edges(case) if (gap := _grown(edge)) is not None]
    while gaps:
        place = _shared(gaps)
        here = [gap for gap in gaps if place in (gap.edge.caller, gap.edge.callee)]
        yield _finding(place, here)
        gaps = [gap for gap in gaps if gap not in here]


def _grown(edge: Edge) -> _Gap | None:
    before, during = _gaps(edge, edge.before), _gaps(edge, edge.during)
    if len(before) < FEWEST or len(during) < FEWEST:
        return None
    usual, now = float(np.median(before["gap"])), float(np.median(during["gap"]))
    nats = level_rise(before["gap"].to_numpy(), during["gap"].to_numpy())
    if now < FACTOR * usual or now - usual < FLOOR_MS or nats <= 0.3:
        return None
    return _Gap(edge, usual, now, nats, during[during["gap"] > FACTOR * usual], len(during))


def _gaps(edge: Edge, calls: pd.DataFrame) -> pd.DataFrame:
    """Calls that went well and have both halves, with the milliseconds of the client half beyond the server half."""
    paired = calls[(calls["client"] >= 0) & (calls["server"] >= 0) & ~calls["failed"]]
    length: npt.NDArray[np.float64] = edge.tree.spans["duration_ms"].to_numpy(dtype="float64")
    gap = length[paired["client"]] - length[paired["server"]]
    known = paired[np.isfinite(gap)]
    return known.assign(gap=np.maximum(gap[np.isfinite(gap)], FLOOR_MS))


def _shared(gaps: list[_Gap]) -> str:
    """The service on most of the edges; of equals the one that loses most time, as callee rather than as caller."""
    edges_of = Counter(name for gap in gaps for name in (gap.edge.caller, gap.edge.callee))
    lost: Counter[str] = Counter()
    for gap in gaps:
        lost[gap.edge.callee] += round((gap.now_ms - gap.usual_ms) * gap.calls * 1000) + 1
        lost[gap.edge.caller] += round((gap.now_ms - gap.usual_ms) * gap.calls * 1000)
    return max(edges_of, key=lambda name: (edges_of[name], lost[name], name))


def _finding(place: str, gaps: list[_Gap]) -> Finding:
    worst = max(gaps, key=lambda gap: (gap.nats, gap.edge.caller, gap.edge.callee))
    edge, others = worst.edge, len(gaps) - 1
    more = f", and so it is on {others} other edge{'s' * (others > 1)} of {place}" if others else ""
    good = [*edge.before["span"], *edge.during["span"][~edge.during["span"].isin(worst.wide["span"])]]
    return Finding(
        kind=KIND, component=place,
        strength=modest(sum(gap.nats for gap in gaps), sum(gap.calls for gap in gaps) // FEWEST),
        statement=f"Between {edge.caller} and {edge.callee} {worst.now_ms:.4g} ms per call are lost on the way (median "
                  f"of {worst.calls}), {worst.usual_ms:.4g} ms before{more}.",
        onset=onset(edge.tree, worst.wide["span"].to_numpy(), np.array(good, dtype="int64")),
        related=tuple(sorted({name for gap in gaps for name in (gap.edge.caller, gap.edge.callee)} - {place})),
        evidence=edge.evidence(worst.wide),
        measures={"gap_ms": worst.now_ms, "gap_before_ms": worst.usual_ms, "calls": worst.calls, "edges": len(gaps),
                  "caller": edge.caller, "callee": edge.callee})
