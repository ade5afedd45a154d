"""What a report says, in the order in which it is read, as plain text: every drawing takes it from here.

A drawing only knows its medium. All texts are visible, without secrets and on one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Generic, TypeVar

from rca.model import Band, Finding, Series

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """How much is drawn: the most items of each kind, and the most characters of a text."""

    alternatives: int = 4
    reasons: int = 8
    findings: int = 100
    quotes: int = 3
    moments: int = 60
    advice: int = 10
    components: int = 8
    problems: int = 20
    sources: int = 40
    series: int = 12
    quote_characters: int = 300
    statement_characters: int = 600

    def halved(self) -> Detail:
        """Half as much of everything, at least one item of each kind and 60 characters of a text."""
        return Detail(
            **{
                f.name: max(60 if f.name.endswith("characters") else 1, getattr(self, f.name) // 2)
                for f in fields(self)
            }
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of raw telemetry: its file and line, and the text."""

    place: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A finding: `label` ("F3") is how reasons refer to it."""

    label: str
    kind: str
    component: str
    statement: str
    began: str
    strength: str
    measures: tuple[tuple[str, str], ...]
    related: tuple[str, ...]
    quotes: tuple[Quote, ...]
    more_quotes: int
    explained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """A reason for or against; `label` names its finding where it has one."""

    statement: str
    odds: str
    label: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A hypothesis."""

    rank: int
    title: str
    cause: str
    component: str
    probability: float
    percent: str
    band: Band
    statement: str
    began: str
    change: str
    mechanism: str
    explains: str
    arguments_for: tuple[Argument, ...]
    arguments_against: tuple[Argument, ...]
    more_for: int
    more_against: int
    next_checks: tuple[str, ...]
    remedies: tuple[str, ...]
    prevention: tuple[str, ...]
    similar: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A component that the failure drags down, with what was seen there (the component's name is not said twice)."""

    component: str
    statement: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline."""

    time: str
    component: str
    kind: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class File:
    """One input file."""

    path: str
    format: str
    rows: str
    problems: str
    span: str
    notes: str


@dataclass(frozen=True, slots=True)
class Listed(Generic[T_co]):
    """The first items of something, and how many more there are."""

    items: tuple[T_co, ...]
    more: int

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The whole report.

    `scope` names the windows and the folder of the files. `root` is None where the verdict is inconclusive; then all
    candidates are alternatives.
    """

    headline: str
    verdict: Band
    scope: tuple[tuple[str, str], ...]
    root: Candidate | None
    first_failure: Observation | None
    impact: Listed[Affected]
    alternatives: Listed[Candidate]
    next_checks: Listed[str]
    timeline: Listed[Happening]
    blind_spots: Listed[str]
    problems: Listed[str]
    sources: Listed[File]
    errors: Listed[str]
    notes: Listed[str]
    findings: Listed[Observation]
    series: Listed[Series]
    incident: tuple[datetime, datetime] | None
    onset: tuple[datetime, datetime] | None

    def against(self, candidate: Candidate) -> str:
        """The heading of what speaks against a candidate: one that is hardly possible is ruled out."""
        return "ruled out because" if candidate.band == "inconclusive" and self.root else "against it"


def identity(finding: Finding) -> tuple[object, ...]:
    """What makes two findings the same one, in a form that can be hashed."""
    return finding.kind, finding.component, finding.statement, finding.onset
