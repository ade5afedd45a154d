"""What the system said of its own failure: distinct texts from logs, failed spans, alerts and events.

Detectors that read words (error signatures, the match of a change with what broke) all read this one table, in which
a text stands once per component however often it was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from rca.incident import Case
from rca.model import Evidence, SourceRef, Window
from rca.telemetry import Telemetry, moment

LONGEST_TEXT = 2000
"""Characters of a message that are looked at: stack traces carry their cause near the start or name it again."""

MOST_TEXTS = 3000
"""Distinct texts that are looked at: beyond that a system repeats itself with other names in it."""

_VARIABLE = r"0x[0-9a-fA-F]+|\b[0-9a-fA-F]{8,}\b|\d+"
_ERROR_KEY = re.compile(r"error|exception|status_message|status\.message|description|stack", re.IGNORECASE)
FAILURE_LEVELS = ("warning", "error", "critical")
"""Levels at which the author of a message called it a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One distinct text of one component: how often it was said in the incident and in the baseline, and where first.

    `origin` is log, span, alert or event; `detail` holds the further fields of the first one as `key: value`.
    `last_before` is the last time it was said before the incident, None where it never was.
    """

    component: str
    text: str
    level: str
    origin: str
    incident_count: int
    baseline_count: int
    first: datetime
    last_before: datetime | None
    detail: str
    evidence: Evidence

    @property
    def failing(self) -> bool:
        """Whether the author called it a failure."""
        return self.origin != "log" or self.level in FAILURE_LEVELS


def utterances(case: Case) -> tuple[Utterance, ...]:
    """The distinct texts of the incident, ordered by their first time; texts are cut at 2,000 characters.

    Of more than 3,000 distinct texts, failures come before other messages and frequent ones before rare ones. The last
    answer is kept for as long as its telemetry lives, as several detectors ask.
    """
    remembered = _last.get(case.telemetry)
    windows = (case.incident, case.baseline)
    if remembered is None or remembered[0] != windows:
        remembered = (windows, _collected(case))
        _last[case.telemetry] = remembered
    return remembered[1]


_Windows = tuple[Window | None, Window | None]
_last: WeakKeyDictionary[Telemetry, tuple[_Windows, tuple[Utterance, ...]]] = WeakKeyDictionary()


def _collected(case: Case) -> tuple[Utterance, ...]:
    said = pd.concat([_logs(case), _spans(case), _events(case), _alerts(case)], ignore_index=True)
    said = said[said["text"].notna() & said["time"].notna()].sort_values("time", kind="stable", ignore_index=True)
    if said.empty:
        return ()
    shape = said["text"].str.slice(0, LONGEST_TEXT).str.replace(_VARIABLE, "#", regex=True)
    group = (
        said.assign(shape=shape).groupby(["origin", "component", "shape"], sort=False).ngroup()
    )
    texts = _Texts(said, np.asarray(group, dtype=np.int64), case)
    found = [texts.utterance(key) for key in texts.chosen()]
    return tuple(sorted(found, key=lambda u: (u.first, u.component, u.text)))


class _Texts:
    """Rows in the order of time, the distinct text that each belongs to, and the counts of each text."""

    def __init__(self, said: pd.DataFrame, group: npt.NDArray[np.int64], case: Case) -> None:
        self.said, self.group, self.size = said, group, int(group.max()) + 1
        alert = (said["origin"] == "alert").to_numpy()
        self.during = _within(said["time"], case.incident).to_numpy() | alert
        self.incident = self._counted(self.during)
        self.baseline = self._counted(_within(said["time"], case.baseline).to_numpy())
        self.times = pd.DatetimeIndex(said["time"]).as_unit("ns").asi8
        self.first = self._first_row(self.during)
        self.before = self._last_time_before_first()

    def _counted(self, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        weights = self.said["count"].to_numpy(dtype="float64")[rows]
        return np.bincount(self.group[rows], weights=weights, minlength=self.size).astype("int64")

    def _first_row(self, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """The first row of each text among `rows`, -1 where there is none."""
        first = np.full(self.size, -1)
        here = np.flatnonzero(rows)[::-1]
        first[self.group[here]] = here
        return first

    def _last_time_before_first(self) -> npt.NDArray[np.int64]:
        """When each text was last said before its first row, -1 where it never was."""
        latest = np.full(self.size, -1, dtype="int64")
        known = self.first[self.group] >= 0
        earlier = np.flatnonzero(known & (self.times < self.times[self.first[self.group]]))
        latest[self.group[earlier]] = self.times[earlier]
        return latest

    def chosen(self) -> list[int]:
        """The texts of the incident that are looked at."""
        said = np.flatnonzero(self.first >= 0)
        rows = self.said.iloc[self.first[said]]
        quiet = ~((rows["origin"] != "log") | rows["level"].isin(FAILURE_LEVELS)).to_numpy()
        order = np.lexsort((self.first[said], -self.incident[said], quiet))
        return [int(key) for key in said[order][:MOST_TEXTS]]

    def utterance(self, key: int) -> Utterance:
        """The text `key` with its counts and its first line."""
        row = self.said.iloc[int(self.first[key])]
        text, before = str(row["text"])[:LONGEST_TEXT], int(self.before[key])
        return Utterance(
            component=str(row["component"]),
            origin=str(row["origin"]),
            text=text,
            level=str(row["level"]),
            incident_count=int(self.incident[key]),
            baseline_count=int(self.baseline[key]),
            detail=_detail(row["attributes"]),
            first=moment(row["time"]),
            last_before=None if before < 0 else moment(pd.Timestamp(before, tz="UTC")),
            evidence=Evidence(SourceRef(str(row["source"]), int(row["line"])), text),
        )


def _detail(attributes: Mapping[str, Any] | None) -> str:
    return " ".join(f"{key}: {value}" for key, value in (attributes or {}).items())[:LONGEST_TEXT]


def _within(times: pd.Series, window: Window | None) -> pd.Series:
    if window is None:
        return pd.Series(True, index=times.index)
    return (times >= window[0]) & (times < window[1])


def _said(
    rows: pd.DataFrame,
    origin: str,
    component: str,
    text: str,
    *,
    time: str = "time",
    level: str | None = None,
    count: str | None = None,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "origin": origin,
            "component": rows[component].fillna(""),
            "text": rows[text],
            "time": rows[time],
            "level": rows[level].fillna("") if level else "",
            "attributes": rows.get("attributes"),
            "source": rows["source"],
            "line": rows["line"],
            "count": rows[count].fillna(1).astype("int64") if count else 1,
        }
    )


def _logs(case: Case) -> pd.DataFrame:
    return _said(case.telemetry.logs, "log", "service", "message", level="level")


def _events(case: Case) -> pd.DataFrame:
    rows = case.telemetry.events
    worded = rows.assign(text=(rows["reason"].fillna("") + ": " + rows["message"].fillna("")).str.strip(": "))
    return _said(worded, "event", "component", "text", count="count")


def _alerts(case: Case) -> pd.DataFrame:
    return _said(case.telemetry.alerts, "alert", "component", "summary", level="severity")


def _spans(case: Case) -> pd.DataFrame:
    """The error texts of failed spans: what their attributes call an error, an exception or a status message."""
    rows = case.telemetry.spans
    failed = rows[(rows["status"] == "error")]
    texts = [_error_text(attributes) for attributes in failed["attributes"]]
    return _said(failed.assign(text=pd.array(texts, dtype="str")), "span", "service", "text", time="start")


def _error_text(attributes: Mapping[str, Any] | None) -> str | None:
    words = [
        str(value) for key, value in (attributes or {}).items() if isinstance(value, str) and _ERROR_KEY.search(key)
    ]
    return "; ".join(dict.fromkeys(words)) or None


def known_components(case: Case) -> tuple[str, ...]:
    """Every name of a component in the telemetry, in the order of the alphabet."""
    tables = (
        ("logs", "service"),
        ("spans", "service"),
        ("spans", "peer"),
        ("metrics", "component"),
        ("requests", "service"),
        ("changes", "component"),
        ("alerts", "component"),
        ("events", "component"),
    )
    names: set[str] = set()
    for table, column in tables:
        names.update(case.telemetry.table(table)[column].dropna().unique())
    return tuple(sorted(name for name in names if name))


_HOST = re.compile(
    r"(?<![\w.@/-])(?:[a-z]+://)?((?:[a-z0-9][a-z0-9-]{0,62}\.){1,8}[a-z]{2,24})(:\d{2,5})?(?![\w.-]*\()"
)
_SOURCE_FILE = re.compile(
    r"\.(?:go|py|java|kt|scala|rb|rs|php|cs|cc|cpp|js|mjs|ts|tsx|jsx|ex|erl|swift|lua|pl|sql|sh|conf)$"
)
"""`handler.go:41` is a place in a program and no host with a port."""


def mentioned(text: str, components: Iterable[str]) -> tuple[str, ...]:
    """The components that `text` names as whole words, in the order in which they stand there.

    >>> mentioned("upstream cart-db returned 503", ("cart", "cart-db"))
    ('cart-db',)
    """
    found = []
    for name in components:
        match = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE)
        if match:
            found.append((match.start(), name))
    return tuple(name for _, name in sorted(found))


def hosts(text: str) -> tuple[str, ...]:
    """The host names that `text` mentions: in a URL, with a port, or of at least three parts; method names are none.

    >>> hosts('Get "https://api.partner.example:8443/v1": connection refused by handler.go')
    ('api.partner.example:8443',)
    """
    found = []
    for match in _HOST.finditer(text):
        name, port = match.group(1), match.group(2) or ""
        if "://" in match.group() or (not _SOURCE_FILE.search(name) and (port or name.count(".") >= 2)):
            found.append(name + port)
    return tuple(dict.fromkeys(found))
