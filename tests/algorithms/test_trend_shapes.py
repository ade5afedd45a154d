"""Each shape wins on data of its own, and lives are cut where a process ended."""

import numpy as np
import pytest

from rca.algorithms.lives import blocks, falls, lives, scattered, without_spikes
from rca.algorithms.season import DAY_S, daily_part
from rca.algorithms.trend import fit

X = np.linspace(0.0, 1.0, 72)


def noisy(values, seed=3):
    return values + np.random.default_rng(seed).normal(0, 1.0, len(values))


@pytest.mark.parametrize(("shape", "values"), [
    ("level", 0 * X), ("line", 40 * X), ("steps", np.where(X > 0.4, 40.0, 0.0)),
    ("steps", np.where(X > 0.3, 40.0, 0.0) + np.where(X > 0.7, 30.0, 0.0)),
    ("start-up", 60 * (1 - np.exp(-X / 0.1))), ("bend", 80 * np.maximum(X - 0.5, 0))])
def test_a_shape_is_recognised(shape, values):
    assert fit(X, noisy(values)).shape == shape


def test_the_slope_at_the_end_is_measured_with_its_error():
    found = fit(X, noisy(40 * X))
    assert abs(found.slope - 40) < 3 * found.slope_error
    assert 0 < found.slope_error < 4


def test_a_bend_is_found_where_it_is():
    found = fit(X, noisy(120 * np.maximum(X - 0.5, 0)))
    assert found.bend == pytest.approx(0.5, abs=0.05)
    assert found.bends[0] <= found.bend <= found.bends[1]
    assert found.grows_from == found.bend


def test_growth_that_quickens_began_at_the_start():
    found = fit(X, noisy(60 * X + 60 * np.maximum(X - 0.5, 0)))
    assert found.grows_from == X[0]


def test_the_unit_of_time_and_value_does_not_matter():
    values = noisy(40 * X)
    one, other = fit(X, values), fit(X * 3600 + 1.7e9, values * 1e6)
    assert other.shape == one.shape
    assert other.slope * 3600 / 1e6 == pytest.approx(one.slope, rel=1e-6)


def test_a_series_of_equal_values_is_level():
    assert fit(X, np.full(72, 5.0)).slope == 0.0
    assert fit(X, np.zeros(72)).shape == "level"


# memory between restarts:  /| /| /|      a collector's sawtooth: /|/|/|/|/|/|/|/|
def test_three_restarts_make_four_lives():
    times, values = np.arange(400.0), 100 + np.tile(np.arange(100.0), 4)
    cut = lives(times, values)
    assert [(life.start, life.end) for life in cut.lives] == [(0, 99), (100, 199), (200, 299), (300, 399)]
    assert not cut.sawtooth
    assert [life.is_last for life in cut.lives] == [False, False, False, True]


def test_many_teeth_are_one_life_whose_floor_are_the_valleys():
    times, values = np.arange(400.0), 100 + np.tile(np.arange(20.0), 20) + np.arange(400) / 100
    cut = lives(times, values)
    assert cut.sawtooth
    assert len(cut.lives) == 1
    assert cut.lives[0].floor == pytest.approx(100 + np.arange(20, 400, 20) / 100)


def test_a_fall_far_beyond_the_teeth_ends_a_life():
    leak = np.where(np.arange(800) < 500, np.arange(800), np.arange(800) - 500) * 1.0
    cut = lives(np.arange(800.0), 100 + np.tile(np.arange(20.0), 40) + leak)
    assert cut.sawtooth
    assert [life.start for life in cut.lives] == [0, 500]


def test_falls_are_not_seen_in_noise():
    assert not len(falls(np.random.default_rng(5).normal(100, 3, 500)))


def test_a_single_high_sample_is_taken_out():
    values = np.arange(50.0)
    values[20] = 500
    _, kept = without_spikes(np.arange(50.0), values)
    assert len(kept) == 49
    assert kept.max() == 49


def test_scattered_samples_are_told_from_a_slow_course():
    rng = np.random.default_rng(1)
    assert scattered(rng.uniform(0, 1, 200))
    assert not scattered(np.cumsum(rng.normal(0, 1, 200)))


def test_blocks_keep_their_order_and_count_no_empty_ones():
    times, values = blocks(np.array([0.0, 1, 2, 50, 99, 100]), np.array([1.0, 2, 9, 5, 7, 3]), 4)
    assert times.tolist() == [1.0, 50.0, 99.5]
    assert values.tolist() == [2.0, 5.0, 5.0]


def test_a_daily_rhythm_is_found_beside_growth():
    times = np.arange(0, 4 * DAY_S, 3600.0)
    rhythm = 10 * np.sin(2 * np.pi * times / DAY_S)
    found = daily_part(times, 100 + times / DAY_S + rhythm)
    assert np.abs(found - rhythm).max() < 1.0


def test_one_day_is_no_rhythm():
    times = np.arange(0, DAY_S, 900.0)
    assert not daily_part(times, 10 * np.sin(2 * np.pi * times / DAY_S)).any()
