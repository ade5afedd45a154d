"""Files as readers see them: encodings, line ends, limits, packings of one file."""

import bz2
import gzip
import io
import lzma
import random
import zlib

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from rca.readers import _unpack
from rca.readers._encoding import Repairs, detect, mended, whole_lines
from rca.readers._limits import Limits
from rca.readers._open import ForeignLines, Source
from rca.readers._unpack import Unpacked, packing

TEXT = "".join(f"2026-11-20T10:00:{i % 60:02d}Z order {i} für {i * 7 % 13} € bezahlt\n" for i in range(5000))


@pytest.fixture
def source(tmp_path):
    def of(data, **settings):
        file = tmp_path / "file.log"
        file.write_bytes(data)
        return Source("file.log", file, **settings)
    return of


def text_of(source, size=1 << 16):
    return b"".join(block for _, block in source.blocks(size)).decode("utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_in_any_form_reads_the_same(source, encoding):
    found = source(TEXT.encode(encoding))
    assert text_of(found, 1001) == TEXT
    assert found.problems == ()


def test_utf_16_without_mark_is_known_also_in_cyrillic(source):
    text = "2026-11-20 10:00:00 ошибка: нет места на диске 12\n" * 50
    assert text_of(source(text.encode("utf-16-le"))) == text


def test_an_encoding_that_is_not_utf_8_is_noted(source):
    found = source(TEXT.encode("utf-16"))
    found.head()
    assert found.notes == ["read as UTF-16-LE"]


def test_latin_1_is_read_with_one_problem_that_names_the_first_line_and_the_count(source):
    found = source("plain\nÜberlauf\nplain\ncafé\n".encode("latin-1"))
    assert text_of(found) == "plain\nÜberlauf\nplain\ncafé\n"
    (problem,) = found.problems
    assert (problem.line, problem.text) == (2, "Überlauf")
    assert problem.reason == "2 lines are not UTF-8, this one first: foreign bytes are read as Windows-1252 (Latin-1)"


def test_bytes_that_windows_1252_has_are_its_letters_and_the_rest_of_the_line_stays_utf_8(source):
    assert text_of(source(b"Preis 5 " + b"\x80" + " für ü\n".encode())) == "Preis 5 € für ü\n"


def test_looking_at_the_first_lines_again_does_not_count_them_twice(source):
    found = source(b"caf\xe9\n" * 10)
    assert len(list(found.lines())) == 10
    next(found.lines())
    assert found.problems[0].reason.startswith("10 lines")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_becomes_a_line_feed_and_numbers_stay_true(source, end):
    found = source(end.join(["one", "two", "", "four"]).encode())
    assert list(found.lines()) == [(1, "one"), (2, "two"), (3, ""), (4, "four")]


def test_a_carriage_return_within_a_line_stays(source):
    assert list(source(b"10%\r20%\r30%\ndone\n").lines()) == [(1, "10%\r20%\r30%"), (2, "done")]


def test_unicode_line_separators_end_no_line(source):
    assert list(source("a\u2028b\x0bc\x85d\n".encode()).lines()) == [(1, "a\u2028b\x0bc\x85d")]


def test_zeros_of_a_log_truncated_while_written_are_left_out_and_said(source):
    found = source(b"\0" * 5000 + TEXT.encode())
    assert not found.encoding.binary
    assert text_of(found) == TEXT
    assert found.problems[0].reason.startswith("5,000 zero bytes left out")


def test_binary_data_is_handed_on_as_it_stands(source):
    data = random.Random(1).randbytes(200_000)
    found = source(data)
    assert found.encoding.binary
    assert found.data() == data
    assert found.head() == data[:64 << 10]


def test_a_line_beyond_the_limit_is_left_out_and_the_lines_after_it_keep_their_numbers(source):
    found = source(b"one\n" + b"x" * 5000 + b"\nthree\n" + b"y" * 5000, limits=Limits(line_bytes=1000))
    for size in (64, 1 << 20):
        kept = [(number, line) for first, block in found.blocks(size)
                for number, line in enumerate(block.decode().split("\n"), first) if line]
        assert kept == [(1, "one"), (3, "three")]
    assert [(problem.line, problem.text[:3]) for problem in found.problems] == [(2, "xxx"), (4, "yyy")]
    assert "`Limits.line_bytes`" in found.problems[0].reason


@settings(max_examples=200, derandomize=True)
@given(data=st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\xc3\xa9", b"\xe9", b"\0", b"long" * 5])).map(b"".join),
       size=st.integers(1, 7))
def test_blocks_are_valid_utf_8_in_lines_of_their_number_whatever_the_chunks(data, size):
    def cut(size):
        repairs, chunks = Repairs(), [data[at:at + size] for at in range(0, len(data), size)]
        for first, block in whole_lines(chunks, 15, lambda *_: None):
            text = mended(first, block, repairs)
            yield from enumerate(text.decode("utf-8").removesuffix("\n").split("\n"), first)

    whole = [(number, line) for number, line in cut(len(data) + 1) if line]
    assert [(number, line) for number, line in cut(size) if line] == whole
    lines = [line.replace(b"\0", b"").removesuffix(b"\r") for line in data.split(b"\n")]
    assert all(line.encode() == lines[number - 1] for number, line in whole if lines[number - 1].isascii())


@settings(max_examples=200, derandomize=True)
@given(data=st.lists(st.sampled_from([b"a", b"\n", b"\r", "é€😀".encode(), b"\xe9"])).map(b"".join),
       size=st.integers(1, 7))
def test_pieces_are_the_text_of_the_blocks_without_a_limit_of_lines(tmp_path_factory, data, size):
    file = tmp_path_factory.mktemp("pieces") / "f"
    file.write_bytes(data)
    source = Source("f", file, limits=Limits(line_bytes=10 ** 6))
    pieces, blocks = list(source.pieces(size)), b"".join(block for _, block in source.blocks())
    assert b"".join(piece for _, piece in pieces) == blocks
    at = 0
    for line, piece in pieces:
        assert line == blocks.count(b"\n", 0, at) + 1
        at += len(piece.decode().encode())


@settings(max_examples=200, derandomize=True)
@given(st.binary(max_size=300))
def test_detection_takes_any_bytes(data):
    assert detect(data).name


# --- packings ---

PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lambda data: lzma.compress(data, preset=1),
           "zstd": zstandard.compress}


