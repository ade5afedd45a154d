"""Orders the causes: noisy-OR over findings, soft time, tempered absence, changes, and the unknown cause as a rival."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from rca.causes._candidates import Candidate, candidates, is_generic, link_probabilities, onset_of
from rca.causes._cause import Cause, Support, matching
from rca.causes._change_match import ChangeMatch, changes_of, match
from rca.causes._model import Array, States, log_odds, marginals, weigh
from rca.causes._monitored import Monitored
from rca.model import Finding, Hypothesis, Reason, band
from rca.services.change_suspects import KIND as CHANGE
from rca.services.topology import Topology

TEMPERATURE = 2.0
"""Flattens the posterior: findings share assumptions that the network ignores. Checked by benchmarks/ranking.py."""

UNKNOWN_PRIOR = 0.0
"""Log prior of "unknown cause, or none": about as probable as all modelled causes at all components together."""

ABSENCE_WEIGHT = 0.4
"""How much a missing symptom counts where it was monitored: the measured recall of the detectors."""

AGAINST_NATS = 3.0
"""Nats of a certain finding that speaks against a cause."""

FIRST, FIRST_S = 0.8, 180.0
"""Nats for failing first, and the lag in seconds in which that advantage falls to a third."""

SHARED = -1.5
"""Log prior of one fault that acts in several components at once: rarer than in one, far likelier than two faults."""

UNEXPLAINED = 0.7
"""Nats that another state must gain by a signal before it counts as left unexplained."""

TOLD = 0.1
"""Nats from which a reason is worth telling: below, the odds change by less than a tenth."""

SHOWN, SHOWN_FROM = 8, 0.01
"""At most so many hypotheses are returned, and only those at least so probable."""


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The network solved: what each hypothesis is made of and how probable it is."""

    found: list[Candidate]
    findings: tuple[Finding, ...]
    links: Array
    states: States
    probability: Array
    matches: list[ChangeMatch]
    absences: list[list[tuple[str, float]]]


def rank(
    findings: Sequence[Finding],
    causes: Sequence[Cause],
    topology: Topology,
    monitored: Monitored,
    *,
    alerted: Sequence[str] = (),
) -> tuple[Hypothesis, ...]:
    """Hypotheses, most probable first. `alerted` are the components that the caller or an alert complains about."""
    symptoms = tuple(f for f in findings if f.kind != CHANGE)
    found = candidates(causes, symptoms, topology, alerted)
    if not found:
        return ()
    weighed = _weigh(found, findings, topology=topology, monitored=monitored, alerted=alerted)
    order = _merged_order(weighed)
    return tuple(
        _hypothesis(weighed, i, probability, number, topology) for number, (i, probability) in enumerate(order, 1)
    )


def _weigh(
    found: list[Candidate],
    findings: Sequence[Finding],
    *,
    topology: Topology,
    monitored: Monitored,
    alerted: Sequence[str],
) -> _Weighed:
    changes, symptoms = changes_of(findings), tuple(f for f in findings if f.kind != CHANGE)
    strengths = np.array([f.strength for f in symptoms])
    links = link_probabilities(found, symptoms, topology)
    matches = [
        match(c.cause, (*c.sites, c.component), changes, _onset(c, symptoms, links[i]), topology)
        for i, c in enumerate(found)
    ]
    absences = [_absences(c, symptoms, monitored) for c in found]
    prior = _kind_prior(found) + _site_prior(found, symptoms, topology, alerted) + np.array([m.nats for m in matches])
    prior += np.array([sum(nats for _, nats in missing) for missing in absences])
    prior += np.array([_against(c, symptoms) for c in found])
    states = weigh(links, strengths, [_signal(f) for f in symptoms], prior, unknown_prior=UNKNOWN_PRIOR)
    return _Weighed(found, symptoms, links, states, marginals(states, TEMPERATURE, len(found)), matches, absences)


def _signal(finding: Finding) -> tuple[str, str]:
    """Findings of one component that repeat each other: one family, telling words, words that any failure leaves."""
    if finding.kind.startswith("logs."):
        return finding.component, "words" if is_generic(finding) else "telling words"
    return finding.component, str(finding.measures.get("family") or finding.kind)


def _kind_prior(found: list[Candidate]) -> Array:
    total = sum(cause.PRIOR for cause in {c.cause.NAME: c.cause for c in found}.values())
    return np.array([math.log(c.cause.PRIOR / total) for c in found])


