"""Spans joined with the spans that called them, whatever the ids and the clocks are like.

A parent is looked up in its own trace first. Only where it is not there, and its id stands once in the whole table at
about the same time, is it taken from another trace: recorders lose or rewrite trace ids, and a link is worth more than
purity. Both halves of a call may share one id (Zipkin). A span that is its own ancestor has no parent.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from rca.algorithms.forest import NONE, acyclic, children, levels
from rca.algorithms.intervals import covered

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEAR_NS = 60_000_000_000
"""A parent in another trace must be at most a minute away: hand-written ids recur."""

OUTGOING = ("client", "producer")
INCOMING = ("server", "consumer")
_IDENTITY = ["trace_id", "span_id", "parent_id", "service", "name", "kind", "start", "duration_ms", "status"]


@dataclass(frozen=True)
class SpanTree:
    """`spans` without exact repetitions, at positions 0..n-1, and for each the position of its parent (-1: none).

    `call` is the position of the caller's own span of the same call (its client half), -1 where there is none.
    """

    spans: pd.DataFrame
    parent: Ints
    call: Ints

    @cached_property
    def services(self) -> npt.NDArray[np.object_]:
        """The service of each span, '' where it is not known."""
        return self.spans["service"].fillna("").to_numpy(dtype=object)

    @cached_property
    def attributes(self) -> npt.NDArray[np.object_]:
        """The further fields of each span: a dict, or None."""
        return np.array([held if isinstance(held, dict) else None for held in self.spans["attributes"]], dtype=object)

    @cached_property
    def names(self) -> npt.NDArray[np.object_]:
        """The operation of each span, '' where it is not known."""
        return self.spans["name"].fillna("").to_numpy(dtype=object)

    @cached_property
    def operations(self) -> Ints:
        """Service and operation of each span together as a number."""
        return np.asarray(self.spans.groupby(["service", "name"], dropna=False, sort=True).ngroup(), dtype="int64")

    @cached_property
    def service_codes(self) -> Ints:
        """The service of each span as a number."""
        return np.asarray(pd.factorize(self.services)[0], dtype="int64")

    @cached_property
    def kinds(self) -> npt.NDArray[np.object_]:
        """The kind of each span."""
        return self.spans["kind"].fillna("internal").to_numpy(dtype=object)

    @cached_property
    def failed(self) -> Flags:
        """Whether each span says that it failed."""
        return (self.spans["status"] == "error").to_numpy(dtype=bool)

    @cached_property
    def outgoing(self) -> Flags:
        """Whether each span is the caller's half of a call: by its kind, or because another span has it for that."""
        half = np.isin(self.kinds, OUTGOING)
        half[self.call[self.call >= 0]] = True
        return np.asarray(half)

    @cached_property
    def duration_ms(self) -> Reals:
        """Length of each span in milliseconds, 0 where it is not known."""
        return np.asarray(np.nan_to_num(self.spans["duration_ms"].to_numpy(dtype="float64"), nan=0.0))

    @cached_property
    def start_ms(self) -> Reals:
        """Start of each span in milliseconds since the earliest, clocks put right against those of the callers.

        A callee that begins before its caller's span, or would end after it although it took no longer, is moved into
        the middle of it, and what its service did below it moves along (the rule of Zipkin's skew correction).
        """
        stamps = self.spans["start"].astype("int64").to_numpy()
        known = self.spans["start"].notna().to_numpy()
        first = stamps[known].min() if known.any() else 0
        since = np.where(known, stamps, first) - first      # whole nanoseconds: as a real number a stamp loses some
        return _on_the_callers_clock(self, since / 1e6)

    @cached_property
    def end_ms(self) -> Reals:
        """End of each span on the same scale as `start_ms`."""
        return np.asarray(self.start_ms + self.duration_ms)

    @cached_property
    def self_ms(self) -> Reals:
        """Milliseconds of each span in which none of its children ran; children that overlap count once."""
        below = np.flatnonzero(self.parent >= 0)
        above: Ints = self.parent[below]
        start = np.maximum(self.start_ms[below], self.start_ms[above])
        end = np.minimum(self.end_ms[below], self.end_ms[above])
        return np.maximum(self.duration_ms - covered(above, start, end, len(self.parent)), 0.0)

    @cached_property
    def child_count(self) -> Ints:
        """The number of children of each span."""
        return np.asarray(np.bincount(self.parent[self.parent >= 0], minlength=len(self.parent)), dtype="int64")

    @cached_property
    def children(self) -> tuple[Ints, Ints]:
        """(nodes, begin) as `rca.algorithms.forest.children` gives them."""
        return children(self.parent)

    def below(self, at: int) -> Ints:
        """The positions of the children of the span at `at`."""
        nodes, begin = self.children
        return nodes[begin[at]:begin[at + 1]]

    @cached_property
    def crossing(self) -> Flags:
        """Whether each span is the work of another service than its parent's."""
        above = np.maximum(self.parent, 0)
        return np.asarray((self.parent >= 0) & (self.service_codes != self.service_codes[above]) & (self.services != "")
                          & (self.services[above] != ""))

    @cached_property
    def entry(self) -> Ints:
        """The position of the span with which its service took up the work that each span belongs to."""
        entry = np.arange(len(self.parent))
        for level in levels(self.parent):
            inherit = level[(self.parent[level] >= 0) & ~self.crossing[level] & ~np.isin(self.kinds[level], INCOMING)]
            entry[inherit] = entry[self.parent[inherit]]
        return entry

    @cached_property
    def asks_another(self) -> Flags:
        """Whether each span is the caller's half of a call whose other side is known, by a span or by its name."""
        answered = np.zeros(len(self.parent), dtype=bool)
        answered[self.parent[self.crossing]] = True
        return np.asarray(self.outgoing & (answered | self.spans["peer"].notna().to_numpy()))

    @cached_property
    def own_ms(self) -> Reals:
        """For the span with which a service takes up work: milliseconds spent on it there, not in calls of others."""
        inside = ~self.asks_another
        return np.asarray(np.bincount(self.entry[inside], weights=self.self_ms[inside], minlength=len(self.parent)))


