"""Which component is to blame: the evidence of every family, fused into one order.

Families are scored apart and fused by the largest plus a tenth of the rest: summing them all lets ten loud metrics of
a victim outvote the one of the culprit. Where nothing departs from the baseline nobody is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pandas as pd

from rca.incident import Case
from rca.model import Window
from rca.services._evidence_effect import Edges, effect_clues, target_departs
from rca.services._evidence_metrics import Clue, metric_clues, processor_clues, shifts
from rca.services.network_gap import detect as network_gaps
from rca.telemetry import Telemetry

COLUMNS = {"component": "str", "score": "float64", "cause": "str", "statement": "str"}

REST = 0.1
"""The weight of everything but a component's best family."""

LOCAL = frozenset({"cpu", "steal", "memory", "disk", "disk-free", "connections", "connections-free", "pool-wait",
                   "threads", "file-descriptors", "throttled", "oom", "restarts"})
"""Families that tell of the component itself whatever it calls: no callee explains them away."""


def rank(telemetry: Telemetry, *, incident: Window, baseline: Window, target: str | tuple[str, str] | None = None,
         graph: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row per suspected component, the likeliest first: component, score, cause, statement.

    `incident` and `baseline` are half-open windows in UTC. `target` is the component, or (component, metric), that the
    complaint is about: with a metric nobody is named unless it departs. `graph` is a table with caller and callee.
    `score` orders the rows of one call; it is not a probability. Metrics are weighed, and of spans the time lost
    between caller and callee; not yet logs, and steps that vanish. Empty, with its columns, where nothing departs.
    Raises ValueError where `graph` lacks a column.

    >>> from rca import tables
    >>> times = pd.date_range("2026-01-01", periods=40, freq="min", tz="UTC")
    >>> cpu = tables.frame("metrics", {"time": times, "component": "cart", "metric": "cpu_percent", "line": range(40),
    ...                                "value": [10.0, 11.0, 10.5] * 10 + [95.0] * 10, "unit": "percent"})
    >>> windows = {"baseline": (times[0], times[30]), "incident": (times[30], times[39])}
    >>> rank(Telemetry({"metrics": cpu}), **windows)[["component", "cause"]].values.tolist()
    [['cart', 'cpu-saturation']]
    """
    case = Case(telemetry=telemetry, incident=incident, baseline=baseline, target=target)
    return _fused(_clues(case, _edges(graph)))


def _clues(case: Case, edges: Edges) -> Iterator[Clue]:
    found, target = shifts(case), case.target
    if isinstance(target, tuple):
        if not target_departs(found, target):
            return
        yield from effect_clues(found, target, edges)
    yield from metric_clues(found if not isinstance(target, tuple) else [
        shift for shift in found if shift.series.family.name in LOCAL])
    yield from processor_clues(found)
    for gap in network_gaps(case):
        yield Clue(component=gap.component, family="network-gap", score=gap.strength, cause="network-delay",
                   statement=gap.statement)


def _edges(graph: pd.DataFrame | None) -> Edges:
    """The callees of every caller, ordered by name."""
    if graph is None:
        return {}
    if lacking := {"caller", "callee"} - set(graph.columns):
        raise ValueError(f"graph needs the columns caller and callee, it lacks {', '.join(sorted(lacking))}; "
                         f"it has {', '.join(map(str, graph.columns))}")
    callees: dict[str, set[str]] = defaultdict(set)
    for caller, callee in graph[["caller", "callee"]].dropna().itertuples(index=False):
        callees[str(caller)].add(str(callee))
    return {caller: tuple(sorted(found)) for caller, found in callees.items()}


def _fused(clues: Iterable[Clue]) -> pd.DataFrame:
    """One row per component: its best clue, with a tenth of the best of each other family added to the score."""
    best: dict[str, dict[str, Clue]] = defaultdict(dict)
    for clue in clues:
        families = best[clue.component]
        if clue.family not in families or clue.score > families[clue.family].score:
            families[clue.family] = clue
    rows = [_row(list(families.values())) for families in best.values()]
    rows.sort(key=lambda row: (-row[1], row[0]))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _row(clues: list[Clue]) -> tuple[str, float, str, str]:
    first = min(clues, key=lambda clue: (-clue.score, clue.family))
    rest = sum(clue.score for clue in clues) - first.score
    return first.component, first.score + REST * rest, first.cause, first.statement
