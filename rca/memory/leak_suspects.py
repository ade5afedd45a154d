"""What piles up in one heap, and the field of the application that holds it.

Method: large objects without a large child in the dominator tree are where memory lies. From each, the shortest way up
is walked, preferably to a static field of the application. The last field that an application class declares is the
holder, and the object it holds is the accumulation point, so that the inside of collections (a table, a chain of
entries as deep as the list is long) never is. What thread-locals hold belongs to the static field of their key, all
threads together. A collection whose own class says how many entries it may hold, and that holds just so many, is a
cache at its bound: no suspect. Source of the idea of an accumulation point: Eclipse MAT (FindLeaksQuery).

What it cannot see: growth, for one dump does not tell a leak from a large table; and what only local variables hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from rca.algorithms.breadth_first import way_to
from rca.algorithms.dominators import topmost_sums
from rca.algorithms.object_graph import Link
from rca.memory.application_names import PRIMITIVES, is_application

if TYPE_CHECKING:
    from rca.memory.heap import Heap

THREAD_LOCAL_ENTRY = "java.lang.ThreadLocal$ThreadLocalMap$Entry"
_BOUND = re.compile(r"max|limit|capac|bound", re.IGNORECASE)
_COUNT = frozenset({"size", "count"})
"""Fields of the class library's collections that count their entries."""

