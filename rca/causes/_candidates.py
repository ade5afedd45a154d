"""Every (cause, site) that could be behind the findings, with the probability that it makes each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rca.causes._cause import Cause, Link, matching
from rca.causes._model import Array
from rca.logs.signature import KIND as SIGNATURE
from rca.model import Finding
from rca.services.topology import Topology

SPREADS = 0.45
"""Probability that a failure shows at a direct caller: fitted edges say 0.5, guessed ones do worse when higher."""

PER_HOP = 0.6
"""What is left of it with every further hop."""

LOCAL = 0.5
"""Probability that any fault makes latency, errors or failure texts at its own component, whatever its kind."""

ELSEWHERE = 0.08
"""Probability of a failure at a component that no known call leads to: call graphs have holes."""

BEFORE_ITS_CAUSE = 0.35
"""What is left of the probability of a caller's symptom that begins before the site's own: improbable, no more."""

JITTER_S = 120.0
"""Seconds by which onsets may be misjudged: sampling intervals and clocks."""

GENERIC = frozenset(
    {
        "services.edge-errors",
        "services.edge-latency",
        "services.error-origin",
        "logs.new-template",
        "logs.surge",
        "logs.drop",
        "logs.vanished",
        "services.retries",
    }
)
"""Kinds that any failure makes, at the component and at its callers."""

GENERIC_TEXTS = frozenset(
    {
        "deadline-exceeded",
        "upstream-unavailable",
        "connection-refused",
        "connection-reset",
        "retrying",
        "crash",
        "queue-backlog",
    }
)
"""Signatures that any failure may leave; the others name one kind of failure and are seldom said of another."""

TELLING_LOCAL, TELLING_SPREAD = 0.04, 0.15
"""Probability that a telling text comes from a fault of another kind, at the same component or repeated by a caller."""

GENERIC_FAMILIES = frozenset({"latency", "errors", "availability", "throughput", "cancelled", "retries", "queue"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cause at a site; `component` is where the failure first shows, for a site outside its first failing caller.

    `sites` holds more than the site where one fault acts in several components at once: a shared library, a
    certificate, a name server.
    """

    cause: Cause
    site: str
    component: str
    sites: tuple[str, ...]


def is_generic(finding: Finding) -> bool:
    """Whether the finding only says that something fails, not what."""
    return (
        finding.kind in GENERIC
        or str(finding.measures.get("family")) in GENERIC_FAMILIES
        or str(finding.measures.get("signature")) in GENERIC_TEXTS
    )


def candidates(
    causes: Sequence[Cause], findings: Sequence[Finding], topology: Topology, alerted: Sequence[str] = ()
) -> list[Candidate]:
    """Causes at every failing component and what it calls within two hops; at least one specific link must match.

    Among components that fail at the same time, one that somebody complains about is taken to be the first.
    """
    failing = {f.component for f in findings if f.strength > 0.5 and f.component}
    silent = {callee for component in failing for callee, hops in topology.callees(component).items() if hops <= 2}
    found = []
    for site in sorted(failing | silent):
        component = _first_failing(site, failing, findings, topology, alerted)
        found += [
            Candidate(cause, site, component, (site,))
            for cause in causes
            if component and _fits(cause, site, topology) and _has_symptom(cause, site, findings, topology)
        ]
    own = [component for component in sorted(failing) if component not in topology.outside]
    return found + [shared for cause in causes for shared in _shared(cause, own, findings, alerted)]


def _shared(
    cause: Cause, own: Sequence[str], findings: Sequence[Finding], alerted: Sequence[str]
) -> Iterator[Candidate]:
    """The cause in all components at once that show the same strong and specific symptom of it."""
    if cause.SITE != "local":
        return
    sites = [
        c
        for c in own
        if any(
            f.component == c
            and f.strength > 2.0
            and any(link.specific and link.at == "here" for link in matching(cause.FOR, f))
            for f in findings
        )
    ]
    if len(sites) > 1:
        first = min(sites, key=lambda c: (onset_of(findings, c) - JITTER_S * (c in alerted), c))
        yield Candidate(cause, first, first, tuple(sites))


