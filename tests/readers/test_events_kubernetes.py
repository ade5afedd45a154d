"""Kubernetes events as JSON and YAML; written by hand from the published form, for no cluster can run here."""

import json
import sys

import pytest
import yaml

from rca.readers._pipeline import read


def event(kind, name, **more):
    return {"apiVersion": "v1", "kind": "Event", "type": "Warning", "reason": "BackOff", "message": "m", "count": 7,
            "involvedObject": {"kind": kind, "name": name, "namespace": "shop"}, "eventTime": None,
            "firstTimestamp": "2026-03-02T09:40:00Z", "lastTimestamp": "2026-03-02T09:52:00Z", **more}


EVENTS = [event("Pod", "cart-5f55b6cf68-77cfw"), event("Node", "n1", reason="NodeNotReady"),
          event("ReplicaSet", "cart-5f55b6cf68", count=None),
          event("Pod", "job", count=None, firstTimestamp=None, lastTimestamp=None, eventTime="2026-03-02T09:41:00.5Z")]
LIST = {"apiVersion": "v1", "items": EVENTS, "kind": "List"}


@pytest.fixture
def events(tmp_path):
    def of(text):
        file = tmp_path / "any"
        file.write_text(text)
        return read(file)
    return of


def table(found):
    return list(found.events[["component", "kind", "reason", "count"]].itertuples(index=False, name=None))


WANTED = [("cart", "pod", "BackOff", 7), ("n1", "node", "NodeNotReady", 7), ("cart", "replicaset", "BackOff", 1),
          ("job", "pod", "BackOff", 1)]


@pytest.mark.parametrize("text", [json.dumps(LIST), json.dumps(LIST, indent=4), "\n".join(map(json.dumps, EVENTS)),
                                  yaml.safe_dump(LIST), "---\n".join(yaml.safe_dump(item) for item in EVENTS)])
def test_every_form_gives_the_same_rows(events, text):
    found = events(text)
    assert table(found) == WANTED
    assert found.events.time[0].isoformat() == "2026-03-02T09:52:00+00:00"
    assert found.events.time[3].isoformat() == "2026-03-02T09:41:00.500000+00:00"
    assert found.problems == ()


def test_the_line_is_that_on_which_the_event_begins(events):
    for text in (json.dumps(LIST, indent=1), yaml.safe_dump(LIST)):
        found = events(text).events
        lines = text.split("\n")
        begins = [i for i, line in enumerate(lines, 1) if line.startswith("- ") or line == "  {"]
        assert found.line.tolist() == begins


def test_the_newer_api_counts_in_a_series(events):
    found = events(json.dumps({"kind": "Event", "regarding": {"kind": "Pod", "name": "a"}, "reason": "Killing",
                               "note": "n", "eventTime": "2026-03-02T09:40:00Z",
                               "series": {"count": 3, "lastObservedTime": "2026-03-02T09:45:00Z"}}))
    assert table(found) == [("a", "pod", "Killing", 3)]
    assert found.events.time[0].minute == 45


def test_broken_yaml_is_a_problem_with_its_line(events):
    found = events(yaml.safe_dump(EVENTS[0]) + "---\ninvolvedObject: [\n")
    assert len(found.events) == 1
    assert found.problems[0].line is not None


def test_without_pyyaml_the_problem_says_what_to_install(events, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    found = events(yaml.safe_dump(LIST))
    assert found.events.empty
    assert "rca[yaml]" in found.problems[0].reason


def test_tags_that_would_run_code_are_refused(events):
    found = events("involvedObject:\n  name: a\nreason: B\nx: !!python/object/apply:os.getcwd []\n")
    assert found.events.empty
    assert len(found.problems) == 1
