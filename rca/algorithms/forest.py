"""Forests given as an array of parents: made free of cycles, ordered from the roots down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Wholes = np.ndarray[Any, np.dtype[np.int64]]

NONE = -1
"""The parent of a root."""


def children(parent: Wholes) -> tuple[Wholes, Wholes]:
    """(nodes, begin): the children of node i are `nodes[begin[i]:begin[i + 1]]`, in ascending order.

    >>> nodes, begin = children(np.array([-1, 0, 0, 1]))
    >>> [nodes[begin[i]:begin[i + 1]].tolist() for i in range(4)]
    [[1, 2], [3], [], []]
    """
    count = len(parent)
    below = np.flatnonzero(parent >= 0)
    nodes = below[np.argsort(parent[below], kind="stable")]
    begin = np.zeros(count + 1, dtype="int64")
    np.cumsum(np.bincount(parent[below], minlength=count), out=begin[1:])
    return nodes, begin


def levels(parent: Wholes) -> Iterator[Wholes]:
    """The nodes by their distance from the roots: first all roots, then their children, and so on.

    Each node that hangs on a root comes once; nodes on a cycle, and below one, never come. O(n) in all.

    >>> [level.tolist() for level in levels(np.array([-1, 0, 0, 1]))]
    [[0], [1, 2], [3]]
    """
    nodes, begin = children(parent)
    level = np.flatnonzero(parent < 0)
    while len(level):
        yield level
        counts = begin[level + 1] - begin[level]
        level, counts = level[counts > 0], counts[counts > 0]
        if not len(level):
            return
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        level = nodes[np.repeat(begin[level], counts) + within]


def acyclic(parent: Wholes) -> Wholes:
    """`parent` with every node that is its own ancestor, or hangs below such a one, made a root.

    >>> acyclic(np.array([1, 0, 1, -1, 3])).tolist()
    [-1, -1, -1, -1, 3]
    """
    reached = np.zeros(len(parent), dtype=bool)
    for level in levels(parent):
        reached[level] = True
    return np.where(reached, parent, NONE)
