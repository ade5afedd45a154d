"""Shifts: what departs is found, what wanders is not, and the figures in the finding are those of the data."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from rca import tables
from rca.incident import Case
from rca.services.metric_shift import KIND, detect, plateau_of
from rca.telemetry import Telemetry

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
N, CUT = 120, 90
INSIDE = np.arange(N) >= CUT


def gauge(metric, values, component="cart", unit=None):
    return tables.frame(
        "metrics",
        {
            "time": [START + timedelta(minutes=i) for i in range(len(values))],
            "component": component,
            "metric": metric,
            "value": np.asarray(values, dtype="float64"),
            "unit": unit,
            "source": "m.csv",
            "line": range(2, len(values) + 2),
        },
    )


def found(*frames, target=None, incident=(CUT, N), baseline=(0, CUT)):
    windows = {
        name: tuple(START + timedelta(minutes=m) for m in pair)
        for name, pair in (("incident", incident), ("baseline", baseline))
    }
    return list(
        detect(Case(telemetry=Telemetry({"metrics": tables.concat("metrics", list(frames))}), target=target, **windows))
    )


def noise(level, sd, seed=1):
    return level + np.random.default_rng(seed).normal(0, sd, N)


def test_a_step_is_found_with_its_figures_onset_and_lines():
    (finding,) = found(gauge("http_server_duration_p99_ms", noise(80, 4) + 800 * INSIDE))
    assert finding.kind == KIND
    assert finding.strength == 6.0
    measures = finding.measures
    assert (measures["metric"], measures["family"], measures["direction"], measures["unit"]) == (
        "http_server_duration_p99_ms",
        "latency",
        "up",
        "ms",
    )
    assert measures["baseline"] == pytest.approx(80, abs=2)
    assert measures["incident"] == pytest.approx(880, abs=4)
    assert measures["ratio"] == pytest.approx(11, abs=0.5)
    assert finding.onset == (START + timedelta(minutes=CUT - 1), START + timedelta(minutes=CUT))
    typical, first, worst = finding.evidence
    assert typical.source.line < CUT + 2 == first.source.line <= worst.source.line
    assert f"since {finding.onset[1]:%H:%M:%S} UTC" in finding.statement


def test_a_fall_of_availability_from_a_constant_is_found():
    (finding,) = found(gauge("availability", np.where(INSIDE, 90.0, 100.0)))
    assert finding.measures["direction"] == "down"
    assert finding.strength > 4


def test_a_rise_from_nothing_is_found():
    (finding,) = found(gauge("http_5xx_ratio", np.where(INSIDE, 0.4, 0.0)))
    assert finding.measures["baseline"] == 0
    assert "ratio" not in finding.measures
    assert finding.strength > 4


def test_the_harmless_direction_is_weaker():
    worse = found(gauge("queue_depth", noise(100, 10) + 60 * INSIDE))[0].strength
    better = [f.strength for f in found(gauge("queue_depth", noise(100, 10) - 60 * INSIDE))]
    assert max(better, default=0.0) < worse - 1


def test_more_metrics_make_the_same_departure_weaker():
    shifted = gauge("queue_depth", noise(100, 10) + 60 * INSIDE)
    others = [gauge(f"gauge{i}", noise(50, 5, seed=i)) for i in range(40)]
    alone, among = (
        next(f.strength for f in found(*frames) if f.measures["metric"] == "queue_depth")
        for frames in ([shifted], [shifted, *others])
    )
    assert among < alone


def test_what_the_caller_complains_about_is_not_weighed_against_all():
    shifted = gauge("queue_depth", noise(100, 10) + 60 * INSIDE)
    others = [gauge(f"gauge{i}", noise(50, 5, seed=i), component="web") for i in range(40)]
    plain, asked = (
        next(f.strength for f in found(shifted, *others, target=target) if f.component == "cart")
        for target in (None, "cart")
    )
    assert asked > plain


def test_nothing_speaks_up_in_a_hundred_calm_sets():
    loud = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        walk = np.cumsum(rng.normal(0, 1, (10, N)), axis=1)
        frames = [gauge(f"g{i}", 100 + (walk[i] if i % 2 else rng.standard_t(3, N))) for i in range(10)]
        loud += max((f.strength for f in found(*frames)), default=0.0) > 1.5
    assert loud <= 5


def test_an_onset_before_the_incident_is_kept():
    early = noise(80, 2) + 300 * (np.arange(N) >= 60)
    (finding,) = found(gauge("latency_ms", early))
    assert finding.onset == (START + timedelta(minutes=59), START + timedelta(minutes=60))
    assert finding.measures["baseline"] == pytest.approx(80, abs=2)


def test_the_onset_of_a_ramp_is_an_interval_around_its_foot():
    ramp = noise(100, 2) + 8.0 * np.maximum(np.arange(N) - 70, 0)
    (finding,) = found(gauge("latency_ms", ramp))
    assert finding.onset[0] <= START + timedelta(minutes=72)
    assert finding.onset[1] <= START + timedelta(minutes=76)


def test_a_late_start_within_the_window_is_still_found():
    (finding,) = found(gauge("http_5xx_ratio", noise(0.002, 0.0004) + 0.3 * (np.arange(N) >= N - 4)))
    assert finding.onset[1] == START + timedelta(minutes=N - 4)


def test_a_single_spike_is_no_shift():
    assert found(gauge("latency_ms", noise(80, 4) + 900 * (np.arange(N) == 100))) == []


def test_a_counter_is_judged_by_its_slope():
    steady = np.cumsum(np.full(N, 100.0))
    assert found(gauge("http_requests_total", steady)) == []
    (finding,) = found(gauge("http_errors_total", np.cumsum(np.where(INSIDE, 500.0, 1.0))))
    assert finding.measures["unit"] == "per min"


def test_one_kill_is_enough():
    (finding,) = found(gauge("container_oom_killed_total", np.where(np.arange(N) >= 100, 3.0, 0.0)))
    assert finding.measures["family"] == "oom"
    assert finding.strength >= 3
    assert finding.onset == (START + timedelta(minutes=99), START + timedelta(minutes=100))


def test_a_certificate_matters_only_when_it_ends():
    left = (60 * (100 - np.arange(N))).astype(float)
    (finding,) = found(gauge("tls_cert_seconds_left", left))
    assert "ran out" in finding.statement
    assert finding.onset[1] == START + timedelta(minutes=100)
    assert found(gauge("tls_cert_seconds_left", left + 1e6)) == []


def test_limits_are_not_judged():
    assert found(gauge("container_memory_limit_mb", np.where(INSIDE, 1024.0, 512.0))) == []


def test_values_that_stick_are_told():
    (finding,) = found(gauge("db_connections_in_use", np.where(INSIDE, 20.0, noise(6, 1).round())))
    assert finding.measures["plateau"] == 20.0
    assert "sticks at 20" in finding.statement


@pytest.mark.parametrize(
    ("values", "plateau"), [([9, 9, 9, 1], 9.0), ([0, 0, 0, 0], None), ([1, 2, 3, 4], None), ([7, 7], None)]
)
def test_a_plateau_is_half_of_the_samples(values, plateau):
    assert plateau_of(np.array(values, dtype="float64")) == plateau


def test_a_baseline_after_the_incident_serves_as_well():
    values = noise(80, 4) + 800 * (np.arange(N) < 30)
    (finding,) = found(gauge("latency_ms", values), incident=(0, 30), baseline=(30, N))
    assert finding.measures["direction"] == "up"


@pytest.mark.parametrize("values", [[1.0], [1.0, 2.0], [np.nan] * 100, []])
def test_too_few_samples_give_nothing(values):
    assert found(gauge("latency_ms", values)) == []
