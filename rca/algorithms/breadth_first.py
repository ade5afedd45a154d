"""Shortest ways into a directed graph, with entries and nodes that are taken only where nothing better leads on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

ENTRY = -1
UNREACHED = -2


@njit(cache=True, nogil=True)
def shortest_ways(starts: Any, targets: Any, entries: Any, levels: Any, late: Any) -> Any:
    """The node before each node on its shortest way from an entry: ENTRY for entries, UNREACHED for the rest.

    Entries of a lower level come first: what they reach is never explained by a higher one, however near. Nodes marked
    `late` lead on only after everything else did, so that a way through one is shown only where there is no other.
    """
    before = np.full(len(starts) - 1, UNREACHED, np.int32)
    queue = np.empty(len(before), np.int32)
    waiting = np.empty(len(before), np.int32)
    head, tail, waits = 0, 0, 0
    for level in range(levels.max() + 1 if len(levels) else 0):
        for at in range(len(entries)):
            if levels[at] == level and before[entries[at]] == UNREACHED:
                before[entries[at]] = ENTRY
                queue[tail] = entries[at]
                tail += 1
        while head < tail:
            node = queue[head]
            head += 1
            if late[node]:
                waiting[waits] = node
                waits += 1
            else:
                tail = _spread(node, starts, targets, before, queue, tail)
    for at in range(waits):
        tail = _spread(waiting[at], starts, targets, before, queue, tail)
    while head < tail:
        tail = _spread(queue[head], starts, targets, before, queue, tail)
        head += 1
    return before


@njit(cache=True, nogil=True)
def _spread(node: Any, starts: Any, targets: Any, before: Any, queue: Any, tail: Any) -> Any:  # noqa: PLR0917 - kernels take arrays by position
    for edge in range(starts[node], starts[node + 1]):
        target = targets[edge]
        if before[target] == UNREACHED:
            before[target] = node
            queue[tail] = target
            tail += 1
    return tail


def way_to(node: int, before: npt.NDArray[np.int32]) -> list[int]:
    """The nodes from an entry to `node`, by what `shortest_ways` found; empty where it is not reached.

    >>> way_to(3, np.array([-1, 0, -2, 1], dtype=np.int32))
    [0, 1, 3]
    """
    way = [node] if before[node] != UNREACHED else []
    while way and before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    return way[::-1]
