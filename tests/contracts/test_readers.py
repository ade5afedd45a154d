"""What every reader promises: each one that discovery finds is held to all of it before its author writes a test."""

import gc
import io
import re
import time
from collections.abc import Iterator

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rca.model import HeapRef, Problem
from rca.readers._open import Source
from rca.readers._pipeline import ENOUGH
from rca.readers._reader import Batch, Head
from rca.readers._registry import matches, named, readers
from rca.readers._stored import Stored
from rca.tables import TABLES, empty

NAMES = [reader.NAME for reader in readers()]
EXAMPLES = 25
"""Mutations per reader: a few hundredths of a second each at most, so that the suite stays within a minute."""

KIB = 1 << 10
LINEAR_BYTES = 48 * KIB
HOSTILE_BYTES = 1 << 20
HOSTILE_SECONDS = 6.0
"""A line of 1 MiB costs hundredths of a second, half a million broken values in it two; a quadratic one minutes."""

HOSTILE = ["a", " ", "1", '"', "{", "[", "a=", "1.", ": ", "é", "\\", "a,"]


def samples(name: str) -> list[bytes]:
    return [sample.encode() if isinstance(sample, str) else sample for sample in named(name).SAMPLES]


def source_of(data: bytes) -> Source:
    return Source("dir/sample", Stored(path="dir/sample", open=lambda: io.BytesIO(data), size=len(data)))


def head_of(data: bytes) -> Head:
    source = source_of(data)
    return Head(source.name, source.head(), complete=source.complete)


def outputs(name: str, data: bytes) -> list[Batch | Problem | HeapRef]:
    source = source_of(data)
    found = list(named(name).read(source))
    source.release()
    return found


def lines_of(found: list[Batch | Problem | HeapRef], table: str) -> list[int]:
    return [line for output in found if isinstance(output, Batch) and output.table == table
            for line in output.rows["line"].tolist()]


def is_text(data: bytes) -> bool:
    return not source_of(data).encoding.binary


def text_samples(name: str) -> list[bytes]:
    return [sample for sample in samples(name) if is_text(sample)]


def check(name: str, found: list[Batch | Problem | HeapRef]) -> None:
    """All that is true of whatever a reader yields."""
    for output in found:
        if isinstance(output, Problem):
            assert output.source == "dir/sample"
            assert output.reason
            assert output.line is None or output.line >= 0
        elif isinstance(output, Batch):
            assert output.table in named(name).TABLES, f"{output.table} is not among TABLES"
            pd.testing.assert_series_equal(output.rows.dtypes, empty(output.table).dtypes)
            assert (output.rows["source"] == "dir/sample").all()
            assert (output.rows["line"] >= 0).all()
        else:
            assert isinstance(output, HeapRef)


