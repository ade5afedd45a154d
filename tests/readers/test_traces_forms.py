"""One request, written down by five tools, is the same rows; and what each form does that the others do not."""

import json

import pytest

from rca.readers._pipeline import read

TRACE, ROOT, CALL, WORK = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7", "53995c3f42cd8ad8"
BEGIN = 1_763_632_800_000_000_000  # 2025-11-20T10:00:00Z in nanoseconds
SPANS = [  # id, parent, service, name, kind, start us, length us, failed
    (ROOT, None, "web", "GET /cart", "server", 0, 12_500, False),
    (CALL, ROOT, "web", "call cart", "client", 1_000, 9_000, True),
    (WORK, CALL, "cart", "load", "server", 2_000, 7_000, True),
]
COLUMNS = ["trace_id", "span_id", "parent_id", "service", "name", "kind", "start", "duration_ms", "status"]


def otlp(spans=SPANS, *, number=str, kind=lambda word: f"SPAN_KIND_{word.upper()}", trace=TRACE, upper=False):
    numbers = {"server": 2, "client": 3}
    key = str.upper if upper else str
    resources = []
    for service in ("web", "cart"):
        own = [
            {
                "traceId": key(trace),
                "spanId": key(i),
                **({"parentSpanId": key(p)} if p else {}),
                "name": name,
                "kind": kind(k) if kind else numbers[k],
                "startTimeUnixNano": number(BEGIN + at * 1000),
                "endTimeUnixNano": number(BEGIN + (at + us) * 1000),
                "status": {"code": 2} if bad else {},
            }
            for i, p, s, name, k, at, us, bad in spans
            if s == service
        ]
        resources.append(
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
                "scopeSpans": [{"spans": own}],
            }
        )
    return resources


def jaeger():
    spans = [
        {
            "traceID": TRACE,
            "spanID": i,
            "operationName": name,
            "startTime": BEGIN // 1000 + at,
            "duration": us,
            "processID": f"p-{service}",
            "references": [{"refType": "CHILD_OF", "traceID": TRACE, "spanID": p}] if p else [],
            "tags": [{"key": "span.kind", "type": "string", "value": kind}]
            + [{"key": "error", "type": "bool", "value": True}] * bad,
        }
        for i, p, service, name, kind, at, us, bad in SPANS
    ]
    return {
        "data": [
            {
                "traceID": TRACE,
                "spans": spans,
                "processes": {f"p-{name}": {"serviceName": name} for name in ("web", "cart")},
            }
        ]
    }


def zipkin():
    return [
        {
            "traceId": TRACE,
            "id": i,
            **({"parentId": p} if p else {}),
            "name": name,
            "kind": kind.upper(),
            "timestamp": BEGIN // 1000 + at,
            "duration": us,
            "localEndpoint": {"serviceName": service},
            "tags": {"error": ""} if bad else {},
        }
        for i, p, service, name, kind, at, us, bad in SPANS
    ]


def records():
    return [
        {
            "traceId": TRACE,
            "SpanID": i,
            "parent_id": p,
            "service": service,
            "operation": name,
            "span.kind": kind,
            "start_time_ns": BEGIN + at * 1000,
            "durationMs": us / 1000,
            **({"error": "boom"} if bad else {}),
        }
        for i, p, service, name, kind, at, us, bad in SPANS
    ]


def table():
    lines = [
        "TraceID,span_id,ParentSpanId,ServiceName,OperationName,SpanKind,StartTimeUnixNano,Duration(us),StatusCode"
    ]
    lines += [
        f"{TRACE},{i},{p or 'root'},{service},{name},{kind},{BEGIN + at * 1000},{us},{'Error' if bad else ''}"
        for i, p, service, name, kind, at, us, bad in SPANS
    ]
    return "\n".join(lines) + "\n"


FORMS = {
    "otlp-spans": lambda: json.dumps({"resourceSpans": otlp()}),
    "otlp-spans, pretty": lambda: json.dumps({"resourceSpans": otlp(number=int, kind=None, upper=True)}, indent=2),
    "otlp-spans, lines": lambda: "".join(json.dumps({"resourceSpans": [one]}) + "\n" for one in otlp()),
    "jaeger": lambda: json.dumps(jaeger(), indent=1),
    "zipkin": lambda: json.dumps(zipkin()),
    "zipkin, traces": lambda: json.dumps([zipkin()]),
    "span-records": lambda: json.dumps(records()),
    "span-records, lines": lambda: "".join(json.dumps(one) + "\n" for one in records()),
    "span-records, below a key": lambda: json.dumps({"spans": records()}),
    "spans-csv": table,
}


@pytest.fixture
def spans(tmp_path):
    def of(value):
        file = tmp_path / "any"
        file.write_text(value if isinstance(value, str) else json.dumps(value))
        return read(file)

    return of


