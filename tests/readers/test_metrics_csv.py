"""Metrics as CSV: long, wide, with levelled headers, and one component a line."""

import csv
import io
import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rca.readers._csv_blocks import Form, blocks
from rca.readers._open import Source
from rca.readers._pipeline import read


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("csv") / "any"


@pytest.fixture
def telemetry(file):
    def of(text):
        file.write_bytes(text.encode())
        return read(file)
    return of


def rows(telemetry, *columns):
    return list(telemetry.metrics[list(columns)].itertuples(index=False, name=None))


def test_a_long_table_is_read_as_it_stands(telemetry):
    found = telemetry("timestamp,service,metric,value\n2026-11-20T10:00:00Z,orders,rss_mb,81.5\n"
                      "1763632805,cart,cpu,+Inf\n")
    assert rows(found, "component", "metric", "value", "line") == [
        ("orders", "rss_mb", 81.5, 2), ("cart", "cpu", math.inf, 3)]
    assert found.metrics.time[1].isoformat() == "2025-11-20T10:00:05+00:00"
    assert found.metrics.labels.tolist() == [None, None]


def test_further_columns_of_a_long_table_are_unit_and_labels(telemetry):
    found = telemetry("time;host;name;value;unit;region;disk\n"
                      "1763632800;db-1;free;7;bytes;eu;\n1763632800;db-1;free;8;bytes;us;sda\n")
    assert found.metrics.unit.tolist() == ["bytes", "bytes"]
    assert found.metrics.labels.tolist() == [{"region": "eu"}, {"region": "us", "disk": "sda"}]


def test_a_wide_table_names_the_service_before_the_first_underscore(telemetry):
    found = telemetry("carts-db_lat_99,orders_cpu,time.1\n0.5,1,1763632800\n,2,1763632801\n")
    assert rows(found, "component", "metric", "line") == [
        ("carts-db", "lat_99", 2), ("orders", "cpu", 2), ("carts-db", "lat_99", 3), ("orders", "cpu", 3)]
    assert found.metrics.value.isna().tolist() == [False, False, True, False]


def test_three_header_lines_and_the_name_of_the_index(telemetry):
    found = telemetry("microservice,shop,shop\nmetric,latency,latency\nstatistic,Average,p99\nunix_timestamp,,\n"
                      "1763632800.0,0.1,0.2\n1763633100.0,,0.3\n")
    assert rows(found, "component", "metric", "line") == [("shop", "latency", 5)] * 2 + [("shop", "latency", 6)] * 2
    assert found.metrics.labels.tolist() == [{"statistic": "Average"}, {"statistic": "p99"}] * 2
    assert found.metrics.value.tolist()[:2] == [0.1, 0.2]


def test_levels_in_another_order_are_told_by_their_names(telemetry):
    found = telemetry("statistic,p50,p99\nmetric,latency,latency\nservice,a,b\n1763632800,1,2\n")
    assert rows(found, "component", "metric") == [("a", "latency"), ("b", "latency")]
    assert found.metrics.labels[1] == {"statistic": "p99"}


def test_a_pod_counts_as_its_deployment_and_units_come_out_of_the_brackets(telemetry):
    found = telemetry("Time,TimeStamp,PodName,CpuUsage(m),Rate(%)\n"
                      "2026-11-20 10:00:00.5 +0000 UTC m=+0.1,1763632800,cart-5f55b6cf68-77cfw,2.5,1\n")
    assert rows(found, "component", "metric", "unit", "value") == [
        ("cart", "CpuUsage", "m", 2.5), ("cart", "Rate", "%", 1.0)]
    assert found.metrics.labels.tolist() == [{"pod": "cart-5f55b6cf68-77cfw"}] * 2
    assert found.metrics.time[0].second == 0


def test_the_time_text_of_go_is_read_where_no_epoch_stands_beside_it(telemetry):
    found = telemetry("Time,host,load1\n2026-11-20 10:00:00.25 +0000 UTC m=+0.1,a,2.5\n")
    assert found.metrics.time[0].isoformat() == "2026-11-20T10:00:00.250000+00:00"


