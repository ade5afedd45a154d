"""Calls of the incident beside those of the baseline, edge by edge: what the edge detectors compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from rca.incident import Case
from rca.model import Evidence, SourceRef, Window
from rca.services.call_graph import service_calls
from rca.services.span_tree import Flags, Ints, SpanTree, span_tree
from rca.telemetry import moment

_WORDS = ("exception.message", "status.message", "status_message", "error.message", "error", "message",
          "exception.type")
"""Attributes that say in words how a span failed, the most telling first."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The calls of one service by another, `before` and `during`, as `service_calls` gives them, in order of time."""

    caller: str
    callee: str
    before: pd.DataFrame
    during: pd.DataFrame
    tree: SpanTree

    def evidence(self, calls: pd.DataFrame, most: int = 3) -> tuple[Evidence, ...]:
        """File, line and length of the first `most` of these calls."""
        return tuple(shown(self.tree, int(at)) for at in calls["span"].head(most))


def edges(case: Case) -> Iterator[Edge]:
    """Every edge with calls in the incident, ordered by caller and callee; nothing without windows."""
    if case.incident is None or case.baseline is None or case.telemetry.spans.empty:
        return
    tree = span_tree(case.telemetry.spans)
    calls = service_calls(tree)
    calls = calls[inside(calls["start"], case.incident) | inside(calls["start"], case.baseline)]
    calls = calls.sort_values(["start", "span"], kind="stable")
    for _, rows in calls.groupby(["caller", "callee"], sort=True):
        now = inside(rows["start"], case.incident)
        if now.any():
            caller, callee = str(rows["caller"].iloc[0]), str(rows["callee"].iloc[0])
            yield Edge(caller, callee, rows[~now], rows[now], tree)


def inside(times: pd.Series, window: Window | None) -> Flags:
    """Whether each time lies in the half-open window; none where there is no window."""
    if window is None:
        return np.zeros(len(times), dtype=bool)
    return ((times >= window[0]) & (times < window[1])).to_numpy(dtype=bool)


def shown(tree: SpanTree, at: int) -> Evidence:
    """One span as evidence: who did what, how long, how it ended, and in which words."""
    row = tree.spans.iloc[at]
    words = error_text(tree, at)
    text = f"{tree.services[at]} {tree.names[at]} {tree.duration_ms[at]:g} ms {row['status']}"
    return Evidence(SourceRef(str(row["source"]), int(row["line"])), (f"{text}: {words}" if words else text)[:400])


def error_text(tree: SpanTree, at: int) -> str:
    """How the span says that it failed, '' where it does not say."""
    held = tree.attributes[at] or {}
    return next((str(held[name]) for name in _WORDS if isinstance(held.get(name), str) and held[name]), "")[:300]


def onset(tree: SpanTree, bad: Ints, good: Ints) -> tuple[datetime, datetime] | None:
    """From the last good span before the first bad one to that first bad one; None where no bad one has a time."""
    starts = tree.spans["start"]
    first = starts.iloc[bad].min()
    if pd.isna(first):
        return None
    earlier = starts.iloc[good]
    earlier = earlier[earlier < first]
    return (moment(earlier.max()) if len(earlier) else moment(first)), moment(first)
