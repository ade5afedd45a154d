"""JSON logs: one object a line, whatever the names of the keys."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rca
from rca.readers._open import Source
from rca.readers._reader import Head
from rca.readers.logs import json_lines
from rca.tables import concat

FORMS = {  # each written from the field list that the format publishes: (record, columns it must give)
    "opentelemetry": (
        {
            "timestamp": "2026-11-20T10:00:00Z",
            "severity_text": "ERROR",
            "body": "refused",
            "service.name": "cart",
            "trace_id": "a1",
            "span_id": "b2",
        },
        {"level": "error", "message": "refused", "service": "cart", "trace_id": "a1", "span_id": "b2"},
    ),
    "ecs nested": (
        {
            "@timestamp": "2026-11-20T10:00:00.000Z",
            "log": {"level": "warn", "logger": "cart.api"},
            "message": "late",
            "service": {"name": "cart"},
            "trace": {"id": "a1"},
            "host": {"hostname": "web-1"},
        },
        {
            "level": "warning",
            "message": "late",
            "service": "cart",
            "trace_id": "a1",
            "logger": "cart.api",
            "host": "web-1",
        },
    ),
    "ecs flat": (
        {
            "@timestamp": "2026-11-20T10:00:00.000Z",
            "log.level": "INFO",
            "message": "up",
            "service.name": "cart",
            "process.thread.name": "main",
        },
        {"level": "info", "message": "up", "service": "cart", "thread": "main"},
    ),
    "bunyan": (
        {
            "name": "cart",
            "hostname": "web-1",
            "pid": 1,
            "level": 40,
            "msg": "late",
            "time": "2026-11-20T10:00:00.000Z",
            "v": 0,
        },
        {"level": "warning", "message": "late", "service": "cart", "host": "web-1"},
    ),
    "zap": (
        {"level": "dpanic", "ts": 1795168800.0, "caller": "cart/api.go:7", "msg": "late", "traceId": "a1"},
        {"level": "critical", "message": "late", "trace_id": "a1"},
    ),
    "zerolog": ({"level": "debug", "time": 1795168800, "message": "late"}, {"level": "debug", "message": "late"}),
    "logback": (
        {
            "@timestamp": "2026-11-20T10:00:00.000+00:00",
            "@version": "1",
            "message": "late",
            "logger_name": "c.s.Cart",
            "thread_name": "main",
            "level": "WARN",
            "level_value": 30000,
        },
        {"level": "warning", "message": "late", "logger": "c.s.Cart", "thread": "main"},
    ),
    "structlog": (
        {"event": "late", "level": "warning", "timestamp": "2026-11-20T10:00:00Z", "order": 7},
        {"level": "warning", "message": "late"},
    ),
    "gelf": (
        {
            "version": "1.1",
            "host": "web-1",
            "short_message": "late",
            "timestamp": 1795168800.0,
            "level": 3,
            "_app": "cart",
        },
        {"level": "error", "message": "late", "host": "web-1", "service": "cart"},
    ),
    "docker": ({"log": "late\n", "stream": "stdout", "time": "2026-11-20T10:00:00.000000000Z"}, {"message": "late\n"}),
    "journald": (
        {
            "__REALTIME_TIMESTAMP": "1795168800000000",
            "PRIORITY": "4",
            "MESSAGE": "late",
            "SYSLOG_IDENTIFIER": "cart",
            "_HOSTNAME": "web-1",
        },
        {"level": "warning", "message": "late", "service": "cart", "host": "web-1"},
    ),
    "cloudwatch": (
        {"timestamp": 1795168800000, "message": "late", "logStream": "i-1"},
        {"message": "late", "host": "i-1"},
    ),
    "serilog": (
        {"@t": "2026-11-20T10:00:00Z", "@m": "late", "@l": "Fatal", "SourceContext": "Cart"},
        {"level": "critical", "message": "late", "logger": "Cart"},
    ),
    "serilog information": ({"@t": "2026-11-20T10:00:00Z", "@m": "late"}, {"level": "info", "message": "late"}),
    "mongodb": (
        {"t": {"$date": "2026-11-20T10:00:00.000+00:00"}, "s": "W", "c": "NETWORK", "ctx": "conn1", "msg": "late"},
        {"level": "warning", "message": "late", "logger": "NETWORK", "thread": "conn1"},
    ),
    "python levelno": (
        {"levelno": 30, "msg": "late", "time": "2026-11-20T10:00:00Z"},
        {"level": "warning", "message": "late"},
    ),
}


def rows_of(text, tmp_path, table="logs"):
    file = tmp_path / "some.file"
    file.write_bytes(text.encode())
    outputs = list(json_lines.read(Source(str(file), file)))
    rows = [o.rows for o in outputs if getattr(o, "table", None) == table]
    return [concat(table, rows)] if rows else [], [o for o in outputs if not hasattr(o, "table")]


@pytest.mark.parametrize("form", FORMS)
def test_a_common_form_is_read(form, tmp_path):
    record, wanted = FORMS[form]
    [rows], problems = rows_of(json.dumps(record) + "\n", tmp_path)
    row = rows.iloc[0]
    assert {column: row[column] for column in wanted} == wanted
    assert (row["time"].isoformat(), row["line"], problems) == ("2026-11-20T10:00:00+00:00", 1, [])


def test_keys_without_a_column_are_kept(tmp_path):
    [rows], _ = rows_of(
        '{"ts": 1795168800, "msg": "a", "log": {"level": "info", "file": "x.go"}, "n": {"k": [1]}}\n', tmp_path
    )
    assert rows.loc[0, "attributes"] == {"log": {"file": "x.go"}, "n": {"k": [1]}}


def test_a_key_that_is_null_in_the_first_record_still_gives_its_column(tmp_path):
    text = '{"ts": 1795168800, "msg": "a", "trace_id": null}\n{"ts": 1795168801, "msg": "b", "trace_id": "f00"}\n'
    [rows], _ = rows_of(text, tmp_path)
    assert rows["trace_id"].isna().tolist() == [True, False]


def test_broken_lines_and_other_values_are_problems_with_their_lines(tmp_path):
    text = '{"ts": 1795168800, "msg": "a"}\n\n{"ts": 17951\n[1]\n"text"\n{"ts": 1795168805, "msg": "b"}'
    [rows], problems = rows_of(text, tmp_path)
    assert rows["line"].tolist() == [1, 6]
    assert [p.line for p in problems] == [3, 4, 5]


def test_two_halves_that_are_valid_only_together_are_not_joined(tmp_path):
    good = '{"ts": 1795168800, "msg": "a"}'
    tables, problems = rows_of(f'{good},{good}\n{{"a": [1\n2]}}\n', tmp_path)
    assert tables == []
    assert [p.line for p in problems] == [1, 2, 3]


def test_a_bad_time_is_a_problem_and_keeps_the_row(tmp_path):
    [rows], [problem] = rows_of('{"time": "yesterday", "msg": "a"}\n', tmp_path)
    assert rows["time"].isna().all()
    assert (problem.line, problem.text) == (1, "yesterday")


def test_records_of_different_keys_keep_the_order_of_the_file(tmp_path):
    text = "".join(
        json.dumps({"ts": 1795168800 + i, "msg": f"m{i}"} | ({"user": i} if i % 3 else {})) + "\n" for i in range(30)
    )
    [rows], _ = rows_of(text, tmp_path)
    assert rows["line"].tolist() == list(range(1, 31))
    assert rows["message"].tolist() == [f"m{i}" for i in range(30)]


ACCESS = {
    "caddy": {
        "level": "info",
        "ts": 1795168800.0,
        "logger": "http.log.access",
        "msg": "handled request",
        "duration": 0.25,
        "size": 512,
        "status": 404,
        "request": {"remote_ip": "192.0.2.7", "method": "GET", "uri": "/a?b=1", "headers": {"User-Agent": ["curl/8"]}},
    },
    "traefik": {
        "ClientHost": "192.0.2.7",
        "DownstreamContentSize": 512,
        "DownstreamStatus": 404,
        "Duration": 250000000,
        "RequestMethod": "GET",
        "RequestPath": "/a?b=1",
        "StartUTC": "2026-11-20T10:00:00.000000000Z",
        "request_User-Agent": "curl/8",
        "level": "info",
        "msg": "",
    },
    "nginx": {
        "time_iso8601": "2026-11-20T10:00:00+00:00",
        "remote_addr": "192.0.2.7",
        "request": "GET /a?b=1 HTTP/1.1",
        "status": "404",
        "body_bytes_sent": "512",
        "request_time": "0.250",
        "http_user_agent": "curl/8",
    },
    "envoy": {
        "start_time": "2026-11-20T10:00:00.000Z",
        "method": "GET",
        "path": "/a?b=1",
        "response_code": 404,
        "bytes_sent": 512,
        "duration_ms": 250,
        "client_ip": "192.0.2.7",
        "user_agent": "curl/8",
    },
}


@pytest.mark.parametrize("form", ACCESS)
def test_an_access_record_makes_a_request_only(form, tmp_path):
    text = json.dumps(ACCESS[form]) + "\n"
    [rows], _ = rows_of(text, tmp_path, "requests")
    row = rows.iloc[0]
    got = [
        row["time"].isoformat(),
        row["client_ip"],
        row["method"],
        row["path"],
        row["status"],
        row["bytes"],
        row["duration_ms"],
        row["user_agent"],
    ]
    assert got == ["2026-11-20T10:00:00+00:00", "192.0.2.7", "GET", "/a?b=1", 404, 512, 250.0, "curl/8"]
    assert rows_of(text, tmp_path)[0] == []


def test_a_service_log_that_mentions_a_route_stays_a_log(tmp_path):
    record = {
        "timestamp": "2026-11-20T10:00:00Z",
        "msg": "handled request",
        "http.route": "/a",
        "method": "GET",
        "path": "/a",
        "status": 200,
    }
    assert len(rows_of(json.dumps(record) + "\n", tmp_path)[0]) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=["C"]), max_size=40),
            st.recursive(
                st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
                lambda inner: (
                    st.dictionaries(
                        st.sampled_from(
                            ["ts", "time", "msg", "level", "log", "status", "path", "request", "@t", "name"]
                        ),
                        inner,
                        max_size=4,
                    )
                    | st.lists(inner, max_size=3)
                ),
                max_leaves=8,
            ).map(json.dumps),
        ),
        max_size=12,
    )
)
def test_every_line_that_is_not_blank_is_a_row_or_a_problem(tmp_path, lines):
    text = "\n".join(line.replace("\n", " ").replace("\r", " ") for line in lines)
    logs, problems = rows_of(text, tmp_path)
    requests, _ = rows_of(text, tmp_path, "requests")
    seen = {int(n) for rows in (*logs, *requests) for n in rows["line"]} | {p.line for p in problems}
    blank = {n for n, line in enumerate(text.encode().split(b"\n"), 1) if not line or line.isspace()}
    assert seen == set(range(1, text.count("\n") + 2)) - blank


@pytest.mark.parametrize("sample", json_lines.SAMPLES)
def test_samples_are_recognised_and_read_without_problems(sample, tmp_path):
    assert json_lines.looks_like(Head("x", sample.encode(), complete=True)) >= 0.6
    logs, problems = rows_of(sample, tmp_path)
    requests, _ = rows_of(sample, tmp_path, "requests")
    assert (sum(map(len, (*logs, *requests))), problems) == (sample.count("\n"), [])


def test_a_stamp_of_five_thousand_digits_is_no_time_and_no_error(tmp_path):
    stamps = {"a": "9" * 5000, "b": "1795168800000000"}
    lines = [f'{{"__REALTIME_TIMESTAMP": "{at}", "MESSAGE": "{text}"}}\n' for text, at in stamps.items()]
    (tmp_path / "j").write_text("".join(lines))
    assert rca.read(tmp_path / "j", format="json-lines").logs["message"].tolist() == ["a", "b"]
