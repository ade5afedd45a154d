import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rca.model import Problem
from rca.readers._open import Source
from rca.readers._reader import Batch, Head
from rca.readers.heaps import objgraph_snapshot

WHOLE = objgraph_snapshot.SAMPLES[0]


def outputs(tmp_path, text):
    file = tmp_path / "heap.json"
    file.write_text(text, encoding="utf-8")
    return list(objgraph_snapshot.read(Source(str(file), file)))


def rows(found):
    return next((output.rows for output in found if isinstance(output, Batch)), pd.DataFrame())


def problems(found):
    return [output for output in found if isinstance(output, Problem)]


def test_every_type_is_a_row_with_its_line(tmp_path):
    table = rows(outputs(tmp_path, WHOLE))
    assert list(table["class_name"]) == ["builtins.function", "order_service.orders.OrderLine", "builtins.dict"]
    assert list(table["line"]) == [10, 11, 12]
    assert list(table["objects"]) == [4393, 2987, 2334]
    assert set(table["snapshot"]) == {"028min"}
    assert set(table["process"]) == {"order-service"}
    assert table["time"].iloc[0] == pd.Timestamp("2026-11-24T13:54:20.080Z")


def test_unknown_bytes_stay_unknown(tmp_path):
    table = rows(outputs(tmp_path, objgraph_snapshot.SAMPLES[1]))
    assert table["bytes"].isna().all()


def test_a_snapshot_without_a_label_is_called_by_its_file(tmp_path):
    assert set(rows(outputs(tmp_path, objgraph_snapshot.SAMPLES[1]))["snapshot"]) == {"heap.json"}


def test_of_a_truncated_snapshot_the_whole_types_are_read_and_a_problem_says_where_it_ends(tmp_path):
    found = outputs(tmp_path, WHOLE[:WHOLE.index('"builtins.dict"') + 20])
    assert list(rows(found)["class_name"]) == ["builtins.function", "order_service.orders.OrderLine"]
    assert [problem.line for problem in problems(found)] == [12]


def test_junk_between_types_costs_no_other_type(tmp_path):
    found = outputs(tmp_path, WHOLE.replace('  "builtins.dict"', '%%% junk\n  "builtins.dict"'))
    assert list(rows(found)["line"]) == [10, 11, 13]
    assert [problem.line for problem in problems(found)] == [12]


def test_a_later_schema_is_a_problem_and_no_rows(tmp_path):
    found = outputs(tmp_path, WHOLE.replace("snapshot/1", "snapshot/2"))
    assert rows(found).empty
    assert "rca-heap-snapshot/2" in problems(found)[0].reason


def test_a_type_without_a_count_is_a_problem_with_its_line(tmp_path):
    found = outputs(tmp_path, WHOLE.replace("2987", '"many"'))
    assert len(rows(found)) == 2
    assert [problem.line for problem in problems(found)] == [11]


def test_further_members_are_not_taken_for_types(tmp_path):
    document = {**json.loads(WHOLE), "growth": {"builtins.dict": {"objects": 7}}}
    assert len(rows(outputs(tmp_path, json.dumps(document)))) == 3


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "other"}', '{"level": "info", "schema": 3}\n'])
def test_other_json_is_not_claimed(text):
    assert objgraph_snapshot.looks_like(Head("x.json", text.encode(), complete=True)) == 0.0


def test_the_schema_may_stand_anywhere_in_a_whole_document():
    document = json.dumps({"label": "a", "schema": "rca-heap-snapshot/1", "types": {}})
    assert objgraph_snapshot.looks_like(Head("x.json", document.encode(), complete=True)) > 0.9


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=20)


@given(st.dictionaries(names, st.tuples(st.integers(0, 2**40), st.integers(0, 2**40) | st.none()), max_size=8),
       st.sampled_from([None, 1]))
def test_what_is_written_is_read_back(tmp_path_factory, counts, indent):
    types = {name: {"objects": objects, "bytes": size} for name, (objects, size) in counts.items()}
    text = json.dumps({"schema": "rca-heap-snapshot/1", "time": "2026-01-02T03:04:05Z", "types": types}, indent=indent)
    table = rows(outputs(tmp_path_factory.mktemp("snapshot"), text))
    read = {} if table.empty else {name: (objects, None if pd.isna(size) else size) for name, objects, size in zip(
        table["class_name"], table["objects"], table["bytes"], strict=True)}
    assert read == counts
