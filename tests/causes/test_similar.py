"""Incidents that were confirmed before."""

import json

import pytest

from rca.causes._similar import load_history, recognised, symptoms
from rca.model import Finding, Hypothesis, RcaError


def finding(kind="logs.signature", component="cart", strength=3.0, **measures):
    return Finding(
        kind=kind, component=component, strength=strength, statement="s", onset=None, measures=measures, evidence=()
    )


NOW = (
    finding(signature="dns-failure"),
    finding("services.metric-shift", family="errors"),
    finding("services.change"),
    finding(strength=0.5),
)


def hypothesis(cause="dns-failure"):
    fields = {"rank": 1, "cause": cause, "component": "cart", "statement": "s", "probability": 0.6, "band": "probable"}
    return Hypothesis(**fields)


def history(tmp_path, *records):
    path = tmp_path / "history.jsonl"
    path.write_text("\n\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


def record(incident="i1", cause="dns-failure", found=(("logs.signature:dns-failure", "cart"),), **more):
    return {
        "incident": incident,
        "cause": cause,
        "component": "cart",
        "symptoms": [list(pair) for pair in found],
        **more,
    }


def test_symptoms_are_the_strong_findings_without_the_changes():
    assert symptoms(NOW) == {("logs.signature:dns-failure", "cart"), ("services.metric-shift:errors", "cart")}


def test_an_incident_of_the_same_cause_and_symptoms_is_recognised(tmp_path):
    (found,) = recognised([hypothesis()], NOW, history(tmp_path, record(note="resolver restarted")))
    (similar,) = found.similar
    assert (similar.incident, similar.similarity, similar.note) == ("i1", 0.5, "resolver restarted")


def test_another_cause_or_other_symptoms_are_not_recognised(tmp_path):
    path = history(tmp_path, record(cause="disk-full"), record(found=(("logs.signature:disk-full", "cart"),)))
    assert recognised([hypothesis()], NOW, path)[0].similar == ()


def test_the_most_alike_come_first_and_three_at_most(tmp_path):
    both = (("logs.signature:dns-failure", "cart"), ("services.metric-shift:errors", "cart"))
    path = history(tmp_path, *(record(f"i{i}") for i in range(4)), record("twin", found=both))
    assert [s.incident for s in recognised([hypothesis()], NOW, path)[0].similar] == ["twin", "i0", "i1"]


def test_without_a_history_the_hypotheses_stay_as_they_are():
    assert recognised([hypothesis()], NOW, None) == (hypothesis(),)


@pytest.mark.parametrize(
    "line", ["{", '{"incident": "x"}', "[]", '{"incident": "x", "cause": "c", "component": "d", "symptoms": [1]}']
)
def test_a_line_that_is_no_confirmed_incident_is_refused_with_its_place(tmp_path, line):
    path = tmp_path / "history.jsonl"
    path.write_text(json.dumps(record()) + "\n" + line, encoding="utf-8")
    with pytest.raises(RcaError, match=r"history\.jsonl:2: expected a confirmed incident"):
        load_history(path)
