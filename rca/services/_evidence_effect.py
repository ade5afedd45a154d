"""How much of the target's departure each component brings about: effect mass, explained away over the call graph.

A component's effect mass is the departure of its mean, times its requests: a slow call made once in a thousand
requests explains nothing. What anomalous callees account for is taken off the caller's mass.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from rca.metric_families import words
from rca.services._evidence_metrics import CLEAR, Clue, clue, harmful
from rca.services.metric_shift import Shift

EXPLAINED = 0.8
"""The share of a callee's effect mass that its caller need not answer for."""

MEANS = frozenset({"", "average", "avg", "mean"})
"""Statistics that add up when multiplied with a number of requests; quantiles do not."""

VIEWS = frozenset({"client", "remote", "elb", "alb", "nlb", "gateway", "ingress", "proxy", "balancer", "lb"})
"""Words of components that show a neighbour rather than themselves: an end of an edge, or a hop on the way."""

VIEW = 0.3
TARGET = 0.5
UNREACHED = 0.5

CHANCE = 0.05
"""The target departs where one of its series does with at most this probability by chance, and by `NOTICED` scales."""

NOTICED = 2.0

Edges = Mapping[str, tuple[str, ...]]


def target_departs(found: list[Shift], target: tuple[str, str]) -> bool:
    """Whether the metric that the caller complains about left its normal range in the harmful direction."""
    return any(shift.p <= CHANCE and shift.reach >= NOTICED and harmful(shift) for shift in found
               if (shift.series.component, shift.series.metric) == target)


def effect_clues(found: list[Shift], target: tuple[str, str], edges: Edges) -> Iterator[Clue]:
    """A clue per component whose own metric of the target's kind departs, scaled by its share in the target's mass."""
    same = [shift for shift in found if shift.series.metric == target[1]]
    clear = [shift for shift in same if harmful(shift) and shift.reach >= CLEAR]
    masses = effect_masses(found, same)
    worst: dict[str, Shift] = {}
    for shift in clear:
        name = shift.series.component
        if name not in worst or shift.reach > worst[name].reach:
            worst[name] = shift
    own = {name: _own_mass(name, masses, edges, frozenset(worst)) for name in worst}
    whole = max([masses.get(target[0], 0.0), *own.values()])
    reach = reachable(target[0], edges)
    for name, shift in worst.items():
        share = own[name] / whole if whole > 0 else 0.0
        score = math.log1p(shift.reach) * math.sqrt(share) * _standing(name, target[0], edges, reach)
        if score > 0:
            yield clue(shift, score)


def effect_masses(found: list[Shift], same: list[Shift]) -> dict[str, float]:
    """Harmful departure of the mean times requests, by component; of a component without request counts the mean's."""
    requests = {shift.series.component: float(shift.series.samples[shift.during].mean()) for shift in found
                if shift.series.family.name == "throughput"}
    masses: dict[str, float] = {}
    for shift in same:
        if shift.series.statistic.lower() in MEANS:
            now = float(shift.series.samples[shift.during].mean())
            sign = -1.0 if shift.series.family.harm == "down" else 1.0
            name = shift.series.component
            masses[name] = max(0.0, sign * (now - shift.usual.median)) * requests.get(name, 1.0)
    return masses


def _own_mass(name: str, masses: Mapping[str, float], edges: Edges, departed: frozenset[str]) -> float:
    below = sum(masses.get(callee, 0.0) for callee in _seen_below(name, masses, edges) if callee in departed)
    return max(0.0, masses.get(name, 0.0) - EXPLAINED * below)


def _seen_below(name: str, masses: Mapping[str, float], edges: Edges) -> set[str]:
    """The nearest callees that are measured: those that are not are looked through."""
    found: set[str] = set()
    passed, waiting = {name}, list(edges.get(name, ()))
    while waiting:
        at = waiting.pop()
        if at in passed:
            continue
        passed.add(at)
        if at in masses:
            found.add(at)
        else:
            waiting.extend(edges.get(at, ()))
    return found


def reachable(start: str, edges: Edges) -> frozenset[str]:
    """`start` and everything that it calls, directly or not."""
    found, waiting = {start}, [start]
    while waiting:
        fresh = [callee for callee in edges.get(waiting.pop(), ()) if callee not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return frozenset(found)


def _standing(name: str, target: str, edges: Edges, reach: frozenset[str]) -> float:
    """The weight of a component by where it stands: views of a neighbour, the target, what the target cannot reach."""
    factor = TARGET if name == target else 1.0
    if edges and name not in reach:
        factor *= UNREACHED
    return factor * (VIEW if VIEWS & set(words(name).split()) else 1.0)
