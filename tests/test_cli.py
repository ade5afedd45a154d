"""The command line: exit codes, one clear line per error, nothing heavy for help."""

import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from rca import cli
from rca.commands import _input, diagnose
from rca.commands._command import Context
from rca.commands._progress import ProgressLine
from rca.model import DetectorError, RcaError

sys.path.insert(0, str(Path(__file__).parent / "reports"))
import factory

METRICS = "time,component,metric,value\n" + "".join(
    f"2026-03-02T{14 + m // 60:02}:{m % 60:02}:00Z,orders,rss_bytes,{212_000_000 + m % 7 * 1000}\n" for m in range(90)
)


@pytest.fixture
def metrics(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text(METRICS, encoding="utf-8")
    return str(path)


@pytest.fixture
def reports(monkeypatch):
    """Makes `rca diagnose` return the report that is put into the list."""
    chosen = [factory.rich()]
    monkeypatch.setattr("rca.diagnosis.diagnose", lambda *_, **__: chosen[0])
    return chosen


def without_errors(report):
    from dataclasses import replace

    return replace(report, errors=())


def run(*arguments):
    return cli.main([str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--fail-on", "memory-leak:0.8"], 1),
        (["--fail-on", "memory-leak:87%"], 1),
        (["--fail-on", "memory-leak:0.9"], 0),
        (["--fail-on", "any:0.5"], 1),
        (["--fail-on", "disk-full:0.1"], 0),
        (["--fail-on", "disk-full:0.1", "--fail-on", "memory-leak:0.5"], 1),
        (["--fail-on-inconclusive"], 0),
    ],
)
def test_a_cause_at_or_above_its_threshold_is_1(metrics, reports, options, code):
    reports[0] = without_errors(factory.rich())
    assert run("diagnose", metrics, *options) == code


def test_inconclusive_is_4_only_where_asked(metrics, reports):
    reports[0] = factory.inconclusive()
    assert run("diagnose", metrics) == 0
    assert run("diagnose", metrics, "--fail-on-inconclusive") == 4


def test_a_failed_detector_is_3_and_its_report_is_still_written(metrics, reports, capsys):
    assert factory.rich().errors == (
        DetectorError(name="queries.regression", error="ValueError: plan without root node"),
    )
    assert run("diagnose", metrics, "--fail-on", "any:0.1") == 3
    assert "queries.regression: ValueError" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "COMMAND"),
        (["diagnose"], "PATH"),
        (["nonsense"], "invalid choice"),
        (["diagnose", "x", "--fail-on", "memory-lek:0.5"], "did you mean memory-leak"),
        (["diagnose", "x", "--fail-on", "memory-leak"], "expected CAUSE:PROBABILITY"),
        (["diagnose", "x", "--fail-on", "memory-leak:1.5"], "from 0 to 1"),
        (["diagnose", "x", "--fail-on", "memory-leak:nan"], "from 0 to 1"),
        (["diagnose", "x", "--incident", "yesterday"], "expected START/END"),
        (["diagnose", "x", "--incident", "2026-03-02T15:00/2026-03-02T14:00"], "must end after it starts"),
        (["diagnose", "x", "--timezone", "Mars/Olympus"], "no time zone"),
        (["diagnose", "x", "--metric", "p95_ms"], "needs --target"),
        (["completion", "dos"], "invalid choice"),
    ],
)
def test_wrong_usage_is_2_and_one_line(arguments, told, capsys):
    assert run(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert told in err


@pytest.mark.parametrize("command", ["diagnose", "read"])
@pytest.mark.parametrize("content", ["no format has this\n", None])
def test_input_that_cannot_be_read_is_3_and_one_line(command, content, tmp_path, capsys):
    path = tmp_path / "what.bin"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert run(command, path) == 3
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_empty_folder_is_3(tmp_path, capsys):
    assert run("read", tmp_path) == 3
    assert "no input could be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"), [(RcaError("\x1b[31mtoken=abc123\nnext"), 3), (ValueError("odd"), 3), (KeyboardInterrupt(), 130)]
)
def test_no_error_becomes_a_traceback(error, code, metrics, monkeypatch, capsys):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr("rca.diagnosis.diagnose", fails)
    assert run("diagnose", metrics) == code
    err = capsys.readouterr().err
    assert len(err.splitlines()) <= 1
    assert "abc123" not in err
    assert "\x1b" not in err


def test_a_traceback_is_there_for_those_who_ask(metrics, monkeypatch):
    def fails(*_, **__):
        raise ValueError("odd")

    monkeypatch.setattr("rca.diagnosis.diagnose", fails)
    with pytest.raises(ValueError, match="odd"):
        run("--traceback", "diagnose", metrics)