def unpacked(data, kind, limits=None):
    stream = Unpacked(io.BytesIO(data), kind, limits or Limits())
    pieces = io.BufferedReader(stream, 4096)
    return b"".join(iter(lambda: pieces.read(5000), b"")), stream.fault


@pytest.mark.parametrize("kind", PACKERS)
def test_a_packing_is_known_by_its_magic_and_unpacked(kind):
    data = PACKERS[kind](TEXT.encode())
    assert packing(data) == kind
    assert unpacked(data, kind) == (TEXT.encode(), None)


@pytest.mark.parametrize("kind", PACKERS)
def test_members_that_follow_each_other_are_one_file(kind):
    data = b"".join(PACKERS[kind](part) for part in (b"one\n", b"", b"two\n" * 9000, b"three\n"))
    assert unpacked(data, kind) == (b"one\n" + b"two\n" * 9000 + b"three\n", None)


@pytest.mark.parametrize("kind", PACKERS)
def test_what_comes_before_a_cut_is_kept(kind):
    noise = random.Random(2).randbytes(1_000_000).hex().encode()      # several blocks of every packing
    data = PACKERS[kind](noise)
    found, fault = unpacked(data[:len(data) * 3 // 4], kind)
    assert noise.startswith(found)
    assert len(found) > len(noise) // 3
    assert "cut off" in fault


def test_what_comes_before_a_wrong_checksum_is_kept():
    data = bytearray(gzip.compress(TEXT.encode()))
    data[-8] ^= 1
    found, fault = unpacked(bytes(data), "gzip")
    assert found == TEXT.encode()
    assert "incorrect data check" in fault


def test_what_comes_before_damage_in_the_middle_is_kept():
    noise = random.Random(3).randbytes(200_000).hex().encode()
    data = bytearray(gzip.compress(noise))
    data[120_000:120_100] = bytes(100)
    found, fault = unpacked(bytes(data), "gzip")
    assert found[:150_000] == noise[:150_000]
    assert "damaged" in fault


def test_zeros_behind_gzip_data_are_padding_and_other_bytes_are_said():
    assert unpacked(gzip.compress(b"x") + bytes(100_000), "gzip") == (b"x", None)
    assert unpacked(gzip.compress(b"x") + b"tail", "gzip") == (b"x", "gzip data is followed by bytes that are none")


def test_a_bomb_is_stopped_at_the_ratio_but_not_before_the_free_bytes():
    bomb = gzip.compress(bytes(30 << 20))
    found, fault = unpacked(bomb, "gzip", Limits(ratio=100, ratio_free_bytes=4 << 20))
    assert 3 << 20 <= len(found) <= 6 << 20
    assert "decompression bomb" in fault
    assert unpacked(bomb, "gzip")[1] is None


def test_the_total_of_unpacked_bytes_is_limited():
    found, fault = unpacked(gzip.compress(random.Random(4).randbytes(5 << 20)), "gzip", Limits(unpacked_bytes=3 << 20))
    assert 3 << 20 <= len(found) <= 4 << 20
    assert "`Limits.unpacked_bytes`" in fault


def test_zstandard_without_its_package_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(_unpack.importlib, "import_module", lambda name: (_ for _ in ()).throw(ImportError(name)))
    with pytest.raises(_unpack.MissingDecoder, match=r"pip install 'rca\[zstd\]'"):
        Unpacked(io.BytesIO(b""), "zstd", Limits())


@settings(max_examples=60, derandomize=True, deadline=None)
@given(at=st.integers(0, 400), junk=st.binary(max_size=20), kind=st.sampled_from(sorted(PACKERS)))
def test_damage_anywhere_never_raises(at, junk, kind):
    data = PACKERS[kind](TEXT.encode()[:3000])
    found, fault = unpacked(data[:at] + junk + data[at + len(junk):], kind)
    assert found == TEXT.encode()[:3000] or fault or kind == "zstd"       # zstd frames may have no checksum


def test_the_time_cost_of_gzip_is_that_of_zlib(benchmark_ratio):
    data = gzip.compress(TEXT.encode() * 40)
    assert benchmark_ratio(lambda: unpacked(data, "gzip"), lambda: zlib.decompress(data, 31)) < 6


@pytest.fixture
def benchmark_ratio():
    import time

    def best(call):
        times = []
        for _ in range(3):
            begin = time.process_time()
            call()
            times.append(time.process_time() - begin)
        return min(times)
    return lambda mine, other: best(mine) / max(best(other), 1e-4)


# --- lines that are foreign to the first reader ---

def test_foreign_lines_keep_their_numbers_between_blank_ones(source):
    found = source(b"a\nX\nb\nc\nY\nZ")
    found.foreign(2)
    found.foreign(5, 2)
    rest = ForeignLines(found)
    for size in (1, 3, 100):
        lines = [(number, line) for first, block in rest.blocks(size)
                 for number, line in enumerate(block.decode().split("\n"), first) if line]
        assert lines == [(2, "X"), (5, "Y"), (6, "Z")]
    assert rest.head() == b"X\nY\nZ"
