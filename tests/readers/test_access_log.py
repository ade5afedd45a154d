import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rca.model import Problem
from rca.readers._open import Source
from rca.readers._reader import Batch, Head
from rca.readers.logs import access_log

PLAIN = '192.0.2.7 - - [02/Mar/2026:09:00:00 +0100] "GET /a?b=1 HTTP/1.1" 200 12'


def outputs(folder, text):
    file = folder / "access.log"
    file.write_text(text, encoding="utf-8", newline="")
    source = Source(str(file), file)
    return list(access_log.read(source)), source.notes


def rows(folder, text):
    return pd.concat([o.rows for o in outputs(folder, text)[0] if isinstance(o, Batch)])


def test_a_combined_line_is_a_request(tmp_path):
    row = rows(tmp_path, PLAIN + ' "-" "curl/8.5" 0.004\n').iloc[0]
    assert row["time"] == pd.Timestamp("2026-03-02T08:00:00Z")
    assert (row["method"], row["path"], row["status"], row["bytes"]) == ("GET", "/a?b=1", 200, 12)
    assert (row["client_ip"], row["user_agent"], row["duration_ms"]) == ("192.0.2.7", "curl/8.5", pytest.approx(4.0))
    assert pd.isna(row["service"])


def test_the_virtual_host_is_the_service(tmp_path):
    assert rows(tmp_path, access_log.SAMPLES[2]).iloc[0]["service"] == "shop.example:443"


def test_named_times_are_read_and_the_first_counts(tmp_path):
    assert rows(tmp_path, PLAIN + ' "-" "x" rt=0.120 uct="0.001"\n').iloc[0]["duration_ms"] == pytest.approx(120.0)


def test_a_whole_number_after_the_agent_is_not_guessed_at(tmp_path):
    found, notes = outputs(tmp_path, PLAIN + ' "-" "curl/8.5" 1500\n')
    assert pd.isna(found[0].rows.iloc[0]["duration_ms"])
    assert "microseconds" in notes[0]


def test_a_version_in_the_agent_is_no_duration(tmp_path):
    assert pd.isna(rows(tmp_path, PLAIN + ' "-" "app 1.25"\n').iloc[0]["duration_ms"])


def test_a_broken_request_keeps_its_row(tmp_path):
    row = rows(tmp_path, PLAIN.replace("GET /a?b=1 HTTP/1.1", "\\x16\\x03").replace("200", "400") + "\n").iloc[0]
    assert (row["status"], pd.isna(row["method"]), pd.isna(row["path"])) == (400, True, True)


def test_other_lines_are_problems_and_lines_stay_true(tmp_path):
    found, _ = outputs(tmp_path, f"{PLAIN}\r\njunk\r\n\r\n{PLAIN}\r\n")
    assert [o.line for o in found if isinstance(o, Problem)] == [2]
    assert [line for o in found if isinstance(o, Batch) for line in o.rows["line"]] == [1, 4]


def test_an_impossible_time_is_a_problem_and_the_row_stays(tmp_path):
    found, _ = outputs(tmp_path, PLAIN.replace("02/Mar", "32/Mar") + "\n")
    assert [o.line for o in found if isinstance(o, Problem)] == [1]
    assert found[-1].rows["time"].isna().all()


@pytest.mark.parametrize("text", ["", "2026-03-02 08:00:00 INFO started\n", '{"level": "info"}\n', "a - - [x] y\n"])
def test_other_text_is_not_claimed(text):
    assert access_log.looks_like(Head("x.log", text.encode(), complete=True)) == 0.0


@pytest.mark.parametrize("sample", access_log.SAMPLES)
def test_its_samples_are_claimed(sample):
    assert access_log.looks_like(Head("x", sample.encode(), complete=True)) > 0.9


@given(st.text(alphabet='"\\ []-a1./', max_size=60))
def test_no_line_makes_it_fail(tmp_path_factory, tail):
    outputs(tmp_path_factory.mktemp("access"), PLAIN + tail + "\n" + tail + "\n")
