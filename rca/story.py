"""The incident told in order: what changed, what was first seen where, and the series behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rca.incident import Case
from rca.model import Finding, Hypothesis, Moment, Series, SourceRef
from rca.telemetry import moment

LONGEST = 40
"""Moments in a timeline; a reader gives up on longer ones. The strongest findings and all changes near them stay."""

POINTS = 300
"""Points of a series in a report: more than a sparkline has pixels."""


def timeline(case: Case, findings: Sequence[Finding]) -> tuple[Moment, ...]:
    """Changes, alerts and the onsets of the strongest findings, in the order of time."""
    told = [*_onsets(findings), *_changes(case), *_alerts(case)]
    unique = {(m.time, m.component, m.text): m for m in told}
    return tuple(sorted(unique.values(), key=lambda m: (m.time, m.kind, m.component, m.text)))


def _onsets(findings: Sequence[Finding]) -> list[Moment]:
    dated = [f for f in findings if f.onset and f.strength > 1.0 and f.kind != "services.change"]
    return [
        Moment(
            time=f.onset[1],
            component=f.component,
            kind=f.kind,
            text=f.statement,
            source=f.evidence[0].source if f.evidence else None,
        )
        for f in dated[: LONGEST // 2]
        if f.onset
    ]


def _changes(case: Case) -> list[Moment]:
    """What was deployed, switched or configured from the baseline to the end of the incident.

    Commits only act when deployed.
    """
    rows = case.telemetry.changes
    rows = rows[rows["kind"].ne("commit") & rows["time"].notna()]
    if case.incident:
        start = case.baseline[0] if case.baseline else case.incident[0]
        rows = rows[(rows["time"] >= start) & (rows["time"] < case.incident[1])]
    return [
        Moment(
            time=moment(row.time),
            component=str(row.component),
            kind=str(row.kind),
            source=SourceRef(str(row.source), int(row.line)),
            text=" ".join(
                str(part) for part in (row.kind, row.id, row.parent_id, row.summary) if isinstance(part, str)
            ),
        )
        for row in _records(rows.tail(LONGEST // 2))
    ]


def _alerts(case: Case) -> list[Moment]:
    rows = case.telemetry.alerts
    rows = rows[rows["time"].notna()].head(LONGEST // 4)
    return [
        Moment(
            time=moment(row.time),
            component=str(row.component),
            kind="alert",
            source=SourceRef(str(row.source), int(row.line)),
            text=f"alert on {row.metric}: {row.summary}",
        )
        for row in _records(rows)
    ]


def _records(rows: pd.DataFrame) -> Iterator[Any]:
    return rows.itertuples()


def series(case: Case, hypotheses: Sequence[Hypothesis]) -> tuple[Series, ...]:
    """The metrics that the first three hypotheses rest on, thinned to 300 points each, at most 12 of them."""
    named = [
        (f.component, str(f.measures["metric"])) for h in hypotheses[:3] for f in h.explains if "metric" in f.measures
    ]
    metrics = case.telemetry.metrics
    found = []
    for component, metric in list(dict.fromkeys(named))[:12]:
        rows = metrics[(metrics["component"] == component) & (metrics["metric"] == metric) & metrics["time"].notna()]
        if len(rows):
            found.append(_thinned(component, metric, rows))
    return tuple(found)


def _thinned(component: str, metric: str, rows: pd.DataFrame) -> Series:
    ordered = rows.sort_values("time", kind="stable")
    keep = np.unique(np.linspace(0, len(ordered) - 1, min(POINTS, len(ordered))).astype(int))
    chosen = ordered.iloc[keep]
    return Series(
        component=component,
        metric=metric,
        times=tuple(moment(t) for t in chosen["time"]),
        values=tuple(float(v) for v in chosen["value"]),
    )
