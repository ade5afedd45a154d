"""Exact tests of counts against scipy's laws, and the false discovery rate against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rca.algorithms.count_change import burstiness, change_p_values, least_p_values
from rca.algorithms.false_discovery import q_values


def p_value(before: int, after: int, before_s: float = 3600, after_s: float = 900, phi_s: float = 0.0) -> float:
    return float(change_p_values(np.array([before]), np.array([after]), before_s=before_s, after_s=after_s,
                                 burstiness_s=np.array([phi_s]))[0])


@given(st.integers(0, 300), st.integers(0, 300))
def test_without_bursts_it_is_the_binomial_test(before, after):
    law = stats.binom(before + after, 0.2)
    expected = min(1.0, 2 * min(law.cdf(after), law.sf(after - 1)))
    assert p_value(before, after) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@given(st.integers(0, 300), st.integers(0, 300), st.floats(30.0, 600.0))
def test_with_bursts_it_is_the_beta_binomial_test(before, after, phi_s):
    law = stats.betabinom(before + after, 900 / phi_s, 3600 / phi_s)
    expected = min(1.0, 2 * min(law.cdf(after), law.sf(after - 1)))
    assert p_value(before, after, phi_s=phi_s) == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_large_counts_have_nearly_the_exact_tail():
    law = stats.betabinom(20_000, 900 / 15, 3600 / 15)
    assert p_value(15_000, 5_000, phi_s=15.0) == pytest.approx(2 * law.sf(4_999), rel=0.03)


def test_bursts_make_a_change_less_sure():
    assert p_value(100, 60) < p_value(100, 60, phi_s=60.0) < p_value(100, 60, phi_s=600.0)


def test_stretches_without_length_are_refused():
    with pytest.raises(ValueError, match="must have a length"):
        p_value(1, 1, before_s=0)


def test_no_count_gives_less_than_the_least_p_value():
    total = np.full(21, 20)
    after = np.arange(21)
    lengths = {"before_s": 3600.0, "after_s": 900.0, "burstiness_s": np.full(21, 15.0)}
    assert (change_p_values(total - after, after, **lengths) >= least_p_values(total, **lengths) - 1e-15).all()


def test_bursts_are_measured_from_the_variance_beyond_poisson():
    rng = np.random.default_rng(3)
    steady = rng.poisson(8.0, (20, 2000))
    bursty = rng.poisson(8.0 * rng.gamma(4.0, 0.25, (20, 2000)))
    assert burstiness(steady, 60.0).max() < 2.0
    assert burstiness(bursty, 60.0).mean() == pytest.approx(0.25 * 60, rel=0.1)


def test_rare_events_and_single_units_say_nothing_of_bursts():
    assert burstiness(np.array([[0, 1, 0, 0]]), 60.0).tolist() == [0.0]
    assert burstiness(np.array([[9]]), 60.0).tolist() == [0.0]


def brute_force(p_values):
    count = len(p_values)
    scaled = {p: min(1.0, p * count / sum(other <= p for other in p_values)) for p in p_values}
    return [min(scaled[p] for p in p_values if p >= mine) for mine in p_values]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_q_values_follow_their_definition(p_values):
    assert q_values(np.array(p_values)) == pytest.approx(brute_force(p_values))


def test_no_tests_give_no_q_values():
    assert q_values(np.zeros(0)).tolist() == []
