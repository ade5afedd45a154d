"""The scanner that maps JSON records to lines."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rca.readers._json_records import nested, records
from rca.readers._open import Source

RECORD = st.dictionaries(st.text(max_size=5), st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6), max_size=4)
RECORDS = st.lists(RECORD, max_size=8)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("json") / "records.json"


def opened(file, text, block=None):
    file.write_bytes(text.encode())
    source = Source(str(file), file)
    if block:
        whole = source.blocks
        source.blocks = lambda: whole(block)
    return source


def read(file, text, path=(), block=None):
    problems = []
    return list(records(opened(file, text, block), path, problems=problems)), problems


def line_of(text, position):
    return text.count("\n", 0, position) + 1


@settings(max_examples=60)
@given(values=RECORDS, indent=st.sampled_from([None, 0, 1, 4]), block=st.sampled_from([1, 7, 100]))
def test_every_record_of_an_array_stands_on_its_line(file, values, indent, block):
    # written record by record, so that the test knows each position without a parser
    text, places = "[", []
    for i, value in enumerate(values):
        text += ("," if i else "") + ("" if indent is None else "\n" + " " * indent)
        places.append(line_of(text, len(text)))
        text += json.dumps(value, indent=indent, ensure_ascii=False).replace("\n", "\n" + " " * (indent or 0))
    text += "\n]\n"
    assert read(file, text, block=block) == (list(zip(places, values, strict=True)), [])


@settings(max_examples=40)
@given(values=RECORDS, block=st.sampled_from([1, 7, 100]), end=st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_json_lines_stand_on_their_lines(file, values, block, end):
    text = end.join(json.dumps(value) for value in values)
    wanted = [(1 + i * end.count("\n"), value) for i, value in enumerate(values)]
    assert read(file, text, block=block) == (wanted, [])


@settings(max_examples=40)
@given(values=st.lists(RECORDS, max_size=4), indent=st.sampled_from([None, 2]), block=st.sampled_from([1, 30]))
def test_records_below_several_keys_keep_their_order_and_context(file, values, indent, block):
    outer = [{"inner": {"items": items}, "after": i} for i, items in enumerate(values)]
    whole = {"version": 1, "outer": outer, "end": {}}
    text = json.dumps(whole, indent=indent)
    found = list(nested(opened(file, text, block), ("outer", frozenset({"inner", "old"}), "items"), problems=[]))
    assert [record for _, record, _ in found] == [item for items in values for item in items]
    assert [context[0]["after"] for _, _, context in found] == [i for i, items in enumerate(values) for _ in items]
    lines = text.split("\n")
    assert all(lines[line - 1].lstrip().startswith("{") for line, _, _ in found)
    assert [line for line, _, _ in found] == sorted(line for line, _, _ in found)


def test_a_record_of_a_pretty_printed_document_begins_at_its_brace(file):
    text = '{\n "data": {\n  "result": [\n   {\n    "a": {}\n   }, {"b": 1},\n\n   {"c": [\n {}]}\n  ]}}\n'
    assert read(file, text, ("data", "result"))[0] == [(4, {"a": {}}), (6, {"b": 1}), (8, {"c": [{}]})]


def test_documents_below_each_other_are_all_read(file):
    text = '{"spans": [{"i": 1}]}\n{"other": [{"i": 0}]}\n{"spans": [{"i": 2}, {"i": 3}]}\n'
    assert read(file, text, ("spans",))[0] == [(1, {"i": 1}), (3, {"i": 2}), (3, {"i": 3})]


def test_a_broken_line_is_a_problem_and_the_rest_is_kept(file):
    found, problems = read(file, '{"i": 1}\n{"i": \n{"i": 3}\n{"i": 4 5}\n{"i": 5}\n')
    assert found == [(1, {"i": 1}), (3, {"i": 3}), (5, {"i": 5})]
    assert [problem.line for problem in problems] == [2, 4]
    assert problems[1].text == '{"i": 4 5}'


def test_a_broken_record_of_a_pretty_printed_array_costs_only_itself(file):
    text = '[\n  {\n    "a": {"x": 1}\n  },\n  {\n    "b": oops,\n    "c": {\n    }\n  },\n  {\n    "d": 2\n  }\n]'
    found, problems = read(file, text)
    assert found == [(2, {"a": {"x": 1}}), (10, {"d": 2})]
    assert [(problem.line, problem.reason) for problem in problems] == [
        (5, "expected a JSON object: Expecting value at line 6")]


def test_a_file_cut_short_gives_what_came_before(file):
    text = json.dumps([{"i": i} for i in range(5)])
    found, problems = read(file, text[:-4])
    assert [record["i"] for _, record in found] == [0, 1, 2, 3]
    assert "the file ends" in problems[0].reason


def test_records_before_the_cut_are_rescued_from_within_an_element(file):
    text = '{"data": [{"spans": [{"i": 1},\n {"i": 2},\n {"i"'
    found, problems = read(file, text, ("data", "spans"))
    assert found == [(1, {"i": 1}), (2, {"i": 2})]
    assert len(problems) == 1


def test_what_is_no_object_is_a_problem_with_its_line(file):
    found, problems = read(file, '[{"i": 1},\n 7,\n {"i": 2}]')
    assert found == [(1, {"i": 1}), (3, {"i": 2})]
    assert [(problem.line, problem.reason) for problem in problems] == [(2, "expected a JSON object: got int")]


def test_without_a_list_a_problem_is_noted_on_the_source(file):
    source = opened(file, "[1]")
    assert list(records(source)) == []
    assert "got int" in source.notes[0]


@pytest.mark.parametrize("text", ["", " \n", "]", "}{", "[", "{", '"', "nul", "[[[[", "{" * 5000, "[" * 5000, "\0",
                                  '{"a"}', "[,]"])
@pytest.mark.parametrize("path", [(), ("a",), ("a", "b")])
def test_no_text_raises(file, text, path):
    assert read(file, text, path)[0] == []


@settings(max_examples=60)
@given(data=st.text(alphabet='{}[]",:a1\\ \n', max_size=60), block=st.sampled_from([1, 5, 1000]))
def test_mangled_text_never_raises_and_blocks_make_no_difference(file, data, block):
    for path in ((), ("a",), ("a", "a")):
        assert read(file, data, path, block)[0] == read(file, data, path)[0]


@pytest.mark.parametrize("unit", ['{"a": [{"b": 1}, 2]}\n', '{"a": [\n', '{"a": 1 2}\n', "[\n", '{"a": "x\n', "},\n"])
def test_the_cost_is_linear_also_for_hostile_lines(file, unit):
    def cost(n):
        def once():
            start = time.process_time()
            read(file, unit * n, ())
            return time.process_time() - start
        return min(once() for _ in range(2))
    # 4 times the input: the depth at which the decoder gives up, 1000 brackets, must weigh alike in both
    assert cost(16000) < 8 * cost(4000) + 0.05
