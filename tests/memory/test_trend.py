"""Verdicts on series whose truth is known because they are drawn here."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rca.memory

MB = 1e6
N, MINUTES = 1200, 3
START = pd.Timestamp("2026-03-02T00:00:00Z")
T = np.arange(N) / N


def series(shape, *, noise_mb=4.0, seed=1, freq=f"{MINUTES}min"):
    rng = np.random.default_rng(seed)
    index = pd.date_range(START, periods=len(shape), freq=freq)
    return pd.Series((600 + shape + rng.normal(0, noise_mb, len(shape))) * MB, index=index)


def sawtooth(height, period):
    return height * (np.arange(N) % period) / period


CALM = {
    "level": 0 * T,
    "sawtooth": sawtooth(250, 40),
    "warm-up": 200 * (1 - np.exp(-T / 0.08)),
    "cache that fills": 200 * np.minimum(T / 0.4, 1),
    "one step": np.where(T > 0.6, 120.0, 0.0),
    "two steps": np.where(T > 0.3, 80.0, 0.0) + np.where(T > 0.75, 80.0, 0.0),
    "daily load": 100 * np.sin(2 * np.pi * np.arange(N) * MINUTES / 1440),
    "peak and release": np.where(abs(T - 0.5) < 0.05, 300.0, 0.0),
    "shrinking": -150 * T,
    "restarts with warm-up": 200 * (1 - np.exp(-(np.arange(N) % 300) / 60)),
}
LEAKS = {
    "line": 150 * T,
    "line under a sawtooth": 150 * T + sawtooth(250, 40),
    "line under daily load": 150 * T + 60 * np.sin(2 * np.pi * np.arange(N) * MINUTES / 1440),
    "after a warm-up": 150 * (1 - np.exp(-T / 0.05)) + 200 * T,
    "from the middle": 300 * np.maximum(T - 0.4, 0),
    "stairs": 200 * np.floor(T * 30) / 30,
    "between restarts": 250 * (np.arange(N) % 400) / 400,
}


@pytest.mark.parametrize("shape", CALM)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_memory_that_settles_is_no_leak(shape, seed):
    found = rca.memory.trend(series(CALM[shape], seed=seed))
    assert found.verdict == "no-leak", found.reason
    assert found.onset is None
    assert found.exhausted_not_before is None
    assert found.reason.endswith(".")


@pytest.mark.parametrize("shape", LEAKS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_memory_that_keeps_growing_is_a_leak(shape, seed):
    found = rca.memory.trend(series(LEAKS[shape], seed=seed))
    assert found.verdict == "leak", found.reason
    low, mid, high = found.slope_bytes_per_h
    assert 0 < low <= mid <= high
    assert "grow" in found.reason


def test_the_rate_is_in_bytes_per_hour():
    low, mid, high = rca.memory.trend(series(150 * T)).slope_bytes_per_h
    true = 150 * MB / (N * MINUTES / 60)
    assert low <= true <= high
    assert mid == pytest.approx(true, rel=0.05)


def test_the_onset_interval_holds_the_bend():
    found = rca.memory.trend(series(300 * np.maximum(T - 0.4, 0)))
    bend = START + pd.Timedelta(minutes=0.4 * N * MINUTES)
    assert found.onset[0] <= bend <= found.onset[1]
    assert found.onset[1] - found.onset[0] < pd.Timedelta(hours=8)


def test_growth_from_the_first_sample_begins_there():
    found = rca.memory.trend(series(150 * T))
    assert found.onset == (START, START)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_not_exhausted_before_it_can_be(seed):
    found = rca.memory.trend(series(150 * T, seed=seed), limit_bytes=900 * MB)
    true = START + pd.Timedelta(minutes=2 * N * MINUTES)            # 600 MB plus 150 per window meets 900 after two
    end = START + pd.Timedelta(minutes=N * MINUTES)
    assert end + (true - end) / 2 < found.exhausted_not_before <= true


def test_a_limit_already_passed_can_be_exhausted_at_once():
    found = rca.memory.trend(series(150 * T), limit_bytes=1.0)
    assert found.exhausted_not_before <= START + pd.Timedelta(minutes=N * MINUTES)


def test_the_daily_peak_counts_for_exhaustion():
    flat, wavy = 150 * T, 150 * T + 80 * np.sin(2 * np.pi * np.arange(N) * MINUTES / 1440)
    calm, busy = (rca.memory.trend(series(s), limit_bytes=1000 * MB) for s in (flat, wavy))
    assert busy.exhausted_not_before < calm.exhausted_not_before


@pytest.mark.parametrize("count", [0, 1, 2, 8])
def test_too_few_samples_are_not_enough(count):
    found = rca.memory.trend(series(np.arange(count) * 10.0))
    assert found.verdict == "not-enough-data"
    assert "too few" in found.reason


def test_five_minutes_are_needed():
    assert rca.memory.trend(series(np.arange(200.0), freq="1s")).verdict == "not-enough-data"


def test_missing_samples_do_not_matter():
    whole = series(150 * T)
    holed = whole.copy()
    holed.iloc[5::7] = np.nan
    holed.iloc[9::50] = 0.0
    assert rca.memory.trend(holed).verdict == "leak"
    assert rca.memory.trend(series(0 * T).mask(T > 0.9)).verdict == "no-leak"


def test_only_missing_samples_are_not_enough():
    assert rca.memory.trend(series(0 * T) * np.nan).verdict == "not-enough-data"


def test_single_bad_samples_do_not_matter():
    bad = series(150 * T + sawtooth(100, 40))
    bad.iloc[7::97] *= 3
    assert rca.memory.trend(bad).verdict == "leak"


def test_coarse_samples_between_collections_still_show_the_floor():
    rng = np.random.default_rng(4)
    garbage = rng.uniform(0, 250, N)
    assert rca.memory.trend(series(250 * T + garbage)).verdict == "leak"
    assert rca.memory.trend(series(garbage)).verdict == "no-leak"


def test_order_zone_and_repeated_times_do_not_matter():
    one = series(150 * T)
    other = pd.concat([one.sample(frac=1, random_state=1), one.iloc[:5]]).tz_localize(None)
    assert rca.memory.trend(other) == rca.memory.trend(one)


def test_an_index_without_times_is_refused():
    with pytest.raises(TypeError, match="DatetimeIndex"):
        rca.memory.trend(pd.Series([1.0, 2.0]))


def test_integers_and_nullable_values_are_read():
    whole = series(150 * T).round().astype("int64")
    assert rca.memory.trend(whole).verdict == "leak"
    assert rca.memory.trend(whole.astype("Int64")).verdict == "leak"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.floats(0, 1e12), st.sampled_from([float("nan"), float("inf")])), max_size=60),
       st.sampled_from(["1min", "1h"]))
def test_it_never_raises_on_numbers(values, freq):
    index = pd.date_range(START, periods=len(values), freq=freq)
    found = rca.memory.trend(pd.Series(values, index=index, dtype="float64"), limit_bytes=1e9)
    assert found.verdict in {"leak", "no-leak", "not-enough-data"}


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 1000), st.integers(-1000, 1000))
def test_scale_and_date_do_not_change_the_verdict(scale, days):
    for shape in (LEAKS["line"], CALM["warm-up"]):
        whole = series(shape[::8])
        moved = pd.Series(whole.to_numpy() * scale, index=whole.index + pd.Timedelta(days=days))
        assert rca.memory.trend(moved).verdict == rca.memory.trend(whole).verdict