_LAST: dict[str, tuple[weakref.ref[pd.DataFrame], SpanTree]] = {}
"""The tree that was made last, with a weak reference to its table: all detectors of a case ask for the same one."""


def span_tree(spans: pd.DataFrame) -> SpanTree:
    """The tree of a `spans` table. Repetitions are dropped; the others keep their order, with positions from 0."""
    last = _LAST.get("tree")
    if last is not None and last[0]() is spans:
        return last[1]
    tree = _built(spans)
    _LAST["tree"] = (weakref.ref(spans), tree)
    return tree


def _built(spans: pd.DataFrame) -> SpanTree:
    with_ids = (spans["span_id"].notna() & spans["trace_id"].notna()).to_numpy()
    repeated = spans.duplicated(_IDENTITY).to_numpy() & with_ids
    table = spans[~repeated].reset_index(drop=True)
    ids = _Ids.of(table)
    twin = ids.client_twin()
    parent = np.where(twin != NONE, twin, ids.parents())
    parent = acyclic(np.where(parent == np.arange(len(table)), NONE, parent))
    return SpanTree(table, parent, _calls(table, parent))


@dataclass(frozen=True, slots=True)
class _Ids:
    """Ids as numbers: of the trace, of the span itself and of its parent (-1: none); both joined to one key a span."""

    table: pd.DataFrame
    trace: Ints
    own: Ints
    above: Ints
    width: int
    client: Flags
    service: Ints

    @classmethod
    def of(cls, table: pd.DataFrame) -> _Ids:
        count = len(table)
        codes, known = pd.factorize(pd.concat([table["span_id"], table["parent_id"]], ignore_index=True))
        trace = pd.factorize(table["trace_id"], use_na_sentinel=False)[0].astype("int64")
        return cls(table, trace, codes[:count].astype("int64"), codes[count:].astype("int64"), len(known) + 1,
                   (table["kind"] == "client").to_numpy(dtype=bool), pd.factorize(table["service"])[0].astype("int64"))

    def client_twin(self) -> Ints:
        """For the callee's half of a call whose halves share one id: the position of the caller's half."""
        found = self._first(self.client, self.trace * self.width + self.own, self.own >= 0)
        callee = (self.table["kind"] == "server").to_numpy(dtype=bool)
        return np.where(callee & (found != NONE), found, NONE)

    def parents(self) -> Ints:
        """The parent by its id; of two halves with one id that of the same service, else the callee's."""
        key, wanted = self.trace * self.width + self.above, self.above >= 0
        main, half = self._first(~self.client, key, wanted), self._first(self.client, key, wanted)
        same = (half != NONE) & (self.service[half] == self.service) & (self.service[main] != self.service)
        found = np.where((main == NONE) | same, half, main)
        return np.where(wanted & (found == NONE), self._elsewhere(), found)

    def _first(self, among: Flags, key: Ints, wanted: Flags) -> Ints:
        """The first position among the marked spans whose own key is `key`, -1 where there is none."""
        at = np.flatnonzero(among & (self.own >= 0))
        known, first = np.unique(self.trace[at] * self.width + self.own[at], return_index=True)
        if not len(known):
            return np.full(len(key), NONE)
        place = np.minimum(np.searchsorted(known, key), len(known) - 1)
        return np.where(wanted & (known[place] == key), at[first[place]], NONE)

    def _elsewhere(self) -> Ints:
        """The parent in whatever trace, where its id stands once in the table and it ran at about the same time."""
        counts = np.bincount(self.own[self.own >= 0], minlength=self.width)
        place = np.full(self.width, NONE)
        place[self.own[self.own >= 0]] = np.flatnonzero(self.own >= 0)
        found = np.where((self.above >= 0) & (counts[self.above] == 1), place[self.above], NONE)
        start = self.table["start"].astype("int64").to_numpy()
        length = (np.nan_to_num(self.table["duration_ms"].to_numpy(dtype="float64")) * 1e6).astype("int64")
        near = (start >= start[found] - NEAR_NS) & (start <= start[found] + length[found] + NEAR_NS)
        return np.where((found != NONE) & near, found, NONE)


