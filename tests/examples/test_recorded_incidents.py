"""The recorded incidents: small, readable, and told right."""

import json
from pathlib import Path

import pytest

import rca

INCIDENTS = Path(__file__).parents[2] / "examples" / "incidents"
BUNDLES = sorted(path.name for path in INCIDENTS.iterdir() if path.is_dir())


def truth(name):
    return json.loads((INCIDENTS / f"{name}.truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def leak():
    return rca.diagnose(INCIDENTS / "order-leak")


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_is_small(name):
    assert sum(path.stat().st_size for path in (INCIDENTS / name).rglob("*") if path.is_file()) < 2_000_000


@pytest.mark.parametrize("name", BUNDLES)
def test_everything_in_a_bundle_can_be_read(name):
    assert [str(problem) for problem in rca.read(INCIDENTS / name).problems] == []


@pytest.mark.parametrize("name", BUNDLES)
def test_the_truth_speaks_of_commits_that_the_bundle_holds(name):
    known = truth(name)
    commits = json.loads((INCIDENTS / name / "changes" / "commits.json").read_text(encoding="utf-8"))
    guilty = [known["change"]] if known["cause"] else []
    assert sorted([*guilty, *known["innocent_changes"]]) == sorted(commit["sha"] for commit in commits)


def test_the_leak_is_the_first_hypothesis(leak):
    first, known = leak.hypotheses[0], truth("order-leak")
    assert (first.cause, first.component, first.change) == (known["cause"], known["component"], known["change"])
    assert first.probability >= 0.8


def test_the_leak_began_with_the_deploy(leak):
    from datetime import datetime, timedelta
    onset = datetime.fromisoformat(truth("order-leak")["onset"])
    early, late = leak.hypotheses[0].onset
    assert early - timedelta(minutes=25) <= onset <= late + timedelta(minutes=25)


def test_the_healthy_service_is_not_accused():
    assert rca.diagnose(INCIDENTS / "order-healthy").verdict == "inconclusive"


def test_the_leak_is_measured_per_order(leak):
    known = truth("order-leak")["leaks"]
    found = next(finding for finding in leak.findings if finding.kind == "memory.per-transaction")
    assert found.measures["transaction"] == "POST /orders"
    assert found.measures["class_name"] == known["class_name"]
    assert found.measures["bytes_per_transaction"] == pytest.approx(known["rss_bytes_per_order"], rel=0.25)
    assert found.measures["objects_per_transaction"] == pytest.approx(known["objects_per_order"], rel=0.1)
