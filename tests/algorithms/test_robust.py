"""Baselines with floors, and the tails that rest on them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rca.algorithms.robust import evidence_nats, normal_range, reached, student_tail, tail_of, window_reached

finite = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))


def test_a_constant_series_has_a_scale_of_two_per_cent():
    assert normal_range(np.full(9, 100.0)).scale == pytest.approx(2.0)


def test_a_constant_zero_still_has_a_scale():
    assert normal_range(np.zeros(9)).scale > 0
    assert normal_range(np.zeros(9), floor=0.5).scale == 0.5


def test_an_empty_baseline_is_refused():
    with pytest.raises(ValueError, match="no samples"):
        normal_range(np.array([]))


def test_one_outlier_moves_neither_median_nor_mad():
    calm = normal_range(np.array([9.0, 10, 11, 10, 9, 11, 10, 10, 9]))
    spiked = normal_range(np.array([9.0, 10, 11, 10, 9, 11, 10, 10, 10.5]))
    assert spiked.median == calm.median


@given(st.lists(finite, min_size=1, max_size=40), st.floats(0.01, 1.0))
def test_what_is_reached_is_reached_by_that_share(values, share):
    level = reached(np.array(values), share)
    assert sum(v >= level for v in values) >= math.ceil(share * len(values))
    assert sum(v > level for v in values) < math.ceil(share * len(values)) or level == max(values)


@given(st.lists(finite, min_size=2, max_size=60), st.integers(1, 20), st.sampled_from([0.08, 0.25, 0.5]))
def test_window_quantiles_are_those_of_the_windows(values, width, share):
    series = np.array(values)
    width = min(width, len(series))
    step = max(1, (len(series) - width) // 48)
    slow = [reached(series[i : i + width], share) for i in range(0, len(series) - width + 1, step)]
    assert window_reached(series, width, share).tolist() == slow


@pytest.mark.parametrize("degrees", [1, 2, 4])
def test_the_closed_forms_are_the_student_tail(degrees):
    stdtr = pytest.importorskip("scipy.special").stdtr
    for t in (-30.0, -2.0, 0.0, 0.3, 1.7, 12.0, 4000.0):
        assert student_tail(t, degrees) == pytest.approx(stdtr(degrees, -t), rel=1e-9)


@given(st.floats(0, 1), st.floats(0, 1))
def test_less_probable_is_never_weaker_evidence(p, q):
    low, high = sorted((p, q))
    assert evidence_nats(low) >= evidence_nats(high) - 1e-12


def test_evidence_stays_below_the_naive_ratio():
    assert all(evidence_nats(p) < -math.log(p) for p in (0.3, 0.05, 1e-3, 1e-9))


def test_a_level_that_the_baseline_reached_as_often_is_no_surprise():
    usual = np.array([0.0, 0.1, 9.0, 0.2, 9.5, 0.1, 0.0, 9.1])
    assert tail_of(9.0, usual, 40) >= 3 / 9


def test_few_samples_cannot_make_a_tiny_tail():
    usual = np.zeros(4)
    assert tail_of(50.0, usual, 3) > 100 * tail_of(50.0, usual, 40)
