import numpy as np

from rca.algorithms.breadth_first import ENTRY, UNREACHED, shortest_ways


def ways(edges, count, entries, levels=None, late=()):
    ordered = sorted(edges)
    starts = np.searchsorted([source for source, _ in ordered], np.arange(count + 1)).astype(np.int64)
    targets = np.array([target for _, target in ordered], dtype=np.int32)
    marked = np.zeros(count, dtype=np.bool_)
    marked[list(late)] = True
    return shortest_ways(starts, targets, np.array(entries, dtype=np.int32),
                         np.array(levels or [0] * len(entries), dtype=np.int8), marked).tolist()


def test_the_shortest_way_is_taken():
    assert ways([(0, 1), (1, 2), (2, 3), (0, 3)], 5, [0]) == [ENTRY, 0, 1, 0, UNREACHED]


def test_a_longer_way_from_a_better_entry_wins():
    # 0 -> 1 -> 2 from level 0; 3 -> 2 from level 1
    assert ways([(0, 1), (1, 2), (3, 2)], 4, [3, 0], [1, 0]) == [ENTRY, 0, 1, ENTRY]


def test_a_way_through_a_weak_reference_is_the_last_choice():
    # 0 -> 1 (weak) -> 3, and 0 -> 2 -> 4 -> 3
    assert ways([(0, 1), (1, 3), (0, 2), (2, 4), (4, 3), (3, 5)], 6, [0], late=[1]) == [ENTRY, 0, 0, 4, 2, 3]
    assert ways([(0, 1), (1, 2)], 3, [0], late=[1]) == [ENTRY, 0, 1]


def test_without_entries_nothing_is_reached():
    assert ways([(0, 1)], 2, []) == [UNREACHED, UNREACHED]
