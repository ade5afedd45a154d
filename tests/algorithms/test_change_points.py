"""Changes are found where they were put."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rca.algorithms.change_points import abnormal_stretch, departure, hinge_gains, level_change, step_gains

small = st.floats(-100, 100).map(lambda x: round(x, 2))


def squared_error(y, columns):
    weights = np.linalg.lstsq(columns, y, rcond=None)[0]
    return float(np.sum((y - columns @ weights) ** 2))


@given(st.lists(small, min_size=5, max_size=30))
def test_gains_are_the_fall_of_the_squared_error(values):
    y, x = np.array(values), np.linspace(0, 1, len(values))
    line = np.column_stack([np.ones_like(x), x])
    steps, hinges = step_gains(y, line), hinge_gains(x, y, line)
    for k in range(2, len(y) - 2):
        with_step = np.column_stack([line, (np.arange(len(y)) >= k).astype(float)])
        with_hinge = np.column_stack([line, np.maximum(x - x[k], 0)])
        before = squared_error(y, line)
        assert steps[k] == pytest.approx(before - squared_error(y, with_step), abs=1e-5 * (1 + before))
        assert hinges[k] == pytest.approx(before - squared_error(y, with_hinge), abs=1e-5 * (1 + before))


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_the_abnormal_stretch_is_the_best_of_all(flags):
    abnormal = np.array(flags)
    found = abnormal_stretch(abnormal)
    pairs = [(i, j) for i in range(len(flags)) for j in range(i + 1, len(flags) + 1)]
    sums = {(i, j): int((2 * abnormal[i:j].astype(int) - 1).sum()) for i, j in pairs}
    if found is None:
        assert not abnormal.any()
    else:
        assert sums[found] == max(sums.values())


@given(st.integers(4, 30), st.integers(4, 30))
def test_two_levels_are_split_exactly(before, after):
    assert level_change(np.repeat([1.0, 60.0], [before, after])) == before


@given(st.integers(20, 60), st.integers(20, 60), st.integers(0, 1000))
def test_noise_moves_the_split_but_little(before, after, seed):
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.normal(0, 1, before), rng.normal(60, 1, after)])
    assert abs(level_change(values) - before) <= 6


def test_equal_values_have_no_change_of_level():
    assert level_change(np.full(20, 3.0)) is None
    assert level_change(np.array([1.0, 2.0])) is None


def test_an_outlier_is_no_change_of_level():
    values = np.concatenate([np.tile([1.0, 2.0], 10), np.tile([8.0, 9.0], 10)])
    values[3] = 1e9
    assert level_change(values) == 20


def test_a_departure_by_a_step_lies_between_two_neighbours():
    z = np.concatenate([np.zeros(30), np.full(10, 12.0)])
    assert departure(z, within=32) == (29, 30, 39)


def test_a_departure_by_a_ramp_begins_at_its_foot():
    z = np.concatenate([np.tile([0.5, -0.5], 20), np.arange(1, 41) * 0.25])
    found = departure(z, within=70)
    assert 38 <= found.last_normal <= 44
    assert z[found.first_abnormal] >= 3.0 > z[found.first_abnormal - 1]


def test_an_earlier_burst_that_ended_is_not_part_of_the_departure():
    z = np.concatenate([np.zeros(20), np.full(5, 12.0), np.zeros(20), np.full(10, 12.0)])
    assert departure(z, within=45) == (44, 45, 54)


def test_nothing_clear_is_no_departure():
    assert departure(np.array([0.0, 1.0, 2.0, 2.9]), within=1) is None
