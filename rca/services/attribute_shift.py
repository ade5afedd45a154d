"""What an operation says of itself has changed: rows read, a batch size, the statement it sends.

Symptom: spans or log lines of one operation carry an attribute whose value jumped, or whose wording changed, between
baseline and incident.
Why it happens: the code or its configuration does something else than before: a LIMIT is gone, a page size grew.
Cannot see: attributes that only one of the windows records, ids, which differ every time, and outcomes (lengths,
states, error texts), which other detectors compare. Of each operation and window at most 500 rows are looked at.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rca.algorithms.two_windows import level_rise, modest
from rca.incident import Case
from rca.model import Evidence, Finding, SourceRef
from rca.services._calls import inside
from rca.services.statement_shape import STATEMENT_KEYS, shape
from rca.telemetry import moment

KIND = "services.attribute-shift"
NEEDS = ()      # spans or logs, whichever are there

JUMP = 3.0
"""Factor from which a number counts as another one: sizes and counts vary, but not by this much in the median."""

SAMPLE = 500
"""Rows of one operation in one window that are looked at: medians of more say the same."""

SPREAD = 1.0
"""Standard deviation of a healthy count in log units: lists of one operation are at times three times as long."""

FEW_SHAPES = 3
"""An operation with more statement shapes than this builds its statements, so that a new one is nothing new."""

_ID = re.compile(
    r"(?:^|[._-])(?:ids?|uuid|guid|key|hash|sha|trace|span|parent|host|port|pid|tid|thread|time|timestamp|ts|date|ip|"
    r"ipv\d|addr\w*|offset|partition|user|tenant|session|instance|pod|node|container|version|line|lineno|seq|sequence|nonce|"
    r"token|shared)$|Id$|ID$")
_OUTCOME = re.compile(
    r"status|error|exception|code|message|duration|elapsed|latency|took|deadline|time_?out|stack|level|severity|"
    r"(?:^|[._-])(?:ms|us|ns|sec|seconds|millis)$", re.IGNORECASE)
_LARGE_ID = 1e12
"""Numbers from here on are stamps or ids, whatever their key is called."""


@dataclass(frozen=True, slots=True)
class _Side:
    """The values of one attribute in one window, with time, file and line of each."""

    held: list[Any]
    rows: list[int]


def detect(case: Case) -> Iterator[Finding]:
    """One finding per component, operation and attribute that changed, spans first."""
    if case.incident is None or case.baseline is None:
        return
    for table in ("spans", "logs"):
        rows = _operations(case, table)
        if len(rows):
            yield from _compared(rows)


def _operations(case: Case, table: str) -> pd.DataFrame:
    """Rows with attributes: component, operation, time, during, attributes, source, line; sampled evenly."""
    rows = case.telemetry.table(table)
    names = ("service", "name", "start") if table == "spans" else ("service", "message", "time")
    during, before = inside(rows[names[2]], case.incident), inside(rows[names[2]], case.baseline)
    kept = (during | before) & rows["attributes"].notna().to_numpy()
    rows, during = rows[kept], during[kept]
    if rows.empty:
        return pd.DataFrame()
    if table == "logs":
        operation = rows["message"].fillna("").str.slice(0, 120).str.replace(r"\d+|\b[0-9a-f]{8,}\b", "#", regex=True)
    else:
        operation = rows["name"].fillna("").str.replace(r"\b\d+\b", "#", regex=True)
    found = pd.DataFrame({
        "component": rows["service"].fillna("").to_numpy(), "operation": operation.to_numpy(),
        "time": rows[names[2]].to_numpy(), "during": during, "attributes": rows["attributes"].to_numpy(),
        "source": rows["source"].to_numpy(), "line": rows["line"].to_numpy()})
    found = found.sort_values(["time", "source", "line"], kind="stable", ignore_index=True)
    group = found.groupby(["component", "operation", "during"], sort=False)
    place, size = group.cumcount(), group["time"].transform("size")
    step = np.ceil(size / SAMPLE)
    in_both = found.groupby(["component", "operation"], sort=False)["during"].transform("nunique") == 2
    kept_rows: pd.DataFrame = found[(place % step == 0) & in_both].reset_index(drop=True)
    return kept_rows


def _compared(rows: pd.DataFrame) -> Iterator[Finding]:
    for (component, operation), group in rows.groupby(["component", "operation"], sort=True):
        before, during = (_sides(group[group["during"] == flag]) for flag in (False, True))
        for key in sorted(before.keys() & during.keys()):
            found = _change(before[key], during[key], key)
            if found is not None and (component or operation):
                yield _finding(rows, (str(component), str(operation), key), during[key], found)


def _sides(rows: pd.DataFrame) -> dict[str, _Side]:
    found: dict[str, _Side] = {}
    for at, attributes in zip(rows.index, rows["attributes"], strict=True):
        for key, value in attributes.items() if isinstance(attributes, dict) else ():
            if isinstance(value, (int, float, str)) and not isinstance(value, bool) and not _ID.search(str(key)):
                side = found.setdefault(str(key), _Side([], []))
                side.held.append(value)
                side.rows.append(int(at))
    return found


@dataclass(frozen=True, slots=True)
class _Change:
    old: str
    new: str
    nats: float
    telling: int
    numbers: dict[str, float]


def _change(before: _Side, during: _Side, key: str) -> _Change | None:
    if key in STATEMENT_KEYS:
        return _rewording(before, during)
    if _OUTCOME.search(key):
        return None
    old, new = _numbers(before.held), _numbers(during.held)
    return None if old is None or new is None else _jump(old, new)


def _numbers(values: Sequence[Any]) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """The values as numbers, None where one is none, is negative or is a stamp."""
    try:
        numbers = np.array([float(value) for value in values])
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() and (numbers >= 0).all() and (numbers < _LARGE_ID).all() else None


def _jump(old: np.ndarray[Any, Any], new: np.ndarray[Any, Any]) -> _Change | None:
    """A median that left the range of the baseline, by a factor that counts; counts from 0 are shifted by one."""
    usual, now = float(np.median(old)), float(np.median(new))
    shift = 1.0 if min(old.min(), new.min()) < 1 <= max(old.max(), new.max()) else 0.0
    ratio = (now + shift) / (usual + shift) if usual + shift else math.inf
    apart = now > old.max() or now < old.min()
    if not apart or not math.isfinite(ratio) or 1 / JUMP < ratio < JUMP:
        return None
    nats = modest(level_rise(old + shift, new + shift, spread=SPREAD, drift=0.25), min(len(old), len(new)))
    telling = int(np.argmax(np.abs(np.log((new + shift) / (usual + shift)))))
    numbers = {"before": usual, "now": now, "ratio": round(ratio, 4)}
    return _Change(_figure(usual), _figure(now), nats, telling, numbers) if nats > 0 else None


def _figure(value: float) -> str:
    """A number for people.

    >>> _figure(2027200.0), _figure(0.5)
    ('2,027,200', '0.5')
    """
    return f"{value:,.0f}" if value == int(value) else f"{value:.4g}"


def _rewording(before: _Side, during: _Side) -> _Change | None:
    """A statement shape that the baseline does not have, in most of the incident's rows."""
    old, new = [shape(str(value)) for value in before.held], [shape(str(value)) for value in during.held]
    known = set(old)
    fresh = [text for text in new if text not in known]
    if not fresh or len(known) > FEW_SHAPES or len(fresh) < len(new) / 2 or len(set(fresh)) > FEW_SHAPES:
        return None
    usual, now = _commonest(old), _commonest(fresh)
    nats = modest(2.0 + 0.5 * math.log(min(len(old), len(fresh))), min(len(old), len(fresh)))
    return _Change(usual, now, nats, new.index(now), {"new_share": round(len(fresh) / len(new), 4)})


