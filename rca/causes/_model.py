"""The noisy-OR network over findings, as arrays: how well each set of causes explains what was found.

Each finding j carries a log-likelihood ratio s_j (fault against no fault). A cause h at a site makes it present with
probability p(h, j); independent causes combine as noisy-OR, and a leak stands for everything unmodelled. A set H then
scores

    sum_j  log( P_j exp(s_j) + 1 - P_j ),     P_j = 1 - (1 - leak) * prod_{h in H} (1 - p(h, j))

with 0.3 of it for findings that repeat another one of the same signal. The form is exact for soft evidence: a weak
finding changes little whatever explains it, and a strong one that nothing explains costs.

Sources: Pearl 1988 (noisy-OR, soft evidence); Bahl et al., SIGCOMM 2007 (bounded sets of causes).
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

REPEATED = 0.3
"""What a finding counts that repeats another one: they share a signal, and are not independent."""

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
        return np.asarray(self.prior + self.contributions.sum(axis=1))


def contributions(present: Array, strengths: Array, groups: Sequence[object]) -> Array:
    """What each finding adds to the log-likelihood where it is present with probability `present` (states, findings).

    Findings of one group repeat each other: per state the one that speaks loudest counts in full, the others for 0.3.

    >>> contributions(np.array([[0.0, 1.0]]), np.array([2.0, 2.0]), ["a", "b"]).round(3)
    array([[0., 2.]])
    """
    raw = np.logaddexp(np.log(np.maximum(present, 1e-300)) + strengths, np.log1p(-np.minimum(present, 1 - 1e-12)))
    for members in _repeating(groups):
        weights = np.full((len(raw), len(members)), REPEATED)
        weights[np.arange(len(raw)), np.argmax(raw[:, members], axis=1)] = 1.0
        raw[:, members] *= weights
    return np.asarray(raw)


def _repeating(groups: Sequence[object]) -> list[list[int]]:
    """The positions of each group that has more than one."""
    found: dict[object, list[int]] = {}
    for i, group in enumerate(groups):
        found.setdefault(group, []).append(i)
    return [members for members in found.values() if len(members) > 1]


def weigh(
    links: Array,
    strengths: Array,
    groups: Sequence[object],
    log_prior: Array,
    *,
    unknown_prior: float,
    leak: float = LEAK,
) -> States:
    """All single hypotheses, the pairs of the best 25, and the unknown cause.

    `links` is (hypotheses, findings) with p(h, j), `log_prior` (hypotheses,); `groups` names for each finding the
    signal that it shares with others.
    """
    single = contributions(1.0 - (1.0 - leak) * (1.0 - links), strengths, groups)
    nothing = contributions(np.full((1, len(strengths)), leak), strengths, groups)
    best = np.argsort(-(log_prior + single.sum(axis=1)), kind="stable")[:PAIRED]
    pairs = tuple(combinations(sorted(int(i) for i in best), 2))
    first, second = links[[a for a, _ in pairs]], links[[b for _, b in pairs]]
    both = contributions(1.0 - (1.0 - leak) * (1.0 - first) * (1.0 - second), strengths, groups)
    members: tuple[tuple[int, ...], ...] = ((), *((i,) for i in range(len(links))), *pairs)
    priors = [unknown_prior, *log_prior, *(log_prior[a] + log_prior[b] + SECOND_CAUSE for a, b in pairs)]
    return States(members, np.vstack([nothing, single, both]), np.array(priors))


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
