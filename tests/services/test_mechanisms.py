"""Every mechanism against diffs that show it and look-alikes that do not.

The cases are text files, one for each mechanism. A line `=== finds: <why>` or `=== spares: <why>` begins a diff; in
`_nothing.txt` stand changes in which no mechanism may be seen at all. All of them were written for this test.
"""

import re
import time
from pathlib import Path

import pytest

from rca.causes._registry import causes
from rca.services.diff import LONGEST_LINE, parse
from rca.services.mechanisms import MECHANISMS, seen

FOLDER = Path(__file__).parent / "cases" / "mechanisms"
_HEAD = re.compile(r"^=== (finds|spares): (.+)$", re.MULTILINE)


def cases():
    for path in sorted(FOLDER.glob("*.txt")):
        _, *parts = _HEAD.split(path.read_text(encoding="utf-8"))
        for verdict, why, diff in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            yield pytest.param(path.stem, verdict, diff.lstrip("\n"), id=f"{path.stem}: {verdict} {why}")


@pytest.mark.parametrize(("mechanism", "verdict", "diff"), list(cases()))
def test_a_diff_shows_what_it_does(mechanism, verdict, diff):
    names = {found.mechanism.name for found in seen(parse(diff))}
    if mechanism == "_nothing":
        assert not names
    else:
        assert (mechanism in names) == (verdict == "finds")


def test_every_mechanism_has_a_case_that_it_finds_and_one_that_it_spares():
    verdicts = {(case.values[0], case.values[1]) for case in cases()}
    assert {(m.name, verdict) for m in MECHANISMS for verdict in ("finds", "spares")} <= verdicts
    assert {name for name, _ in verdicts} - {m.name for m in MECHANISMS} == {"_nothing"}


def test_mechanisms_speak_of_causes_that_exist():
    known = {cause.NAME for cause in causes()}
    assert {name for mechanism in MECHANISMS for name in mechanism.causes} <= known
    assert all(0 < weight <= 1 for mechanism in MECHANISMS for weight in mechanism.causes.values())


def test_names_are_unique():
    assert len({mechanism.name for mechanism in MECHANISMS}) == len(MECHANISMS)


def test_windows_line_ends_change_nothing():
    for case in cases():
        diff = case.values[2]
        assert [s.text for s in seen(parse(diff.replace("\n", "\r\n")))] == [s.text for s in seen(parse(diff))]


@pytest.mark.parametrize(
    "piece", ["for ", "const ( ", "a.b ", "(a+", "static final ", "x = ", "WITH a AS (", "1 ", '"']
)
def test_a_hostile_line_is_done_in_a_moment(piece):
    line = (piece * LONGEST_LINE)[: LONGEST_LINE - 10]
    start = time.process_time()
    seen(parse(f"@@ a/x.go @@\n-{line}\n+{line}1\n+{line}\n"))
    assert time.process_time() - start < 2