def _commonest(texts: list[str]) -> str:
    return max(set(texts), key=lambda text: (texts.count(text), text))


def _finding(rows: pd.DataFrame, key: tuple[str, str, str], during: _Side, change: _Change) -> Finding:
    component, operation, attribute = key
    row = rows.iloc[during.rows[change.telling]]
    began, last = rows["time"].iloc[min(during.rows)], rows["time"][~rows["during"]].max()
    seen = f"{attribute} = {str(row['attributes'][attribute])[:300]}"
    return Finding(
        kind=KIND, component=component, strength=change.nats,
        statement=f"{attribute} of {operation[:80]} in {component} was {_excerpt(change.old, change.new)!r} and is "
                  f"{_excerpt(change.new, change.old)!r}.",
        onset=(moment(min(last, began)), moment(began)),
        measures={"attribute": attribute, "operation": operation[:200], "old": change.old[:400],
                  "new": change.new[:400], **change.numbers},
        evidence=(Evidence(SourceRef(str(row["source"]), int(row["line"])), seen),))


def _excerpt(text: str, other: str) -> str:
    """`text`, of a long one the part around where it begins to differ from `other`."""
    if len(text) <= 160:
        return text
    differs = next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))
    start = max(min(differs - 60, len(text) - 150), 0)
    return ("..." if start else "") + text[start:start + 150] + ("..." if start + 150 < len(text) else "")
