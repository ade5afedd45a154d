"""Failures that began to be logged.

Symptom: a component logs a warning or an error in the incident that it did not log in the baseline.
Why it happens: something fails that did not, or an old failure takes another path.
Cannot see: failures below the level of a warning, and texts whose wording changes with every line.
"""

from __future__ import annotations

from collections.abc import Iterator

from rca.incident import Case
from rca.model import Finding
from rca.utterances import Utterance, utterances

KIND = "logs.new-template"
SURGE = "logs.surge"
VANISHED = "logs.vanished"
DROP = "logs.drop"
NEEDS = ("logs",)


def detect(case: Case) -> Iterator[Finding]:
    """One finding per distinct text, in the order of its first line."""
    for said in utterances(case):
        if said.failing and said.origin == "log" and said.baseline_count == 0 and said.incident_count > 1:
            yield _finding(said)


def _finding(said: Utterance) -> Finding:
    return Finding(
        kind=KIND, component=said.component, strength=min(5.0, 1 + said.incident_count / 4), onset=(said.last_before or said.first, said.first),
        statement=f"{said.component} newly says {said.text[:120]!r} ({said.incident_count} times).",
        measures={"count": said.incident_count, "level": said.level}, evidence=(said.evidence,))