@pytest.mark.parametrize("form", diagnose.FORMATS)
def test_every_format_goes_to_the_output_or_to_a_file_alike(form, metrics, reports, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    run("diagnose", metrics, "--format", form)
    out = capsys.readouterr().out
    run("diagnose", metrics, "--format", form, "-o", tmp_path / "report")
    assert capsys.readouterr().out == ""
    assert (tmp_path / "report").read_text(encoding="utf-8") == out
    assert "abc123def" not in out


def test_secrets_are_shown_with_no_redact(metrics, reports, capsys):
    run("diagnose", metrics, "--no-redact")
    assert "token=abc123def" in capsys.readouterr().out


def test_the_step_summary_is_appended_where_the_runner_asks_for_it(metrics, reports, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    run("diagnose", metrics, "--format", "github")
    assert summary.read_text(encoding="utf-8").startswith("before\n# Memory leak at orders")


def test_junit_fails_what_the_thresholds_say(metrics, reports, capsys):
    run("diagnose", metrics, "--format", "junit", "--fail-on", "demand-surge:0.05")
    assert 'failures="1"' in capsys.readouterr().out


def test_windows_target_and_history_reach_the_diagnosis(metrics, monkeypatch, tmp_path):
    seen = {}

    def diagnosed(_telemetry, **options):
        seen.update(options)
        return factory.empty()

    monkeypatch.setattr("rca.diagnosis.diagnose", diagnosed)
    run("diagnose", metrics, "--incident", "2026-03-02T16:00/2026-03-02T15:30Z", "--timezone", "+02:00", "--target",
        "orders",
        "--metric", "rss_bytes", "--history", tmp_path / "h.json")  # fmt: skip
    assert seen["incident"] == (factory.at(0), factory.at(90))
    assert seen["baseline"] is None
    assert seen["target"] == ("orders", "rss_bytes")
    assert seen["history"] == tmp_path / "h.json"


def test_a_diagnosis_from_end_to_end_is_text_json_and_the_same_twice(metrics, capsys):
    assert run("diagnose", metrics, "--format", "json") == 0
    first = capsys.readouterr().out
    assert run("diagnose", metrics, "--format", "json") == 0
    assert capsys.readouterr().out == first
    assert json.loads(first)["schema"] == "rca-report/1"


def test_read_says_what_was_recognised(metrics, capsys):
    assert run("read", metrics) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 file: metrics 90, 0 problems"
    assert lines[3].split()[1] == "metrics-long-csv"
    assert "2026-03-02 14:00:00 to 15:29:00 UTC" in lines[3]


def test_read_as_json_counts_rows(metrics, capsys):
    assert run("read", metrics, "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["tables"] == {"metrics": 90}
    assert told["sources"][0]["format"] == "metrics-long-csv"


@pytest.mark.parametrize(
    ("command", "key", "known"),
    [
        ("formats", "name", "metrics-long-csv"),
        ("detectors", "kind", "services.metric-shift"),
        ("causes", "name", "memory-leak"),
    ],
)
def test_lists_name_what_was_discovered(command, key, known, capsys):
    assert run(command, "--format", "json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert known in [entry[key] for entry in listed]
    assert run(command) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(listed)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command(shell, capsys):
    assert run("completion", shell) == 0
    script = capsys.readouterr().out
    assert all(command.NAME in script for command in cli.COMMANDS)
    assert "fail-on" in script


def test_bash_accepts_its_completion_script(capsys):
    run("completion", "bash")
    subprocess.run(["bash", "-n"], input=capsys.readouterr().out, text=True, check=True)


def rca(*arguments, **options):
    command = [sys.executable, "-m", "rca.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(cli.__file__).parents[1], **options
    )


@pytest.mark.parametrize("arguments", [["--help"], ["diagnose", "--help"], ["--version"]])
def test_help_is_quick_and_imports_nothing_heavy(arguments):
    program = (
        "import sys; from rca.cli import main; code = main(sys.argv[1:])\n"
        "heavy = {'pandas', 'numpy', 'scipy', 'numba', 'pyarrow', 'rich', 'matplotlib', 'shtab'} & set(sys.modules)\n"
        "print('heavy', sorted(heavy), file=sys.stderr); sys.exit(code)"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True,
                          cwd=Path(cli.__file__).parents[1])  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stderr == "heavy []\n"
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3


def test_a_reader_that_goes_away_is_no_error(metrics):
    command = [sys.executable, "-m", "rca.cli", "causes"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(cli.__file__).parents[1]
    ) as started:
        started.stdout.close()
        assert started.stderr.read() == b""
        assert started.wait() == 0


def test_a_terminal_without_unicode_gets_all_words(metrics):
    done = rca("read", metrics, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0
    assert "metrics 90" in done.stdout


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_one_line_on_a_terminal_and_gone_afterwards():
    terminal = Terminal()
    with ProgressLine(terminal) as line:
        line("a/very/long/path" * 9 + "\x1b[31m.log", 5, 10)
        line("b.log", 10, 10)
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert "\n" not in terminal.getvalue()
    assert " 50 %" in terminal.getvalue()
    assert "\x1b[31m" not in terminal.getvalue()


def test_progress_is_silent_elsewhere():
    stream = io.StringIO()
    with ProgressLine(stream) as line:
        line("a.log", 1, 2)
    assert stream.getvalue() == ""


def test_colour_and_width_are_the_terminals(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "77")
    context = Context(out=Terminal(), err=Terminal(), parser=cli.parser())
    assert (context.colour, context.width) == (True, 77)
    assert Context(out=io.StringIO(), err=io.StringIO(), parser=cli.parser()).width == 100
    monkeypatch.setenv("NO_COLOR", "1")
    assert not context.colour


@pytest.mark.parametrize(
    ("text", "hours"), [("UTC", 0), ("+02:00", 2), ("-0330", -3.5), ("+05", 5), ("Asia/Kolkata", 5.5)]
)
def test_zones_are_names_or_distances(text, hours):
    assert _input.zone(text).utcoffset(factory.START).total_seconds() == hours * 3600
