"""From paths to Telemetry: inputs, recognition, what goes wrong, progress."""

import gc
import gzip
import io
import os
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

import rca
from rca.model import HeapRef, Problem
from rca.readers import _registry
from rca.readers._limits import Limits
from rca.readers._pipeline import UnknownTimezone
from rca.readers._reader import Rows
from rca.readers._registry import UnknownFormat
from rca.telemetry import ClockOffset, Telemetry

ROWS = "timestamp,service,metric,value\n" + "".join(f"2026-11-20T10:00:{i:02d}Z,orders,rss_mb,{i}\n" for i in range(30))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.csv", "a/one.csv", "a/two.csv", ".git/config", "a/.hidden"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(ROWS)
    return tmp_path


def paths(telemetry):
    return [info.path for info in telemetry.sources]


def reasons(telemetry):
    return [problem.reason for problem in telemetry.problems]


# --- inputs ---

def test_a_folder_is_read_in_the_order_of_names_without_what_is_hidden(folder):
    assert paths(rca.read(".")) == ["a/one.csv", "a/two.csv", "b.csv"]


def test_patterns_lists_and_path_objects_name_files(folder):
    assert paths(rca.read("a/*.csv")) == ["a/one.csv", "a/two.csv"]
    assert paths(rca.read("**/*.csv")) == ["a/one.csv", "a/two.csv", "b.csv"]
    assert paths(rca.read(["b.csv", Path("a/one.csv")])) == ["b.csv", "a/one.csv"]


def test_a_hidden_file_that_is_named_is_read(folder):
    assert paths(rca.read("a/.hidden")) == ["a/.hidden"]


def test_a_name_with_brackets_is_a_file_before_it_is_a_pattern(folder):
    Path("log[1].csv").write_text(ROWS)
    assert paths(rca.read("log[1].csv")) == ["log[1].csv"]


def test_nothing_that_could_be_read_is_a_telemetry_with_problems(folder):
    Path("empty").mkdir()
    found = rca.read(["missing.log", "*.nothing", "empty"])
    assert found.sources == ()
    assert reasons(found) == ["cannot be opened: No such file or directory", "no file matches this pattern",
                              "the folder holds no files (hidden ones are passed over)"]
    assert [problem.path for problem in found.problems] == ["missing.log", "*.nothing", "empty"]


def test_a_loop_of_links_ends_and_a_link_to_what_is_read_anyway_adds_nothing(folder):
    os.symlink("..", "a/up")
    os.symlink("one.csv", "a/again.csv")
    os.symlink("nowhere", "a/broken")
    found = rca.read("a")
    assert paths(found) == ["a/one.csv", "a/two.csv", "a/up/b.csv"]
    assert reasons(found) == ["cannot be opened: No such file or directory"]


def test_a_link_out_of_the_folder_is_followed(folder):
    os.symlink("../b.csv", "a/zlink.csv")
    assert paths(rca.read("a")) == ["a/one.csv", "a/two.csv", "a/zlink.csv"]


def test_a_file_that_may_not_be_opened_is_a_problem_and_the_rest_is_read(folder, monkeypatch):
    real = Path.open

    def refused(self, *args, **kwargs):
        if self.name == "one.csv":
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **kwargs)
    monkeypatch.setattr(Path, "open", refused)
    monkeypatch.setattr("rca.readers._open._Watched.__init__", lambda self, file, tick: refused(file, "rb"))
    found = rca.read(["a/one.csv"])
    assert reasons(found) == ["cannot be read: Permission denied"]


def test_a_pipe_in_a_folder_does_not_hang_and_one_that_is_named_is_read(folder):
    os.mkfifo("a/pipe")
    assert reasons(rca.read("a")) == ["a pipe, socket or device in a folder: not read"]
    writer = threading.Thread(target=lambda: Path("a/pipe").write_text(ROWS))
    writer.start()
    assert len(rca.read("a/pipe").metrics) == 30
    writer.join()


def test_standard_input_is_read_also_packed(monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(gzip.compress(ROWS.encode()))))
    found = rca.read("-")
    assert paths(found) == ["-"]
    assert len(found.metrics) == 30


# --- files that are none ---

