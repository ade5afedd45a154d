"""Which change brought a cause in."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from rca.causes._change_match import BOUND, changes_of, fit, match
from rca.model import Finding
from rca.services.change_suspects import KIND
from rca.services.topology import Topology

ONSET = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
CALLS = Topology((("web", "orders"), ("orders", "billing")), frozenset())
TIMEOUT = SimpleNamespace(NAME="timeout-too-short", CHANGE_SHARE=0.9)
CERTIFICATE = SimpleNamespace(NAME="certificate-expiry", CHANGE_SHARE=0.1)


def change(
    name="abc",
    *,
    mechanisms="timeout-lowered",
    overlap=2.0,
    at="orders",
    lead=timedelta(hours=1),
    idle="",
    everywhere=0,
):
    when = ONSET - lead
    measures = {
        "change": name,
        "mechanisms": mechanisms,
        "overlap_nats": overlap,
        "idle": idle,
        "everywhere": everywhere,
    }
    return Finding(
        kind=KIND,
        component=at,
        strength=1.0,
        statement="s",
        onset=(when, when),
        measures=measures,
        evidence=(),
        related=(at,) if at else (),
    )


def best(*changes, cause=TIMEOUT, places=("orders",)):
    return match(cause, places, changes, ONSET, CALLS)


def score(**kwargs):
    return best(change(**kwargs)).score


def test_without_changes_nothing_is_said():
    assert (best().finding, best().nats) == (None, 0.0)


def test_a_fitting_change_at_the_place_is_guilty_and_speaks_for_the_cause():
    found = best(change())
    assert found.finding is not None
    assert found.nats > 0


def test_the_fitting_one_of_many_is_chosen():
    others = [change(f"c{i}", mechanisms="dependency-step", overlap=0.2, lead=timedelta(minutes=5)) for i in range(20)]
    assert best(*others, change("guilty")).finding.measures["change"] == "guilty"


def test_a_harmless_change_is_never_guilty():
    assert best(change(idle="touches only test files", overlap=4.0)).finding is None


def test_a_cause_that_comes_by_itself_needs_a_better_change():
    weak = change(mechanisms="flag-flipped", overlap=0.5)
    assert best(weak, cause=CERTIFICATE).finding is None


@pytest.mark.parametrize("nats", [4.0, -6.0])
def test_what_changes_say_is_bounded(nats):
    found = best(*(change(f"c{i}", overlap=nats) for i in range(3)))
    assert -BOUND <= found.nats <= BOUND


def test_a_mechanism_of_the_cause_counts_for_it_and_none_against_it():
    assert fit(TIMEOUT, change()) > 0 > fit(TIMEOUT, change(mechanisms=""))
    assert fit(TIMEOUT, change(mechanisms="index-removed,timeout-lowered")) == fit(TIMEOUT, change())


def test_nearer_changes_score_higher():
    assert score(at="orders") > score(at="", everywhere=1) > score(at="billing") > score(at="elsewhere")


def test_a_change_after_the_onset_is_hardly_the_culprit():
    assert score(lead=timedelta(seconds=30)) - score(lead=-timedelta(minutes=10)) > 4


def test_clocks_may_err_a_little():
    assert score(lead=-timedelta(seconds=60)) == score(lead=timedelta(minutes=1))


def test_older_changes_lose_slowly():
    leads = (timedelta(minutes=5), timedelta(hours=2), timedelta(hours=20), timedelta(days=3), timedelta(days=30))
    scores = [score(lead=lead) for lead in leads]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] - scores[2] < 1.5


def test_changes_are_picked_from_all_findings():
    other = Finding(
        kind="logs.signature", component="x", strength=1.0, statement="s", onset=None, measures={}, evidence=()
    )
    assert changes_of((other, change())) == (change(),)
