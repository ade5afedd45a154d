"""What a cause is: the symptoms it makes, how probable each is under it, and what it says when it is found.

A cause is one file `causes/<name>.py` with

- `NAME`, `TITLE`: the name of the vocabulary, and the words for people;
- `MECHANISM`: one or two sentences on how the cause makes its symptoms;
- `PRIOR`: how often it is behind incidents, relative to the other causes;
- `CHANGE_SHARE`: the share of its incidents that a change of the own system brought in, in (0, 1);
- `SITE`: "local" (the fault lives in a component of the system) or "outside" (it lives in what the system calls);
- `FOR`: links to the findings it makes; `AGAINST`: links to findings that speak against it;
- `explain(support)`: statement, next checks, remedies, prevention, with the names of the case filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, Protocol

from rca.logs.signature import KIND as SIGNATURE
from rca.model import Finding
from rca.services.metric_shift import KIND as METRIC_SHIFT

Place = Literal["here", "caller", "anywhere"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A kind of finding and how probable it is where the cause holds.

    `at` says where the finding stands relative to the fault: at the same component, at one that calls it, anywhere.
    `when` narrows it to findings whose measure has one of the given values. `specific` links tell the cause from
    others; the rest ("latency rises") go along with many.
    """

    kind: str
    probability: float
    at: Place = "here"
    when: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    specific: bool = True

    def matches(self, finding: Finding) -> bool:
        """Whether `finding` is of the kind, wherever it stands."""
        return finding.kind == self.kind and all(
            str(finding.measures.get(key)) in wanted for key, wanted in self.when.items()
        )


def says(*signatures: str, p: float, at: Place = "here", specific: bool = True) -> Link:
    """A link to error texts of these signatures (`rca.logs.signature_catalogue`)."""
    return Link(kind=SIGNATURE, probability=p, at=at, when={"signature": frozenset(signatures)}, specific=specific)


def shifts(*families: str, p: float, at: Place = "here", direction: str = "up", specific: bool = False) -> Link:
    """A link to a metric of these families that left its normal range in `direction` (`rca.metric_families`)."""
    return Link(
        kind=METRIC_SHIFT,
        probability=p,
        at=at,
        specific=specific,
        when={"family": frozenset(families), "direction": frozenset({direction})},
    )


def finds(kind: str, *, p: float, at: Place = "here", specific: bool = True, **when: str) -> Link:
    """A link to findings of `kind`, narrowed by measures."""
    return Link(
        kind=kind,
        probability=p,
        at=at,
        specific=specific,
        when={key: frozenset({value}) for key, value in when.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What a cause may speak of: its place, the findings it explains (strongest first), and the change, if any."""

    component: str
    site: str
    findings: tuple[Finding, ...]
    change: Finding | None
    impact: tuple[str, ...]

    def of(self, kind: str, **when: str) -> Finding | None:
        """The strongest finding of `kind` with these measures, or None."""
        return next(
            (f for f in self.findings if f.kind == kind and all(str(f.measures.get(k)) == v for k, v in when.items())),
            None,
        )

    def measure(self, name: str, default: Any = None) -> Any:
        """The first value of the measure `name`, strongest finding first."""
        return next((f.measures[name] for f in self.findings if name in f.measures), default)

    @property
    def lead(self) -> str:
        """The statement of the strongest finding: what was measured."""
        return self.findings[0].statement if self.findings else f"No finding at {self.component} is specific."

    @property
    def change_id(self) -> str:
        """The id of the change for use in a command, or the word for a placeholder that the reader must fill."""
        return str(self.change.measures["change"])[:12] if self.change else "the last known good version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The words of a hypothesis. `next_checks` are commands or measurements, the most telling first."""

    statement: str
    next_checks: tuple[str, ...]
    remedies: tuple[str, ...]
    prevention: tuple[str, ...]


class Cause(Protocol):
    """The contract of a cause file."""

    NAME: str
    TITLE: str
    MECHANISM: str
    PRIOR: float
    CHANGE_SHARE: float
    SITE: Literal["local", "outside"]
    FOR: tuple[Link, ...]
    AGAINST: tuple[Link, ...]
    explain: Callable[[Support], Explanation]


def matching(links: tuple[Link, ...], finding: Finding) -> Iterator[Link]:
    """The links that `finding` satisfies."""
    return (link for link in links if link.matches(finding))
