"""One query for each element where one for all would do.

Symptom: under one parent span, ten or more calls of the same shape follow one another, each short and all alike.
Why it happens: a list is loaded first and each of its elements by itself, in a loop or a lazy relation.
Cannot see: loops whose calls overlap (a fan-out), calls that no span records, and lists that are short when sampled.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from rca.algorithms.forest import NONE
from rca.incident import Case
from rca.model import Finding
from rca.services._calls import inside, onset, shown
from rca.services.span_tree import Flags, SpanTree, span_tree
from rca.services.statement_shape import shape, statement

KIND = "services.n-plus-one"
NEEDS = ("spans",)

FEWEST = 10
"""Calls of one shape under one parent from which they are a loop: batches of a handful are ordinary code."""

OVERLAPPING = 0.2
"""Share of neighbouring calls that may overlap: above it they were sent at once, which is a fan-out."""

UNLIKE = 4.0
"""Calls of one loop take alike: the 90th percentile of their lengths is at most this many medians, plus 5 ms."""

GRAIN_MS = 0.05
"""By how much a call may seem to begin before the last one ended."""

FAILED = 0.5
"""Share of failed calls from which the repetition is a retry and not a loop."""

CHRONIC = 0.5
"""Nats of a loop that was there before the incident as well: true, and not what changed."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per calling service and shape, over all traces; windows only weigh it."""
    tree = span_tree(case.telemetry.spans)
    calls = _candidates(tree)
    if calls.empty:
        return
    loops = _loops(tree, calls)
    during = inside(tree.spans["start"], case.incident)
    before = inside(tree.spans["start"], case.baseline) & ~during
    for (caller, text), rows in loops.groupby(["caller", "shape"], sort=True):
        callees = {name for name in calls["callee"][calls["shape"] == text] if name}
        strength = _strength(tree, str(caller), rows, (during, before))
        yield _finding(tree, (str(caller), str(text)), rows, callees, strength)


def _candidates(tree: SpanTree) -> pd.DataFrame:
    """Calls under parents that make ten or more: at, parent, shape, callee."""
    calls = _makes_a_call(tree)
    at = np.flatnonzero(calls & (tree.parent != NONE))
    many = np.bincount(tree.parent[at], minlength=len(tree.parent)) >= FEWEST
    at = at[many[tree.parent[at]]]
    names = tree.names[at]
    shapes = {name: shape(str(name)) for name in dict.fromkeys(names)}
    told = [statement(held) for held in tree.attributes[at]]
    texts = {text: shape(text) for text in dict.fromkeys(told) if text is not None}
    words = [shapes[name] if text is None else texts[text] for name, text in zip(names, told, strict=True)]
    peers = tree.spans["peer"].fillna("").to_numpy()[at]
    return pd.DataFrame({"at": at, "parent": tree.parent[at], "shape": words, "callee": peers})


def _makes_a_call(tree: SpanTree) -> Flags:
    """Spans that ask another service or a database, and wrappers around just one that does."""
    busy = np.flatnonzero(tree.child_count[np.maximum(tree.parent, 0)] >= FEWEST)
    direct = tree.asks_another | (np.isin(tree.kinds, ("client", "producer"))) | (tree.crossing & (tree.call == NONE))
    direct[busy] |= np.fromiter((statement(held) is not None for held in tree.attributes[busy]), bool, len(busy))
    wraps = np.bincount(tree.parent[direct & (tree.parent != NONE)], minlength=len(direct)) == 1
    return np.asarray(direct | (wraps & (tree.kinds == "internal") & (tree.child_count == 1)))


def _loops(tree: SpanTree, calls: pd.DataFrame) -> pd.DataFrame:
    """Groups of ten or more alike, sequential calls under one parent: caller, shape, parent, calls, total_ms, first."""
    group = calls.groupby(["parent", "shape", "callee"], sort=False).ngroup().to_numpy()
    at = calls["at"].to_numpy()
    order = np.lexsort((tree.start_ms[at], group))
    at, group = at[order], group[order]
    table = pd.DataFrame({"group": group, "at": at, "failed": tree.failed[at], "length": tree.duration_ms[at]})
    before_the_last_ended = tree.start_ms[at[1:]] < tree.end_ms[at[:-1]] - GRAIN_MS
    table["overlaps"] = np.r_[False, (group[1:] == group[:-1]) & before_the_last_ended]
    facts = table.groupby("group").agg(calls=("at", "size"), overlaps=("overlaps", "mean"), failed=("failed", "mean"),
                                       first=("at", "first"), total_ms=("length", "sum"))
    sound = table[~table["failed"]].groupby("group")["length"]
    alike = (sound.quantile(0.9) <= UNLIKE * sound.median() + 5.0).reindex(facts.index, fill_value=False)
    one_by_one = (facts["calls"] >= FEWEST) & (facts["overlaps"] <= OVERLAPPING) & (facts["failed"] < FAILED)
    kept = facts[one_by_one & alike]
    first = kept["first"].to_numpy(dtype="int64")
    shapes = pd.Series(calls["shape"].to_numpy(), index=calls["at"].to_numpy())
    parent = tree.parent[first]
    return kept.assign(parent=parent, shape=shapes[first].to_numpy(), caller=tree.services[parent]).reset_index()


def _finding(tree: SpanTree, key: tuple[str, str], loops: pd.DataFrame, peers: set[str], strength: float) -> Finding:
    caller, text = key
    at = loops["parent"].to_numpy(dtype="int64")
    worst = loops.iloc[int(loops["calls"].to_numpy().argmax())]
    first, count = int(worst["first"]), int(worst["calls"])
    callees = sorted(peers | _answering(tree, loops))
    return Finding(
        kind=KIND, component=caller, strength=strength,
        statement=f"{caller} sends {text[:160]!r} {count} times in a row within one request "
                  f"({worst['total_ms']:.0f} ms in all; {len(loops)} requests do so, {loops['calls'].median():.0f} "
                  "times in the median).",
        onset=onset(tree, at, np.flatnonzero(tree.services == caller)),
        measures={"calls_per_request": count, "requests": len(loops), "total_ms": round(float(worst["total_ms"]), 3),
                  "shape": text[:400]},
        evidence=tuple(shown(tree, i) for i in (int(worst["parent"]), first)),
        related=tuple(name for name in callees if name != caller))


def _answering(tree: SpanTree, loops: pd.DataFrame) -> set[str]:
    """The services whose spans stand below the first calls of the loops."""
    first = loops["first"].to_numpy(dtype="int64")[:50]
    below = {str(tree.services[child]) for at in first for child in tree.below(int(at))}
    return below | {str(tree.services[at]) for at in first}


def _strength(tree: SpanTree, caller: str, loops: pd.DataFrame, windows: tuple[Flags, Flags]) -> float:
    """Healthy code rarely loops; a loop of the baseline that neither spread nor grew is not what changed."""
    during, before = windows
    at, calls = loops["parent"].to_numpy(dtype="int64"), loops["calls"].to_numpy()
    base = min(4.5, 2.5 + 0.5 * math.log(len(loops)) + 0.5 * math.log(calls.max() / FEWEST))
    now, then = during[at], before[at]
    if not then.any():
        return base
    if not now.any():
        return CHRONIC
    handled = (tree.services == caller) & (tree.entry == np.arange(len(tree.entry)))
    share = [flag[at].sum() / max((flag & handled).sum(), 1) for flag in (during, before)]
    grown = share[0] > 2 * share[1] or np.median(calls[now]) > 2 * np.median(calls[then])
    return base if grown else CHRONIC