_REPEATS = 3
"""A class that occurs so often on one way is a chain; fields behind its first object only link the chain."""
_PILE_SHARE = 0.01
"""A class piles up where it has at least so many objects, as a share of the most frequent one of the application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakSuspect:
    """What one field holds. `holder` is `Class.field`, `class_name` the class that piles up, with its `objects`.

    `retained_bytes` is what would be free without it, `share` that of all bytes in the dump, `accumulation_point` the
    node that the field holds (of thread-locals the largest value), `path` the fields that lead to it, from the first
    one of the application on; `Heap.path_to_root` also tells what keeps that.
    """

    holder: str
    class_name: str
    objects: int
    retained_bytes: int
    share: float
    accumulation_point: int
    path: tuple[str, ...]

    def __str__(self) -> str:
        what = f"{self.objects:,} {self.class_name}"
        return f"{self.holder} holds {self.retained_bytes:,} bytes ({self.share:.0%} of the heap), most of it in {what}"


@dataclass(frozen=True, slots=True)
class _Pile:
    """One place where memory lies: `points` are nodes by index, largest first."""

    holder: str
    points: tuple[int, ...]
    path: tuple[str, ...]


def find_suspects(heap: Heap, threshold: float) -> tuple[LeakSuspect, ...]:
    """The suspects of a heap, largest first. Raises ValueError for a threshold outside (0, 1]."""
    if not 0 < threshold <= 1:
        raise ValueError(f"expected a threshold in (0, 1], a share of the heap, got {threshold!r}")
    least = max(1.0, threshold * heap.total_shallow_bytes)
    local = list(_thread_local_piles(heap, least))
    told = {point for pile in local for point in pile.points}
    piles = {pile.holder: pile for pile in (*_single_piles(heap, least, told), *local)}
    found = [_suspect(heap, pile) for pile in piles.values() if not _at_its_bound(heap, pile.points[0])]
    return tuple(sorted(found, key=lambda suspect: (-suspect.retained_bytes, suspect.holder)))


def _single_piles(heap: Heap, least: float, told: set[int]) -> list[_Pile]:
    """Piles in single objects of at least `least` bytes, not below one of `told`; the largest of a holder last."""
    retained, parent = heap._retained, heap._tree.parent
    large = np.flatnonzero(retained >= least)
    inner = set(parent[large].tolist())
    ways = (way_to(node, heap._explained) for node in large.tolist() if node not in inner)
    piles = (_pile_on(heap, way, least) for way in ways if told.isdisjoint(way))
    return sorted((pile for pile in piles if pile is not None), key=lambda pile: int(retained[pile.points[0]]))


def _pile_on(heap: Heap, way: list[int], least: float) -> _Pile | None:
    """The pile at the end of a way from a root, or None where no field of the application leads to it."""
    links = [heap._graph.links.link(*pair) for pair in pairwise(_before_chain(heap, way))]
    held = [at for at, link in enumerate(links) if _names_application(link)]
    if not held:
        return None
    last = held[-1]
    point = next(node for node in way[last + 1:] if heap._retained[node] >= least)     # the end of the way is one
    path = tuple(_shown(heap, *pair) for pair in zip(way, links[:last + 1], strict=False))
    return _Pile(f"{links[last].declared_by}.{links[last].name}", (point,), path)


def _before_chain(heap: Heap, way: list[int]) -> list[int]:
    """The way up to the first object of a class of the application that occurs again and again on it."""
    kinds = heap._graph.kind[way]
    values, counts = np.unique(kinds[kinds >= 0], return_counts=True)
    chained = {int(kind) for kind in values[counts >= _REPEATS] if is_application(heap._graph.class_names[kind])}
    first = next((at for at, kind in enumerate(kinds.tolist()) if kind in chained), len(way) - 1)
    return way[:first + 1]


def _at_its_bound(heap: Heap, node: int) -> bool:
    """Whether a collection holds as many entries as a field of its application class allows."""
    numbers = heap._graph.links.numbers(node)
    counted = {value for name, declared_by, value in numbers if name in _COUNT and not is_application(declared_by)}
    bounds = {value for name, declared_by, value in numbers if _BOUND.search(name) and is_application(declared_by)}
    return any(value > 1 for value in counted & bounds)


def _names_application(link: Link) -> bool:
    return bool(link.declared_by) and not link.name.startswith("<") and is_application(link.declared_by)


def _shown(heap: Heap, node: int, link: Link) -> str:
    """`Class.field` for a field, `Object[][3]` for an element."""
    if link.name.startswith("["):
        return f"{heap._class_name(node)}{link.name}"
    return f"{link.declared_by or heap._class_name(node)}.{link.name}"


def _thread_local_piles(heap: Heap, least: float) -> Iterator[_Pile]:
    """The values of all threads by the static field that holds their key."""
    values: dict[int, list[int]] = {}
    for entry in _instances(heap, THREAD_LOCAL_ENTRY):
        fields = {link.name: link.target for link in heap._graph.links.fields(entry)}
        if "referent" in fields and "value" in fields:
            values.setdefault(fields["referent"], []).append(fields["value"])
    for key, held in values.items():
        points = tuple(sorted(set(held), key=lambda node: -heap._retained[node]))
        if sum(int(heap._retained[point]) for point in points) >= least and (holder := _field_of(heap, key)):
            yield _Pile(holder, points, (holder, f"{THREAD_LOCAL_ENTRY}.value"))


def _instances(heap: Heap, class_name: str) -> list[int]:
    kinds = [at for at, name in enumerate(heap._graph.class_names) if name == class_name]
    return np.flatnonzero(np.isin(heap._graph.kind, kinds)).tolist() if kinds else []


def _field_of(heap: Heap, node: int) -> str | None:
    """The field of the application, static ones first, that refers to `node`."""
    graph = heap._graph
    edges = np.flatnonzero(graph.targets == node)
    sources = np.searchsorted(graph.starts, edges, side="right") - 1
    links = [graph.links.link(int(source), node) for source in sources]
    fields = sorted((link for link in links if _names_application(link)), key=lambda link: not link.static)
    return f"{fields[0].declared_by}.{fields[0].name}" if fields else None


def _suspect(heap: Heap, pile: _Pile) -> LeakSuspect:
    retained = sum(int(heap._retained[point]) for point in pile.points)
    class_name, objects = _what_piles_up(heap, pile)
    return LeakSuspect(
        holder=pile.holder, class_name=class_name, objects=objects, retained_bytes=retained,
        share=retained / heap.total_shallow_bytes, accumulation_point=heap._node(pile.points[0]), path=pile.path)


def _what_piles_up(heap: Heap, pile: _Pile) -> tuple[str, int]:
    """The class of which much is there and that retains most in the pile, and its objects.

    Classes of the application come first, then what collections hold, and collections themselves last.
    """
    names, group, _ = heap._groups
    sums, counts = np.zeros(len(names), dtype=np.int64), np.zeros(len(names), dtype=np.int64)
    for point in pile.points:
        below, count = topmost_sums(*heap._children, group, len(names), heap._retained, point)
        sums, counts = sums + below, counts + count
        if group[point] >= 0:
            sums[group[point]] += heap._retained[point]
            counts[group[point]] += 1
    own = np.array([is_application(name) and not name.endswith("[]") for name in names])
    content = np.array([not _is_container(name) for name in names])
    tiers = (own & (counts > 1), content & (counts > 1), content & (counts > 0), counts > 0)
    tier = next(each for each in tiers if each.any())
    frequent = tier & (counts >= _PILE_SHARE * counts[tier].max())
    best = int(np.argmax(np.where(frequent, sums, -1)))
    return names[best], int(counts[best])


def _is_container(class_name: str) -> bool:
    """Whether objects of the class mostly hold others: collections and arrays of references."""
    references = class_name.endswith("[]") and class_name.rstrip("[]") not in PRIMITIVES
    return references or class_name.startswith("java.util.")
