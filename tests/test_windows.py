"""Windows from alerts, from common departures, from the caller, and from nothing."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rca import tables
from rca.telemetry import Telemetry
from rca.windows import find_windows

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
N = 180


def at(minute):
    return START + timedelta(minutes=minute)


def gauge(metric, values, component="cart"):
    return tables.frame(
        "metrics",
        {
            "time": [at(i) for i in range(len(values))],
            "component": component,
            "metric": metric,
            "value": values,
            "source": "m.csv",
            "line": range(1, len(values) + 1),
        },
    )


def calm(level=100.0, sd=5.0, seed=1):
    return level + np.random.default_rng(seed).normal(0, sd, N)


def telemetry(*gauges, alert=None, **more):
    rows = {"metrics": tables.concat("metrics", list(gauges)), **more}
    if alert is not None:
        minute, component, metric = alert
        rows["alerts"] = tables.frame(
            "alerts",
            {"time": [at(minute)], "component": [component], "metric": [metric], "source": "alert.json", "line": [1]},
        )
    return Telemetry(rows)


def after(minute):
    return np.arange(N) >= minute


def test_an_alert_is_followed_back_to_its_metric():
    found = find_windows(
        telemetry(
            gauge("errors_ratio", calm(0.01, 0.001) + 0.5 * after(120)),
            gauge("load", calm()),
            alert=(128, "cart", "errors_ratio"),
        )
    )
    assert at(114) <= found.incident[0] <= at(120)
    assert found.incident[1] >= at(N - 1)
    assert found.baseline[0] == START
    assert at(110) < found.baseline[1] <= found.incident[0]
    assert "alert at 2026-03-02 10:08:00 UTC" in found.how
    assert "errors_ratio of cart" in found.how


def test_a_chain_of_onsets_before_the_alert_belongs_to_it():
    found = find_windows(
        telemetry(
            gauge("errors_ratio", calm(0.01, 0.001) + 0.5 * after(120), "web"),
            gauge("latency_ms", calm(80) + 900 * after(117), "db"),
            alert=(125, "web", "errors_ratio"),
        )
    )
    assert at(115) <= found.incident[0] <= at(117)


def test_a_departure_long_before_the_alert_does_not():
    found = find_windows(
        telemetry(
            gauge("errors_ratio", calm(0.01, 0.001) + 0.5 * after(150), "web"),
            gauge("latency_ms", calm(80) + 900 * after(100), "db"),
            alert=(155, "web", "errors_ratio"),
        )
    )
    assert found.incident[0] >= at(148)


def test_a_ramp_begins_at_alarm_scale_and_its_foot_ends_the_baseline():
    ramp = calm(50, 2) + 8.0 * np.maximum(np.arange(N) - 60, 0)
    found = find_windows(telemetry(gauge("latency_ms", ramp), alert=(170, "cart", "latency_ms")))
    assert at(90) < found.incident[0] < at(150)
    assert found.baseline[1] <= at(66)


def test_an_alert_without_any_departure_still_gives_windows():
    found = find_windows(telemetry(gauge("load", calm()), alert=(150, "cart", "checkout_broken")))
    assert found.incident[0] == at(140)
    assert found.baseline[1] <= at(140)


def test_an_alert_after_the_recording_counts():
    found = find_windows(
        telemetry(gauge("errors_ratio", calm(0.01, 0.001) + 0.5 * after(170)), alert=(N + 5, "cart", "errors_ratio"))
    )
    assert at(168) <= found.incident[0] <= at(170)


def test_without_an_alert_the_common_departure_counts():
    found = find_windows(
        telemetry(
            gauge("errors_ratio", calm(0.01, 0.001) + 0.5 * after(130)),
            gauge("latency_ms", calm(80) + 900 * after(131), "web"),
            gauge("load", calm()),
        )
    )
    assert at(128) <= found.incident[0] <= at(130)
    assert "2 of 3 series" in found.how


def test_an_incident_that_is_over_ends():
    burst = (np.arange(N) >= 60) & (np.arange(N) < 80)
    found = find_windows(
        telemetry(gauge("errors_ratio", calm(0.01, 0.001) + 0.5 * burst), gauge("latency_ms", calm(80) + 900 * burst))
    )
    assert at(58) <= found.incident[0] <= at(60)
    assert at(79) <= found.incident[1] <= at(81)


def test_one_departure_beyond_doubt_is_enough():
    found = find_windows(telemetry(gauge("latency_ms", calm(80) + 900 * after(140)), gauge("load", calm())))
    assert at(138) <= found.incident[0] <= at(140)
    assert "latency_ms of cart" in found.how


def test_errors_in_logs_are_a_departure():
    minutes = [*range(0, N, 10), *np.arange(130, N, 0.2)]
    logs = tables.frame(
        "logs",
        {
            "time": [at(float(m)) for m in minutes],
            "service": "cart",
            "message": "it failed",
            "level": ["error" if m >= 130 else "info" for m in minutes],
            "source": "l",
            "line": range(len(minutes)),
        },
    )
    found = find_windows(Telemetry({"logs": logs}))
    assert at(126) <= found.incident[0] <= at(132)


def test_slow_requests_are_a_departure():
    minutes = np.arange(0, N, 0.25)
    durations = 40 + np.random.default_rng(2).normal(0, 5, len(minutes)) + 400 * (minutes >= 135)
    columns = {"time": [at(float(m)) for m in minutes], "service": "shop", "duration_ms": durations}
    requests = tables.frame("requests", {**columns, "source": "a.log", "line": range(len(minutes))})
    found = find_windows(Telemetry({"requests": requests}))
    assert at(131) <= found.incident[0] <= at(136)
    assert "duration of requests" in found.how


@pytest.mark.parametrize("seed", range(8))
def test_where_nothing_stands_out_the_last_quarter_is_compared(seed):
    found = find_windows(telemetry(*(gauge(f"g{i}", calm(seed=10 * seed + i)) for i in range(6))))
    assert "Nothing stands out" in found.how
    assert at(130) <= found.incident[0] <= at(140)
    assert found.baseline[0] == START


def test_what_the_caller_gives_stays():
    given_windows = (at(10), at(20)), (at(0), at(10))
    found = find_windows(telemetry(gauge("load", calm())), incident=given_windows[0], baseline=given_windows[1])
    assert (found.incident, found.baseline) == given_windows


def test_a_given_incident_gets_what_precedes_it():
    found = find_windows(telemetry(gauge("load", calm())), incident=(at(100), at(120)))
    assert found.incident == (at(100), at(120))
    assert found.baseline[0] == START
    assert at(94) <= found.baseline[1] <= at(100)


def test_an_incident_at_the_very_start_is_compared_with_what_follows():
    found = find_windows(telemetry(gauge("load", calm())), incident=(at(0), at(20)))
    assert found.baseline[0] == at(20)


def test_a_given_baseline_gets_what_follows_it():
    found = find_windows(telemetry(gauge("load", calm())), baseline=(at(0), at(90)))
    assert found.incident[0] == at(90)
    assert found.incident[1] >= at(N - 1)


def test_naive_times_are_utc():
    found = find_windows(telemetry(gauge("load", calm())), incident=(datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 10)))
    assert found.incident == (at(60), at(120))


def test_without_times_there_are_no_windows():
    found = find_windows(Telemetry({}))
    assert found.incident is None
    assert found.baseline is None
    assert found.how.endswith(".")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.just(0.0)), max_size=30),
    st.integers(-100, 100),
)
def test_it_never_raises(values, minute):
    found = find_windows(telemetry(gauge("load", np.array(values, dtype="float64")), alert=(minute, "cart", "load")))
    assert found.how
    if values:
        assert found.incident[0] <= found.incident[1]
        assert found.baseline[0] <= found.baseline[1]