def _site_prior(
    found: list[Candidate], symptoms: Sequence[Finding], topology: Topology, alerted: Sequence[str]
) -> Array:
    """One step of the walk from symptoms to what they call: a site is as likely as what fails at and just above it."""
    mass: dict[str, float] = {}
    for finding in symptoms:
        mass[finding.component] = mass.get(finding.component, 0.0) + max(finding.strength, 0.0)
    total = sum(mass.values()) or 1.0
    onsets = {c.component: onset_of(symptoms, c.component) for c in found}
    begun = min(onsets.values(), default=math.inf)

    def prior(site: str) -> float:
        above = sum(mass.get(c, 0.0) for c, hops in topology.callers(site).items() if hops == 1)
        named = 0.6 if site in alerted else 0.3 if any(c in alerted for c in topology.callers(site)) else 0.0
        return math.log(0.03 + min(1.0, (mass.get(site, 0.0) + 0.4 * above) / total)) + named

    def first(component: str) -> float:
        lag = onsets[component] - begun
        return FIRST * math.exp(-lag / FIRST_S) if math.isfinite(lag) else 0.0

    return np.array(
        [max(prior(site) for site in c.sites) + first(c.component) + SHARED * (len(c.sites) > 1) for c in found]
    )


def _onset(candidate: Candidate, symptoms: Sequence[Finding], links: Array) -> datetime | None:
    """When it began: the earliest onset of what the cause makes specifically, else of anything at its component."""
    own = [
        f.onset[1]
        for f, p in zip(symptoms, links, strict=True)
        if f.onset
        and f.strength > 1.0
        and f.component in (candidate.site, candidate.component)
        and any(link.specific for link in matching(candidate.cause.FOR, f))
    ]
    anything = [f.onset[1] for f in symptoms if f.onset and f.strength > 1.0 and f.component == candidate.component]
    return min(own or anything, default=None)


def _absences(candidate: Candidate, symptoms: Sequence[Finding], monitored: Monitored) -> list[tuple[str, float]]:
    """(what is missing, nats) for the typical symptoms that were monitored here and did not show."""
    missing = []
    for link in candidate.cause.FOR:
        if (
            link.at == "here"
            and link.probability >= 0.6
            and monitored.covers(candidate.site, link)
            and not any(link.matches(f) and f.component == candidate.site for f in symptoms)
        ):
            what = ", ".join(sorted(next(iter(link.when.values()), frozenset({link.kind}))))
            missing.append((what, ABSENCE_WEIGHT * math.log(1 - link.probability)))
    return missing


def _against(candidate: Candidate, symptoms: Sequence[Finding]) -> float:
    return -sum(
        AGAINST_NATS * link.probability * _certainty(f)
        for f in symptoms
        if f.component == candidate.site
        for link in matching(candidate.cause.AGAINST, f)
    )


def _certainty(finding: Finding) -> float:
    return 1 / (1 + math.exp(-finding.strength)) if finding.strength > 0 else 0.0


def _merged_order(weighed: _Weighed) -> list[tuple[int, float]]:
    """(candidate, probability), best first; sites that tell the same story of one component count together."""
    groups: dict[tuple[str, str], list[int]] = {}
    for i, candidate in enumerate(weighed.found):
        groups.setdefault((candidate.cause.NAME, candidate.component), []).append(i)
    merged = [
        (max(group, key=lambda i: weighed.probability[i]), float(min(1.0, weighed.probability[group].sum())))
        for group in groups.values()
    ]
    merged.sort(key=lambda pair: (-pair[1], weighed.found[pair[0]].cause.NAME, weighed.found[pair[0]].component))
    return [pair for pair in merged if pair[1] >= SHOWN_FROM][:SHOWN]


def _hypothesis(weighed: _Weighed, i: int, probability: float, number: int, topology: Topology) -> Hypothesis:
    candidate, change = weighed.found[i], weighed.matches[i].finding
    gains = weighed.states.contributions[i + 1] - weighed.states.contributions[0]
    explained = tuple(weighed.findings[j] for j in np.argsort(-gains, kind="stable") if gains[j] > 0.1)
    own = tuple(
        sorted(
            explained,
            key=lambda f: (
                f.component not in (candidate.site, candidate.component),
                is_generic(f) and not _specific(candidate, f),
            ),
        )
    )
    impact = _impact(candidate, explained, weighed.findings, topology)
    words = candidate.cause.explain(
        Support(component=candidate.component, site=candidate.site, findings=own, change=change, impact=impact)
    )
    onset = _interval(candidate, own)
    return Hypothesis(
        rank=number,
        cause=candidate.cause.NAME,
        component=candidate.component,
        statement=words.statement,
        probability=round(probability, 4),
        band=band(probability),
        reasons_for=_reasons_for(weighed, i, change),
        reasons_against=_reasons_against(weighed, i),
        explains=own,
        onset=onset,
        impact=impact,
        mechanism=candidate.cause.MECHANISM,
        change=str(change.measures["change"]) if change else None,
        next_checks=words.next_checks,
        remedies=words.remedies,
        prevention=words.prevention,
    )


