"""The table of metric families, row by row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rca.metric_families import FAMILIES, bytes_per_unit, family, unit_of, words

FINDS = [(row.name, name) for row in FAMILIES for name in row.finds]
SPARES = [(row.name, name) for row in FAMILIES for name in row.spares]


@pytest.mark.parametrize(("name", "metric"), FINDS)
def test_a_row_finds_its_metrics(name, metric):
    assert family(metric).name == name


@pytest.mark.parametrize(("name", "metric"), SPARES)
def test_a_row_spares_what_only_looks_like_it(name, metric):
    assert family(metric).name != name


def test_names_of_families_are_unique_and_the_last_takes_all():
    names = [row.name for row in FAMILIES]
    assert len(names) == len(set(names))
    assert FAMILIES[-1].name == "unknown"


@given(st.text(max_size=60))
def test_any_text_has_a_family(text):
    assert family(text) in FAMILIES


@pytest.mark.parametrize(
    "same", ["db_query_latency_p99", "dbQueryLatencyP99", "db.query.latency.p99", "db-query-latency/p99"]
)
def test_spelling_does_not_matter(same):
    assert family(same).name == "query-latency"


@pytest.mark.parametrize(
    ("metric", "harm"),
    [
        ("availability", "down"),
        ("errors_total", "up"),
        ("requests_per_sec", "both"),
        ("container_memory_limit_mb", "none"),
        ("cache_hit_ratio", "down"),
    ],
)
def test_harm_has_a_direction(metric, harm):
    assert family(metric).harm == harm


@pytest.mark.parametrize(
    ("metric", "given_unit", "unit"),
    [
        ("latency_p99_ms", None, "ms"),
        ("cpu_pct", None, "percent"),
        ("cpu", "%", "percent"),
        ("rss_bytes", None, "bytes"),
        ("orders_per_min", None, "per min"),
        ("workload", None, ""),
        ("age_seconds", None, "s"),
        ("rss", "By", "By"),
    ],
)
def test_units_come_from_the_source_or_the_name(metric, given_unit, unit):
    assert unit_of(metric, given_unit) == unit


def test_sizes_are_converted_and_others_are_not():
    assert bytes_per_unit("GiB") == 1024**3
    assert bytes_per_unit("ms") is None


def test_words_are_split_at_case_digits_and_signs():
    assert words("JVMHeapUsed.poolB_p99/2xx") == "jvm heap used pool b p99 2xx"
