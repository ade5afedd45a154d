"""What providers say of themselves."""

import pandas as pd
import pytest

from rca.incident import Case
from rca.services.provider_status import detect
from rca.tables import frame
from rca.telemetry import Telemetry

START = pd.Timestamp("2026-11-20T10:00:00Z")
INCIDENT = (START, START + pd.Timedelta(hours=1))


def found(*rows, incident=INCIDENT):
    times, statuses, messages = zip(*rows, strict=True)
    events = frame(
        "events",
        {
            "time": list(times),
            "component": "s3",
            "kind": "provider",
            "reason": list(statuses),
            "message": list(messages),
            "source": "status.json",
            "line": list(range(1, len(rows) + 1)),
        },
    )
    return list(detect(Case(telemetry=Telemetry({"events": events}), incident=incident)))


def test_trouble_in_the_time_of_the_incident_is_told_with_its_words_and_place():
    (finding,) = found((START, "degraded", "elevated error rates"))
    assert finding.statement == "The provider reports s3 as degraded: elevated error rates"
    assert (finding.component, str(finding.evidence[0].source)) == ("s3", "status.json:1")
    assert finding.onset == (START, START)


@pytest.mark.parametrize(
    "status", ["operational", "Operating normally", "resolved", "available", "OK", "completed", "informational"]
)
def test_a_provider_that_is_well_is_no_finding(status):
    assert found((START, status, "all systems fine")) == []


@pytest.mark.parametrize("status", ["unavailable", "unhealthy", "not operational", "major outage", "disrupted"])
def test_a_provider_that_is_ill_is_one_also_where_its_word_ends_like_a_good_one(status):
    assert len(found((START, status, "x"))) == 1


def test_trouble_of_long_ago_and_of_afterwards_is_left_out():
    assert found((START - pd.Timedelta(hours=5), "degraded", "x"), (INCIDENT[1], "degraded", "x")) == []


def test_trouble_that_began_a_little_before_counts():
    assert len(found((START - pd.Timedelta(minutes=90), "degraded", "x"))) == 1


def test_a_report_without_a_time_counts_without_an_onset():
    (finding,) = found((None, "degraded", "x"))
    assert finding.onset is None


def test_a_status_that_is_missing_reads_as_impaired():
    (finding,) = found((START, None, "x"))
    assert "as impaired" in finding.statement


def test_other_events_are_passed_over():
    events = frame(
        "events",
        {
            "time": [START],
            "component": "api",
            "kind": "pod",
            "reason": "BackOff",
            "message": "x",
            "source": "e",
            "line": [1],
        },
    )
    assert list(detect(Case(telemetry=Telemetry({"events": events}), incident=INCIDENT))) == []
