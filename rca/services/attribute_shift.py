"""What an operation says of itself has changed: rows read, a deadline, the statement it sends.

Symptom: spans or log lines of one operation carry an attribute whose value jumped, or whose wording changed, between
baseline and incident.
Why it happens: the code or its configuration does something else than before: a LIMIT is gone, a deadline was cut.
Cannot see: attributes that only one of the windows records, and ids, which differ every time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from rca.incident import Case
from rca.model import Evidence, Finding, SourceRef
from rca.telemetry import moment

KIND = "services.attribute-shift"
NEEDS = ("spans",)

JUMP = 3.0
"""Factor from which a number counts as another one: sizes and counts vary, but not by this much in the median."""

_ID = re.compile(r"(?:^|[._-])(?:id|ids|uuid|trace|span|host|port|pid|thread|time|timestamp|ip|addr\w*|offset|user|tenant|session|instance|pod|version)$", re.IGNORECASE)
_OUTCOME = re.compile(r"status|error|exception|code|message|duration|elapsed|latency|_ms$|work", re.IGNORECASE)
_STATEMENT = re.compile(r"statement|query|sql", re.IGNORECASE)
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")


def detect(case: Case) -> Iterator[Finding]:
    """One finding per component, operation and attribute that changed."""
    if case.incident is None or case.baseline is None:
        return
    before, during = _cells(case, "baseline"), _cells(case, "incident")
    for key in sorted(before.keys() & during.keys()):
        found = _number_jump(key, before[key], during[key]) if _numeric(before[key], during[key]) else _rewording(key, before[key], during[key])
        if found is not None:
            yield found


_Key = tuple[str, str, str]
_Cell = tuple[Any, pd.Timestamp, str, int]


def _cells(case: Case, window: str) -> dict[_Key, list[_Cell]]:
    """(component, operation, attribute) -> its values with time, file and line."""
    rows = case.during("spans", getattr(case, window))
    found: dict[_Key, list[_Cell]] = {}
    for service, name, start, attributes, source, line in zip(rows["service"].fillna(""), rows["name"].fillna(""), rows["start"], rows["attributes"],
                                                              rows["source"], rows["line"], strict=True):
        for key, value in (attributes or {}).items():
            if isinstance(value, (int, float, str)) and not isinstance(value, bool) and not _ID.search(key) and not _OUTCOME.search(key):
                found.setdefault((service, name, key), []).append((value, start, source, line))
    return found


def _numeric(before: list[_Cell], during: list[_Cell]) -> bool:
    return all(isinstance(cell[0], (int, float)) for cell in (*before, *during))


def _number_jump(key: _Key, before: list[_Cell], during: list[_Cell]) -> Finding | None:
    old, new = np.array([float(c[0]) for c in before]), np.array([float(c[0]) for c in during])
    usual, now = float(np.median(old)), float(np.median(new))
    ratio = (abs(now) + 1e-9) / (abs(usual) + 1e-9)
    apart = new.min() > old.max() or new.max() < old.min()
    if not apart or not (ratio >= JUMP or ratio <= 1 / JUMP) or usual == 0:
        return None
    strength = min(5.0, 0.8 + 0.5 * abs(math.log(ratio)) + 0.5 * math.log(min(len(old), len(new))))
    return _finding(key, f"{usual:g}", f"{now:g}", during, strength, {"before": usual, "now": now, "ratio": round(ratio, 4)})


def _rewording(key: _Key, before: list[_Cell], during: list[_Cell]) -> Finding | None:
    """Only statements: other texts are values, and values differ."""
    if not _STATEMENT.search(key[2]):
        return None
    old, new = {_shape(str(c[0])) for c in before}, {_shape(str(c[0])) for c in during}
    if not new - old or new & old:
        return None
    return _finding(key, sorted(old)[0], sorted(new)[0], during, 2.0, {})


def _shape(text: str) -> str:
    return " ".join(_LITERAL.sub("?", text).split())


def _finding(key: _Key, old: str, new: str, during: list[_Cell], strength: float, numbers: dict[str, float]) -> Finding:
    service, operation, attribute = key
    first = min(during, key=lambda cell: cell[1])
    return Finding(
        kind=KIND, component=service, strength=strength,
        statement=f"{attribute} of {operation} in {service} was {old[:160]!r} and is {new[:160]!r}.",
        onset=(moment(first[1]), moment(first[1])), measures={"attribute": attribute, "operation": operation, "old": old[:400], "new": new[:400], **numbers},
        evidence=tuple(Evidence(SourceRef(str(c[2]), int(c[3])), f"{attribute}={str(c[0])[:200]}") for c in during[:2]))
