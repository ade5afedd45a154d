"""Text logs: forms that are known, headers that are learned, entries of many lines, and nothing lost."""

import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rca.model import Problem
from rca.readers._open import Source
from rca.readers._reader import Batch, Head
from rca.readers._record_form import LOGFMT
from rca.readers._registry import matches, readers
from rca.readers._text_events import SIGNS
from rca.readers._text_log import known_forms
from rca.readers.logs import docker_json, otlp_logs, text_log, w3c
from rca.tables import concat

LOG_READERS = [reader for reader in readers() if reader.__name__.startswith("rca.readers.logs.")]
SAMPLES = [(reader, sample) for reader in LOG_READERS for sample in reader.SAMPLES]
TRACE = (
    "2026-11-20 10:00:00,123 INFO  [main] com.shop.Cart - started\n"
    "2026-11-20 10:00:01,007 ERROR [main] com.shop.Cart - failed\n"
    "java.io.IOException: closed\n"
    "\tat com.shop.Cart.add(Cart.java:7)\n"
    "\tSuppressed: java.lang.IllegalStateException\n"
    "Caused by: java.lang.Error: x\n"
    "\t... 7 more\n"
    "\n"
    "2026-11-20 10:00:02,000 WARN  [main] com.shop.Cart - late\n"
)


class InSmallBlocks(Source):
    """A source that hands out one line at a time."""

    def blocks(self, size=7):
        del size
        for first, block in super().blocks():
            yield from enumerate(block.splitlines(keepends=True), first)


def outputs(text, folder, reader=text_log, kind=Source):
    file = folder / "some.log"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(reader.read(kind(str(file), file)))


def table(found, name="logs"):
    return concat(name, [output.rows for output in found if isinstance(output, Batch) and output.table == name])


def problems(found):
    return [output for output in found if isinstance(output, Problem)]


@pytest.mark.parametrize(("reader", "sample"), SAMPLES, ids=[f"{r.NAME}-{i}" for i, (r, _) in enumerate(SAMPLES)])
def test_the_samples_of_a_format_are_read_as_that_format(reader, sample, tmp_path):
    best = matches(Head("some.log", sample.encode(), complete=True))[0]
    assert best.reader.NAME == reader.NAME
    found = outputs(sample, tmp_path, reader)
    assert sum(len(output.rows) for output in found if isinstance(output, Batch)) >= 1
    assert problems(found) == []


def test_a_stack_trace_belongs_to_the_entry_before_it(tmp_path):
    rows = table(outputs(TRACE, tmp_path))
    assert rows["line"].tolist() == [1, 2, 9]
    assert rows["level"].tolist() == ["info", "error", "warning"]
    assert rows.loc[1, "message"] == "failed\n" + "\n".join(TRACE.split("\n")[2:7])
    assert rows.loc[0, ["thread", "logger"]].tolist() == ["main", "com.shop.Cart"]


def test_an_entry_is_whole_wherever_a_block_ends(tmp_path):
    whole = table(outputs(TRACE, tmp_path))
    pd.testing.assert_frame_equal(table(outputs(TRACE, tmp_path, kind=InSmallBlocks)), whole)


def test_a_header_that_nobody_knows_is_learned(tmp_path):
    text = "".join(
        f"<{7 * i}> 20.11.2026 10:00:{i:02d} | {level} | {{w-{i % 3}}} shop/Cart: took {i} items\n"
        for i, level in enumerate(["Info", "Warning", "Error", "Info"] * 5)
    )
    rows = table(outputs(text, tmp_path))
    assert rows["level"].tolist() == ["info", "warning", "error", "info"] * 5
    assert rows["time"].dt.day.eq(20).all()
    assert rows["message"].str.endswith("items").all()
    assert not rows["message"].str.contains("10:00").any()


def test_what_stands_before_the_first_entry_is_kept(tmp_path):
    rows = table(outputs("welcome\nto the shop\n" + TRACE, tmp_path))
    assert rows.loc[0, ["line", "message"]].tolist() == [1, "welcome\nto the shop"]
    assert pd.isna(rows.loc[0, "time"])


