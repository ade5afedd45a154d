"""Log templates that are new, gone, or changed their rate in the incident.

Symptom: a service writes lines it did not write before, stops writing ones it always wrote, or writes some much more or
less often, by a test that allows for bursts and for the number of templates.
Why it happens: code that failed says so in lines that are otherwise rare; steps that are not reached any more are
missing from the log; retries multiply what is written per request.
Cannot see: failures that change no line's frequency, only its values; what a level or a sampler kept from being
written; whether a new line is bad news or only a new version's greeting, beyond the level its author gave it; and
changes that all templates of a service share, which are load and told by other detectors.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rca.incident import Case
from rca.logs.comparison import Counted, count_templates
from rca.model import STRENGTH_LIMIT, Evidence, Finding, SourceRef, Window
from rca.telemetry import moment

KIND = "logs.new-template"
SURGE = "logs.surge"
VANISHED = "logs.vanished"
DROP = "logs.drop"
KINDS = (KIND, SURGE, VANISHED, DROP)
NEEDS = ("logs",)

SIGNIFICANT = 0.05
"""q-value below which a change is reported."""
REPEATED = 2
"""Lines from which on a new template of a failing level is reported, however short the incident is."""
EVIDENCE_LINES = 3
LONGEST_LINE = 500

FAILING = ("warning", "error", "critical")
LEVEL_WEIGHT = {"critical": 1.0, "error": 1.0, "warning": 0.8}
OTHER_WEIGHT = 0.35
"""What more lines are worth that nobody calls a failure: releases and load bring them every day."""
ABSENCE_WEIGHT = 0.6
"""Missing lines speak more than additional ones whatever their level: a step that reports its end is not reached."""

USUAL_LINES, USUAL_TEMPLATES = 10, 5
"""A service needs so many templates of so many lines before one can speak of a change of all of them."""
SAME_FACTOR_LOG2 = 0.6
"""Rates whose change differs from the service's by less than a factor of 1.5 follow it."""

_KIND_OF = {"new": KIND, "surge": SURGE, "vanished": VANISHED, "drop": DROP}
_SAYS = {"new": "is new", "surge": "is more frequent", "vanished": "is gone", "drop": "is less frequent"}


def detect(case: Case) -> Iterator[Finding]:
    """One finding per changed template and service, the surest first."""
    logs = case.telemetry.logs
    if case.incident is None or case.baseline is None or logs.empty or not _have_length(case.incident, case.baseline):
        return
    counted = count_templates(logs, incident=case.incident, baseline=case.baseline)
    levels, kinds = _levels(counted), counted.kinds()
    repeated = (kinds == "new") & np.isin(levels, FAILING) & (counted.after >= REPEATED)
    sure = (counted.q_value < SIGNIFICANT) & ~_moves_with_its_service(counted)
    changed = np.flatnonzero(sure | repeated)
    for number in changed[np.lexsort((counted.template_id[changed], counted.q_value[changed]))].tolist():
        yield _finding(counted, number, str(kinds[number]), str(levels[number]), case.incident)


def _have_length(*windows: Window) -> bool:
    return all(end > start for start, end in windows)


def _levels(counted: Counted) -> NDArray[np.object_]:
    """The most frequent level of each template's lines; empty where they have none."""
    codes, names = pd.factorize(counted.rows["level"])
    known = codes >= 0
    table = np.zeros((len(counted.after), len(names) + 1), dtype=np.int64)
    np.add.at(table, (counted.group[known], codes[known] + 1), 1)
    return np.asarray(np.append([""], np.asarray(names, dtype=object))[table.argmax(axis=1)])


