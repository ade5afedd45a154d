"""Where a failure began, in traces that are red from top to bottom.

Symptom: spans of several services fail in one trace; every caller of the failing one is red as well.
Why it happens: one of them failed by itself, the others passed its failure on. Of two failed siblings the earlier one
is the origin. A call that its caller gave up is a failure of the callee that took too long, though the callee's own
span is not red, unless the callee took no longer than it always does: then the caller gave up too soon. A failed call
that nobody answered is put down to the peer it names, unless the answer speaks of a wrong request.
Cannot see: failures that are answered with success, and origins whose spans were not sampled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from rca.algorithms.forest import NONE, levels
from rca.algorithms.two_windows import modest, rate_rise
from rca.incident import Case
from rca.model import Finding
from rca.services._calls import error_text, inside, onset, shown
from rca.services.call_graph import service_calls
from rca.services.span_tree import Flags, Ints, SpanTree, span_tree
from rca.utterances import known_components, mentioned

KIND = "services.error-origin"
NEEDS = ("spans",)

GRACE = 1.02
"""How many times longer than its caller's span a callee must run to count as given up: timers and clocks have grain."""

AS_USUAL = 1.5
"""Up to this multiple of its usual length a callee is as fast as ever."""

MOST_OF_IT = 0.5
"""Share of a span's length from which a child is where the time went."""

ABSORBED = 0.5
"""Weight of a failure that its callers coped with, so that the request as a whole went well."""

OUTSIDE_THE_WINDOW = 0.2
"""Nats of a failure that is only seen outside of the incident."""

_CANCELLED = re.compile(r"cancel(?:l?ed|lation)|client closed|broken pipe|\b499\b", re.IGNORECASE)
_WRONG_REQUEST = re.compile(
    r"\b4(?:0[0-79]|1\d|2[0-8])\b|does not exist|no such (?:table|column|key)|syntax error|invalid|unauthori[sz]ed|"
    r"forbidden|not found|bad request|permission denied|violates|duplicate key|unknown column|malformed", re.IGNORECASE)
_UNREACHABLE = re.compile(
    r"connect|refused|reset|time[d -]*out|deadline|unavailable|unreachable|too many|shutting down|no route|"
    r"host|\b50[234]\b",
    re.IGNORECASE)
"""Words of a database that cannot be reached; all others are about the statement, which is the caller's."""

_CALL_NAME = re.compile(r"\b(?:get|post|put|patch|delete|head|call|rpc|grpc|https?|client|request)\b", re.IGNORECASE)


def detect(case: Case) -> Iterator[Finding]:
    """One finding per service or peer in which failures began, the most frequent first."""
    tree = span_tree(case.telemetry.spans)
    if not tree.failed.any():
        return
    origins = _origins(tree)
    origins["name"] = _names(tree, origins["at"].to_numpy(), known_components(case))
    origins["trace"] = _roots(tree)[origins["at"]]
    everything = np.ones(len(tree.parent), dtype=bool)
    during = inside(tree.spans["start"], case.incident) if case.incident else everything
    before = inside(tree.spans["start"], case.baseline) & ~during
    for _, rows in sorted(origins.groupby("name"), key=lambda pair: (-len(pair[1]), pair[0])):
        yield _finding(tree, rows, during, before)


def _origins(tree: SpanTree) -> pd.DataFrame:
    """One row per failure that reached a span without a failed caller: `top`, and `at`, the span where it began."""
    follow = _follow(tree)
    end = np.arange(len(follow))
    for level in reversed(list(levels(tree.parent))):
        going = level[follow[level] != NONE]
        end[going] = end[follow[going]]
    above = np.maximum(tree.parent, 0)
    tops = np.flatnonzero(tree.failed & ~((tree.parent != NONE) & tree.failed[above]))
    return pd.DataFrame({"top": tops, "at": end[tops]}).drop_duplicates("at")


def _follow(tree: SpanTree) -> Ints:
    """For each span the child with which its failure, or its slowness, goes on; -1 where it is its own."""
    below = np.flatnonzero(tree.parent != NONE)
    above = tree.parent[below]
    given_up = _given_up(tree)
    cancelled = given_up & _cancelled(tree)
    red = tree.failed[below] & tree.failed[above] & ~cancelled[below]
    slow = given_up[below] & ~_is_as_usual(tree, given_up)[below]
    inside_slow = ~tree.failed[above] & (tree.duration_ms[below] >= MOST_OF_IT * tree.duration_ms[above])
    inside_slow |= cancelled[above] & (tree.duration_ms[below] >= MOST_OF_IT * tree.duration_ms[above])
    rank = np.select([red, slow & tree.failed[above], inside_slow], [0, 1, 2], 3)
    weight = np.where(red, tree.end_ms[below], -tree.duration_ms[below])
    order = np.lexsort((tree.start_ms[below], weight, rank))
    order = order[rank[order] < 3][::-1]
    follow = np.full(len(tree.parent), NONE)
    follow[above[order]] = below[order]      # of several assignments the last one stands: the best
    return follow