def test_a_file_of_two_formats_is_read_by_both(tmp_path):
    text = "".join(
        f"2026-11-20 10:00:{i:02d},000 INFO Cart took {i}\n"
        f'ts=2026-11-20T10:00:{i:02d}Z level=warn msg="late {i}" n={i}\n'
        f'192.0.2.7 - - [20/Nov/2026:10:00:{i:02d} +0000] "GET /{i} HTTP/1.1" 200 7\n'
        for i in range(20)
    )
    found = outputs(text, tmp_path)
    rows, requests = table(found).sort_values("line"), table(found, "requests")
    assert rows["level"].tolist() == ["info", "warning"] * 20
    assert requests["path"].tolist() == [f"/{i}" for i in range(20)]
    assert requests["line"].tolist() == [3 * i + 3 for i in range(20)]


def test_a_time_that_no_calendar_has_is_a_problem_and_keeps_the_row(tmp_path):
    found = outputs("2026-02-28 10:00:00 INFO a\n2026-02-30 10:00:00 INFO b\n", tmp_path)
    assert [problem.line for problem in problems(found)] == [2]
    assert table(found)["message"].tolist() == ["a", "b"]


@pytest.mark.parametrize("sign", SIGNS, ids=[sign.sample[:30] for sign in SIGNS])
def test_a_login_kill_or_restart_is_also_a_row_of_its_table(sign, tmp_path):
    found = outputs(f"Nov 20 10:00:00 web-1 some[41]: {sign.sample}\n", tmp_path)
    rows = table(found, sign.table)
    assert len(rows) == len(table(found)) == 1
    assert {name: rows.loc[0, name] for name in sign.constants} == dict(sign.constants)
    others = [
        other
        for other in SIGNS
        if other is not sign and pc.match_substring_regex(pa.array([sign.sample]), other.pattern)[0].as_py()
    ]
    assert others == []


@pytest.mark.parametrize("form", known_forms(), ids=lambda form: form.name)
def test_a_hostile_line_costs_no_more_than_its_length(form):
    lines = [piece * 40_000 for piece in ("a", " ", '"', "[", "1", "\\", "a=", '{"', "::", "2026-11-20 10:00:00 ")]
    began = time.process_time()
    form.fits(pa.array(lines))
    assert time.process_time() - began < 1.0


def test_learning_from_hostile_lines_is_quick(tmp_path):
    lines = [
        piece * 20_000 for piece in ("a", " ", '"', "[", "1", "a=", "2026-11-20 10:00:00 ", "[2026-11-20 10:00:00] a ")
    ]
    began = time.process_time()
    outputs("\n".join(lines * 3), tmp_path)
    assert time.process_time() - began < 3.0


PIECE = st.one_of(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12),
    st.sampled_from(
        [
            "2026-11-20 10:00:00",
            "INFO",
            "[main]",
            "  at x",
            '{"msg": "a"}',
            "k=v n=2",
            "Nov 20 10:00:00 web-1 a[7]:",
            '1.2.3.4 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 7',
            "#Fields: a b",
            "E1120 10:00:00.1 1 a.go:7]",
        ]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(PIECE, max_size=4).map(" ".join), max_size=10))
def test_every_line_is_a_row_or_part_of_one_or_a_problem(tmp_path, lines):
    found = outputs("\n".join(lines), tmp_path)
    told = {problem.line for problem in problems(found)}
    rows = [row for output in found if isinstance(output, Batch) for row in output.rows.to_dict("records")]
    starts = {row["line"] for row in rows}
    inside = "\n".join(str(row.get("message")) + str(row.get("attributes")) for row in rows)
    for number, line in enumerate(lines, 1):
        assert not line.strip() or number in told or number in starts or line.strip() in inside


