"""Evidence in nats grows with the data and with the difference, and is sober with few samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rca.algorithms.two_windows import level_rise, modest, rate_rise


@given(st.integers(1, 200), st.integers(0, 500))
def test_more_failures_are_never_less_evidence_beyond_the_usual_share(trials, before):
    nats = [rate_rise(hits, trials, 0, before) for hits in range(trials + 1)]
    usual = trials // 10 + 1
    assert all(a <= b + 1e-9 for a, b in zip(nats[usual:], nats[usual + 1 :], strict=False))


def test_a_baseline_that_fails_as_often_explains_it():
    assert rate_rise(10, 100, 100, 1000) < 0 < rate_rise(10, 100, 0, 1000)


@pytest.mark.parametrize("seed", range(5))
def test_samples_of_one_distribution_speak_against_a_fault(seed):
    rng = np.random.default_rng(seed)
    assert level_rise(rng.lognormal(2, 0.4, 300), rng.lognormal(2, 0.4, 60)) < 0


def test_one_against_one_needs_a_large_factor():
    one = np.array([10.0])
    assert level_rise(one, 3 * one) < 0.5 < level_rise(one, 30 * one) < 3


def test_few_samples_carry_little_and_many_no_more_than_the_limit():
    assert [modest(50.0, n) for n in (1, 10**6)] == [2.0, 5.0]
