"""Recognises incidents that were confirmed before: the same symptoms at the same component point to the same cause."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rca.model import Finding, Hypothesis, RcaError, Similar

SCHEMA = "rca-history/1"

ALIKE = 0.3
"""Similarity from which a past incident is shown: a third of the symptoms in common."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A past incident whose cause somebody confirmed: its symptoms as (kind, component) pairs."""

    incident: str
    cause: str
    component: str
    symptoms: frozenset[tuple[str, str]]
    note: str = ""


def symptoms(findings: Sequence[Finding]) -> frozenset[tuple[str, str]]:
    """The (kind, component) pairs of the findings that speak for a fault: what two incidents are compared by."""
    return frozenset(
        (f"{f.kind}:{f.measures.get('family') or f.measures.get('signature') or ''}", f.component)
        for f in findings
        if f.strength > 1.0 and f.kind != "services.change"
    )


def load_history(path: str | Path) -> tuple[Confirmed, ...]:
    """The confirmed incidents of a history file (JSON lines). Raises RcaError, with the line, for one that is not."""
    found = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            found.append(_confirmed(line, f"{path}:{number}"))
    return tuple(found)


def _confirmed(line: str, place: str) -> Confirmed:
    try:
        record: dict[str, Any] = json.loads(line)
        return Confirmed(
            str(record["incident"]),
            str(record["cause"]),
            str(record["component"]),
            frozenset((str(kind), str(where)) for kind, where in record["symptoms"]),
            str(record.get("note", "")),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RcaError(
            f"{place}: expected a confirmed incident of schema {SCHEMA}, got {line[:60]!r} ({error})"
        ) from error


def recognised(
    hypotheses: Sequence[Hypothesis], findings: Sequence[Finding], history: str | Path | None
) -> tuple[Hypothesis, ...]:
    """The hypotheses, each with the confirmed incidents of the same cause that looked like this one."""
    if history is None:
        return tuple(hypotheses)
    past, now = load_history(history), symptoms(findings)
    return tuple(replace(h, similar=_similar(h, past, now)) for h in hypotheses)


def _similar(hypothesis: Hypothesis, past: Sequence[Confirmed], now: frozenset[tuple[str, str]]) -> tuple[Similar, ...]:
    alike = [(len(now & c.symptoms) / max(len(now | c.symptoms), 1), c) for c in past if c.cause == hypothesis.cause]
    shown = sorted((pair for pair in alike if pair[0] >= ALIKE), key=lambda pair: (-pair[0], pair[1].incident))[:3]
    return tuple(
        Similar(incident=c.incident, cause=c.cause, component=c.component, similarity=round(score, 3), note=c.note)
        for score, c in shown
    )
