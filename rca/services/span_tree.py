"""Spans joined with the spans that called them, whatever the ids are like.

A parent is looked up in its own trace first. Only where it is not there, and its id stands once in the whole table, is
it taken from another trace: recorders lose or rewrite trace ids (`same`), and links are worth more than purity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]

NONE = -1
"""Position of a parent that is not in the table."""


@dataclass(frozen=True, slots=True)
class SpanTree:
    """`spans` with positions 0..n-1, and for each the position of its parent (-1: none).

    `call` is the position of the client span that is the caller's view of the same call, -1 where there is none.
    """

    spans: pd.DataFrame
    parent: Ints
    call: Ints

    @property
    def services(self) -> npt.NDArray[np.object_]:
        """The service of each span, '' where it is not known."""
        return self.spans["service"].fillna("").to_numpy(dtype=object)

    def children_ms(self) -> npt.NDArray[np.float64]:
        """Per span the summed length of its children in milliseconds, cut at its own length (children may overlap)."""
        length = self.spans["duration_ms"].fillna(0.0).to_numpy()
        has = self.parent >= 0
        total = np.bincount(self.parent[has], weights=length[has], minlength=len(length)) if len(length) else np.empty(0)
        return np.minimum(total, length)

    def self_ms(self) -> npt.NDArray[np.float64]:
        """Own time per span in milliseconds: its length without that of its children."""
        return np.asarray(self.spans["duration_ms"].fillna(0.0).to_numpy() - self.children_ms())


def span_tree(spans: pd.DataFrame) -> SpanTree:
    """The tree of a `spans` table; its rows keep their order and get positions from 0."""
    table = spans.reset_index(drop=True)
    ids = table["span_id"].fillna("").astype(str)
    parents = table["parent_id"].fillna("").astype(str)
    traces = table["trace_id"].fillna("").astype(str)
    shared = (table["kind"] == "server").to_numpy() & _has_twin(traces, ids, (table["kind"] == "client"))
    owner = _positions(traces, ids, prefer=(table["kind"] != "client").to_numpy())
    client = _positions(traces, ids, prefer=(table["kind"] == "client").to_numpy())
    parent = _looked_up(traces, parents, owner, ids)
    parent = np.where(parent == np.arange(len(table)), NONE, parent)
    kinds = table["kind"].to_numpy(dtype=object)
    twin = np.array([client.get(key, NONE) for key in zip(traces, ids, strict=True)], dtype="int64") if shared.any() else np.full(len(table), NONE)
    is_client = np.array([kinds[p] == "client" if p >= 0 else False for p in parent], dtype=bool)
    return SpanTree(table, parent.astype("int64"), np.where(shared, twin, np.where(is_client, parent, NONE)).astype("int64"))


def _has_twin(traces: pd.Series, ids: pd.Series, clients: pd.Series) -> npt.NDArray[np.bool_]:
    keys = pd.MultiIndex.from_arrays([traces, ids])
    return np.asarray(keys.isin(keys[clients.to_numpy()]))


def _positions(traces: pd.Series, ids: pd.Series, prefer: npt.NDArray[np.bool_]) -> dict[tuple[str, str], int]:
    """Position by (trace, id); of several spans with one id the preferred kind counts."""
    order = np.argsort(prefer, kind="stable")
    return {(traces.iat[i], ids.iat[i]): int(i) for i in order}


def _looked_up(traces: pd.Series, parents: pd.Series, owner: dict[tuple[str, str], int], ids: pd.Series) -> Ints:
    counts = ids.value_counts()
    alone = {ids.iat[i]: i for i in range(len(ids)) if counts[ids.iat[i]] == 1}
    found = np.full(len(traces), NONE, dtype="int64")
    for i, (trace, parent) in enumerate(zip(traces, parents, strict=True)):
        if parent:
            found[i] = owner.get((trace, parent), alone.get(parent, NONE))
    return found
