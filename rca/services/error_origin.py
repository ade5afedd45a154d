"""Where a failure began, in traces that are red from top to bottom.

Symptom: spans of several services fail in one trace; every caller of the failing one is red as well.
Why it happens: one of them failed by itself, the others passed its failure on. A call that its caller gave up is a
failure of the callee that took too long, even though the callee's own span is not red.
Cannot see: failures that are answered with success, and origins whose spans were not sampled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from rca.incident import Case
from rca.model import Evidence, Finding, SourceRef
from rca.services.span_tree import SpanTree, span_tree
from rca.telemetry import moment

KIND = "services.error-origin"
NEEDS = ("spans",)

GRACE_MS = 1.0
"""How much longer than its caller's span a callee must run to count as given up."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per service in which failures began in the incident (in all spans, where there are no windows)."""
    tree = span_tree(case.telemetry.spans)
    if tree.spans.empty:
        return
    origins = _origins(tree)
    during = _within(tree, case)
    counts = Counter(name for at, name in origins.items() if during[at])
    total = sum(counts.values())
    for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        before = sum(origin == name for at, origin in origins.items() if not during[at])
        finding = _finding(tree, name, [at for at, origin in origins.items() if origin == name and during[at]], count / total, before, during)
        if finding.strength > 0:
            yield finding


def _within(tree: SpanTree, case: Case) -> np.ndarray:
    if case.incident is None:
        return np.ones(len(tree.spans), dtype=bool)
    start = tree.spans["start"]
    return np.asarray((start >= case.incident[0]) & (start < case.incident[1]))


def _origins(tree: SpanTree) -> dict[int, str]:
    """Position of each failure that began there, with the service or peer to which it is put down.

    Walks from each failed root down: the failed child that failed first is followed; a child that was still running when
    its caller gave up is followed too, red or not.
    """
    failed = (tree.spans["status"] == "error").to_numpy()
    children: dict[int, list[int]] = {}
    for at, parent in enumerate(tree.parent):
        if parent >= 0:
            children.setdefault(int(parent), []).append(at)
    tops = [at for at in np.flatnonzero(failed) if tree.parent[at] < 0 or not failed[tree.parent[at]]]
    ends = tree.spans["start"].astype("int64").to_numpy() / 1e6 + tree.spans["duration_ms"].fillna(0.0).to_numpy()
    found = {}
    for top in tops:
        at = _innermost(int(top), children, failed, ends)
        found[at] = _name(tree, at)
    return found


def _innermost(at: int, children: dict[int, list[int]], failed: np.ndarray, ends: np.ndarray) -> int:
    seen, given_up_at = {at}, ends[at]
    while True:
        below = [child for child in children.get(at, ()) if child not in seen]
        red = [child for child in below if failed[child]]
        running = [child for child in below if ends[child] > given_up_at + GRACE_MS]
        after = min(red, key=lambda child: (ends[child], child)) if red else max(running, key=lambda child: (ends[child], -child), default=None)
        if after is None:
            return at
        at, given_up_at = after, min(given_up_at, ends[after])
        seen.add(at)


def _name(tree: SpanTree, at: int) -> str:
    """The service, or for a failed call that nobody answered the peer that was called."""
    peer = tree.spans["peer"].iat[at]
    outgoing = tree.spans["kind"].iat[at] in ("client", "producer")
    return str(peer) if outgoing and isinstance(peer, str) and peer else str(tree.services[at])


def _finding(tree: SpanTree, name: str, positions: list[int], share: float, before: int, during: np.ndarray) -> Finding:
    spans = tree.spans
    calm = max(int((~during).sum()), 1)
    expected = (before + 0.5) / calm * int(during.sum()) if not during.all() else 0.5
    excess = len(positions) / max(expected, 0.25)
    callers = _callers(tree, positions)
    began = [moment(spans["start"].iat[at]) for at in sorted(positions, key=lambda p: spans["start"].iat[p])[:1]]
    return Finding(
        kind=KIND, component=name, strength=float(np.clip(np.log(excess) * min(1.0, 0.4 + share), 0.0, 5.0)),
        statement=f"{len(positions)} failures of requests began in {name} ({share:.0%} of those traced), {before} in the rest of the recording.",
        onset=(began[0], began[0]) if began else None, measures={"failures": len(positions), "share": round(share, 4), "failures_before": before},
        evidence=tuple(Evidence(SourceRef(str(spans["source"].iat[at]), int(spans["line"].iat[at])), _text(tree, at)) for at in positions[:3]),
        related=callers)


def _callers(tree: SpanTree, positions: list[int]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for start in positions[:200]:
        at, steps = int(tree.parent[start]), 0
        while at >= 0 and steps < 20:
            found[str(tree.services[at])] = None
            at, steps = int(tree.parent[at]), steps + 1
    return tuple(name for name in found if name)


def _text(tree: SpanTree, at: int) -> str:
    attributes = tree.spans["attributes"].iat[at] or {}
    words = next((str(attributes[key]) for key in ("exception.message", "error", "status_message", "exception.type") if attributes.get(key)), "")
    return f"{tree.services[at]} {tree.spans['name'].iat[at]} {words}".strip()[:300]
