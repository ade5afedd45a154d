"""Calls of the incident beside those of the baseline, edge by edge: what the edge detectors compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from rca.incident import Case
from rca.model import Evidence, SourceRef
from rca.services.call_graph import service_calls
from rca.services.span_tree import SpanTree, span_tree


@dataclass(frozen=True, slots=True)
class Edge:
    """The calls of one service by another: `before` and `during` as `service_calls` gives them, in the order of time."""

    caller: str
    callee: str
    before: pd.DataFrame
    during: pd.DataFrame
    tree: SpanTree

    def evidence(self, calls: pd.DataFrame, most: int = 3) -> tuple[Evidence, ...]:
        """File, line and length of the first `most` of these calls."""
        spans = self.tree.spans
        return tuple(Evidence(SourceRef(str(spans["source"].iat[at]), int(spans["line"].iat[at])),
                              f"{self.caller} -> {self.callee} {spans['name'].iat[at]} {spans['duration_ms'].iat[at]:g} ms {spans['status'].iat[at]}")
                     for at in calls["span"].head(most))


def edges(case: Case) -> Iterator[Edge]:
    """Every edge with calls in the incident, ordered by caller and callee; nothing without windows."""
    if case.incident is None or case.baseline is None or case.telemetry.spans.empty:
        return
    tree = span_tree(case.telemetry.spans)
    calls = service_calls(tree)
    calls = calls.assign(start=pd.to_datetime(calls["start"], utc=True)).sort_values(["start", "span"], kind="stable")
    for (caller, callee), rows in calls.groupby(["caller", "callee"], sort=True):
        before = rows[(rows["start"] >= case.baseline[0]) & (rows["start"] < case.baseline[1])]
        during = rows[(rows["start"] >= case.incident[0]) & (rows["start"] < case.incident[1])]
        if len(during):
            yield Edge(str(caller), str(callee), before, during, tree)
