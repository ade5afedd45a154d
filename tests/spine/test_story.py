"""The incident told in order."""

import pandas as pd

from rca.incident import Case
from rca.model import Evidence, Finding, Hypothesis, SourceRef
from rca.story import POINTS, series, timeline
from rca.tables import frame
from rca.telemetry import Telemetry

START = pd.Timestamp("2026-11-20T10:00:00Z")
INCIDENT = (START + pd.Timedelta(hours=1), START + pd.Timedelta(hours=2))


def at(minutes):
    return (START + pd.Timedelta(minutes=minutes)).to_pydatetime()


def case(**tables):
    return Case(telemetry=Telemetry(tables), incident=INCIDENT, baseline=(START, INCIDENT[0]))


def changes(*rows):
    times, kinds, ids = zip(*rows, strict=True)
    return frame(
        "changes",
        {
            "time": list(times),
            "kind": list(kinds),
            "id": list(ids),
            "component": "cart",
            "source": "c.json",
            "line": list(range(1, len(rows) + 1)),
        },
    )


def finding(minutes=61, strength=3.0, kind="logs.signature", **measures):
    return Finding(
        kind=kind,
        component="cart",
        strength=strength,
        statement=f"seen at {minutes}",
        onset=(at(minutes), at(minutes)),
        measures=measures,
        evidence=(Evidence(SourceRef("a.log", 3), "x"),),
    )


def texts(found):
    return [moment.text for moment in found]


def test_changes_alerts_and_onsets_stand_in_the_order_of_time():
    alerts = frame(
        "alerts",
        {"time": [at(62)], "component": "cart", "metric": "latency", "summary": "slow", "source": "a", "line": [1]},
    )
    found = timeline(case(changes=changes((at(30), "deploy", "d1")), alerts=alerts), [finding()])
    assert texts(found) == ["deploy d1", "seen at 61", "alert on latency: slow"]
    assert str(found[1].source) == "a.log:3"


def test_commits_act_only_when_deployed_and_later_changes_belong_to_the_repair():
    found = timeline(
        case(changes=changes((at(30), "commit", "abc"), (at(31), "flag", "f on"), (at(121), "deploy", "fix"))), []
    )
    assert texts(found) == ["flag f on"]


def test_weak_findings_and_changes_found_by_detectors_are_left_out():
    assert timeline(case(), [finding(strength=0.5), finding(kind="services.change")]) == ()


def test_what_is_told_twice_stands_once():
    assert len(timeline(case(), [finding(), finding()])) == 1


def test_without_telemetry_there_is_no_story():
    assert timeline(Case(telemetry=Telemetry({})), []) == ()
    assert series(Case(telemetry=Telemetry({})), []) == ()


def hypothesis(*findings):
    return Hypothesis(
        rank=1, cause="disk-full", component="cart", statement="s", probability=0.6, band="probable", explains=findings
    )


def test_the_series_behind_a_hypothesis_are_thinned_and_keep_their_ends():
    n = 1000
    metrics = frame(
        "metrics",
        {
            "time": [at(0) + pd.Timedelta(seconds=i) for i in range(n)],
            "component": "cart",
            "metric": "disk",
            "value": [float(i) for i in range(n)],
            "source": "m.csv",
            "line": list(range(1, n + 1)),
        },
    )
    (found,) = series(case(metrics=metrics), [hypothesis(finding(metric="disk"), finding(metric="absent"))])
    assert (found.component, found.metric) == ("cart", "disk")
    assert len(found.values) == len(found.times) == POINTS
    assert (found.values[0], found.values[-1]) == (0.0, n - 1)
