"""Forests against walking up from each node."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rca.algorithms.forest import acyclic, children, levels

parents = (
    st.integers(0, 12)
    .flatmap(lambda n: st.lists(st.integers(-1, n - 1), min_size=n, max_size=n))
    .map(lambda p: np.array(p, dtype="int64"))
)


def depth(parent, node):
    """Steps to the root, None where there is none."""
    for steps in range(len(parent) + 1):
        if parent[node] < 0:
            return steps
        node = parent[node]
    return None


@given(parents)
def test_levels_hold_each_node_at_its_distance_from_the_root(parent):
    found = {int(node): at for at, level in enumerate(levels(parent)) for node in level}
    assert found == {node: steps for node in range(len(parent)) if (steps := depth(parent, node)) is not None}


@given(parents)
def test_only_nodes_without_a_root_become_roots(parent):
    expected = [parent[node] if depth(parent, node) is not None else -1 for node in range(len(parent))]
    assert acyclic(parent).tolist() == expected


@given(parents)
def test_children_are_those_that_name_the_node(parent):
    nodes, begin = children(parent)
    for node in range(len(parent)):
        assert nodes[begin[node] : begin[node + 1]].tolist() == np.flatnonzero(parent == node).tolist()