def _given_up(tree: SpanTree) -> Flags:
    """Spans that ran on after the failed span that waited for them had ended."""
    above = np.maximum(tree.parent, 0)
    longer = tree.duration_ms > GRACE * tree.duration_ms[above] + 1.0
    return np.asarray((tree.parent != NONE) & tree.failed[above] & longer & (tree.kinds != "consumer"))


def _cancelled(tree: SpanTree) -> Flags:
    """Failed spans that say they were called off."""
    found = np.zeros(len(tree.parent), dtype=bool)
    failed = np.flatnonzero(tree.failed)
    found[failed] = [bool(_CANCELLED.search(error_text(tree, int(at)))) for at in failed]
    return found


def _is_as_usual(tree: SpanTree, given_up: Flags) -> Flags:
    """Spans that took no longer than others of the same service and name that went well; not known is no."""
    sound = ~tree.failed & ~given_up
    usual = pd.Series(np.where(sound, tree.duration_ms, np.nan)).groupby(tree.operations).transform("median").to_numpy()
    return np.asarray(tree.duration_ms <= AS_USUAL * usual)


def _roots(tree: SpanTree) -> Ints:
    root = np.arange(len(tree.parent))
    for level in levels(tree.parent):
        below = level[tree.parent[level] != NONE]
        root[below] = root[tree.parent[below]]
    return root


def _names(tree: SpanTree, at: Ints, known: tuple[str, ...]) -> list[str]:
    """The service of each origin, or for a failed call that nobody answered the peer that was called."""
    calls = service_calls(tree)
    alone = calls[calls["server"] == NONE]
    peers = dict(zip(alone["client"].tolist(), alone["callee"], strict=True))
    services = frozenset(tree.services)
    return [_name(tree, int(i), peers.get(int(i)), known, services) for i in at]


def _name(tree: SpanTree, at: int, peer: str | None, known: tuple[str, ...], services: frozenset[str]) -> str:
    own = str(tree.services[at])
    callee = peer or _named_callee(tree, at, known)
    if callee is None or not tree.failed[at]:
        return own
    held = tree.attributes[at] or {}
    database = any(str(key).startswith("db.") for key in held) and callee not in services
    code = next((held[name] for name in ("http.response.status_code", "http.status_code") if name in held), "")
    text = f"{error_text(tree, at)} {code}"
    wrong_request = bool(_WRONG_REQUEST.search(text)) and not re.search(r"\b429\b|certificate|x509", text)
    return own if wrong_request or (database and not _UNREACHABLE.search(text)) else callee


def _named_callee(tree: SpanTree, at: int, known: tuple[str, ...]) -> str | None:
    """The one component that the name of a call without children gives away ("POST payment/charge")."""
    name = str(tree.names[at])
    if tree.child_count[at] or not (tree.outgoing[at] or _CALL_NAME.search(name)):
        return None
    others = [other for other in mentioned(name, known) if other != tree.services[at]]
    return others[0] if len(others) == 1 else None


def _finding(tree: SpanTree, rows: pd.DataFrame, during: Flags, before: Flags) -> Finding:
    name, at = str(rows["name"].iloc[0]), rows["at"].to_numpy()
    now = at[during[at]]
    top = tree.parent == NONE
    hits, hits_before = rows["trace"][during[at]].nunique(), rows["trace"][before[at]].nunique()
    traces, traces_before = max(int((during & top).sum()), hits), max(int((before & top).sum()), hits_before)
    strength = modest(rate_rise(hits, traces, hits_before, traces_before), hits) if hits else OUTSIDE_THE_WINDOW
    reached = float(tree.failed[rows["trace"].to_numpy()].mean())
    told = now if len(now) else at
    told = told[np.lexsort((told, tree.start_ms[told]))]
    sound = ~tree.failed & (during | before) & np.isin(tree.operations, tree.operations[at])
    words = next((text for text in (error_text(tree, int(i)) for i in told[:50]) if text), "")
    since = f", {hits_before} of {traces_before} before" if before.any() else ""
    return Finding(
        kind=KIND, component=name, strength=strength * (ABSORBED + (1 - ABSORBED) * reached),
        related=_callers(tree, told, name),
        statement=f"{hits} of {traces} traced requests met a failure that began in {name}{since}"
                  + (f": {words[:160]}" if words else "."),
        onset=onset(tree, told, np.setdiff1d(np.flatnonzero(sound), at)),
        measures={"failed_requests": hits, "requests": traces, "failed_requests_before": hits_before,
                  "requests_before": traces_before, "failed_outside_share": round(reached, 4),
                  "operation": str(tree.names[told[0]])},
        evidence=tuple(shown(tree, int(i)) for i in told[:3]))


def _callers(tree: SpanTree, at: Ints, name: str) -> tuple[str, ...]:
    """The services above the origins, nearest first."""
    found: dict[str, None] = {}
    place = at[:200]
    while len(place):
        found.update(dict.fromkeys(str(service) for service in tree.services[place]))
        place = tree.parent[place]
        place = np.unique(place[place != NONE])
    return tuple(service for service in found if service and service != name)