def _moves_with_its_service(counted: Counted) -> NDArray[np.bool_]:
    """Templates whose rate changed by the factor by which the whole service writes more or less."""
    ratios = counted.log2_ratio()
    usual = (counted.before > 0) & (counted.after > 0) & (counted.before + counted.after >= USUAL_LINES)
    table = pd.DataFrame({"service": pd.Series(counted.service).fillna(""), "ratio": ratios})
    by_service = table[usual].groupby("service")["ratio"].agg(["median", "size"])
    general = by_service["median"].where(by_service["size"] >= USUAL_TEMPLATES)
    shift = table["service"].map(general).to_numpy(dtype=float)
    return np.asarray(usual & (np.abs(ratios - shift) < SAME_FACTOR_LOG2))


def _finding(counted: Counted, number: int, kind: str, level: str, incident: Window) -> Finding:
    its_own = np.flatnonzero(counted.group == number)
    during = counted.in_incident[its_own]
    inside, outside = counted.rows.iloc[its_own[during]], counted.rows.iloc[its_own[~during]]
    rates = float(counted.after[number] / counted.after_s), float(counted.before[number] / counted.before_s)
    service = "" if pd.isna(counted.service[number]) else str(counted.service[number])
    template = str(counted.template[number])[:LONGEST_LINE]
    return Finding(
        kind=_KIND_OF[kind], component=service, strength=_strength(counted, number, kind, level),
        onset=_onset(kind, inside, outside, incident),
        statement=(f"{service or 'A log'}: {template[:160]!r} {_SAYS[kind]}: {counted.after[number]} lines in the "
                   f"incident ({rates[0]:.3g} per s), {counted.before[number]} in the baseline "
                   f"({rates[1]:.3g} per s)."),
        measures={"template_id": int(counted.template_id[number]), "template": template, "level": level,
                  "incident_per_s": rates[0], "baseline_per_s": rates[1], "count": int(counted.after[number]),
                  "baseline_count": int(counted.before[number]), "log2_ratio": float(counted.log2_ratio()[number]),
                  "q_value": float(counted.q_value[number])},
        evidence=_evidence(inside if len(inside) else outside.iloc[::-1]))


def _strength(counted: Counted, number: int, kind: str, level: str) -> float:
    """Nats for a fault: the likelihood ratio of the counts, no more than the corrected test allows.

    A new line of a failing level needs no correction: that it fails is known before counting. The others are bounded by
    -ln(-e q ln q), the most that a p-value of this size can say against no change (Sellke, Bayarri and Berger 2001).
    """
    nats = _poisson_nats(int(counted.before[number]), int(counted.after[number]), counted.before_s, counted.after_s)
    if kind != "new" or level not in FAILING:
        q_value = min(max(float(counted.q_value[number]), 1e-300), 1 / math.e)
        nats = min(nats, -math.log(-math.e * q_value * math.log(q_value)))
    other = ABSENCE_WEIGHT if kind in ("vanished", "drop") else OTHER_WEIGHT
    return min(nats, STRENGTH_LIMIT) * LEVEL_WEIGHT.get(level, other)


def _poisson_nats(before: int, after: int, before_s: float, after_s: float) -> float:
    """Log-likelihood ratio of the incident's count under its own rate against the baseline's (half a line added)."""
    expected = (before + 0.5) * after_s / before_s
    return after * math.log(max(after, 0.5) / expected) - (after - expected)


def _onset(kind: str, inside: pd.DataFrame, outside: pd.DataFrame, incident: Window) -> Window:
    """From the last line before to the first in the incident; for lines that went missing, from the last one on."""
    start = moment(incident[0])
    if kind == "vanished":
        last = moment(outside["time"].max())
        return last, max(start, last)
    first = moment(inside["time"].min())
    before = start if kind == "new" else moment(outside["time"].max())
    return min(before, first), first


def _evidence(rows: pd.DataFrame) -> tuple[Evidence, ...]:
    """The first lines of `rows`, with their places."""
    shown = rows.head(EVIDENCE_LINES)
    return tuple(Evidence(SourceRef(str(source), int(line)), str(message)[:LONGEST_LINE])
                 for source, line, message in zip(shown["source"], shown["line"], shown["message"], strict=True))
