"""A call that always was part of an operation is not made any more.

Symptom: in the incident most spans of an operation lack a child span that nearly all of them had in the baseline.
Why it happens: the code returns or throws before it gets there, a branch was removed, or a feature was switched off.
Cannot see: steps that no span records, operations with fewer than four spans in each window, and spans that are not
sampled together with their children.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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

LEAST = 0.3
"""Nats from which it is said at all."""

FALL = 0.3
"""By how much the share must fall: the mixture of requests moves it a little."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per operation and child that vanished, clearest first; the component is the operation's service."""
    if case.incident is None or case.baseline is None:
        return
    tree = span_tree(case.telemetry.spans)
    during, before = inside(tree.spans["start"], case.incident), inside(tree.spans["start"], case.baseline)
    found = _vanished(tree, during, before & ~during)
    for gone in sorted(found, key=lambda gone: (-gone.nats, gone.parent, gone.child)):
        yield _finding(tree, gone, during)


@dataclass(frozen=True, slots=True)
class _Gone:
    """A kind of child (a number of `SpanTree.operations`) that spans of the kind `parent` had before, and lack now."""

    parent: int
    child: int
    spans: int
    now: int
    spans_before: int
    then: int

    @property
    def nats(self) -> float:
        lacking = self.spans - self.now
        ratio = rate_rise(lacking, self.spans, self.spans_before - self.then, self.spans_before)
        return modest(ratio, min(lacking, self.spans_before))

    @property
    def clear(self) -> bool:
        """Whether it was usual, fell far enough, and both windows hold enough."""
        return (min(self.spans, self.spans_before) >= FEWEST and self.then >= USUAL * self.spans_before
                and self.then / self.spans_before - self.now / self.spans >= FALL and self.nats > LEAST)


def _vanished(tree: SpanTree, during: Flags, before: Flags) -> Iterator[_Gone]:
    """Pairs of operations, counted in both windows: spans of the parent, and those among them that have the child."""
    kind = tree.operations
    count = int(kind.max(initial=-1)) + 1
    spans, spans_before = np.bincount(kind[during], minlength=count), np.bincount(kind[before], minlength=count)
    below = np.flatnonzero(tree.parent != NONE)
    linked = pd.DataFrame({"at": tree.parent[below], "child": kind[below]}).drop_duplicates()
    at = linked["at"].to_numpy()
    table = linked.assign(parent=kind[at], now=during[at], then=before[at]).groupby(["parent", "child"], sort=True)
    counted = table[["now", "then"]].sum().reset_index().to_numpy(dtype="int64").tolist()
    for parent, child, now, then in counted:
        gone = _Gone(parent, child, int(spans[parent]), now, int(spans_before[parent]), then)
        if gone.clear:
            yield gone


def _finding(tree: SpanTree, gone: _Gone, during: Flags) -> Finding:
    first, child = (int(np.argmax(tree.operations == kind)) for kind in (gone.parent, gone.child))
    service, name, callee, step = tree.services[first], tree.names[first], str(tree.services[child]), tree.names[child]
    lacking, having = _lacking(tree, gone, during)
    return Finding(
        kind=KIND, component=str(service), strength=gone.nats,
        statement=f"{name} of {service} no longer leads to {step} of {callee}: {gone.now} of {gone.spans} spans "
                  f"have it, {gone.then} of {gone.spans_before} before.",
        onset=onset(tree, lacking, having), related=(callee,) if callee != service else (),
        measures={"operation": str(name), "missing": str(step), "missing_service": callee,
                  "share": round(gone.now / gone.spans, 4), "share_before": round(gone.then / gone.spans_before, 4),
                  "spans": gone.spans, "spans_before": gone.spans_before},
        evidence=tuple(shown(tree, int(at)) for at in lacking[:3]))


def _lacking(tree: SpanTree, gone: _Gone, during: Flags) -> tuple[Ints, Ints]:
    """The operation's spans of the incident without the child, and all with it, in the order of time."""
    same = tree.operations == gone.parent
    has = np.zeros(len(same), dtype=bool)
    has[tree.parent[(tree.operations == gone.child) & (tree.parent != NONE)]] = True
    lacking = np.flatnonzero(same & ~has & during)
    return lacking[np.argsort(tree.start_ms[lacking], kind="stable")], np.flatnonzero(same & has)