def _calls(table: pd.DataFrame, parent: Ints) -> Ints:
    """The caller's half of each call: the parent where it is a client or producer, or does nothing but this call."""
    above = np.maximum(parent, 0)
    kind = table["kind"].fillna("internal").to_numpy(dtype=object)
    service = pd.factorize(table["service"])[0]
    if not len(table):
        return parent
    other = service != service[above]
    only_child = np.bincount(parent[parent >= 0], minlength=len(parent))[above] == 1
    half = np.isin(kind[above], OUTGOING) & (other | np.isin(kind, INCOMING))
    plain = (kind[above] == "internal") & other & only_child & (kind != "client") & (parent[above] >= 0)
    return np.where((parent >= 0) & (half | plain), parent, NONE)


def _on_the_callers_clock(tree: SpanTree, start: Reals) -> Reals:
    length, call = tree.duration_ms, tree.call
    paired = np.flatnonzero(call >= 0)
    early = start[paired] < start[call[paired]]
    end = start + length
    late = (length[paired] <= length[call[paired]]) & (end[paired] > end[call[paired]])
    synchronous = tree.kinds[paired] != "consumer"
    if not (early | (late & synchronous)).any():
        return start
    shift = np.zeros(len(start))
    for level in levels(tree.parent):
        local = level[(tree.parent[level] >= 0) & (call[level] < 0) & ~tree.crossing[level]]
        shift[local] = shift[tree.parent[local]]
        callee = level[call[level] >= 0]
        shift[callee] = _needed(start[callee], length[callee], (start + shift)[call[callee]], length[call[callee]],
                                tree.kinds[callee] != "consumer")
    return np.asarray(start + shift)


def _needed(start: Reals, length: Reals, begin: Reals, room: Reals, synchronous: Flags) -> Reals:
    """By how much a callee must move to lie within its caller's span, which starts at `begin` and takes `room`."""
    fits = length <= room
    outside = (start < begin) | (fits & (start + length > begin + room) & synchronous)
    middle = begin + np.where(fits & synchronous, (room - length) / 2, 0.0)
    return np.where(outside, middle - start, 0.0)
