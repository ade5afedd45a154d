from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from rca.model import Evidence, Finding, Problem, Report, SourceRef, band, plain


def finding(**changes):
    return Finding(
        **{"kind": "services.metric-shift", "component": "cart", "statement": "It rose.", "strength": 2.0, **changes}
    )


def test_a_strength_is_clipped_to_the_limit():
    assert finding(strength=40).strength == 6.0
    assert finding(strength=-40).strength == -6.0


def test_a_finding_cannot_be_changed_afterwards():
    with pytest.raises(FrozenInstanceError):
        finding().strength = 1.0
    with pytest.raises(TypeError):
        finding(measures={"ratio": 2.0}).measures["ratio"] = 3.0


def test_the_measures_of_a_finding_are_its_own():
    given = {"ratio": 2.0}
    made = finding(measures=given)
    given["ratio"] = 9.0
    assert made.measures["ratio"] == 2.0


def test_findings_are_equal_by_value():
    assert finding(evidence=(Evidence(SourceRef("a.log", 3), "x"),)) == finding(
        evidence=(Evidence(SourceRef("a.log", 3), "x"),)
    )


@pytest.mark.parametrize(
    ("probability", "name"),
    [
        (1.0, "likely"),
        (0.8, "likely"),
        (0.79, "probable"),
        (0.5, "probable"),
        (0.49, "possible"),
        (0.2, "possible"),
        (0.19, "inconclusive"),
        (0.0, "inconclusive"),
    ],
)
def test_the_bands_begin_where_the_design_says(probability, name):
    assert band(probability) == name


def test_a_problem_names_its_place():
    assert str(Problem(source="a.log", line=7, reason="expected JSON")) == "a.log:7: expected JSON"
    assert Problem(source="a.log", reason="empty").path == "a.log"


def test_plain_values_are_json_types():
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert plain({"t": at, "n": float("nan"), "i": float("inf"), "p": (1, "x", None, True)}) == {
        "t": "2026-01-02T03:04:05Z",
        "n": None,
        "i": None,
        "p": [1, "x", None, True],
    }


def test_an_empty_report_is_inconclusive_and_writes_json(tmp_path):
    report = Report(hypotheses=(), findings=(), verdict="inconclusive")
    text = report.to_json(tmp_path / "report.json")
    assert (tmp_path / "report.json").read_text() == text
    assert report.to_dict()["schema"] == "rca-report/1"
