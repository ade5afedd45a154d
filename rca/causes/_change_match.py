"""Which change, if any, brought a cause in: timing, reach, mechanism and vocabulary of each change against "no change".

A cause has a share of incidents that no change brings in (a certificate expires by itself). That share competes with
every change that could have acted, so that "no change" is an answer and not a leftover.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rca.causes._cause import Cause
from rca.model import Finding
from rca.services.change_suspects import KIND as CHANGE
from rca.services.mechanisms import MECHANISMS
from rca.services.topology import Topology

_CAUSES_OF = {mechanism.name: mechanism.causes for mechanism in MECHANISMS}

FITS = 3.0
"""Nats of a mechanism that is typical of the cause."""

MISFIT = -0.7
"""Nats of a change whose diff shows nothing that could make this cause."""

LEADS: tuple[tuple[timedelta, float], ...] = (
    (timedelta(minutes=30), 0.7),
    (timedelta(hours=3), 0.4),
    (timedelta(hours=24), -0.2),
    (timedelta(days=7), -0.8),
)
"""Nats by how long before the onset a change took effect. Flat on purpose: culprits are rarely the last change."""

TOO_LATE = -5.0
"""Nats of a change that took effect after the failure began; soft, as clocks and records err."""

INNOCENT = -1.2
"""What an innocent change scores on average by shared words, reach and time alone is taken off: it says nothing."""

SLACK = timedelta(seconds=90)
"""How far a deploy record may lag behind the first effect."""

BOUND = 4.0
"""Nats that changes can add to or take from a cause: the diff is one witness."""


@dataclass(frozen=True, slots=True)
class ChangeMatch:
    """The change that fits a hypothesis best (None: no change does better), and what changes say of the hypothesis.

    `nats` is the log-likelihood ratio of all changes for the hypothesis.
    """

    finding: Finding | None
    nats: float
    score: float


def match(
    cause: Cause, places: Iterable[str], changes: Sequence[Finding], onset: datetime | None, topology: Topology
) -> ChangeMatch:
    """The best of `changes` (findings of kind `services.change`) for `cause` at `places`, against no change."""
    if not changes:
        return ChangeMatch(None, 0.0, 0.0)
    near = set(places)
    scored = [(_score(cause, near, change, onset, topology), change) for change in changes]
    share = cause.CHANGE_SHARE / len(scored)
    total = (1 - cause.CHANGE_SHARE) + sum(share * math.exp(score) for score, _ in scored)
    best, change = max(scored, key=lambda pair: pair[0])
    guilty = share * math.exp(best) > 1 - cause.CHANGE_SHARE
    return ChangeMatch(change if guilty else None, max(-BOUND, min(BOUND, math.log(total))), best)


def _score(cause: Cause, near: set[str], change: Finding, onset: datetime | None, topology: Topology) -> float:
    if change.measures["idle"]:
        return -6.0
    return (
        float(change.measures["overlap_nats"])
        + fit(cause, change)
        + _reach(near, change, topology)
        + _lead(change, onset)
    )


def fit(cause: Cause, change: Finding) -> float:
    """Nats of the change's mechanisms for `cause`: the most typical one counts."""
    shown = [name for name in str(change.measures["mechanisms"]).split(",") if name]
    typical = max((_CAUSES_OF[name].get(cause.NAME, 0.0) for name in shown), default=0.0)
    return FITS * typical if typical else MISFIT


def _reach(near: set[str], change: Finding, topology: Topology) -> float:
    touched = set(change.related)
    if touched & near:
        return 1.0
    if change.measures["everywhere"]:
        return 0.4
    if any(callee in touched for place in near for callee in topology.callees(place)):
        return 0.2
    return -1.2 if touched else -0.4


def _lead(change: Finding, onset: datetime | None) -> float:
    if onset is None or change.onset is None:
        return 0.0
    lead = onset - change.onset[0]
    if lead < -SLACK:
        return TOO_LATE
    return next((nats for limit, nats in LEADS if lead <= limit), -1.5)


def changes_of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that are changes."""
    return tuple(finding for finding in findings if finding.kind == CHANGE)
