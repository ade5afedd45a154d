"""A heap as arrays: objects with a class, a size and references. What readers of heap dumps give and analyses take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from numba import njit

Whole = npt.NDArray[np.int64]
Index = npt.NDArray[np.int32]


class Link(NamedTuple):
    """One reference: the name of the field ("[3]" for an element), the class that declares it, the target."""

    name: str
    declared_by: str
    target: int
    static: bool = False


class Links(Protocol):
    """References by name, read from the dump when they are asked for."""

    def fields(self, node: int) -> tuple[Link, ...]:
        """The references that fields of `node` hold, null ones left out; none for arrays."""
        ...

    def numbers(self, node: int) -> tuple[tuple[str, str, int], ...]:
        """(name, declaring class, value) of the fields of an instance that hold whole numbers."""
        ...

    def link(self, source: int, target: int) -> Link:
        """The first reference from `source` to `target`. Raises ValueError where there is none."""
        ...

    def type_name(self, node: int) -> str | None:
        """The class that `node` stands for, where it is a class object."""
        ...


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ObjectGraph:
    """Node `v` has the identifier `ids[v]` (ascending), the class `class_names[kind[v]]` and `shallow_bytes[v]`.

    It points to `targets[starts[v]:starts[v + 1]]`. `kind` is -1 for class objects, which count 0 bytes. `weak[v]`
    marks references that hold nothing for good. `roots` are nodes, `root_kinds` their kinds, `root_levels` how telling
    a way from them is (0 best). `loaders` are nodes that keep classes, and with them nearly everything. `notes` say
    what was assumed or lost.
    """

    ids: Whole
    kind: Index
    shallow_bytes: Whole
    starts: Whole
    targets: Index
    roots: Index
    root_kinds: tuple[str, ...]
    root_levels: npt.NDArray[np.int8]
    weak: npt.NDArray[np.bool_]
    loaders: Index
    class_names: tuple[str, ...]
    links: Links
    notes: tuple[str, ...] = ()


@njit(cache=True, nogil=True)
def without_missing(starts: Any, targets: Any) -> Any:
    """(starts, targets) without the negative targets; `targets` is overwritten."""
    kept = np.zeros(len(starts), np.int64)
    free = 0
    for node in range(len(starts) - 1):
        for edge in range(starts[node], starts[node + 1]):
            if targets[edge] >= 0:
                targets[free] = targets[edge]
                free += 1
        kept[node + 1] = free
    return kept, targets[:free]
