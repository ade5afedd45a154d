"""Metrics as JSON and text of Prometheus, OTLP and plain sample records."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from rca.readers._pipeline import read


@pytest.fixture
def telemetry(tmp_path):
    def of(value):
        file = tmp_path / "any"
        file.write_text(value if isinstance(value, str) else json.dumps(value))
        return read(file)
    return of


def matrix(*series):
    return {"status": "success", "data": {"resultType": "matrix", "result": list(series)}}


def test_the_service_label_is_the_component_and_the_others_stay(telemetry):
    found = telemetry(matrix({"metric": {"__name__": "up", "service": "cart", "zone": "a"},
                              "values": [[1763632800, "1"], [1763632815.491, "0.5"]]})).metrics
    assert found.component.tolist() == ["cart", "cart"]
    assert found.metric.tolist() == ["up", "up"]
    assert found.labels.tolist() == [{"zone": "a"}] * 2
    assert found.time[1] == pd.Timestamp("2025-11-20T10:00:15.491Z")


def test_nan_and_infinity_stay_rows_and_gaps_are_none(telemetry):
    found = telemetry(matrix({"metric": {"service": "a"}, "values": [[1, "NaN"], [2, "+Inf"], [9, "3"]]}))
    assert len(found.metrics) == 3
    assert math.isnan(found.metrics.value[0])
    assert found.metrics.value.tolist()[1:] == [math.inf, 3]
    assert found.problems == ()


def test_a_vector_and_a_bare_list_of_series_are_read(telemetry):
    vector = {"status": "success", "data": {"resultType": "vector", "result": [
        {"metric": {"pod": "cart-5f55b6cf68-77cfw"}, "value": [1763632800, "1"]}]}}
    assert telemetry(vector).metrics.component.tolist() == ["cart"]
    bare = [{"metric": {"__name__": "up", "instance": "a:1"}, "values": [[1763632800, "1"]]}]
    assert telemetry(bare).metrics.component.tolist() == ["a:1"]


def test_a_point_that_is_none_costs_only_itself(telemetry):
    found = telemetry(matrix({"metric": {"service": "a"}, "values": [[1, "1"], ["x"], [3, "y"], [4, "NaN"], [5, "2"]]}))
    assert found.metrics.value.tolist()[::4] == [1, 2]
    assert [problem.reason[:8] for problem in found.problems] == ["2 points"]


def test_a_series_longer_than_the_head_is_still_recognised(telemetry):
    found = telemetry(matrix({"metric": {"service": "a"}, "values": [[1763632800 + i, str(i)] for i in range(9000)]}))
    assert found.metrics.value.sum() == 9000 * 8999 / 2


def export(*metrics, service="cart"):
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}},
                               {"key": "telemetry.sdk.name", "value": {"stringValue": "x"}}]}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": list(metrics)}]}]}


AT = "1763632800000000000"


def test_gauges_and_sums_of_otlp_are_one_row_a_point(telemetry):
    route = [{"key": "route", "value": {"stringValue": "/"}}]
    found = telemetry(export({"name": "q", "unit": "1", "gauge": {"dataPoints": [{"timeUnixNano": AT, "asInt": "7"}]}},
                             {"name": "n", "sum": {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": [
                                 {"timeUnixNano": int(AT), "asDouble": 1.5, "attributes": route}]}})).metrics
    assert list(zip(found.component, found.metric, found.value, strict=True)) == [("cart", "q", 7), ("cart", "n", 1.5)]
    assert found.labels.tolist() == [None, {"route": "/", "temporality": "cumulative"}]
    assert found.time[0] == pd.Timestamp("2025-11-20T10:00:00Z")


def test_a_histogram_of_otlp_gives_its_count_sum_and_cumulative_buckets(telemetry):
    found = telemetry(export({"name": "lat", "unit": "s", "histogram": {"dataPoints": [
        {"timeUnixNano": AT, "count": "3", "sum": 0.9, "bucketCounts": ["1", "2", "0"],
         "explicitBounds": [0.1, 0.5]}]}}))
    rows = {(labels["statistic"], labels.get("le")): value
            for labels, value in zip(found.metrics.labels, found.metrics.value, strict=True)}
    assert rows == {("count", None): 3, ("sum", None): 0.9,
                    ("bucket", "0.1"): 1, ("bucket", "0.5"): 3, ("bucket", "+Inf"): 3}


def test_one_export_per_line_keeps_the_lines(telemetry):
    gauge = {"name": "q", "gauge": {"dataPoints": [{"timeUnixNano": AT, "asInt": 7}]}}
    found = telemetry("\n".join(json.dumps(export(gauge, service=name)) for name in ("a", "b"))).metrics
    assert found.component.tolist() == ["a", "b"]
    assert found.line.tolist() == [1, 2]


def test_text_exposition_with_counters_histograms_escapes_and_stamps(telemetry):
    found = telemetry('# HELP n_total N.\n# TYPE n_total counter\n'
                      'n_total{service="cart",path="/a\\"b,c}"} 10 1763632800000\n'
                      'n_total{service="cart"} NaN 1763632800000\n# TYPE h histogram\n'
                      'h_bucket{le="+Inf"} 3\nh_sum 1.5e-1\nbad line\n')
    assert found.metrics.metric.tolist() == ["n_total", "n_total", "h_bucket", "h_sum"]
    assert found.metrics.labels[0] == {"path": '/a"b,c}'}
    assert found.metrics.line.tolist() == [3, 4, 6, 7]
    assert found.metrics.time.isna().tolist() == [False, False, True, True]
    assert found.metrics.component[0] == "cart"
    assert [(problem.line, problem.text) for problem in found.problems] == [(8, "bad line")]
    assert "no time" in found.sources[0].notes[0]


def test_openmetrics_stamps_are_seconds_and_exemplars_are_left_out(telemetry):
    found = telemetry('# TYPE h histogram\n# UNIT h seconds\n'
                      'h_bucket{le="1"} 3 1763632800.5 # {trace_id="x"} 0.7 1763632800\n# EOF\n')
    assert found.metrics.time[0] == pd.Timestamp("2025-11-20T10:00:00.5Z")
    assert found.metrics.value[0] == 3


def test_log_lines_are_no_exposition(telemetry):
    assert telemetry("started 5\nstopped 6\nfailed 7\n").metrics.empty


def test_sample_records_as_rca_watch_writes_them(telemetry):
    found = telemetry('{"time": "2026-11-20T10:00:00.5Z", "process": "orders[8]", "metric": "rss", "value": 81,'
                      ' "unit": "bytes"}\n'
                      '{"time": "2026-11-20T10:00:05.5Z", "process": "orders[8]", "metric": "rss", "value": null,'
                      ' "unit": "bytes"}\n')
    assert found.metrics.component.tolist() == ["orders[8]"] * 2
    assert found.metrics.unit.tolist() == ["bytes"] * 2
    assert np.isnan(found.metrics.value[1])
    assert found.metrics.labels.tolist() == [None, None]
    assert found.problems == ()


def test_the_other_fields_of_a_sample_are_labels_under_their_own_names(telemetry):
    found = telemetry([{"ts": 1763632800, "podName": "cart-5f55b6cf68-77cfw", "name": "cpu", "value": "0.5",
                        "Node_Name": "n1"}])
    assert found.metrics.component.tolist() == ["cart"]
    assert found.metrics.labels[0] == {"podName": "cart-5f55b6cf68-77cfw", "Node_Name": "n1"}


def test_log_lines_with_a_metric_are_no_samples(telemetry):
    line = {"time": "2026-11-20T10:00:00Z", "level": "info", "message": "m", "metric": "x", "value": 1}
    assert telemetry([line]).metrics.empty
