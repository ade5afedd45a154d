import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rca.algorithms.id_index import id_index, positions

near = st.lists(st.integers(-2**20, 2**20).map(lambda value: value * 8), min_size=1, max_size=60)
far = st.lists(st.integers(-2**62, 2**62), min_size=1, max_size=60)


@settings(deadline=None)      # the first call compiles
@given(st.one_of(near, far), st.lists(st.integers(-2**62, 2**62), max_size=20))
def test_every_identifier_has_its_place_and_no_other_has_one(ids, others):
    index = id_index(np.array(ids, dtype=np.int64))
    ordered = sorted(set(ids))
    assert index.ids.tolist() == ordered
    asked = np.array([*ids, *others, *(value + 1 for value in ids)], dtype=np.int64)
    place = {value: at for at, value in enumerate(ordered)}
    assert positions(index, asked).tolist() == [place.get(value, -1) for value in asked.tolist()]


def test_identifiers_in_two_far_apart_regions_need_no_bitmap_over_the_gap():
    ids = np.array([8, 16, 1 << 50], dtype=np.int64)
    index = id_index(ids)
    assert len(index.words) == 0
    assert positions(index, ids[::-1]).tolist() == [2, 1, 0]


def test_identifiers_at_both_ends_of_64_bits_are_found():
    ids = np.array([1 << 62, -(1 << 62)], dtype=np.int64)
    assert positions(id_index(ids), ids).tolist() == [1, 0]


def test_nothing_has_no_places():
    index = id_index(np.empty(0, dtype=np.int64))
    assert positions(index, np.array([1, 2])).tolist() == [-1, -1]