@pytest.mark.parametrize("cut", range(0, 300, 37))
@pytest.mark.parametrize("reader", LOG_READERS, ids=lambda reader: reader.NAME)
def test_no_beginning_of_a_sample_makes_a_reader_fail(reader, cut, tmp_path):
    for sample in reader.SAMPLES:
        reader.looks_like(Head("x", sample.encode()[:cut], complete=True))
        outputs(sample.encode()[:cut], tmp_path, reader)


def test_parts_of_a_container_line_are_joined_and_the_runtime_tells_the_time(tmp_path):
    text = (
        "2026-11-20T10:00:00.5Z stdout F 2026-11-20 09:00:00,000 INFO started\n"
        "2026-11-20T10:00:01.5Z stderr P 2026-11-20 09:00:01,000 ERROR fai\n"
        "2026-11-20T10:00:01.6Z stderr F led\n"
        "2026-11-20T10:00:02.0Z stderr F Traceback (most recent call last):\n"
    )
    from rca.readers.logs import cri

    rows = table(outputs(text, tmp_path, cri))
    assert rows["message"].tolist() == ["started", "failed\n\nTraceback (most recent call last):"]
    assert rows["time"].dt.strftime("%H:%M:%S.%f").tolist() == ["10:00:00.500000", "10:00:01.500000"]


def test_what_a_container_prints_without_a_header_is_a_row_a_line(tmp_path):
    text = "".join(
        f'{{"log":"working on {i}\\n","stream":"stdout","time":"2026-11-20T10:00:0{i}Z"}}\n' for i in range(5)
    )
    rows = table(outputs(text, tmp_path, docker_json))
    assert rows["message"].tolist() == [f"working on {i}" for i in range(5)]
    assert rows["time"].dt.second.tolist() == list(range(5))


def test_columns_of_a_w3c_log_may_change_within_the_file(tmp_path):
    text = (
        "#Fields: date time cs-method cs-uri-stem sc-status time-taken\n2026-11-20 10:00:00 GET /a 200 7\n"
        "#Fields: date time cs-uri-stem cs-method sc-status\n2026-11-20 10:00:01 /b POST 404\n2026-11-20 10:00:02 /c\n"
    )
    found = outputs(text, tmp_path, w3c)
    rows = table(found, "requests")
    assert rows[["method", "path", "status", "line"]].to_numpy().tolist() == [
        ["GET", "/a", 200, 2],
        ["POST", "/b", 404, 4],
    ]
    assert rows.loc[0, "duration_ms"] == 7.0
    assert [problem.line for problem in problems(found)] == [5]


def test_records_of_one_otlp_line_are_rows_of_that_line(tmp_path):
    record = '{"timeUnixNano":"1795168800000000000","severityNumber":13,"body":{"stringValue":"%s"}}'
    resource = '{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]}'
    line = '{"resourceLogs":[{"resource":' + resource + ',"scopeLogs":[{"logRecords":[%s]}]}]}\n'
    rows = table(
        outputs(line % ",".join(record % word for word in ("a", "b")) + line % (record % "c"), tmp_path, otlp_logs)
    )
    assert rows[["message", "line", "level", "service"]].to_numpy().tolist() == [
        ["a", 1, "warning", "cart"],
        ["b", 1, "warning", "cart"],
        ["c", 2, "warning", "cart"],
    ]


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z_]{0,5}", fullmatch=True),
        st.text(st.characters(exclude_categories=["C"]), max_size=12),
        min_size=2,
        max_size=5,
    )
)
def test_what_logfmt_writes_is_read_back(pairs):
    line = " ".join(
        f"{key}=" + '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for key, value in pairs.items()
    )
    assert LOGFMT.parse(line) == pairs
    assert LOGFMT.fits_one(line)


def test_flags_of_forms_are_not_shared_by_accident():
    assert len({form.name for form in known_forms()}) == len(known_forms())
    assert isinstance(np.asarray(known_forms()[0].fits(pa.array(["x"]))), np.ndarray)
