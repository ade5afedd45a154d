"""The network against a brute force that knows only the definition."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rca.causes._model import LEAK, SECOND_CAUSE, contributions, marginals, weigh

probabilities = st.floats(0.0, 0.99)
strengths = st.floats(-6.0, 6.0)


@st.composite
def networks(draw):
    hypotheses, findings = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    links = np.array(
        draw(
            st.lists(
                st.lists(probabilities, min_size=findings, max_size=findings), min_size=hypotheses, max_size=hypotheses
            )
        )
    )
    s = np.array(draw(st.lists(strengths, min_size=findings, max_size=findings)))
    prior = np.array(draw(st.lists(st.floats(-5.0, 0.0), min_size=hypotheses, max_size=hypotheses)))
    return links, s, prior


def brute_force(links, s, prior):
    """P(h) by summing exp(score) over the empty set, all single causes and all pairs, with every factor written out."""
    count = len(links)
    sets = [(), *((i,) for i in range(count)), *combinations(range(count), 2)]
    weights = []
    for members in sets:
        score = sum(prior[i] for i in members) + (SECOND_CAUSE if len(members) == 2 else 0.0)
        for j, strength in enumerate(s):
            absent = 1 - LEAK
            for i in members:
                absent *= 1 - links[i][j]
            score += np.log((1 - absent) * np.exp(strength) + absent)
        weights.append(np.exp(score))
    total = sum(weights)
    return [sum(w for w, members in zip(weights, sets, strict=True) if i in members) / total for i in range(count)]


@settings(max_examples=100, derandomize=True)
@given(networks())
def test_the_marginals_are_those_of_the_brute_force(network):
    links, s, prior = network
    states = weigh(links, s, range(len(s)), prior, unknown_prior=0.0)
    assert marginals(states, 1.0, len(links)) == pytest.approx(brute_force(links, s, prior), rel=1e-6, abs=1e-9)


@settings(max_examples=100, derandomize=True)
@given(networks(), st.floats(0.0, 6.0))
def test_a_finding_that_only_one_hypothesis_explains_never_lowers_it(network, strength):
    links, s, prior = network
    before = marginals(weigh(links, s, range(len(s)), prior, unknown_prior=0.0), 1.0, len(links))[0]
    column = np.zeros((len(links), 1))
    column[0, 0] = 0.9
    more = np.hstack([links, column])
    after = marginals(
        weigh(more, np.append(s, strength), range(len(s) + 1), prior, unknown_prior=0.0), 1.0, len(links)
    )[0]
    assert after >= before - 1e-9


@settings(max_examples=50, derandomize=True)
@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_findings_does_not_matter(network, random):
    links, s, prior = network
    order = list(range(len(s)))
    random.shuffle(order)
    one = marginals(weigh(links, s, range(len(s)), prior, unknown_prior=0.0), 2.0, len(links))
    other = marginals(weigh(links[:, order], s[order], range(len(s)), prior, unknown_prior=0.0), 2.0, len(links))
    assert one == pytest.approx(other)


def test_without_findings_the_prior_stands():
    states = weigh(np.zeros((1, 0)), np.empty(0), [], np.array([0.0]), unknown_prior=0.0)
    assert marginals(states, 1.0, 1)[0] == pytest.approx(0.5)


def test_leaving_a_finding_out_is_the_same_as_never_having_had_it():
    links, s = np.array([[0.9, 0.2], [0.1, 0.8]]), np.array([3.0, 2.0])
    full = weigh(links, s, range(2), np.array([-1.0, -2.0]), unknown_prior=0.0)
    without = weigh(links[:, :1], s[:1], range(1), np.array([-1.0, -2.0]), unknown_prior=0.0)
    assert marginals(full, 1.0, 2, without=1) == pytest.approx(marginals(without, 1.0, 2))


def test_a_weak_finding_says_nothing_whatever_explains_it():
    assert contributions(np.array([[0.01], [0.99]]), np.array([0.0]), range(1)) == pytest.approx(
        np.zeros((2, 1)), abs=1e-9
    )


def test_a_higher_temperature_flattens():
    states = weigh(np.array([[0.9]]), np.array([5.0]), range(1), np.array([-1.0]), unknown_prior=0.0)
    cold, warm = marginals(states, 1.0, 1)[0], marginals(states, 3.0, 1)[0]
    assert 0.5 < warm < cold


def test_only_one_finding_of_a_group_counts_in_full():
    alone = contributions(np.array([[0.9, 0.9]]), np.array([2.0, 5.0]), ["a", "b"])[0]
    together = contributions(np.array([[0.9, 0.9]]), np.array([2.0, 5.0]), ["a", "a"])[0]
    assert together == pytest.approx([0.3 * alone[0], alone[1]])


def test_each_hypothesis_is_credited_with_the_finding_of_a_group_that_it_explains_best():
    found = contributions(np.array([[0.9, 0.05], [0.05, 0.9]]), np.array([4.0, 4.0]), ["a", "a"])
    assert found[0].sum() == pytest.approx(found[1].sum())
