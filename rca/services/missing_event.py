"""A call that always was part of an operation is not made any more.

Symptom: in the incident most spans of an operation lack a child span that nearly all of them had in the baseline.
Why it happens: the code returns or throws before it gets there, a branch was removed, or a feature was switched off.
Cannot see: steps that no span records, operations with fewer than four spans in each window, and spans that are not
sampled together with their children.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rca.algorithms.forest import NONE
from rca.algorithms.two_windows import modest, rate_rise
from rca.incident import Case
from rca.model import Finding
from rca.services._calls import inside, onset, shown
from rca.services.span_tree import Flags, Ints, SpanTree, span_tree

KIND = "services.missing-event"
NEEDS = ("spans",)

FEWEST = 4
"""Spans of the operation that each window must hold."""

USUAL = 0.5
"""Share of the baseline's spans that have the child: rarer ones depend on the request."""

FALL = 0.3
"""By how much the share must fall: the mixture of requests moves it a little."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per operation and child that vanished, the clearest first; the component is the operation's service."""
    if case.incident is None or case.baseline is None:
        return
    tree = span_tree(case.telemetry.spans)
    during, before = inside(tree.spans["start"], case.incident), inside(tree.spans["start"], case.baseline)
    found = _vanished(tree, during, before)
    for row in found.sort_values(["nats", "parent_kind", "child_kind"], ascending=[False, True, True]).itertuples():
        yield _finding(tree, row, (during, before))


def _vanished(tree: SpanTree, during: Flags, before: Flags) -> pd.DataFrame:
    """Pairs of operations: spans of the parent and those among them with the child, in both windows."""
    kind = tree.operations
    count = int(kind.max()) + 1 if len(kind) else 0
    spans, spans_before = (np.bincount(kind[flag], minlength=count) for flag in (during, before & ~during))
    below = np.flatnonzero(tree.parent != NONE)
    pairs = pd.DataFrame({"parent": tree.parent[below], "child_kind": kind[below]}).drop_duplicates()
    at = pairs["parent"].to_numpy()
    pairs = pairs.assign(parent_kind=kind[at], now=during[at], then=before[at] & ~during[at])
    table = pairs.groupby(["parent_kind", "child_kind"], sort=True)[["now", "then"]].sum().reset_index()
    of = table["parent_kind"].to_numpy(dtype="int64")
    table = table.assign(spans=spans[of], spans_before=spans_before[of])
    table = table[(table["spans"] >= FEWEST) & (table["spans_before"] >= FEWEST)]
    fell = table["then"] / table["spans_before"] - table["now"] / table["spans"]
    table = table[(table["then"] >= USUAL * table["spans_before"]) & (fell >= FALL)]
    nats = [modest(rate_rise(int(r.spans - r.now), int(r.spans), int(r.spans_before - r.then), int(r.spans_before)),
                   int(min(r.spans - r.now, r.spans_before))) for r in table.itertuples()]
    table = table.assign(nats=np.array(nats, dtype="float64"), first=[int(np.flatnonzero(kind == k)[0]) for k in table["parent_kind"]],
                         child=[int(np.flatnonzero(kind == k)[0]) for k in table["child_kind"]])
    return table[table["nats"] > 0.3]


def _finding(tree: SpanTree, row: object, windows: tuple[Flags, Flags]) -> Finding:
    first, child = int(row.first), int(row.child)      # type: ignore[attr-defined]
    spans, now, spans_before, then = (int(getattr(row, name)) for name in ("spans", "now", "spans_before", "then"))
    service, name = str(tree.services[first]), str(tree.spans["name"].iat[first])
    callee, step = str(tree.services[child]), str(tree.spans["name"].iat[child])
    lacking, having = _lacking(tree, first, child, windows)
    return Finding(
        kind=KIND, component=service, strength=float(row.nats),      # type: ignore[attr-defined]
        statement=f"{name} of {service} no longer leads to {step} of {callee}: {now} of {spans} spans have it, {then} of {spans_before} before.",
        onset=onset(tree, lacking, having), related=(callee,) if callee != service else (),
        measures={"operation": name, "missing": step, "missing_service": callee, "share": round(now / spans, 4),
                  "share_before": round(then / spans_before, 4), "spans": spans, "spans_before": spans_before},
        evidence=tuple(shown(tree, int(at)) for at in lacking[:3]))


def _lacking(tree: SpanTree, first: int, child: int, windows: tuple[Flags, Flags]) -> tuple[Ints, Ints]:
    """Positions of the operation's spans of the incident without the child, and of all with it, in the order of time."""
    same = tree.operations == tree.operations[first]
    has = np.zeros(len(same), dtype=bool)
    children = np.flatnonzero((tree.operations == tree.operations[child]) & (tree.parent != NONE))
    has[tree.parent[children]] = True
    lacking = np.flatnonzero(same & ~has & windows[0])
    return lacking[np.argsort(tree.start_ms[lacking], kind="stable")], np.flatnonzero(same & has)
