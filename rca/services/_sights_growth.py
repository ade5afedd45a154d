"""What grows and is never trimmed, what is started and never stopped."""

from __future__ import annotations

import re

from rca.services._sights import new_lines
from rca.services.diff import Diff, Hunk

_BOUND = frozenset(
    {
        "lru",
        "evict",
        "evicts",
        "trim",
        "truncate",
        "maxlen",
        "ttl",
        "expire",
        "ring",
        "limit",
        "max",
        "capacity",
        "delete",
    }
    | {"pop", "popleft", "clear", "remove", "bounded", "weak", "weakref", "reset", "shift", "prune"}
)
_GROWS = re.compile(
    r"(?P<assigned>[\w.]+)\s*=\s*append\(|"
    r"(?P<receiver>[\w.\->\[\]\"']+?)\.(?:append|appendleft|add|push|put|set|computeIfAbsent|setdefault|offer|Store|LoadOrStore)\(|"
    r"(?P<keyed>[\w.]+)\[[^\]]+\]\s*=[^=]|(?P<extended>[\w.]+)\s*\+=\s*\["
)
_OWN = re.compile(r"^(?:self|this|cls)\b|^[A-Z][A-Z0-9_]{2,}\b")
_FLEETING = re.compile(
    r"^(?:resp(?:onse)?|res|results?|ret|out|output|req(?:uest)?|rows?|items?|buf(?:fer)?|sb|builder|parts|lines|headers?|"
    r"params?|args|values|errs?|errors|fields|attrs|labels|tags|payload|body|data|dst|acc|w|tmp|local\w*)(?:\b|$)",
    re.IGNORECASE,
)
_GLOBAL = re.compile(
    r"^(?:(?:private |public |protected |internal )?(?:static|readonly|final)\b.*?|"
    r"var |const |let |export const |global )\s*"
    r"(?:[\w<>,.\[\]* ]*\s)?(\w+)\s*(?:=|:|map\[|\[\]|sync\.Map)"
)
_ASSIGNED = re.compile(
    r"^\s*(?:const |let |var |final |val |auto )?(?:[\w<>,.\[\]]+ )?(\w+)(?:, \w+)*(?:: [^=]+)?\s*:?=(?!=)"
)
_SPAWNS = re.compile(
    r"\bgo func\b|\bgo [\w.]+\(|Thread\(|\.start\(\)|setInterval\(|addEventListener\(|"
    r"\.subscribe\(|\w+\.on\(|addListener\(|"
    r"NewTicker\(|create_task\(|new Timer\(|newFixedThreadPool|newCachedThreadPool|ensure_future\("
)
_STOPS = re.compile(
    r"\.Stop\(|cancel|\.join\(|clearInterval|removeEventListener|unsubscribe|"
    r"\.off\(|removeListener|ctx\.Done|defer |shutdown|"
    r"close\(|\.Wait\(|gather\(|TaskGroup|errgroup|daemon=True|\.once\(|awaitTermination",
    re.IGNORECASE,
)


def unbounded_growth(diff: Diff) -> str | None:
    """A collection that outlives the call grows, and nothing bounds it."""
    if diff.added_words & _BOUND:
        return None
    for hunk in diff.hunks:
        for line in hunk.added:
            match = _GROWS.search(line)
            if match and line not in hunk.removed and _outlives(match[match.lastgroup or 0], hunk):
                return f"grows and is never trimmed: {line[:90]}"
    return None


def _outlives(receiver: str, hunk: Hunk) -> bool:
    """Whether what grows lives longer than the call: a member, a constant, something declared outside of functions."""
    base = re.split(r"\W", receiver)[0]
    if _OWN.search(receiver) or base in _globals(hunk):
        return True
    declared = {match.group(1) for line in hunk.after if line[:1].isspace() and (match := _ASSIGNED.match(line))}
    return "." in receiver and base not in declared and not _FLEETING.match(base)


def _globals(hunk: Hunk) -> set[str]:
    outer = [line for line in hunk.after if not line[:1].isspace()]
    fields = [line.strip() for line in hunk.after if re.search(r"\b(?:static|readonly)\b", line)]
    found = {match.group(1) for line in (*outer, *fields) if (match := _GLOBAL.match(line))}
    literal = {
        match.group(1)
        for line in outer
        if (match := re.match(r"(\w+)(?:: [^=]+)? = (?:\[|\{|dict|list|set|defaultdict|deque)", line))
    }
    return found | literal


def never_stopped(diff: Diff) -> str | None:
    """A thread, timer or subscription is started, and nothing in the change ends it."""
    started = [line for line in new_lines(diff) if _SPAWNS.search(line)]
    more = len(started) > sum(bool(_SPAWNS.search(line)) for line in diff.removed_lines())
    stopped = any(_STOPS.search(line) for line in diff.added_lines())
    return f"started and never stopped: {started[0][:90]}" if started and more and not stopped else None
