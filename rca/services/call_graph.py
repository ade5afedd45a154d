"""Who calls whom, how often, how well and how fast: the service graph from spans."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rca.services.span_tree import SpanTree, span_tree

COLUMNS = ("caller", "callee", "calls", "errors", "p50_ms", "p95_ms")


def graph(spans: pd.DataFrame) -> pd.DataFrame:
    """One row per pair of services that call each other: caller, callee, calls, errors, p50_ms, p95_ms.

    A call counts once however many spans describe it (client half, server half). What is called and reports no spans
    of its own (databases, providers, brokers) is a callee by the name that the client's span gives it. Lengths are the
    caller's where it measured them, else the callee's, in milliseconds. Ordered by caller and callee.
    """
    calls = service_calls(span_tree(spans))
    if calls.empty:
        return pd.DataFrame({name: pd.Series(dtype="str" if name in COLUMNS[:2] else "float64") for name in COLUMNS}).astype(
            {"calls": "int64", "errors": "int64"})
    groups = calls.groupby(["caller", "callee"], sort=True)
    table = groups.agg(calls=("duration_ms", "size"), errors=("failed", "sum"), p50_ms=("duration_ms", "median")).reset_index()
    table["p95_ms"] = groups["duration_ms"].quantile(0.95).to_numpy()
    return table.astype({"calls": "int64", "errors": "int64"})


def service_calls(tree: SpanTree) -> pd.DataFrame:
    """One row per call between two services: caller, callee, start, duration_ms, failed, span (position of the telling span)."""
    return pd.concat([_seen_by_callee(tree), _seen_by_caller_only(tree)], ignore_index=True)


def _seen_by_callee(tree: SpanTree) -> pd.DataFrame:
    """Spans whose parent, or client half, belongs to another service."""
    services = tree.services
    caller_at = np.where(tree.call >= 0, tree.call, tree.parent)
    has = caller_at >= 0
    callers = np.where(has, services[np.maximum(caller_at, 0)], "") if len(services) else services
    here = np.flatnonzero(has & (callers != services) & (callers != "") & (services != ""))
    failed = (tree.spans["status"] == "error").to_numpy()
    length = tree.spans["duration_ms"].to_numpy()
    measured = np.where(tree.call >= 0, tree.call, np.arange(len(services)))
    return pd.DataFrame({"caller": callers[here].astype(str), "callee": services[here].astype(str), "start": tree.spans["start"].to_numpy()[here],
                         "duration_ms": length[measured[here]], "failed": failed[here] | failed[measured[here]], "span": here})


def _seen_by_caller_only(tree: SpanTree) -> pd.DataFrame:
    """Spans that name a peer and have no span of another service below them: the peer reports nothing itself."""
    spans, services = tree.spans, tree.services
    peers = spans["peer"].fillna("").to_numpy(dtype=object)
    answered = np.zeros(len(spans), dtype=bool)
    for link in (tree.parent, tree.call):
        below = np.flatnonzero(link >= 0)
        other = below[services[link[below]] != services[below]]
        answered[link[other]] = True
    outgoing = spans["kind"].isin(["client", "producer", "internal"]).to_numpy()
    here = np.flatnonzero((peers != "") & (peers != services) & ~answered & outgoing & (services != ""))
    return pd.DataFrame({"caller": services[here].astype(str), "callee": peers[here].astype(str), "start": spans["start"].to_numpy()[here],
                         "duration_ms": spans["duration_ms"].to_numpy()[here], "failed": (spans["status"] == "error").to_numpy()[here], "span": here})
