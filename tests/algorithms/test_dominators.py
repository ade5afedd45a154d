import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rca.algorithms.dominators import NOBODY, UNREACHED, children, dominator_tree, subtree_sums, topmost_sums


def graph(count, edges):
    """(starts, targets) of a list of (source, target)."""
    ordered = sorted(edges, key=lambda edge: edge[0])
    starts = np.searchsorted([source for source, _ in ordered], np.arange(count + 1))
    return starts.astype(np.int64), np.array([target for _, target in ordered], dtype=np.int32)


def tree_of(count, edges, entries):
    return dominator_tree(*graph(count, edges), np.array(entries, dtype=np.int32))


def reachable(count, edges, entries, without=None):
    seen, waiting = set(), [entry for entry in entries if entry != without]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += [target for source, target in edges if source == node and target != without]
    return seen


def brute_force(count, edges, entries):
    """Immediate dominators by removing one node after the other and looking what is no longer reached."""
    reached = reachable(count, edges, entries)
    holds = {node: reached - reachable(count, edges, entries, without=node) for node in reached}
    found = [UNREACHED] * count
    for node in reached:
        above = [other for other in reached if other != node and node in holds[other]]
        found[node] = min(above, key=lambda other: len(holds[other]), default=NOBODY)
    return found, {node: len(held) for node, held in holds.items()}


@st.composite
def graphs(draw):
    count = draw(st.integers(1, 12))
    node = st.integers(0, count - 1)
    return count, draw(st.lists(st.tuples(node, node), max_size=40)), draw(st.lists(node, min_size=1, max_size=4))


@settings(deadline=None)      # the first call compiles
@given(graphs())
def test_dominators_and_retained_counts_are_those_of_removing_each_node(case):
    tree = tree_of(*case)
    parents, held = brute_force(*case)
    assert tree.parent.tolist() == parents
    sums = subtree_sums(tree, np.ones(case[0], dtype=np.int64))
    assert {node: int(sums[node]) for node in held} == held
    assert not any(sums[node] for node in range(case[0]) if node not in held)


@settings(deadline=None)      # the first call compiles
@given(graphs(), st.lists(st.integers(-1, 2), min_size=12, max_size=12))
def test_sums_of_a_kind_count_each_object_once(case, kinds):
    tree = tree_of(*case)
    kind = np.array(kinds[:case[0]], dtype=np.int32)
    retained = subtree_sums(tree, np.ones(case[0], dtype=np.int64))
    sums, counts = topmost_sums(*children(tree), kind, 3, retained, -1)
    parents, held = brute_force(*case)
    for each in range(3):
        of_kind = [node for node in held if kinds[node] == each]
        below = set()
        for node in of_kind:
            below |= {other for other in held if node in ancestors(parents, other) or other == node}
        assert counts[each] == len(of_kind)
        assert sums[each] == len(below)


def ancestors(parents, node):
    found = []
    while parents[node] >= 0:
        node = parents[node]
        found.append(node)
    return found


def test_an_object_with_two_holders_belongs_to_what_holds_both():
    #   0 -> 1 -> 3 -> 4
    #   0 -> 2 -> 3
    tree = tree_of(5, [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)], [0])
    assert tree.parent.tolist() == [NOBODY, 0, 0, 0, 3]
    begins, nodes = children(tree)
    assert sorted(nodes[begins[0]:begins[1]].tolist()) == [1, 2, 3]
    assert nodes[begins[5]:begins[6]].tolist() == [0]


def test_a_linked_list_of_300_000_elements_is_a_chain():
    count = 300_000
    starts = np.minimum(np.arange(count + 1), count - 1)
    tree = dominator_tree(starts, np.arange(1, count, dtype=np.int32), np.array([0], dtype=np.int32))
    assert tree.parent.tolist() == list(range(-1, count - 1))
    assert subtree_sums(tree, np.ones(count, dtype=np.int64))[0] == count


def test_a_graph_without_entries_reaches_nothing():
    tree = dominator_tree(*graph(3, [(0, 1)]), np.empty(0, dtype=np.int32))
    assert tree.parent.tolist() == [UNREACHED] * 3
    assert len(tree.order) == 0


@pytest.mark.parametrize("count", [1, 2])
def test_an_object_that_refers_to_itself_is_held_by_the_entry_alone(count):
    tree = tree_of(count, [(node, node) for node in range(count)], list(range(count)))
    assert tree.parent.tolist() == [NOBODY] * count
