"""Calls that are cut off at a fixed time before the callee can be done.

Symptom: failed calls of an edge end at one length, although the same calls took longer when they went well, or the
callee works on after its caller gave up and takes no longer than it always did; or the span itself carries a deadline
that is lower than before.
Why it happens: the caller's deadline or timeout is shorter than the work takes, most often since somebody lowered it.
Cannot see: deadlines of callers without spans; a deadline that is hit because the callee became slow is not too short.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rca.algorithms.two_windows import modest
from rca.incident import Case
from rca.model import Evidence, Finding, SourceRef
from rca.services._calls import Edge, edges, error_text, inside, onset
from rca.services.span_tree import SpanTree, span_tree
from rca.telemetry import moment

KIND = "services.deadline"
NEEDS = ("spans",)

SHARP = 0.05
"""Relative spread of lengths up to which they end at one ceiling: timers are precise, work is not."""

AS_USUAL = 1.5
"""Up to this multiple of its usual length the callee is as fast as ever."""

LOWERED = 0.8
"""A deadline of at most this share of the old one was lowered."""

_KEY = re.compile(r"deadline|time_?out|time[._]limit|request_budget", re.IGNORECASE)
_RAN_OUT = re.compile(r"deadline|timed?[ -]?out|cancel|context done|\b504\b", re.IGNORECASE)


def detect(case: Case) -> Iterator[Finding]:
    """One finding per edge with a ceiling that is too low, then one per operation whose deadline was lowered."""
    for edge in edges(case):
        if (cut := _cut(edge)) is not None:
            yield _of_edge(edge, cut)
    if case.incident is not None and case.baseline is not None:
        yield from _lowered(span_tree(case.telemetry.spans), case)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Failed calls that were cut at `ceiling_ms`, which is below `usual_ms`, what the callee needs."""

    calls: pd.DataFrame
    ceiling_ms: float
    usual_ms: float
    working_on: int
    strength: float


def _cut(edge: Edge) -> _Cut | None:
    failed, fine = _seen_by_the_caller(edge), edge.before[~edge.before["failed"]]
    if failed.empty:
        return None
    lengths = failed["duration_ms"].to_numpy()
    ceiling, usual = float(np.median(lengths)), _usual(edge, fine, failed)
    at_ceiling = np.abs(lengths - ceiling) <= SHARP * ceiling
    served = _served(edge, failed)
    working_on = int((served > 1.02 * lengths).sum())
    slower = usual is not None and np.isfinite(served).any() and np.nanmedian(served) > AS_USUAL * usual
    if usual is None or slower or ceiling >= usual or not (_says_so(edge, failed) or working_on):
        return None
    nats = 1.0 + (1.0 if working_on else 0.0) + (0.5 * math.log(at_ceiling.sum()) if at_ceiling.mean() >= 0.8 else 0.0)
    nats += 1.0 if _longer(fine, ceiling) > 0.5 else 0.0
    return _Cut(failed, ceiling, usual, working_on, modest(nats, len(failed)))


def _seen_by_the_caller(edge: Edge) -> pd.DataFrame:
    """Failed calls with the length that the caller saw: of its half, or of the span that ended before the callee."""
    tree, calls = edge.tree, edge.during[edge.during["failed"] & (edge.during["duration_ms"] > 0)]
    above = tree.parent[calls["span"]]
    waited = np.where(calls["client"] >= 0, calls["duration_ms"], tree.duration_ms[above])
    known = (calls["client"] >= 0) | ((above >= 0) & (waited < calls["duration_ms"]) & (waited > 0))
    return calls.assign(duration_ms=waited)[known]


def _usual(edge: Edge, fine: pd.DataFrame, failed: pd.DataFrame) -> float | None:
    """How long calls of the same operations took when they went well, in milliseconds."""
    kind = edge.tree.operations
    same = fine[np.isin(kind[fine["span"]], kind[failed["span"]])]["duration_ms"].dropna()
    return float(same.median()) if len(same) else None