def _fits(cause: Cause, site: str, topology: Topology) -> bool:
    """A fault of the own code does not live at a provider; an outage of a dependency lives at what is called."""
    return (
        site not in topology.outside
        if cause.SITE == "local"
        else bool(topology.callers(site)) or site not in topology.outside
    )


def _first_failing(
    site: str, failing: set[str], findings: Sequence[Finding], topology: Topology, alerted: Sequence[str]
) -> str | None:
    if site in failing and site not in topology.outside:
        return site
    near = {c: hops for c, hops in topology.callers(site).items() if c in failing and c not in topology.outside}
    closest = [c for c, hops in near.items() if hops == min(near.values())]
    return min(closest, key=lambda c: (onset_of(findings, c) - JITTER_S * (c in alerted), c), default=None)


def onset_of(findings: Sequence[Finding], component: str) -> float:
    """The earliest onset at `component` as epoch seconds, weak findings left out; infinite where none is known."""
    return min(
        (f.onset[1].timestamp() for f in findings if f.component == component and f.onset and f.strength > 1.0),
        default=float("inf"),
    )


def _has_symptom(cause: Cause, site: str, findings: Sequence[Finding], topology: Topology) -> bool:
    return any(
        _relation(link, finding, site, topology)
        for finding in findings
        if finding.strength > 0
        for link in matching(cause.FOR, finding)
        if link.specific
    )


def _relation(link: Link, finding: Finding, site: str, topology: Topology) -> float:
    """How much of the link's probability holds for a finding that stands where it stands."""
    if link.at == "anywhere" or (link.at == "here" and finding.component == site):
        return 1.0
    if link.at == "caller":
        hops = topology.callers(site).get(finding.component)
        return PER_HOP ** (hops - 1) if hops else 0.0
    return 0.0


def link_probabilities(found: Sequence[Candidate], findings: Sequence[Finding], topology: Topology) -> Array:
    """p(h, j) as (candidates, findings): the most probable way in which any site of the candidate makes the finding."""
    spread = _spread(sorted({site for c in found for site in c.sites}), findings, topology)
    causes = {c.cause.NAME: c.cause for c in found}.values()
    matches = {(cause.NAME, j): tuple(matching(cause.FOR, f)) for cause in causes for j, f in enumerate(findings)}
    matrix = np.zeros((len(found), len(findings)))
    for i, candidate in enumerate(found):
        for site in candidate.sites:
            own = [
                max(
                    (
                        link.probability * _relation(link, f, site, topology)
                        for link in matches[candidate.cause.NAME, j]
                    ),
                    default=0.0,
                )
                for j, f in enumerate(findings)
            ]
            matrix[i] = np.maximum(matrix[i], np.maximum(own, spread[site]))
    return matrix


def _spread(sites: Iterable[str], findings: Sequence[Finding], topology: Topology) -> dict[str, Array]:
    """Per site, the probability that a failure there makes each finding merely by spreading along the calls."""
    found = {}
    for site in sites:
        callers, begun = topology.callers(site), onset_of(findings, site)
        found[site] = np.array([_spread_to(finding, site, callers, begun) for finding in findings])
    return found


def _spread_to(finding: Finding, site: str, callers: dict[str, int], begun: float) -> float:
    generic = is_generic(finding)
    if not generic and finding.kind != SIGNATURE:
        return 0.0
    if finding.component == site:
        return LOCAL if generic else TELLING_LOCAL
    hops = callers.get(finding.component)
    if hops is None:
        return ELSEWHERE if generic else 0.0
    early = finding.onset is not None and finding.onset[1].timestamp() < begun - JITTER_S and begun != float("inf")
    return (SPREADS if generic else TELLING_SPREAD) * PER_HOP ** (hops - 1) * (BEFORE_ITS_CAUSE if early else 1.0)