def test_an_empty_file_a_binary_one_and_an_unknown_text_are_problems(folder):
    Path("empty").write_bytes(b"")
    Path("binary").write_bytes(bytes(range(256)) * 10)
    Path("prose").write_text("It was a dark and stormy night.\n")
    found = rca.read(["empty", "binary", "prose", "b.csv"])
    assert [info.format for info in found.sources] == ["empty", "unknown", "unknown", "metrics-long-csv"]
    empty, binary, prose = reasons(found)
    assert empty == "the file is empty"
    assert binary.startswith("binary data that no format recognises; nearest: ")
    assert prose.startswith("no format recognises it; nearest: ")
    assert prose.count(" matched ") == 3
    assert found.problems[2].text == "It was a dark and stormy night."


def test_rows_before_the_cut_of_a_gzip_are_kept(folder):
    times = (f"2026-11-20T11:{i // 60:02d}:{i % 60:02d}Z" for i in range(3000))
    text = ROWS + "".join(f"{time},orders,m{i * 7919 % 1000},{i}\n" for i, time in enumerate(times))
    data = gzip.compress(text.encode())
    Path("cut.gz").write_bytes(data[:len(data) // 2])
    found = rca.read("cut.gz")
    assert 500 < len(found.metrics) < 3000
    assert "gzip data is cut off" in reasons(found)[-1]
    assert found.sources[0].problems == len(found.problems)


def test_a_forced_format_that_does_not_exist_is_named_with_the_nearest(folder):
    with pytest.raises(UnknownFormat, match=r"no format 'metrics-longcsv'; did you mean metrics-long-csv"):
        rca.read(".", format="metrics-longcsv")
    with pytest.raises(UnknownFormat):
        rca.stream(".", format="x")


def test_a_zone_that_does_not_exist_is_refused(folder):
    with pytest.raises(UnknownTimezone, match="no time zone 'Mars/Olympus'"):
        rca.read(".", timezone="Mars/Olympus")


def test_times_without_a_zone_take_the_one_given_and_say_so(folder):
    Path("naive.csv").write_text(ROWS.replace("Z,", ","))
    found = rca.read("naive.csv", timezone="Europe/Berlin")
    assert str(found.metrics.time[0]) == "2026-11-20 09:00:00+00:00"
    assert "times without zone taken as Europe/Berlin" in found.sources[0].notes
    assert rca.read("b.csv", timezone="Europe/Berlin").sources[0].notes == ()


def test_a_source_tells_all_that_is_known_of_it(folder):
    (info,) = rca.read("b.csv").sources
    assert (info.format, info.bytes, info.rows, info.problems) == ("metrics-long-csv", len(ROWS), {"metrics": 30}, 0)
    assert (info.first.isoformat(), info.last.isoformat()) == ("2026-11-20T10:00:00+00:00", "2026-11-20T10:00:29+00:00")
    assert info.confidence > 0.9


# --- streaming and progress ---

def test_stream_gives_the_rows_that_read_collects(folder):
    batches = list(rca.stream("."))
    assert {batch.table for batch in batches} == {"metrics"}
    assert sum(len(batch.rows) for batch in batches) == len(rca.read(".").metrics) == 90


def test_progress_is_told_in_bytes_of_the_disk_and_ends_at_the_total(folder):
    Path("big.gz").write_bytes(gzip.compress(os.urandom(3 << 20)))
    told = []
    rca.read(".", progress=lambda path, done, total: told.append((path, done, total)))
    total = sum(Path(path).stat().st_size for path in ("a/one.csv", "a/two.csv", "b.csv", "big.gz"))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1] == ("big.gz", total, total)
    assert {each[2] for each in told} == {total}


def test_a_bar_is_silent_where_standard_error_is_no_terminal(folder, capfd):
    rca.read(".", progress=True)
    assert capfd.readouterr() == ("", "")


# --- readers that misbehave, files of two formats, heap dumps ---

def reader(name, score, read, **more):
    return SimpleNamespace(NAME=name, TABLES=("logs",), SAMPLES=("x",), looks_like=score, read=read, **more)


def words(prefix):
    """A reader of the lines that begin with `prefix`; other lines are foreign."""
    def read(source):
        rows = Rows("logs", source.path)
        for number, line in source.lines():
            if line.startswith(prefix):
                rows.add(message=line, line=number)
            elif line:
                source.foreign(number)
        yield from rows.rest()

    def share(head):
        return sum(line.startswith(prefix) for line in head.lines) / len(head.lines)
    return reader(f"words-{prefix}", share, read)


@pytest.fixture
def use(monkeypatch, tmp_path):
    def of(text, *readers, **settings):
        monkeypatch.setattr(_registry, "readers", lambda: readers)
        file = tmp_path / "file"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return rca.read(file, **settings)
    return of


def test_a_reader_that_raises_is_a_problem_and_what_it_gave_is_kept(use):
    def read(source):
        yield from words("a").read(source)
        raise KeyError("oops")
    found = use("a\na\n", reader("bad", lambda head: 1.0, read))
    assert len(found.logs) == 2
    assert reasons(found) == ["the reader bad failed (KeyError: 'oops'); the rest of the file is not read"]


def test_a_reader_that_fails_to_look_stops_no_other(use):
    found = use("a\n", words("a"), reader("blind", lambda head: 1 / 0, lambda source: iter(())))
    assert len(found.logs) == 1
    assert reasons(found) == ["the reader blind failed to look at the file: ZeroDivisionError: division by zero"]


def test_a_reader_explains_how_far_it_matched(use):
    near = reader("near", lambda head: 0.2, lambda source: iter(()), explain=lambda head: "3 of 40 lines")
    assert reasons(use("zzz\n", near, words("a"))) == [
        "no format recognises it; nearest: near matched 0.2: 3 of 40 lines; words-a matched 0"]


def test_a_file_of_two_formats_is_read_by_both_with_true_lines(use):
    found = use("a1\nb2\na3\n\na5\nb6\n", words("b"), words("a"))
    assert sorted(zip(found.logs.line, found.logs.message, strict=True)) == [
        (1, "a1"), (2, "b2"), (3, "a3"), (5, "a5"), (6, "b6")]
    (info,) = found.sources
    assert (info.format, info.rows, info.problems) == ("words-a + words-b", {"logs": 5}, 0)


def test_lines_of_no_format_are_one_problem_with_the_first_line(use):
    found = use("a\na\na\na\n??\n!!\n", words("b"), words("a"))
    assert [(problem.line, problem.reason) for problem in found.problems] == [
        (5, "2 lines, this one first, are not words-a; of them words-b matched 0")]


def test_a_tie_goes_to_the_format_that_the_name_fits(use):
    same = [reader(name, lambda head: 0.5, words("a").read, FILE_NAMES=(pattern,))
            for name, pattern in (("first", "*.x"), ("second", "fil*"))]
    assert use("a\n", *same).sources[0].format == "second"


def test_an_unpacked_heap_dump_lives_as_long_as_its_telemetry(use, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    heaps = reader("heap", lambda head: 1.0, lambda source: iter([HeapRef(source.path, "heap")]))
    found = use(gzip.compress(b"\0heap" * 10), heaps)
    copy = found.replaced()
    path = Path(found.heaps[0].path)
    del found
    gc.collect()
    assert path.read_bytes() == b"\0heap" * 10
    assert f"unpacked to {path}, which is there as long as this Telemetry" in copy.sources[0].notes
    del copy
    gc.collect()
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_heap_dump_that_stands_on_disk_is_not_copied(use, tmp_path):
    heaps = reader("heap", lambda head: 1.0, lambda source: iter([HeapRef(str(source.file), "heap")]))
    assert use(b"\0heap", heaps).heaps[0].path == str(tmp_path / "file")


def test_a_reader_of_files_gets_the_unpacked_bytes_and_nothing_is_left(use, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []
    looking = reader("f", lambda head: 1.0, lambda source: seen.append(source.file.read_bytes()) or ())
    use(gzip.compress(b"\0data"), looking)
    assert seen == [b"\0data"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_line_without_end_is_a_problem_and_other_lines_are_read(use):
    found = use("a\n" + "a" * 5000 + "\na3\n", words("a"), limits=Limits(line_bytes=1000))
    assert found.logs.line.tolist() == [1, 3]
    assert found.problems[0].line == 2


# --- Telemetry ---

def test_merged_telemetry_has_the_rows_and_problems_of_both(folder):
    one, two = rca.read("a"), rca.read(["b.csv", "missing"])
    both = one.merge(two)
    assert len(both.metrics) == 90
    assert paths(both) == ["a/one.csv", "a/two.csv", "b.csv"]
    assert len(both.problems) == 1


def test_a_telemetry_shows_itself():
    found = Telemetry({}, problems=[Problem(source="<a>", reason="x & y")],
                      clock_offsets={"pay": ClockOffset(offset_s=1.0, uncertainty_s=0.1, calls=10, corrected=True)})
    assert repr(found) == "<Telemetry of 0 files: no rows; 1 problem>"
    assert "&lt;a&gt;" in found._repr_html_()
    assert "x &amp; y" in found._repr_html_()
    assert found.clock_offsets["pay"].offset_s == 1.0