def _specific(candidate: Candidate, finding: Finding) -> bool:
    return any(link.specific for link in matching(candidate.cause.FOR, finding))


def _interval(candidate: Candidate, own: Sequence[Finding]) -> tuple[datetime, datetime] | None:
    dated = [
        f.onset for f in own if f.onset and f.component in (candidate.site, candidate.component) and f.strength > 1.0
    ]
    return min(dated, key=lambda onset: onset[1], default=None)


def _impact(
    candidate: Candidate, explained: Sequence[Finding], findings: Sequence[Finding], topology: Topology
) -> tuple[str, ...]:
    """The other components of the own system with a failure that the hypothesis accounts for, earliest first."""
    hit = {f.component for f in explained if f.strength > 1.0 and f.component}
    hit -= {candidate.component, *topology.outside}
    return tuple(sorted(hit, key=lambda c: (onset_of(findings, c), c)))


def _reasons_for(weighed: _Weighed, i: int, change: Finding | None) -> tuple[Reason, ...]:
    """Leave-one-out: how much the log-odds fall without a finding; slight ones only where there are no others."""
    full = float(log_odds(weighed.probability[i]))
    gains = weighed.states.contributions[i + 1] - weighed.states.contributions[0]
    reasons = (
        [
            Reason(
                statement=change.statement, weight_nats=round(weighed.matches[i].nats / TEMPERATURE, 2), finding=change
            )
        ]
        if change
        else []
    )
    for j in np.argsort(-gains, kind="stable")[:8]:
        finding = weighed.findings[j]
        without = float(log_odds(marginals(weighed.states, TEMPERATURE, len(weighed.found), without=int(j))[i]))
        if gains[j] > 0.1:
            reasons.append(Reason(statement=finding.statement, weight_nats=round(full - without, 2), finding=finding))
    ordered = sorted((r for r in reasons if r.weight_nats > 0), key=lambda reason: -reason.weight_nats)
    return tuple(r for place, r in enumerate(ordered) if r.weight_nats >= TOLD or place < 2)


def _reasons_against(weighed: _Weighed, i: int) -> tuple[Reason, ...]:
    candidate = weighed.found[i]
    reasons = [
        Reason(
            statement=f"{candidate.site} was monitored and shows no {what}.", weight_nats=round(nats / TEMPERATURE, 2)
        )
        for what, nats in weighed.absences[i]
    ]
    reasons += [
        Reason(
            statement=f.statement,
            weight_nats=round(-AGAINST_NATS * link.probability * _certainty(f) / TEMPERATURE, 2),
            finding=f,
        )
        for f in weighed.findings
        if f.component == candidate.site
        for link in matching(candidate.cause.AGAINST, f)
    ]
    return tuple(sorted((*reasons, *_unexplained(weighed, i)), key=lambda reason: reason.weight_nats))


def _unexplained(weighed: _Weighed, i: int) -> list[Reason]:
    """The three signals that other states explain best against this hypothesis, each told by its strongest finding."""
    signals: dict[tuple[str, str], list[int]] = {}
    for j, finding in enumerate(weighed.findings):
        signals.setdefault(_signal(finding), []).append(j)
    lost = []
    for members in signals.values():
        explained = weighed.states.contributions[:, members].sum(axis=1)
        loudest = min(members, key=lambda j: (-weighed.findings[j].strength, weighed.links[i, j], j))
        lost.append((float(explained[1:].max() - explained[i + 1]), weighed.findings[loudest]))
    lost.sort(key=lambda pair: -pair[0])
    return [
        Reason(
            statement=f"It leaves unexplained: {finding.statement}",
            weight_nats=round(-nats / TEMPERATURE, 2),
            finding=finding,
        )
        for nats, finding in lost[:3]
        if nats > UNEXPLAINED
    ]
