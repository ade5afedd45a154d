"""Findings about changed templates: what is reported, how strongly, and with which lines."""

import numpy as np
import pandas as pd
import pytest

from rca.incident import Case
from rca.logs.template_change import DROP, KIND, SURGE, VANISHED, detect
from rca.model import SourceRef
from rca.tables import frame
from rca.telemetry import Telemetry

START = pd.Timestamp("2026-03-02 08:00", tz="UTC")
BASELINE = (START, START + pd.Timedelta(minutes=30))
INCIDENT = (START + pd.Timedelta(minutes=30), START + pd.Timedelta(minutes=40))


def every(message, *, seconds, start=0.0, end=2400.0, level="info"):
    """One line each `seconds` from `start` to `end`."""
    return [(t, message, level) for t in np.arange(start, end, seconds)]


def findings(*series, baseline=BASELINE):
    rows = sorted(row for one in series for row in one)
    logs = frame("logs", {
        "time": START + pd.to_timedelta([t for t, _, _ in rows], unit="s"), "message": [m for _, m, _ in rows],
        "service": "cart", "level": [level for _, _, level in rows], "source": "cart.log",
        "line": np.arange(1, len(rows) + 1)})
    return list(detect(Case(telemetry=Telemetry({"logs": logs}), incident=INCIDENT, baseline=baseline)))


REFUSED = "payment gateway refused the card"
USUAL = every("cart saved for a customer", seconds=10)


def test_a_new_error_is_a_strong_finding_with_its_first_lines():
    (found,) = findings(USUAL, every(REFUSED, seconds=30, start=1901, level="error"))
    assert found.kind == KIND
    assert found.component == "cart"
    assert found.strength > 5
    assert found.measures["level"] == "error"
    assert found.evidence[0].text == REFUSED
    assert found.evidence[0].source == SourceRef("cart.log", 192)
    assert len(found.evidence) == 3
    assert found.onset[0] <= found.onset[1] == (START + pd.Timedelta(seconds=1901)).to_pydatetime()


def test_a_new_line_at_info_level_is_a_weak_finding():
    (found,) = findings(USUAL, every("release unpacked on this machine", seconds=30, start=1900))
    assert found.kind == KIND
    assert 0 < found.strength < 2.5


def test_two_new_errors_are_told_even_where_no_test_could_be_sure():
    (found,) = findings(USUAL, every(REFUSED, seconds=300, start=1900, end=2300, level="error"))
    assert found.measures["count"] == 2
    assert 1 < found.strength < 6


def test_one_new_error_is_none():
    assert findings(USUAL, every(REFUSED, seconds=600, start=1900, level="error")) == []


@pytest.mark.parametrize(("kind", "changed"), [
    (VANISHED, every("nightly totals were written", seconds=20, end=1800)),
    (SURGE, every("cache missed for a page", seconds=20) + every("cache missed for a page", seconds=3, start=1800.5)),
    (DROP, every("mail was handed over", seconds=5, end=1800) + every("mail was handed over", seconds=100, start=1800)),
])
def test_the_other_kinds_are_told_too(kind, changed):
    assert [found.kind for found in findings(USUAL, changed)] == [kind]


def test_load_that_all_templates_share_is_no_finding():
    words = ("basket", "search", "profile", "invoice", "banner", "wishlist")
    series = [every(f"{word} shown to somebody", seconds=20) for word in words]
    more = [every(f"{word} shown to somebody", seconds=10, start=1805) for word in words]
    assert findings(*series, *more) == []


def test_without_a_baseline_there_is_nothing_to_compare():
    assert findings(USUAL, baseline=None) == []


def test_the_strength_never_leaves_its_range():
    found = findings(USUAL, every("thread pool is exhausted now", seconds=0.5, start=1800, level="critical"))
    assert [f.strength for f in found] == [6.0]
