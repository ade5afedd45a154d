"""What a diagnosis is made of: evidence, findings, hypotheses, the report.

All of it is frozen and equal by value. Nothing here knows pandas, files or how a report is drawn; times are aware
`datetime` values in UTC.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

Band = Literal["likely", "probable", "possible", "inconclusive"]
Window = tuple[datetime, datetime]
"""A half-open (start, end) pair of UTC times."""

STRENGTH_LIMIT = 6.0
"""Nats. One finding never says more than odds of about 400 to 1: detectors share assumptions that may be wrong."""

REPORT_SCHEMA = "rca-report/1"
"""Name and version of the JSON form of a `Report`; the schema is `rca/reports/report.schema.json`."""


class RcaError(Exception):
    """The base of every error that the library raises on purpose."""


class UnreadableInput(RcaError):  # noqa: N818 - it names the input, as FileNotFoundError does the file
    """Nothing of what the caller named could be read."""


@dataclass(frozen=True, slots=True)
class SourceRef:
    """A place in the telemetry: a file and the 1-based line in it (a byte offset for binary formats).

    `line` counts in the unpacked file; None stands for the file as a whole. A member of an archive is written
    `archive.zip!member`.

    >>> str(SourceRef("app.log", 41))
    'app.log:41'
    """

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of raw telemetry: where it stands and the text that was seen there."""

    source: SourceRef
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that could not be read. It is counted and shown, and nothing else is lost.

    `line` is None where the whole file is meant; `reason` says what was expected, what came and what to do.
    """

    source: str
    reason: str
    line: int | None = None
    text: str = ""

    @property
    def path(self) -> str:
        """The same as `source`: the file that is spoken of."""
        return self.source

    def __str__(self) -> str:
        return f"{SourceRef(self.source, self.line)}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """What became of one input file.

    `confidence` is the reader's own score in [0, 1], not a probability. `rows` counts the rows per table.
    `notes` says what was assumed: an encoding, a time zone, a year, a clock correction.
    """

    path: str
    format: str
    confidence: float
    bytes: int
    rows: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    problems: int = 0
    first: datetime | None = None
    last: datetime | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeapRef:
    """A heap dump: too big for a table, opened on demand by `rca.memory.open_heap`."""

    path: str
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a detector saw, and how strongly it speaks for a fault.

    `strength` is a log-likelihood ratio in nats, fault against no fault, within [-6, 6]; it is not a probability.
    `measures` carries its units in the key names. `onset` is an interval that holds the moment it began.

    >>> Finding(kind="services.metric-shift", component="cart", statement="p99 latency rose from 80 ms to 900 ms.",
    ...         strength=9.0).strength
    6.0
    """

    kind: str
    component: str
    statement: str
    strength: float
    onset: tuple[datetime, datetime] | None = None
    measures: Mapping[str, float | int | str] = field(default_factory=lambda: MappingProxyType({}))
    evidence: tuple[Evidence, ...] = ()
    related: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        clipped = max(-STRENGTH_LIMIT, min(STRENGTH_LIMIT, float(self.strength)))
        object.__setattr__(self, "strength", clipped)
        object.__setattr__(self, "measures", MappingProxyType(dict(self.measures)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a hypothesis is more, or less, probable.

    `weight_nats` is the change of the hypothesis' log-odds when the finding is taken away (leave-one-out): positive
    speaks for, negative against. `finding` is None where the reason is an absence or an order in time.
    """

    statement: str
    weight_nats: float
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A confirmed incident of the past that looked like this one; `similarity` is a score in [0, 1]."""

    incident: str
    cause: str
    component: str
    similarity: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One explanation of the incident: `cause` at `component`, with the reasons for and against it.

    `component` is where the failure first shows, `impact` the other components it drags down, `change` the id of the
    commit, deploy, flag or migration that brought it in (None: no change did). `explains` are the findings that it
    accounts for. `probability` is calibrated on recorded incidents; `band` is its coarse form.
    """

    rank: int
    cause: str
    component: str
    statement: str
    probability: float
    band: Band
    reasons_for: tuple[Reason, ...] = ()
    reasons_against: tuple[Reason, ...] = ()
    explains: tuple[Finding, ...] = ()
    onset: tuple[datetime, datetime] | None = None
    impact: tuple[str, ...] = ()
    mechanism: str = ""
    change: str | None = None
    next_checks: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    prevention: tuple[str, ...] = ()
    similar: tuple[Similar, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of the timeline."""

    time: datetime
    component: str
    kind: str
    text: str
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindSpot:
    """Telemetry that was not there, and the causes that it would have shown."""

    table: str
    causes: tuple[str, ...]
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorError:
    """A detector or cause that failed. It stopped no other."""

    name: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A few points of a measured series, for sparklines and plots: not the data, at most 300 points."""

    component: str
    metric: str
    times: tuple[datetime, ...]
    values: tuple[float, ...]


def band(probability: float) -> Band:
    """The coarse form of a calibrated probability.

    >>> [band(p) for p in (0.9, 0.5, 0.2, 0.1)]
    ['likely', 'probable', 'possible', 'inconclusive']
    """
    if probability >= 0.8:
        return "likely"
    if probability >= 0.5:
        return "probable"
    return "possible" if probability >= 0.2 else "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Ranked hypotheses, best first, and all that they rest on.

    `verdict` is the band of the first hypothesis; it is "inconclusive" where nothing reaches 0.2, and saying so is a
    result. `incident` and `baseline` are the windows that were compared, given or found.
    """

    hypotheses: tuple[Hypothesis, ...]
    findings: tuple[Finding, ...]
    verdict: Band
    incident: Window | None = None
    baseline: Window | None = None
    timeline: tuple[Moment, ...] = ()
    sources: tuple[SourceInfo, ...] = ()
    problems: tuple[Problem, ...] = ()
    blind_spots: tuple[BlindSpot, ...] = ()
    errors: tuple[DetectorError, ...] = ()
    notes: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The whole report as plain JSON types, by the published schema; secrets are masked."""
        document: dict[str, Any] = _report("json").document(self)
        return document

    def to_json(self, path: str | Path | None = None) -> str:
        """The report as JSON text, also written to `path` where one is given; secrets are masked."""
        return _delivered(_report("json").render(self), path)

    def to_frame(self) -> Any:
        """One row per hypothesis as a pandas DataFrame."""
        return _report("frame").render(self)

    def to_text(self, *, width: int = 100) -> str:
        """The report as plain text for a terminal, at most `width` columns wide where words allow."""
        return str(_report("terminal").render(self, width=width))

    def to_markdown(self, path: str | Path | None = None) -> str:
        """The report as Markdown."""
        return _delivered(_report("markdown").render(self), path)

    def to_html(self, path: str | Path | None = None) -> str:
        """The report as one self-contained HTML file without script or external fetches."""
        return _delivered(_report("html").render(self), path)

    def to_sarif(self) -> dict[str, Any]:
        """SARIF 2.1.0 for code scanning, as JSON types: only what names a file of a repository."""
        sarif: dict[str, Any] = _report("sarif").render(self)
        return sarif

    def to_junit(self) -> str:
        """JUnit XML: one test case per hypothesis."""
        return str(_report("junit").render(self))

    def plot(self) -> Any:
        """A matplotlib figure of the series and onsets that the first hypothesis rests on (needs the `plot` extra)."""
        return _report("plot").render(self)

    def _repr_html_(self) -> str:
        return str(_report("notebook").render(self))

    def __str__(self) -> str:
        return self.to_text()


def plain(value: Any) -> Any:
    """`value` in JSON types: dataclasses become objects, times ISO 8601 text in UTC, NaN None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    number = float(value)
    return number if number - number == 0 else None


def _report(name: str) -> Any:
    """The report module `name`. Found by name at call time, so that the model stays the lowest layer."""
    return importlib.import_module(f"rca.reports.{name}")


def _delivered(text: str, path: str | Path | None) -> str:
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text
