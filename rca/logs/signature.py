"""Error texts that name the kind of failure.

Symptom: messages, span errors, alerts or events in the incident match an entry of the signature catalogue ("connection
refused", "certificate has expired"), more often than in the baseline.
Why it happens: the code that met the failure said so; the text is evidence of what it saw, rarely of what caused it.
Cannot see: failures that nobody worded, texts in other languages than English, and wordings the catalogue lacks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from rca.incident import Case
from rca.logs.signature_catalogue import BY_NAME, matching
from rca.model import Finding, Window
from rca.utterances import FAILURE_LEVELS, Utterance, hosts, known_components, mentioned, utterances

KIND = "logs.signature"
NEEDS: tuple[str, ...] = ()

SPOKEN = 2.5
"""Nats of an alert that words the failure: somebody wrote a rule for it, and rules misfire."""

UNLABELLED_SHARE = 0.35
"""What a text at info level is worth beside one that its author called a warning or an error."""


NAMED_APART = 3
"""Distinct texts of one signature from which they are taken to differ by the names in them only."""


def detect(case: Case) -> Iterator[Finding]:
    """One finding per signature and component, in the order of the first line."""
    components = known_components(case)
    groups: dict[tuple[str, str], list[Utterance]] = {}
    ratio = _ratio(case.incident, case.baseline)
    for said in utterances(case):
        news = said.failing or said.incident_count > said.baseline_count * ratio
        for name in matching(said.text) if news else ():
            groups.setdefault((name, said.component), []).append(said)
    for (name, component), group in groups.items():
        found = _finding(name, component, group, case, components)
        if found.strength > 0:
            yield found


def _finding(name: str, component: str, group: list[Utterance], case: Case, components: tuple[str, ...]) -> Finding:
    incident, baseline = sum(u.incident_count for u in group), sum(u.baseline_count for u in group)
    first = min(group, key=lambda u: u.first)
    loudest = max(group, key=lambda u: (u.failing, u.incident_count))
    text = " ".join(u.text for u in group)
    peers = tuple(c for c in mentioned(text, components) if c != component)
    return Finding(
        kind=KIND,
        component=component,
        strength=_strength(name, component, group, case),
        statement=f"{component} says {loudest.evidence.text[:160]!r}: "
        f"{incident} in the incident, {baseline} in the baseline.",
        onset=(first.last_before or first.first, first.first),
        measures={
            "signature": name,
            "incident_count": incident,
            "baseline_count": baseline,
            "origin": loudest.origin,
            "level": loudest.level,
            "hosts": " ".join(hosts(text)[:3]),
        },
        evidence=tuple(u.evidence for u in group[:3]),
        related=peers,
    )


def _strength(name: str, component: str, group: list[Utterance], case: Case) -> float:
    """The strongest of what an alert says, what failures say together, and what other messages say together."""
    spoken = SPOKEN if any(u.origin == "alert" for u in group) else 0.0
    loud = [u for u in group if u.failing and u.origin != "alert"]
    quiet = [u for u in group if not u.failing]
    return max(
        spoken, _surprise(name, component, loud, case), UNLABELLED_SHARE * _surprise(name, component, quiet, case)
    )


def _surprise(name: str, component: str, group: list[Utterance], case: Case) -> float:
    """Log-likelihood ratio of all these texts together against the baseline's rate (Poisson), at most 6 nats."""
    if not group:
        return 0.0
    before = sum(u.baseline_count for u in group)
    if len(group) > NAMED_APART:
        before = max(before, _said_before(name, component, case, failing=group[0].failing))
    expected = (before + 0.5) * _ratio(case.incident, case.baseline)
    seen = sum(u.incident_count for u in group)
    return min(seen * math.log(seen / expected) - (seen - expected), 6.0) if seen > expected else 0.0


def _said_before(name: str, component: str, case: Case, *, failing: bool) -> int:
    """How often the component logged the signature in the baseline, in whatever words.

    Texts with a name in them differ in each line, so that those of the baseline are other texts than the incident's.
    """
    rows = case.during("logs", case.baseline)
    own = rows[(rows["service"].fillna("") == component) & (rows["level"].isin(FAILURE_LEVELS) == failing)]
    pattern = BY_NAME[name].pattern
    return sum(bool(pattern.search(text)) for text in own["message"].dropna())


def _ratio(incident: Window | None, baseline: Window | None) -> float:
    """Length of the incident in baselines; 1 where there is nothing to compare with."""
    if incident is None or baseline is None or baseline[1] <= baseline[0]:
        return 1.0
    return (incident[1] - incident[0]) / (baseline[1] - baseline[0])
