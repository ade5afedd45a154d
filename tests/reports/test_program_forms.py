"""The forms that programs read: JSON, table, SARIF, JUnit, GitHub, GitLab, plot."""

import json as standard_json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import fields, replace

import factory
import jsonschema
import pandas as pd
import pytest

from rca import model
from rca.reports import frame, github, gitlab, html, json, junit, markdown, notebook, plot, sarif, terminal

MAKERS = pytest.mark.parametrize("make", factory.ALL.values(), ids=factory.ALL)
DATACLASSES = {
    "finding": model.Finding, "hypothesis": model.Hypothesis, "reason": model.Reason, "evidence": model.Evidence,
    "place": model.SourceRef, "moment": model.Moment, "source": model.SourceInfo, "problem": model.Problem,
    "blind_spot": model.BlindSpot, "error": model.DetectorError, "series": model.Series, "similar": model.Similar,
}  # fmt: skip


def small(make):
    """The big report at a size that a schema check can walk through quickly."""
    return factory.big(findings=8) if make is factory.big else make()


@MAKERS
def test_json_follows_the_published_schema(make):
    jsonschema.Draft202012Validator.check_schema(json.schema())
    document = standard_json.loads(json.render(small(make)))
    jsonschema.Draft202012Validator(json.schema()).validate(document)


@pytest.mark.parametrize("name", DATACLASSES)
def test_the_schema_names_every_field_of_the_model(name):
    written = set(json.schema()["$defs"][name]["properties"]) - {"id"}
    assert written == {field.name for field in fields(DATACLASSES[name])}


def test_the_schema_names_every_field_of_a_report():
    assert set(json.schema()["properties"]) - {"schema"} == {field.name for field in fields(model.Report)}


def test_json_names_each_finding_once_and_refers_to_it():
    document = factory.rich().to_dict()
    assert [finding["id"] for finding in document["findings"]] == ["F1", "F2", "F3", "F4", "F5", "F6"]
    assert document["hypotheses"][0]["explains"] == ["F1", "F2", "F4", "F5"]
    assert document["hypotheses"][0]["reasons_for"][1]["finding"] == "F3"


def test_a_finding_that_only_a_reason_holds_is_not_lost():
    document = replace(factory.rich(), findings=()).to_dict()
    assert {"F1", "F2"} <= {finding["id"] for finding in document["findings"]}


def test_json_text_and_dict_are_the_same_document(tmp_path):
    report = factory.rich()
    assert standard_json.loads(report.to_json(tmp_path / "r.json")) == report.to_dict()
    assert standard_json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == report.to_dict()


@MAKERS
def test_a_table_has_one_row_per_hypothesis_and_always_the_same_columns(make):
    report = make()
    table = frame.render(report)
    assert len(table) == len(report.hypotheses)
    pd.testing.assert_series_equal(table.dtypes, frame.render(factory.rich()).dtypes)


