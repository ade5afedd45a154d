"""The union of intervals against counting the seconds one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rca.algorithms.intervals import covered


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(-3, 12)), max_size=30))
def test_each_moment_counts_once(rows):
    group, start = (np.array([row[i] for row in rows], dtype="int64") for i in (0, 1))
    end = start + np.array([row[2] for row in rows], dtype="int64")
    moments = [{t for g, s, n in rows if g == k for t in range(s, s + n)} for k in range(4)]
    assert covered(group, start, end, 4).tolist() == [len(held) for held in moments]
