"""Who calls whom, from whatever tells: spans, a given table, and messages that name another component."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rca.incident import Case
from rca.services.call_graph import graph
from rca.utterances import hosts, known_components, mentioned, utterances

FARTHEST = 4
"""Hops over which a failure is followed: beyond that, everything reaches everything."""


@dataclass(frozen=True)
class Topology:
    """Directed calls (caller, callee). `outside` are callees that report nothing themselves: providers, databases."""

    edges: tuple[tuple[str, str], ...]
    outside: frozenset[str]

    @cached_property
    def _callers(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for caller, callee in self.edges:
            found.setdefault(callee, set()).add(caller)
        return found

    @cached_property
    def _callees(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for caller, callee in self.edges:
            found.setdefault(caller, set()).add(callee)
        return found

    def callers(self, component: str) -> dict[str, int]:
        """Hops from `component` up to each component that calls it, directly or not."""
        return _reach(component, self._callers)

    def callees(self, component: str) -> dict[str, int]:
        """Hops from `component` down to each component that it calls."""
        return _reach(component, self._callees)


def _reach(start: str, steps: dict[str, set[str]]) -> dict[str, int]:
    found, queue = {start: 0}, deque([start])
    while queue:
        at = queue.popleft()
        for after in sorted(steps.get(at, ())):
            if after not in found and found[at] < FARTHEST:
                found[after] = found[at] + 1
                queue.append(after)
    del found[start]
    return found


def topology(case: Case) -> Topology:
    """The calls seen in spans and named in messages; what stands in spans is preferred where the two disagree."""
    spans = case.telemetry.spans
    seen = (
        {(str(a), str(b)) for a, b in graph(spans)[["caller", "callee"]].itertuples(index=False)}
        if len(spans)
        else set()
    )
    components = known_components(case)
    told = {pair for pair in _told(case, components) if pair[::-1] not in seen}
    edges = tuple(sorted(pair for pair in seen | told if pair[0] != pair[1]))
    reporting = _reporting(case)
    return Topology(edges, frozenset(callee for _, callee in edges if callee not in reporting))


def _told(case: Case, components: Iterable[str]) -> set[tuple[str, str]]:
    """Calls that failure texts give away: "upstream cart returned 503" said by the gateway is a call of cart."""
    found: set[tuple[str, str]] = set()
    for said in utterances(case):
        if said.failing and said.origin in ("log", "span") and said.component:
            found.update((said.component, name) for name in mentioned(said.text, components))
            named = hosts(f"{said.text} {' '.join(said.detail.split(': ')[1:])}")
            found.update(
                (said.component, host.split(":")[0]) for host in named if not mentioned(host.split(".")[0], components)
            )
    return found


def _reporting(case: Case) -> set[str]:
    """Components that report about themselves, so that they belong to the own system."""
    own: set[str] = set()
    for table, column in (("logs", "service"), ("spans", "service"), ("metrics", "component"), ("requests", "service")):
        own.update(case.telemetry.table(table)[column].dropna().unique())
    return own
