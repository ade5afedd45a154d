"""Who calls whom, how often, how well and how fast: the service graph from spans."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rca.algorithms.forest import NONE
from rca.services.span_tree import INCOMING, OUTGOING, Flags, Ints, SpanTree, span_tree

COLUMNS = {"caller": "str", "callee": "str", "calls": "int64", "errors": "int64", "p50_ms": "float64",
           "p95_ms": "float64"}

_Words = npt.NDArray[np.object_]


def graph(spans: pd.DataFrame) -> pd.DataFrame:
    """One row per pair that calls each other: caller, callee, calls, errors, p50_ms, p95_ms; ordered by the names.

    A call counts once however many spans describe it (client half, server half). What is called and reports no spans
    of its own (databases, providers, brokers) is a callee by the name that the caller's span gives it; a message whose
    producer and consumer are both known is a call between the two. Lengths are the caller's where it measured them,
    else the callee's, in milliseconds.

    >>> from rca import tables
    >>> graph(tables.frame("spans", {
    ...     "trace_id": "t", "span_id": ["a", "b"], "parent_id": [None, "a"], "service": ["web", "cart"],
    ...     "kind": "server", "duration_ms": [9.0, 5.0], "status": ["ok", "error"], "line": [1, 2]})).to_dict('records')
    [{'caller': 'web', 'callee': 'cart', 'calls': 1, 'errors': 1, 'p50_ms': 5.0, 'p95_ms': 5.0}]
    """
    calls = service_calls(span_tree(spans))
    if calls.empty:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in COLUMNS.items()})
    groups = calls.groupby(["caller", "callee"], sort=True)
    table = groups.agg(calls=("failed", "size"), errors=("failed", "sum"), p50_ms=("duration_ms", "median"))
    table = table.reset_index()
    table["p95_ms"] = groups["duration_ms"].quantile(0.95).to_numpy()
    return table.astype(COLUMNS)


def service_calls(tree: SpanTree) -> pd.DataFrame:
    """One row per call between two services, or of a service and itself over the network.

    Columns: caller, callee, start, duration_ms (the caller's view where there is one), failed (on either side),
    client and server (positions of the two halves, -1 where not recorded), span (the one of the two that tells most).
    """
    answered, client = _answered(tree)
    alone = _unanswered(tree)
    server = np.r_[answered, np.full(len(alone), NONE)]
    client = np.r_[client, alone]
    span = np.where(client >= 0, client, server)
    services = tree.services
    callers = np.where(client >= 0, services[client], services[tree.parent[span]]) if len(span) else services[:0]
    callees = np.r_[services[answered], _peers(tree, alone)]
    length = tree.spans["duration_ms"].to_numpy(dtype="float64")
    failed = tree.failed[span] | (tree.failed[server] & (server >= 0))
    table = pd.DataFrame({
        "caller": callers.astype(str), "callee": callees.astype(str), "start": tree.spans["start"].array[span],
        "duration_ms": np.where(np.isfinite(length[span]), length[span], length[server]), "failed": failed,
        "client": client, "server": server, "span": span})
    return table.astype({"caller": "str", "callee": "str"})


def _answered(tree: SpanTree) -> tuple[Ints, Ints]:
    """(callee's spans, caller's halves or -1) of the calls that the callee recorded; one per call."""
    to_itself = np.isin(tree.kinds, INCOMING) & (tree.call >= 0) & np.isin(tree.kinds[tree.call], OUTGOING)
    answered = np.flatnonzero(tree.crossing | (to_itself & (tree.services != "")))
    client = tree.call[answered]
    order = np.lexsort((answered, tree.start_ms[answered], tree.service_codes[answered], client))
    answered, client = answered[order], client[order]
    callee = tree.service_codes[answered]
    again = np.r_[False, (client[1:] == client[:-1]) & (callee[1:] == callee[:-1])]
    once = (client < 0) | ~again[: len(client)]
    return answered[once], client[once]


def _unanswered(tree: SpanTree) -> Ints:
    """Spans that name a peer and have no work of another service below them: the peer recorded nothing."""
    if not len(tree.parent):
        return tree.parent
    below = np.zeros(len(tree.parent), dtype=bool)
    below[tree.parent[tree.crossing | (tree.call >= 0)]] = True
    named = tree.spans["peer"].notna().to_numpy() & (tree.services != "")
    answered = below & (tree.parent >= NONE)
    nested = named & (tree.parent >= 0) & named[tree.parent] & _same_peer(tree)
    return np.flatnonzero(named & ~answered & ~nested & ~np.isin(tree.kinds, INCOMING))


def _same_peer(tree: SpanTree) -> Flags:
    """Whether a span names the same peer as its parent: an inner layer of the same call."""
    codes = pd.factorize(tree.spans["peer"])[0]
    return np.asarray((codes >= 0) & (codes == codes[np.maximum(tree.parent, 0)]) & (tree.parent >= 0))


def _peers(tree: SpanTree, at: Ints) -> _Words:
    """The peers' names, those of known services as these call themselves (`cart:8080`, `cart.shop.svc` are `cart`)."""
    names = tree.spans["peer"].astype(object).to_numpy()[at]
    known = frozenset(tree.services)
    found: dict[Any, str] = {name: _own_name(str(name), known) for name in dict.fromkeys(names)}
    return np.array([found[name] for name in names], dtype=object)


def _own_name(peer: str, known: frozenset[Any]) -> str:
    """The service that a peer's name stands for, or the name itself.

    >>> [_own_name(name, frozenset({"cart"})) for name in ("cart.shop.svc.cluster.local:8080", "s3.example.com")]
    ['cart', 's3.example.com']
    """
    host = peer.rsplit(":", 1)[0] if peer.rsplit(":", 1)[-1].isdigit() else peer
    return next((name for name in (peer, host, host.split(".")[0]) if name in known), peer)