def test_sarif_names_only_files_of_the_repository():
    log = factory.rich().to_sarif()
    assert log["version"] == "2.1.0"
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "shop/orders.py"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 41}
    assert result["level"] == "error"
    assert log["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_a_fingerprint_holds_no_numbers():
    before = factory.rich()
    later = replace(
        factory.DEPLOY, statement="Deploy 7f3c2ab of orders came 55 s before the growth.", strength=1.0, onset=None
    )
    after = replace(before, findings=(later,))
    prints = [r.to_sarif()["runs"][0]["results"][0]["partialFingerprints"] for r in (before, after)]
    assert prints[0] == prints[1]


def test_places_in_the_text_of_evidence_count_too(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "cart.py").write_text("x = 1\n")
    traceback = factory.evidence(
        "app.log", 7, 'File "/srv/app/shop/cart.py", line 12, in add; File "/usr/lib/x.py", line 3'
    )
    report = replace(factory.empty(), findings=(replace(factory.TIMEOUTS, evidence=(traceback,)),))
    log = sarif.render(report, repository=tmp_path)
    places = [r["locations"][0]["physicalLocation"] for r in log["runs"][0]["results"]]
    assert [(p["artifactLocation"]["uri"], p["region"]["startLine"]) for p in places] == [("shop/cart.py", 12)]
    assert sarif.render(report)["runs"][0]["results"] == []


def test_sarif_stays_within_the_limits_of_its_reader():
    many = tuple(
        replace(
            factory.DEPLOY,
            component=f"c{i}",
            evidence=tuple(factory.evidence(f"src/f{i}.py", n, "") for n in range(1, 13)),
        )
        for i in range(5_010)
    )
    run = sarif.render(replace(factory.empty(), findings=many))["runs"][0]
    assert len(run["results"]) == 5_000
    assert all(len(r["locations"]) <= 100 for r in run["results"])
    assert len(run["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"]) <= 1_000


@MAKERS
def test_junit_is_well_formed_and_counts_right(make):
    report = make()
    suite = ElementTree.fromstring(junit.render(report)).find("testsuite")
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases) == min(100, len(report.hypotheses)) + len(report.errors)
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))


def test_junit_fails_the_hypotheses_that_the_caller_names():
    suite = ElementTree.fromstring(junit.render(factory.rich(), failing={2})).find("testsuite")
    assert [case.get("classname") for case in suite.findall("testcase") if case.find("failure") is not None] == [
        "demand-surge"
    ]


@MAKERS
def test_every_line_for_github_is_one_command(make):
    lines = github.render(make()).split("\n")[:-1]
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert len([line for line in lines if line.startswith("::error")]) <= 10


def test_github_says_how_many_annotations_it_leaves_out():
    many = tuple(replace(factory.DEPLOY, component=f"c{i}", statement=f"Number {i}.") for i in range(30))
    lines = github.render(replace(factory.rich(), findings=many, hypotheses=())).splitlines()
    assert lines[-1] == "::notice title=rca::21 more are in the step summary"


@MAKERS
def test_a_step_summary_fits_into_a_mebibyte(make):
    assert len(github.summary(make()).encode()) <= 1_048_576


def test_gitlab_gets_what_its_manual_asks_for():
    (issue,) = standard_json.loads(gitlab.render(factory.rich()))
    assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
    assert issue["location"] == {"path": "shop/orders.py", "lines": {"begin": 41}}


def test_equal_findings_get_different_gitlab_fingerprints():
    twice = replace(factory.empty(), findings=(factory.DEPLOY, replace(factory.DEPLOY, statement="Again.")))
    prints = [issue["fingerprint"] for issue in standard_json.loads(gitlab.render(twice))]
    assert len(set(prints)) == 2


def test_a_figure_has_a_panel_per_series_and_the_component_of_the_cause_first(tmp_path):
    figure = factory.rich().plot()
    assert [panel.get_title(loc="left") for panel in figure.axes] == ["orders rss_bytes", "checkout p95_ms"]
    figure.savefig(tmp_path / "figure.png")


@pytest.mark.parametrize("make", [factory.inconclusive, factory.empty, factory.hostile])
def test_a_figure_can_be_drawn_of_any_report(make, tmp_path):
    make().plot().savefig(tmp_path / "figure.svg")


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(plot.PlotUnavailableError, match=r"pip install 'rca\[plot\]'"):
        factory.rich().plot()


def test_every_form_is_the_same_byte_for_byte_whatever_the_hash_seed():
    forms = [
        m.__name__.rpartition(".")[2] for m in (terminal, notebook, html, markdown, json, sarif, junit, github, gitlab)
    ]
    program = (
        f"import sys, hashlib, importlib; sys.path[:0] = {sys.path!r}\nimport factory\n"
        f"for name in {forms!r}:\n    form = importlib.import_module('rca.reports.' + name)\n"
        "    print(name, hashlib.sha256(repr(form.render(factory.rich())).encode()).hexdigest())\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert len(told) == 1
