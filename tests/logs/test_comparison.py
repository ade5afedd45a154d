"""What `compare` calls a change: made logs with and without one."""

import numpy as np
import pandas as pd
import pytest

import rca
from rca.logs.comparison import COLUMNS, baseline_spans
from rca.tables import frame

START = pd.Timestamp("2026-03-02 08:00", tz="UTC")
BASELINE = (START, START + pd.Timedelta(minutes=60))
INCIDENT = (START + pd.Timedelta(minutes=60), START + pd.Timedelta(minutes=75))
STEADY = [f"{word} handled request {{n}} for the {word} page" for word in
          ("basket", "search", "profile", "invoice", "banner", "wishlist", "coupon", "review", "stock", "sitemap")]


def arrivals(rng, per_min, minutes, *, bursty):
    rates = per_min * (rng.gamma(4.0, 0.25, minutes) if bursty else np.ones(minutes))
    counts = rng.poisson(rates)
    return np.repeat(np.arange(minutes), counts) * 60.0 + rng.random(counts.sum()) * 60.0


def made(seed=0, *, bursty=False, factors=None):
    """Ten templates at 4 lines a minute for 75 minutes; `factors` change the rate of some in the last 15."""
    rng = np.random.default_rng(seed)
    rows = []
    for number, template in enumerate(STEADY):
        factor = (factors or {}).get(number, (1.0, 1.0))
        before = arrivals(rng, 4.0 * factor[0], 60, bursty=bursty)
        after = 3600 + arrivals(rng, 4.0 * factor[1], 15, bursty=bursty)
        rows += [(t, template.format(n=rng.integers(9999)), f"svc-{number % 2}") for t in (*before, *after)]
    rows.sort()
    times, messages, services = zip(*rows, strict=True)
    return frame("logs", {"time": START + pd.to_timedelta(list(times), unit="s"), "message": list(messages),
                          "level": "info", "service": list(services), "source": "made.log",
                          "line": np.arange(1, len(rows) + 1)})


def significant(logs):
    table = rca.logs.compare(logs, incident=INCIDENT, baseline=BASELINE)
    return table[table["q_value"] < 0.05]


def test_the_four_kinds_are_told_apart_with_their_service():
    logs = made(1, factors={0: (0, 1), 1: (1, 0), 2: (1, 3), 3: (2, 0.3)})
    found = significant(logs).set_index("kind")
    assert found["template"].to_dict() == {
        "new": "basket handled request <num> for the basket page",
        "vanished": "search handled request <num> for the search page",
        "surge": "profile handled request <num> for the profile page",
        "drop": "invoice handled request <num> for the invoice page"}
    assert found["service"].to_dict() == {"new": "svc-0", "vanished": "svc-1", "surge": "svc-0", "drop": "svc-1"}


def test_a_new_template_is_first_seen_at_its_first_line():
    logs = made(2, factors={4: (0, 1)})
    row = significant(logs).iloc[0]
    assert row["first_seen"] == logs[logs["message"].str.startswith("banner")]["time"].iloc[0]
    assert row["baseline_per_s"] == 0
    assert row["log2_ratio"] > 5


def test_every_template_has_a_row_with_the_agreed_columns():
    table = rca.logs.compare(made(3), incident=INCIDENT, baseline=BASELINE)
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == len(STEADY)
    assert table["q_value"].is_monotonic_increasing


@pytest.mark.parametrize("bursty", [False, True])
def test_quiet_windows_seldom_raise_an_alarm(bursty):
    alarms = sum(len(significant(made(seed, bursty=bursty))) > 0 for seed in range(100, 120))
    assert alarms <= 2


def test_a_line_seen_once_is_no_discovery():
    logs = made(4)
    once = logs.tail(1).assign(message="something never seen before happened")
    found = significant(pd.concat([logs, once], ignore_index=True))
    assert found.empty


def test_missing_services_are_a_group_of_their_own():
    logs = made(5, factors={0: (0, 1)})
    logs["service"] = pd.array([None] * len(logs), dtype="str")
    assert significant(logs)["service"].isna().tolist() == [True]


def test_no_lines_give_an_empty_table():
    table = rca.logs.compare(made(6).iloc[:0], incident=INCIDENT, baseline=BASELINE)
    assert list(table.columns) == list(COLUMNS)
    assert table.empty


def test_a_window_without_length_is_refused():
    with pytest.raises(ValueError, match="has no length"):
        rca.logs.compare(made(7), incident=(START, START), baseline=BASELINE)


def test_a_baseline_of_days_is_read_at_the_time_of_day():
    incident = (START + pd.Timedelta(days=5), START + pd.Timedelta(days=5, hours=1))
    spans = baseline_spans(incident, (START, START + pd.Timedelta(days=4, hours=20)))
    assert spans == [(START + pd.Timedelta(days=d), START + pd.Timedelta(days=d, hours=1)) for d in range(5)]


def test_noon_is_no_surge_after_quiet_nights():
    rng = np.random.default_rng(8)
    minutes = np.arange(5 * 1440 + 60)
    rates = np.where((minutes // 60) % 24 == 0, 6.0, 0.3)      # the busy hour is the first of each day from START on
    stamps = np.repeat(minutes, rng.poisson(rates)) * 60
    logs = frame("logs", {"time": START + pd.to_timedelta(stamps, unit="s"), "message": "request handled in time",
                          "service": "web", "source": "a", "line": np.arange(len(stamps))})
    incident = (START + pd.Timedelta(days=5), START + pd.Timedelta(days=5, hours=1))
    table = rca.logs.compare(logs, incident=incident, baseline=(START, incident[0]))
    assert table["q_value"].iloc[0] > 0.05
