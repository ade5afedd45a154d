"""The noisy-OR network over findings, as arrays: how well each set of causes explains what was found.

Each finding j carries a log-likelihood ratio s_j (fault against no fault). A cause h at a site makes it present with
probability p(h, j); independent causes combine as noisy-OR, and a leak stands for everything unmodelled. A set H then
scores

    sum_j  w_j * log( P_j exp(s_j) + 1 - P_j ),     P_j = 1 - (1 - leak) * prod_{h in H} (1 - p(h, j))

which is exact for soft evidence: a weak finding changes little whatever explains it, and a strong one that nothing
explains costs. Sources: Pearl 1988 (noisy-OR, soft evidence), Bahl et al. SIGCOMM 2007 (bounded sets of causes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LEAK = 0.05
"""Probability that a detector's symptom is there without any modelled cause: measured on healthy windows."""

SECOND_CAUSE = -4.0
"""Log prior of a second, independent fault at the same time."""

PAIRED = 25
"""How many of the best single causes are combined in pairs."""


@dataclass(frozen=True, slots=True)
class States:
    """Every set of causes that was weighed: `members` are indices of hypotheses (() is the unknown cause)."""

    members: tuple[tuple[int, ...], ...]
    contributions: Array  # (states, findings): what each finding adds
    prior: Array  # (states,): log prior with the change and absence terms

    @property
    def scores(self) -> Array:
        """Log posterior of each state, up to a constant."""
        return self.prior + self.contributions.sum(axis=1)


def contributions(present: Array, strengths: Array, weights: Array) -> Array:
    """What each finding adds to the log-likelihood where it is present with probability `present` (..., findings).

    >>> contributions(np.array([[0.0, 1.0]]), np.array([2.0, 2.0]), np.ones(2)).round(3)
    array([[0., 2.]])
    """
    return np.asarray(
        weights
        * np.logaddexp(np.log(np.maximum(present, 1e-300)) + strengths, np.log1p(-np.minimum(present, 1 - 1e-12)))
    )


def weigh(
    links: Array, strengths: Array, weights: Array, log_prior: Array, *, unknown_prior: float, leak: float = LEAK
) -> States:
    """All single hypotheses, the pairs of the best 25, and the unknown cause.

    `links` is (hypotheses, findings) with p(h, j); `log_prior` (hypotheses,).
    """
    silent = 1.0 - (1.0 - leak) * (1.0 - links)
    single = contributions(silent, strengths, weights)
    nothing = contributions(np.full((1, len(strengths)), leak), strengths, weights)
    best = np.argsort(-(log_prior + single.sum(axis=1)), kind="stable")[:PAIRED]
    pairs = tuple(combinations(sorted(int(i) for i in best), 2))
    both = (
        1.0 - (1.0 - leak) * np.prod([1.0 - links[[pair[k] for pair in pairs]] for k in (0, 1)], axis=0)
        if pairs
        else np.empty((0, len(strengths)))
    )
    members: tuple[tuple[int, ...], ...] = ((), *((i,) for i in range(len(links))), *pairs)
    priors = [unknown_prior, *log_prior, *(log_prior[a] + log_prior[b] + SECOND_CAUSE for a, b in pairs)]
    return States(members, np.vstack([nothing, single, contributions(both, strengths, weights)]), np.array(priors))


def marginals(states: States, temperature: float, count: int, *, without: int | None = None) -> Array:
    """Probability of each of `count` hypotheses, summed over the states that hold it; `without` leaves a finding out.

    `temperature` above 1 flattens: it is fitted so that the stated probabilities come true.
    """
    scores = states.scores if without is None else states.scores - states.contributions[:, without]
    posterior = np.exp((scores - scores.max()) / temperature)
    posterior /= posterior.sum()
    found = np.zeros(count)
    for probability, members in zip(posterior, states.members, strict=True):
        for member in members:
            found[member] += probability
    return found


def log_odds(probability: Array | float) -> Array:
    """Natural log-odds, finite also at 0 and 1."""
    p = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(p) - np.log1p(-p))


def dependence_weights(groups: Sequence[object], standing: Array, others: float = 0.3) -> Array:
    """1 for the finding of each group with the highest standing, `others` for those that repeat it: they are not independent.

    >>> dependence_weights(["a", "a", "b"], np.array([1.0, 3.0, 2.0])).tolist()
    [0.3, 1.0, 1.0]
    """
    best: dict[object, int] = {}
    for i, group in enumerate(groups):
        if group not in best or standing[i] > standing[best[group]]:
            best[group] = i
    return np.array([1.0 if best[group] == i else others for i, group in enumerate(groups)])