def _served(edge: Edge, calls: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Length of the callee's own span of each call, NaN where it has none."""
    server = calls["server"].to_numpy()
    return np.where(server >= 0, edge.tree.spans["duration_ms"].to_numpy(dtype="float64")[server], np.nan)


def _longer(fine: pd.DataFrame, ceiling: float) -> float:
    return float((fine["duration_ms"] > ceiling).mean()) if len(fine) else 0.0


def _says_so(edge: Edge, calls: pd.DataFrame) -> bool:
    """Whether one of the first failed calls speaks of a deadline, on either side."""
    at = [int(i) for pair in calls[["client", "server"]].head(20).to_numpy() for i in pair if i >= 0]
    return any(_RAN_OUT.search(error_text(edge.tree, i)) for i in at)


def _of_edge(edge: Edge, cut: _Cut) -> Finding:
    fine = np.array([*edge.before["span"], *edge.during["span"][~edge.during["failed"]]], dtype="int64")
    on = f" In {cut.working_on} of them {edge.callee} worked on after that." if cut.working_on else ""
    return Finding(
        kind=KIND, component=edge.caller, strength=cut.strength, related=(edge.callee,),
        evidence=edge.evidence(cut.calls),
        statement=f"{len(cut.calls)} calls of {edge.callee} by {edge.caller} are cut off at about "
                  f"{cut.ceiling_ms:.4g} ms; they take {cut.usual_ms:.4g} ms when they go well.{on}",
        onset=onset(edge.tree, cut.calls["span"].to_numpy(), fine),
        measures={"ceiling_ms": cut.ceiling_ms, "usual_ms": cut.usual_ms, "failed": len(cut.calls),
                  "worked_on": cut.working_on, "callee": edge.callee})


def _lowered(tree: SpanTree, case: Case) -> Iterator[Finding]:
    """Operations whose spans carry a lower deadline than in the baseline."""
    told = _told(tree)
    told = told[inside(told["start"], case.incident) | inside(told["start"], case.baseline)]
    during = pd.Series(inside(told["start"], case.incident), index=told.index)
    for (service, name, key), rows in told.groupby(["service", "name", "key"], sort=True):
        old, new = rows[~during[rows.index]], rows[during[rows.index]]
        if len(old) and len(new) and new["value"].median() <= LOWERED * old["value"].median():
            hit = float(new["failed"].mean())
            strength = modest(2.0 + math.log(len(new)) + hit, min(len(old), len(new)), least=3.0)
            yield _of_operation((str(service), str(name), str(key)), old, new, strength)


def _told(tree: SpanTree) -> pd.DataFrame:
    """Every deadline that a span carries: service, name, key, value, start, failed, source, line."""
    rows = [(at, key, float(value)) for at, held in enumerate(tree.attributes) if held is not None
            for key, value in held.items() if _is_deadline(key, value)]
    at = np.array([row[0] for row in rows], dtype="int64")
    found = tree.spans.iloc[at][["service", "name", "start", "source", "line"]].reset_index(drop=True)
    return found.assign(key=[row[1] for row in rows], value=[row[2] for row in rows], failed=tree.failed[at])


def _is_deadline(key: str, value: object) -> bool:
    if isinstance(value, bool) or not _KEY.search(key):
        return False
    try:
        return 0 < float(value) < math.inf      # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _of_operation(key: tuple[str, str, str], old: pd.DataFrame, new: pd.DataFrame, strength: float) -> Finding:
    service, name, attribute = key
    usual, now = float(old["value"].median()), float(new["value"].median())
    first, failed = new.sort_values("start", kind="stable").iloc[0], int(new["failed"].sum())
    last = old["start"].max()
    return Finding(
        kind=KIND, component=service, strength=strength,
        statement=f"{attribute} of {name} in {service} was {usual:g} and is {now:g}; {failed} of {len(new)} calls "
                  "with it failed.",
        onset=(moment(min(last, first["start"])), moment(first["start"])),
        measures={"attribute": attribute, "operation": name, "deadline": now, "deadline_before": usual,
                  "failed": failed},
        evidence=(Evidence(SourceRef(str(first["source"]), int(first["line"])),
                           f"{service} {name}: {attribute} = {first['value']:g}"),))
