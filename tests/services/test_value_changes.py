"""Values of settings in the notations of many languages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rca.services.diff import parse
from rca.services.value_changes import quantities, value_changes


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("300*time.Millisecond", 0.3),
        ("5 * time.Second", 5.0),
        ("Duration.ofMillis(300)", 0.3),
        ("Duration.ofMinutes(2)", 120.0),
        ("Duration::from_secs(7)", 7.0),
        ("TimeSpan.FromSeconds(3)", 3.0),
        ("timedelta(seconds=30)", 30.0),
        ("timedelta(minutes=2)", 120.0),
        ("timeout: 250ms", 0.25),
        ("timeout_ms: 250", 0.25),
        ("timeoutMillis = 500", 0.5),
        ("proxy_read_timeout 60s;", 60.0),
        ("idle 5m", 300.0),
        ("every 2h", 7200.0),
        ("wait 10 minutes", 600.0),
        ("lease: 1d", 86400.0),
        ("tick(50us)", 50e-6),
    ],
)
def test_durations_are_in_seconds(line, seconds):
    assert quantities(line) == [pytest.approx(seconds)]


@pytest.mark.parametrize(
    ("line", "size"),
    [
        ("memory: 512Mi", 512 * 2**20),
        ("memory: 1Gi", 2**30),
        ("memory: 512M", 512e6),
        ("memory: 2GB", 2e9),
        ("-Xmx2g", 2e9),
        ("-Xmx512m", 512e6),
        ("mem_limit: 64kb", 64e3),
        ("--memory=1TiB", 2**40),
    ],
)
def test_sizes_are_in_bytes(line, size):
    assert quantities(line, "memory") == [size]


def test_a_thousandth_of_a_processor_is_no_minute():
    assert quantities("cpu: 500m", "cpu") == [0.5]


@pytest.mark.parametrize(
    ("line", "numbers"), [("v1.2.3", []), ("a10", []), ("max=1_000", [1000.0]), ("f(1, 2.5)", [1.0, 2.5]), ("x", [])]
)
def test_bare_numbers_stay_as_they_are(line, numbers):
    assert quantities(line) == numbers


@settings(max_examples=100, derandomize=True)
@given(st.integers(1, 10_000), st.sampled_from([("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)]))
def test_a_written_duration_is_read_back(number, unit):
    assert quantities(f"timeout: {number}{unit[0]}") == [pytest.approx(number * unit[1])]


def changes(old, new, path="app/settings.yaml", kept=""):
    lines = [f"@@ {path} @@", *([f" {kept}"] if kept else []), f"-{old}", f"+{new}"]
    return [(c.setting, c.old, c.new) for c in value_changes(parse("\n".join(lines)))]


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("connectionTimeout: 30s", "connectionTimeout: 3s", ("timeout", 30.0, 3.0)),
        ("max_connections = 100", "max_connections = 10", ("pool", 100.0, 10.0)),
        ("retry_interval: 5s", "retry_interval: 1s", ("backoff", 5.0, 1.0)),
        ("maxRetries: 3,", "maxRetries: 9,", ("retries", 3.0, 9.0)),
        ("cache_ttl: 60", "cache_ttl: 6", ("ttl", 60.0, 6.0)),
        ("replicas: 4", "replicas: 1", ("replicas", 4.0, 1.0)),
        ("jwt_leeway: 60", "jwt_leeway: 0", ("tolerance", 60.0, 0.0)),
        ("page_size: 50", "page_size: 5000", ("batch", 50.0, 5000.0)),
        ("rate: 100", "rate: 10", ("limit", 100.0, 10.0)),
    ],
)
def test_a_setting_is_told_by_its_name(old, new, change):
    assert changes(old, new) == [change]


def test_the_name_right_before_a_number_counts_and_not_its_neighbour():
    assert changes("Client(timeout=5, retries=3)", "Client(timeout=5, retries=9)") == [("retries", 3.0, 9.0)]


def test_max_alone_is_told_by_its_section():
    assert changes("  max: 3", "  max: 9", kept="retry:") == [("retries", 3.0, 9.0)]


def test_a_number_of_nothing_known_is_no_setting():
    assert changes("x = 3", "x = 4", path="app/geometry.py") == []


def test_the_same_value_in_another_unit_is_no_change():
    assert changes("timeout: 1500ms", "timeout: 1.5s") == []


def test_no_bound_is_more_than_any_bound():
    (change,) = value_changes(parse("@@ a.go @@\n-db.SetMaxOpenConns(50)\n+db.SetMaxOpenConns(0)\n"))
    assert change.ratio == float("inf")
    (change,) = value_changes(parse("@@ a.go @@\n-db.SetMaxOpenConns(0)\n+db.SetMaxOpenConns(50)\n"))
    assert change.ratio == 0
    (change,) = value_changes(parse("@@ a.yaml @@\n-replicas: 2\n+replicas: 0\n"))
    assert change.ratio == 0


@settings(max_examples=60, derandomize=True)
@given(st.text(max_size=120), st.text(max_size=120))
def test_any_two_lines_never_raise(old, new):
    value_changes(parse(f"@@ a.py @@\n-{old}\n+{new}\n"))
