"""One query for each element where one for all would do.

Symptom: under one parent span, ten or more calls of the same shape follow one another, each short and all alike.
Why it happens: a list is loaded first and each of its elements by itself, in a loop or a lazy relation.
Cannot see: loops whose calls overlap (a fan-out), calls that no span records, and lists that are short when sampled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rca.incident import Case
from rca.model import Evidence, Finding, SourceRef
from rca.services.span_tree import SpanTree, span_tree
from rca.telemetry import moment

KIND = "services.n-plus-one"
NEEDS = ("spans",)

FEWEST = 10
"""Calls of one shape under one parent from which they are a loop: batches of a handful are ordinary code."""

OVERLAPPING = 0.2
"""Share of neighbouring calls that may overlap: above it they were sent at once, which is a fan-out."""

UNLIKE = 4.0
"""Calls of one loop take alike: the 90th percentile of their lengths is at most this many medians, plus 5 ms."""

_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|\$\d+|\?|:\w+|%s|@\w+")
_STATEMENTS = ("db.statement", "db.query.text", "sql.query", "db.query")


@dataclass(frozen=True, slots=True)
class _Loop:
    caller: str
    shape: str
    callee: str
    positions: tuple[int, ...]
    parent: int


def detect(case: Case) -> Iterator[Finding]:
    """One finding per calling service and shape, over all traces; windows are not needed."""
    tree = span_tree(case.telemetry.spans)
    found: dict[tuple[str, str], list[_Loop]] = {}
    for loop in _loops(tree):
        found.setdefault((loop.caller, loop.shape), []).append(loop)
    for (caller, shape), loops in sorted(found.items()):
        yield _finding(tree, caller, shape, loops)


def _loops(tree: SpanTree) -> Iterator[_Loop]:
    """Runs of ten or more alike, sequential children."""
    spans = tree.spans
    called = np.flatnonzero((tree.parent >= 0) & (spans["kind"] != "server").to_numpy() | _foreign(tree))
    counts = np.bincount(tree.parent[called], minlength=len(spans)) if len(called) else np.empty(0, dtype=int)
    busy = called[counts[tree.parent[called]] >= FEWEST] if len(called) else called
    shapes: dict[tuple[int, str, str], list[int]] = {}
    for at in busy:
        shapes.setdefault((int(tree.parent[at]), *_shape(spans, int(at))), []).append(int(at))
    for (parent, shape, callee), positions in shapes.items():
        if len(positions) >= FEWEST and _sequential(spans, positions) and _alike(spans, positions):
            yield _Loop(str(tree.services[positions[0]] if spans["kind"].iat[positions[0]] != "server" else tree.services[parent]), shape, callee,
                        tuple(positions), parent)


def _foreign(tree: SpanTree) -> np.ndarray:
    """Server spans directly below another service's span: recorders that keep no client half."""
    has = tree.parent >= 0
    other = np.zeros(len(tree.parent), dtype=bool)
    other[has] = tree.services[tree.parent[has]] != tree.services[has.nonzero()[0]]
    return np.asarray(other & (tree.call < 0))


def _shape(spans: pd.DataFrame, at: int) -> tuple[str, str]:
    """What is called, without its values, and who answers."""
    attributes = spans["attributes"].iat[at] or {}
    statement = next((str(attributes[key]) for key in _STATEMENTS if attributes.get(key)), None)
    text = statement if statement else str(spans["name"].iat[at])
    peer = spans["peer"].iat[at]
    return " ".join(_LITERAL.sub("?", text).split()), peer if isinstance(peer, str) else ""


def _sequential(spans: pd.DataFrame, positions: list[int]) -> bool:
    starts = spans["start"].iloc[positions].astype("int64").to_numpy() / 1e6
    ends = starts + spans["duration_ms"].iloc[positions].fillna(0.0).to_numpy()
    order = np.argsort(starts, kind="stable")
    overlaps = starts[order][1:] < ends[order][:-1] - 0.05
    return bool(overlaps.mean() <= OVERLAPPING)


def _alike(spans: pd.DataFrame, positions: list[int]) -> bool:
    """Failed ones aside: an error comes back at once or only after a timeout."""
    rows = spans.iloc[positions]
    lengths = rows.loc[rows["status"] != "error", "duration_ms"].dropna().to_numpy()
    return len(lengths) < 3 or bool(np.quantile(lengths, 0.9) <= UNLIKE * np.median(lengths) + 5.0)


def _finding(tree: SpanTree, caller: str, shape: str, loops: list[_Loop]) -> Finding:
    worst = max(loops, key=lambda loop: (len(loop.positions), -loop.parent))
    spans = tree.spans
    total = float(spans["duration_ms"].iloc[list(worst.positions)].sum())
    began = moment(min(spans["start"].iat[loop.positions[0]] for loop in loops))
    return Finding(
        kind=KIND, component=caller, strength=min(6.0, 2.5 + 0.8 * np.log(len(loops) * len(worst.positions) / FEWEST)),
        statement=f"{caller} calls {shape[:120]!r} {len(worst.positions)} times in a row within one request ({total:.0f} ms in all; "
                  f"{len(loops)} requests do so).",
        onset=(began, began), measures={"calls": len(worst.positions), "requests": len(loops), "shape": shape[:400], "total_ms": round(total, 3)},
        evidence=tuple(Evidence(SourceRef(str(spans["source"].iat[at]), int(spans["line"].iat[at])), f"{spans['name'].iat[at]}: {shape[:200]}")
                       for at in (worst.parent, *worst.positions[:2])),
        related=tuple(dict.fromkeys(loop.callee for loop in loops if loop.callee)))
