"""Metrics as Parquet in the same shapes as CSV."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rca.readers._pipeline import read

TIMES = pd.to_datetime(["2026-11-20T10:00:00Z", "2026-11-20T10:00:05Z"])


@pytest.fixture
def telemetry(tmp_path):
    def of(table, **options):
        file = tmp_path / "any"
        table.to_parquet(file, **options)
        return read(file)
    return of


def test_a_long_table(telemetry):
    found = telemetry(pd.DataFrame({"timestamp": TIMES, "service": ["a", "b"], "metric": "rss", "value": [1, 2],
                                    "zone": "z"}))
    assert found.metrics.component.tolist() == ["a", "b"]
    assert found.metrics.value.tolist() == [1, 2]
    assert found.metrics.labels.tolist() == [{"zone": "z"}] * 2
    assert found.metrics.line.tolist() == [1, 2]
    assert found.metrics.time.tolist() == list(TIMES)


def test_a_wide_table_with_its_times_in_the_index(telemetry):
    found = telemetry(pd.DataFrame({"cart_cpu": [1.5, None], "carts-db_lat_99": [3, 4]}, index=TIMES)).metrics
    assert list(zip(found.component, found.metric, strict=True)) == [("cart", "cpu"), ("carts-db", "lat_99")] * 2
    assert found.value.isna().tolist() == [False, False, True, False]
    assert found.time[0] == TIMES[0]


def test_levelled_columns(telemetry):
    columns = pd.MultiIndex.from_tuples([("shop", "latency", "p50"), ("shop", "latency", "p99")])
    index = pd.Index([1763632800], name="unix_timestamp")
    found = telemetry(pd.DataFrame([[1.0, 2.0]], columns=columns, index=index)).metrics
    assert found.component.tolist() == ["shop"] * 2
    assert found.metric.tolist() == ["latency"] * 2
    assert found.labels.tolist() == [{"statistic": "p50"}, {"statistic": "p99"}]
    assert found.time[0].year == 2025


def test_one_component_a_row_with_dictionaries_and_decimals(telemetry):
    table = pd.DataFrame({"time": TIMES, "pod": pd.Categorical(["cart-5f55b6cf68-77cfw"] * 2), "cpu(m)": [1, 2]})
    found = telemetry(table).metrics
    assert found.component.tolist() == ["cart"] * 2
    assert found.unit.tolist() == ["m", "m"]


def test_columns_of_something_else_and_broken_files_are_problems(tmp_path):
    file = tmp_path / "any"
    pq.write_table(pa.table({"a": ["x"], "b": ["y"]}), file)
    found = read(file, format="metrics-parquet")
    assert [problem.text for problem in found.problems] == ["a, b"]
    file.write_bytes(b"PAR1 and then nothing")
    found = read(file)
    assert found.metrics.empty
    assert len(found.problems) == 1
