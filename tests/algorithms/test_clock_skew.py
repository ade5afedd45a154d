"""Offsets of clocks from calls that both sides timed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rca.algorithms.clock_skew import Offset, bounds, offset, settle


def calls(rng, count, ahead_s, network_s=0.002):
    """Client and server times of calls, each side by its own clock; the way back and forth differ."""
    client_start = rng.uniform(0, 600, count)
    there, back, work = (rng.exponential(scale, count) for scale in (network_s, 3 * network_s, 0.05))
    client_end = client_start + there + work + back
    server_start = client_start + there + ahead_s
    return client_start, client_end, server_start, server_start + work


@settings(max_examples=60, derandomize=True)
@given(ahead_s=st.floats(-3600, 3600), seed=st.integers(0, 1000))
def test_a_clock_is_found_within_its_uncertainty_whatever_the_network(ahead_s, seed):
    found = offset(*bounds(*calls(np.random.default_rng(seed), 200, ahead_s)))
    assert abs(found.offset_s - ahead_s) <= found.uncertainty_s + 1e-6
    assert found.significant == (abs(ahead_s) > found.uncertainty_s and abs(found.offset_s) >= 0.005)


def test_clocks_that_agree_are_never_called_apart():
    for seed in range(50):
        assert not offset(*bounds(*calls(np.random.default_rng(seed), 50, 0.0))).significant


def test_few_calls_prove_nothing():
    assert not offset(*bounds(*calls(np.random.default_rng(1), 9, 100.0))).significant


def test_a_tenth_of_broken_spans_does_no_harm():
    rng = np.random.default_rng(2)
    times = calls(rng, 300, 7.0)
    broken = rng.choice(300, 20, replace=False)
    times[2][broken] -= 500
    times[3][broken] -= 500
    assert offset(*bounds(*times)).offset_s == pytest.approx(7.0, abs=0.01)


def test_work_that_goes_on_after_the_caller_left_is_no_clock():
    rng = np.random.default_rng(3)
    start = rng.uniform(0, 600, 200)
    end = start + 0.01
    served = start + rng.exponential(2.0, 200)      # from a queue, later and later than the sender's end
    found = offset(*bounds(start, end, served, served + 0.005))
    assert not found.significant


def test_an_effect_before_its_cause_proves_a_clock_also_where_nobody_waits():
    for ahead_s, proven in ((-1.0, True), (1.0, False)):
        assert offset(*bounds(*calls(np.random.default_rng(4), 100, ahead_s)), nested=False).significant is proven


def test_a_clock_that_drifts_too_far_is_not_corrected_by_one_figure():
    client_start, client_end, server_start, server_end = calls(np.random.default_rng(5), 300, 0.0)
    drift = client_start / 10
    assert not offset(*bounds(client_start, client_end, server_start + drift, server_end + drift)).significant


def test_no_calls_give_no_offset():
    assert offset(np.array([]), np.array([])).calls == 0


def pair(ahead_s):
    return Offset(ahead_s, 0.001, 100, abs(ahead_s) > 0)


def test_the_clocks_that_most_share_are_right():
    # 0 -> 1 -> 2, 0 -> 3: 2 is ahead of all the others
    clocks = settle(4, np.array([0, 1, 0]), np.array([1, 2, 3]), [pair(0), pair(5.0), pair(0)])
    assert clocks.offset_s == pytest.approx([0, 0, 5, 0], abs=1e-6)
    assert clocks.consistent.all()


def test_a_caller_that_is_off_is_told_by_its_many_callees():
    # 0 calls 1, 2 and 3, which all seem behind: it is 0 that is ahead
    clocks = settle(4, np.array([0, 0, 0]), np.array([1, 2, 3]), [pair(-5.0)] * 3)
    assert clocks.offset_s == pytest.approx([5, 0, 0, 0], abs=1e-6)


def test_groups_without_a_call_between_them_are_settled_apart():
    clocks = settle(5, np.array([0, 2]), np.array([1, 3]), [pair(2.0), pair(-3.0)])
    assert clocks.offset_s == pytest.approx([0, 2, 0, -3, 0], abs=1e-6)


def test_pairs_that_contradict_each_other_are_not_consistent():
    # 0 -> 1 -> 2 says 2 s, 0 -> 2 says none
    clocks = settle(4, np.array([0, 1, 0]), np.array([1, 2, 2]), [pair(1.0), pair(1.0), pair(0)])
    assert clocks.consistent.tolist() == [False, False, False, True]
