"""One heap dump: what is in it, what holds what, and what piles up."""

from __future__ import annotations

from functools import cached_property
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from rca.algorithms.breadth_first import shortest_ways, way_to
from rca.algorithms.dominators import UNREACHED as NOT_REACHED
from rca.algorithms.dominators import DominatorTree, children, dominator_tree, subtree_sums, topmost_sums
from rca.algorithms.object_graph import Link, ObjectGraph
from rca.memory.application_names import is_application
from rca.model import RcaError

if TYPE_CHECKING:
    from rca.memory.leak_suspects import LeakSuspect

Whole = npt.NDArray[np.int64]


class UnknownNode(RcaError, KeyError):     # noqa: N818 - says what is wrong
    """An identifier that no object of the dump has."""

    def __str__(self) -> str:
        return str(self.args[0])


class Step(NamedTuple):
    """One object on a way: `node` (its identifier), `class_name`, and the `link` to the next one (None: the last)."""

    node: int
    class_name: str
    link: Link | None


class Heap:
    """A heap dump, opened by `rca.memory.open_heap`.

    A `node` is the dump's own identifier: the address of the object in HPROF. Sizes are bytes as the virtual machine
    lays objects out; class objects count 0. Retained bytes of an object are those that would be free without it; what
    no root reaches retains nothing. What is costly is computed when it is first asked for.
    """

    def __init__(self, graph: ObjectGraph, *, notes: tuple[str, ...] = (), keep: object = None) -> None:
        self._graph, self._keep = graph, keep
        self.notes: tuple[str, ...] = (*graph.notes, *notes)
        """What was assumed and what is missing: the layout of objects, a dump that is cut off."""

    @cached_property
    def total_objects(self) -> int:
        """Instances and arrays in the file, reachable or not, without class objects."""
        return int(np.count_nonzero(self._graph.kind >= 0))

    @cached_property
    def total_shallow_bytes(self) -> int:
        """The bytes of all of them."""
        return int(self._graph.shallow_bytes.sum())

    @cached_property
    def _tree(self) -> DominatorTree:
        graph = self._graph
        return dominator_tree(graph.starts, graph.targets, graph.roots)

    @cached_property
    def _retained(self) -> Whole:
        sums: Whole = subtree_sums(self._tree, self._graph.shallow_bytes)
        return sums

    @cached_property
    def _children(self) -> tuple[Whole, npt.NDArray[np.int32]]:
        begins, nodes = children(self._tree)
        return begins, nodes

    @cached_property
    def _before(self) -> npt.NDArray[np.int32]:
        graph = self._graph
        ways: npt.NDArray[np.int32] = shortest_ways(graph.starts, graph.targets, graph.roots, graph.root_levels,
                                                    graph.weak)
        return ways

    @cached_property
    def _explained(self) -> npt.NDArray[np.int32]:
        """As `_before`, but from classes of the application on, whose fields say most, and through loaders last."""
        graph = self._graph
        own = [node for node in np.flatnonzero((graph.kind < 0) & (self._tree.parent != NOT_REACHED)).tolist()
               if is_application(graph.links.type_name(node) or "")]
        late = graph.weak.copy()
        late[graph.loaders] = True
        entries = np.concatenate((np.array(own, dtype=np.int32), graph.roots))
        levels = np.concatenate((np.zeros(len(own), dtype=np.int8), graph.root_levels + np.int8(1)))
        ways: npt.NDArray[np.int32] = shortest_ways(graph.starts, graph.targets, entries, levels, late)
        return ways

    def _index(self, node: int) -> int:
        wanted = int(node) - (1 << 64) if int(node) >> 63 else int(node)
        at = int(np.searchsorted(self._graph.ids, wanted))
        if at == len(self._graph.ids) or self._graph.ids[at] != wanted:
            raise UnknownNode(f"no object {node} in this dump; a node is its identifier there, an address in HPROF")
        return at

    def _node(self, index: int) -> int:
        return int(self._graph.ids[index]) & ((1 << 64) - 1)

    def class_name(self, node: int) -> str:
        """The class of an object, as written in Java; `class X` for the class object of X."""
        return self._class_name(self._index(node))

    def _class_name(self, index: int) -> str:
        kind = int(self._graph.kind[index])
        return self._graph.class_names[kind] if kind >= 0 else f"class {self._graph.links.type_name(index)}"

    @cached_property
    def _groups(self) -> tuple[tuple[str, ...], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """Names of classes once each, the group of every object (-1: class objects), the classes of each name."""
        number: dict[str, int] = {}
        of = [number.setdefault(name, len(number)) for name in self._graph.class_names]
        group = np.array([*of, -1], dtype=np.int32)[self._graph.kind]
        return tuple(number), group, np.bincount(of, minlength=len(number))

    def histogram(self) -> pd.DataFrame:
        """One row per class name: class_name, objects, shallow_bytes (largest first), retained_bytes, classes.

        Counts cover every instance and array of the file. `retained_bytes` sums those of the instances that no instance
        of the same class dominates. `classes` above 1 means as many classes of this name, one per class loader.
        """
        names, group, classes = self._groups
        retained, _ = topmost_sums(*self._children, group, len(names), self._retained, -1)
        counted = group[group >= 0]
        table = pd.DataFrame({
            "class_name": pd.Series(names, dtype="str"),
            "objects": np.bincount(counted, minlength=len(names)),
            "shallow_bytes": _sums(group, self._graph.shallow_bytes, len(names)),
            "retained_bytes": retained, "classes": classes})
        table = table[table["objects"] > 0]
        return table.sort_values(["shallow_bytes", "class_name"], ascending=[False, True], ignore_index=True)

    def shallow_bytes(self, node: int) -> int:
        """The bytes of the object alone."""
        return int(self._graph.shallow_bytes[self._index(node)])

    def retained_bytes(self, node: int) -> int:
        """The bytes that would be free without the object, its own included; 0 where no root reaches it."""
        return int(self._retained[self._index(node)])

    def dominated_by(self, node: int) -> tuple[int, ...]:
        """The objects that this one alone keeps alive: its children in the dominator tree, in ascending order."""
        begins, nodes = self._children
        at = self._index(node)
        return tuple(sorted(self._node(child) for child in nodes[begins[at]:begins[at + 1]]))

    def path_to_root(self, node: int) -> tuple[Step, ...]:
        """The shortest way from a root to the object, root first; empty where no root reaches it.

        Static fields are preferred to local variables, and weak references are followed only where nothing else is.
        """
        return self._steps(way_to(self._index(node), self._before))

    def _steps(self, way: list[int]) -> tuple[Step, ...]:
        links = (*(self._graph.links.link(*pair) for pair in pairwise(way)), None)
        return tuple(Step(self._node(at), self._class_name(at), link) for at, link in zip(way, links, strict=False))

    def suspects(self, threshold: float = 0.1) -> tuple[LeakSuspect, ...]:
        """What piles up at one field of the application, largest first; empty for a healthy heap.

        A suspect retains at least `threshold` (a share) of `total_shallow_bytes`. One dump shows size, not growth: a
        table that is meant to be large is listed too, and only a second dump (`rca.memory.diff_heaps`) tells. A cache
        that holds just as many entries as it allows itself is left out.
        """
        from rca.memory.leak_suspects import find_suspects
        return find_suspects(self, threshold)

    def __repr__(self) -> str:
        return f"<Heap of {self.total_objects:,} objects, {self.total_shallow_bytes:,} bytes{_noted(self.notes)}>"

    def _repr_html_(self) -> str:
        top: Any = self.histogram().head(10)
        return f"<p>{escape(repr(self)[1:-1])}</p>{top.to_html(index=False)}"


def _sums(group: npt.NDArray[np.int32], values: Whole, count: int) -> Whole:
    """Exact sums per group; `np.bincount` adds in floating point, which is exact below 2^53 bytes."""
    inside = group >= 0
    return np.bincount(group[inside], weights=values[inside], minlength=count).astype(np.int64)


def _noted(notes: tuple[str, ...]) -> str:
    return f"; {'; '.join(notes)}" if notes else ""