def rows(telemetry):
    found = telemetry.spans[COLUMNS].sort_values("start")
    return [tuple(None if cell != cell else cell for cell in row) for row in found.itertuples(index=False)]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_request_gives_the_same_rows(form, spans):
    telemetry = spans(FORMS[form]())
    assert telemetry.problems == ()
    assert telemetry.sources[0].format == form.split(",")[0]
    found = [(*row[:6], row[6].value, row[7], row[8]) for row in rows(telemetry)]
    assert found == [
        (TRACE, i, p, service, name, kind, BEGIN + at * 1000, us / 1000, "error" if bad else "unset")
        for i, p, service, name, kind, at, us, bad in SPANS
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_repetition_is_no_row(form, spans):
    text = FORMS[form]()
    lines = text.splitlines(keepends=True)
    again = text + "".join(lines[1:]) if form == "spans-csv" else text.rstrip("\n") + "\n" + text
    assert len(spans(again).spans) == len(SPANS)


def test_lines_are_those_on_which_the_spans_begin(spans):
    text = json.dumps(records(), indent=1)
    wanted = [number for number, line in enumerate(text.splitlines(), 1) if line == " {"]
    assert spans(text).spans.line.tolist() == wanted


def test_otlp_ids_may_be_base64(spans):
    assert spans(
        {"batches": otlp([("U5lcP0LNitg=", None, "web", "x", "server", 0, 1, False)], trace="CvdlGRbNQ92ESOshHIAxnA==")}
    ).spans[["trace_id", "span_id"]].iloc[0].tolist() == [TRACE, WORK]


def test_otlp_keeps_the_message_of_the_state_and_the_exception(spans):
    value = {"resourceSpans": otlp()}
    one = value["resourceSpans"][1]["scopeSpans"][0]["spans"][0]
    one["status"]["message"] = "no stock"
    one["events"] = [
        {"name": "exception", "attributes": [{"key": "exception.type", "value": {"stringValue": "KeyError"}}]}
    ]
    held = spans(value).spans.attributes.iloc[2]
    assert held == {"status.message": "no stock", "exception.type": "KeyError"}


def test_jaeger_takes_the_first_child_of_reference_and_the_process_within_the_span(spans):
    value = {
        "traceID": TRACE,
        "spanID": WORK,
        "operationName": "x",
        "startTime": BEGIN // 1000,
        "duration": 1,
        "process": {"serviceName": "mail"},
        "references": [
            {"refType": "FOLLOWS_FROM", "traceID": TRACE, "spanID": ROOT},
            {"refType": "CHILD_OF", "traceID": TRACE, "spanID": CALL},
        ],
    }
    row = spans(value).spans.iloc[0]
    assert (row.parent_id, row.service) == (CALL, "mail")


def test_zipkin_halves_that_share_an_id_stay_two_rows(spans):
    shared = [{**one, "id": CALL, "shared": one["kind"] == "SERVER"} for one in zipkin()[1:]]
    assert spans(shared).spans.kind.tolist() == ["client", "server"]


def test_zipkin_without_a_local_endpoint_is_unknown(spans):
    assert spans(
        [{"traceId": TRACE, "id": WORK, "timestamp": BEGIN // 1000, "duration": 5, "tags": {}}]
    ).spans.service.tolist() == ["unknown"]


def test_flat_keys_become_attributes_and_name_the_peer(spans):
    row = spans([{**records()[0], "db.statement": "SELECT 1", "peer.service": "store", "deadline_ms": 300}]).spans.iloc[
        0
    ]
    assert (row.attributes, row.peer) == ({"db.statement": "SELECT 1", "deadline_ms": 300}, "store")


def test_a_record_without_a_kind_that_names_a_database_is_a_client(spans):
    bare = {key: value for key, value in records()[0].items() if key != "span.kind"}
    assert spans([bare, {**bare, "SpanID": "x", "db.system": "mysql"}]).spans.kind.tolist() == ["internal", "client"]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"status": "OK"}, "ok"),
        ({"status": "ERROR"}, "error"),
        ({"status": {"code": "STATUS_CODE_ERROR"}}, "error"),
        ({"error": False}, "unset"),
        ({"error": ""}, "unset"),
        ({"error": 1}, "error"),
        ({"success": "false"}, "error"),
    ],
)
def test_states_of_records(spans, more, status):
    plain = {key: value for key, value in records()[0].items() if key != "error"}
    assert spans([{**plain, **more}]).spans.status.tolist() == [status]


@pytest.mark.parametrize(
    ("more", "length"),
    [
        ({"start": 1763632800.5, "end": 1763632801.0}, 500.0),
        ({"start": "2026-11-20T10:00:00Z", "end": "2026-11-20T10:00:00.25Z"}, 250.0),
        ({"start": BEGIN, "duration": 3_000_000}, 3.0),
        ({"start": BEGIN // 1000, "duration": 3_000}, 3.0),
        ({"start": "2026-11-20T10:00:00Z", "duration": 7}, 7.0),
        ({"start": "2026-11-20T10:00:00Z", "duration": "1.5s"}, 1500.0),
        ({"start": "2026-11-20T10:00:00Z", "duration_seconds": 2}, 2000.0),
    ],
)
def test_lengths_of_records_by_name_magnitude_or_unit(spans, more, length):
    assert spans(
        [{"trace_id": "t", "span_id": "s", "name": "x", "service": "web", **more}]
    ).spans.duration_ms.tolist() == [length]


def test_log_lines_with_ids_are_no_spans(spans):
    line = {
        "time": "2026-11-20T10:00:00Z",
        "trace_id": TRACE,
        "span_id": WORK,
        "name": "app",
        "duration_ms": 5,
        "message": "done",
        "level": "info",
    }
    assert spans([line]).spans.empty


def test_csv_pods_are_their_deployment_and_further_columns_attributes(spans):
    text = (
        "trace_id,span_id,parent_id,PodName,OperationName,start,duration_ms,http.route\n"
        "t,s,,cart-5f55b6cf68-77cfw,x,2026-11-20T10:00:00Z,5,/cart\n"
    )
    row = spans(text).spans.iloc[0]
    assert (row.service, row.attributes) == ("cart", {"http.route": "/cart"})


def test_a_csv_row_without_a_time_is_a_problem_with_its_line(spans):
    telemetry = spans(
        "trace_id,span_id,parent_id,service,name,start,duration_ms\nt,a,,web,x,soon,5\nt,b,,web,x,2026-11-20T10:00:00Z,5\n"
    )
    assert telemetry.spans.span_id.tolist() == ["b"]
    assert [problem.line for problem in telemetry.problems] == [2]