def test_bad_cells_short_rows_and_unknown_times_are_problems_and_the_rest_is_kept(telemetry):
    found = telemetry("timestamp,service,metric,value\n2026-11-20T10:00:00Z,a,m,1\n2026-11-20T10:00:01Z,a,m\n\n"
                      "2026-11-20T10:00:02Z,a,m,lots\nsometime,a,m,4\n2026-11-20T10:00:04Z,a,m,5,6\n"
                      "2026-11-20T10:00:05Z,a,m,7\n")
    assert found.metrics.line.tolist() == [2, 5, 6, 8]
    assert found.metrics.value.tolist()[2:] == [4, 7]
    assert math.isnan(found.metrics.value[1])
    assert {(p.line, p.reason.split(",")[0].split(";")[0]) for p in found.problems} == {
        (3, "expected 4 cells as in the header"), (5, "expected a number"), (7, "expected 4 cells as in the header"),
        (6, "expected an ISO 8601 time or an epoch number")}


def test_quoted_cells_may_hold_delimiters_and_line_ends(telemetry):
    found = telemetry('timestamp,service,metric,value\n1763632800,"a,b",m,1\n'
                      '1763632801,"c\nd",m,2\n1763632802,e,"m ""q""",3\n')
    assert rows(found, "component", "metric", "value", "line") == [
        ("a,b", "m", 1, 2), ("c\nd", "m", 2, 3), ("e", 'm "q"', 3, 5)]


@pytest.mark.parametrize("text", [
    "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,Duration\na,b,root,c,GET,1763632800,5\n",
    "Timestamp,PodName,TraceID,Log\n2026-11-20T10:00:00Z,c,t,hello\n",
    "a,b\n1,2\n", "time,who,what\n1763632800,me,this\n"])
def test_tables_of_something_else_are_left_to_others(telemetry, text):
    assert telemetry(text).metrics.empty


def test_windows_line_ends_and_bytes_of_another_encoding_do_no_harm(file):
    file.write_bytes(b"timestamp,service,metric,value\r\n1763632800,caf\xe9,m,1\r\n1763632801,b,m,2\r\n")
    found = read(file).metrics
    assert [name[:3] for name in found.component] == ["caf", "b"]      # é or a replacement, as the opener has it
    assert found.value.tolist() == [1, 2]


CELL = st.text(alphabet='ab,"\n ', max_size=4)


@settings(max_examples=80)
@given(table=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12),
       quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_blocks_agree_with_the_csv_module_row_by_row_and_line_by_line(file, table, quoting):
    text = io.StringIO()
    lines, writer = [], csv.writer(text, lineterminator="\n", quoting=quoting)
    writer.writerow(["x", "y"])
    for row in table:
        lines.append(text.getvalue().count("\n") + 1)
        writer.writerow(row)
    file.write_text(text.getvalue(), newline="")
    problems = []
    found = [(int(line), tuple(cells)) for block in blocks(Source("f", file), Form(1, 2, ","), problems.append)
             for line, *cells in zip(block.lines, *(c.to_pylist() for c in block.columns), strict=True)]
    assert found == [(line, row) for line, row in zip(lines, table, strict=True) if any(row)]
    assert problems == []


def test_rows_before_and_after_a_block_border_keep_their_lines(file):
    text = "x,y\n" + "".join(f"{i},v\n" for i in range(500))
    file.write_text(text)
    source = Source("f", file)
    whole = source.blocks
    source.blocks = lambda: whole(64)
    found = [(int(line), cell) for block in blocks(source, Form(1, 2, ","), [].append)
             for line, cell in zip(block.lines, block.columns[0].to_pylist(), strict=True)]
    assert found == [(i + 2, str(i)) for i in range(500)]


@pytest.mark.parametrize("row", ["1763632800,a,m,1\n", '1763632800,"a\nb",m,1\n', "x,a,m,y\n", "1,2\n"])
def test_the_cost_is_linear(file, row):
    def cost(n):
        file.write_text("timestamp,service,metric,value\n1763632800,a,m,1\n" + row * n)

        def once():
            start = time.process_time()
            read(file, format="metrics-long-csv")
            return time.process_time() - start
        return min(once() for _ in range(3))
    assert cost(8000) < 16 * cost(1000) + 0.02
