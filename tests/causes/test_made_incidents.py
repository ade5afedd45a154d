"""The whole pipeline on made incidents: one of each kind, from files to the first hypothesis."""

import pytest

import rca
from benchmarks.made_incidents import SCENARIOS, brier, write

SEED = 3


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    found = {}
    for made in SCENARIOS:
        truth = write(made, folder / made.name, SEED)
        found[made.name] = (truth, rca.diagnose(folder / made.name))
    return found


def share(answers):
    answers = list(answers)
    return sum(answers) / len(answers)


def test_the_cause_is_among_the_first_three(solved):
    assert (
        share(any(h.cause in truth["causes"] for h in report.hypotheses[:3]) for truth, report in solved.values())
        >= 0.9
    )


def test_the_cause_is_mostly_the_first(solved):
    assert share(report.hypotheses[0].cause in truth["causes"] for truth, report in solved.values()) >= 0.75


def test_the_component_in_which_it_began_is_named(solved):
    assert share(report.hypotheses[0].component == truth["component"] for truth, report in solved.values()) >= 0.9


def test_the_guilty_change_is_found_and_the_innocent_ones_are_left_alone(solved):
    assert share(report.hypotheses[0].change == truth["commit"] for truth, report in solved.values()) >= 0.8


def test_stated_probabilities_are_worth_more_than_a_coin(solved):
    pairs = [
        (
            r.hypotheses[0].probability,
            r.hypotheses[0].cause in t["causes"] and r.hypotheses[0].component == t["component"],
        )
        for t, r in solved.values()
    ]
    assert brier(pairs) < 0.2


def test_no_detector_fails_and_every_file_is_read(solved):
    assert [report.errors for _, report in solved.values()] == [()] * len(SCENARIOS)
    assert [report.problems for _, report in solved.values()] == [()] * len(SCENARIOS)


def test_every_first_hypothesis_leads_to_files_and_lines(solved):
    for _, report in solved.values():
        first = report.hypotheses[0]
        places = [piece.source for reason in first.reasons_for if reason.finding for piece in reason.finding.evidence]
        assert places
        assert all(place.line and place.line > 0 for place in places)
        assert first.next_checks
        assert first.remedies
        assert first.prevention


def test_the_same_files_give_the_same_report(solved, tmp_path):
    made = SCENARIOS[0]
    write(made, tmp_path / "a", SEED)
    first, second = rca.diagnose(tmp_path / "a").to_json(), rca.diagnose(tmp_path / "a").to_json()
    assert first == second