def test_names_are_unique_and_in_kebab_case():
    assert len(set(NAMES)) == len(NAMES)
    assert [name for name in NAMES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


@pytest.mark.parametrize("name", NAMES)
class TestReader:
    def test_it_says_what_it_is(self, name):
        reader = named(name)
        assert reader.__doc__
        assert reader.SAMPLES
        assert set(reader.TABLES) <= set(TABLES)

    def test_its_own_samples_win_detection(self, name):
        for sample in samples(name):
            best = matches(head_of(sample))[0]
            assert (best.reader.NAME, best.error) == (name, "")
            assert ENOUGH <= best.score <= 1

    def test_its_samples_become_rows_of_the_contract(self, name):
        for sample in samples(name):
            found = outputs(name, sample)
            check(name, found)
            assert any(isinstance(output, HeapRef) or (isinstance(output, Batch) and len(output.rows))
                       for output in found)

    def test_lines_lie_within_the_sample(self, name):
        for sample in text_samples(name):
            found, last = outputs(name, sample), sample.count(b"\n") + 1
            assert all(1 <= line <= last for table in named(name).TABLES for line in lines_of(found, table))

    def test_line_ends_and_byte_order_marks_change_nothing(self, name):
        for sample in text_samples(name):
            expected = outputs(name, sample)
            for data in (sample.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + sample,
                         sample.decode().encode("utf-16")):
                assert_same(outputs(name, data), expected)

    def test_blank_lines_before_and_after_leave_line_numbers_true(self, name):
        for sample in text_samples(name):
            expected, more = outputs(name, sample), outputs(name, b"\n\n\n" + sample.rstrip(b"\n") + b"\n\n\n")
            assert_moved(name, expected, more, lambda line: line + 3)

    def test_junk_between_lines_leaves_line_numbers_true(self, name):
        for sample in text_samples(name):
            mixed = b"".join(line + b"~~ junk \xe2\x9c\x82 ~~\n" for line in sample.splitlines(keepends=True))
            assert_moved(name, outputs(name, sample), outputs(name, mixed), lambda line: 2 * line - 1)

    def test_damage_never_raises(self, name):
        @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
        @given(data=damaged(samples(name)))
        def never_raises(data: bytes) -> None:
            check(name, outputs(name, data))
            assert 0 <= named(name).looks_like(head_of(data)) <= 1
        never_raises()

    def test_every_prefix_of_a_small_sample_is_read(self, name):
        sample = min(samples(name), key=len)
        for end in range(0, len(sample), max(1, len(sample) // 40)):
            check(name, outputs(name, sample[:end]))
            assert 0 <= named(name).looks_like(head_of(sample[:end])) <= 1

    @pytest.mark.parametrize("piece", HOSTILE)
    def test_a_line_of_a_mebibyte_is_read_in_time(self, name, piece):
        sample = samples(name)[0]
        at = sample.find(b"\n", len(sample) // 2) % (len(sample) + 1)
        filler = (piece * (HOSTILE_BYTES // len(piece.encode()))).encode()
        begin = time.process_time()
        found = outputs(name, sample[:at] + filler + sample[at:])
        assert time.process_time() - begin < HOSTILE_SECONDS
        check(name, found)

    def test_time_is_linear_in_size(self, name):
        texts = text_samples(name)
        if not texts:
            pytest.skip("binary formats do not repeat")
        sample = max(texts, key=len)
        small = (sample.rstrip(b"\n") + b"\n") * max(1, LINEAR_BYTES // len(sample))
        outputs(name, small)        # compiled and cached by now
        assert best_of_3(name, small * 8) < 16 * max(best_of_3(name, small), 1e-3)


def assert_same(found: list[Batch | Problem | HeapRef], expected: list[Batch | Problem | HeapRef]) -> None:
    assert [type(output) for output in found] == [type(output) for output in expected]
    for one, other in zip(found, expected, strict=True):
        if isinstance(one, Batch) and isinstance(other, Batch):
            pd.testing.assert_frame_equal(one.rows, other.rows)


def assert_moved(name: str, before: list, after: list, moved) -> None:
    """Lines follow what was inserted, wherever the format still yields as many rows (JSON does not allow junk)."""
    for table in named(name).TABLES:
        old, new = lines_of(before, table), lines_of(after, table)
        if len(old) == len(new):
            assert new == [moved(line) for line in old]


def damaged(originals: list[bytes]) -> st.SearchStrategy[bytes]:
    """Samples cut, with bytes missing, junk within, doubled parts, or nothing but junk."""
    junk = st.one_of(st.binary(max_size=30), st.sampled_from(
        [b"\0", b"\xff\xfe", b'"', b"{", b"}", b"]", b"\n\n", b"\r", b"NaN", b"1e999", b"-1", b"9" * 5000, b"null",
         b"\xf0\x9f\x98\x80", b"0000-00-00T99:99:99Z", b"[" * 2000, b'{"a":' * 2000]))

    @st.composite
    def build(draw: st.DrawFn) -> bytes:
        data = draw(st.sampled_from(originals))
        for _ in range(draw(st.integers(1, 3))):
            begin, end = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
            how = draw(st.integers(0, 4))
            data = {0: data[:end], 1: data[:begin] + data[end:], 2: data[:begin] + draw(junk) + data[begin:],
                    3: data[:end] + data[begin:], 4: data[:begin] + draw(junk) + data[end:]}[how]
        return data
    return st.one_of(build(), st.binary(max_size=200))


def best_of_3(name: str, data: bytes) -> float:
    """CPU seconds without the garbage collector, whose full passes come with size and say nothing of the reader."""
    def times() -> Iterator[float]:
        for _ in range(3):
            begin = time.process_time()
            outputs(name, data)
            yield time.process_time() - begin
    gc.collect()
    gc.disable()
    try:
        return min(times())
    finally:
        gc.enable()
