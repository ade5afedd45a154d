"""Settings that a diff gives another value: which one, from what to what, in comparable units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rca.algorithms.words import words
from rca.services.diff import Diff

_SECONDS = {"ns": 1e-9, "nanosecond": 1e-9, "us": 1e-6, "microsecond": 1e-6, "ms": 1e-3, "millis": 1e-3, "millisecond": 1e-3, "s": 1.0,
            "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0, "d": 86400.0, "day": 86400.0}
_BYTES = {"k": 1e3, "kb": 1e3, "ki": 2**10, "kib": 2**10, "mb": 1e6, "mi": 2**20, "mib": 2**20, "gb": 1e9, "g": 1e9, "gi": 2**30, "gib": 2**30}

_QUANTITY = re.compile(
    r"(?<![\w.])(\d[\d_]*(?:\.\d+)?)\s*\*?\s*(?:time\.|Duration\.of|TimeUnit\.)?([A-Za-z]{1,12})?(?![\w])|"
    r"(?:Duration\.of|from_|of)(Millis|Seconds|Minutes|Hours|Days)\((\d+)\)")

SETTINGS: tuple[tuple[str, frozenset[str]], ...] = (
    ("timeout", frozenset({"timeout", "timeouts", "deadline", "budget", "withtimeout", "timelimit"})),
    ("backoff", frozenset({"backoff", "interval", "delay", "sleep", "jitter", "pause", "period", "every", "ticker"})),
    ("retries", frozenset({"retry", "retries", "attempts", "attempt", "redeliveries"})),
    ("ttl", frozenset({"ttl", "expiry", "expire", "expires", "expiration", "maxage", "lifetime", "refresh", "stale"})),
    ("pool", frozenset({"pool", "conns", "connections", "conn", "workers", "threads", "concurrency", "semaphore", "parallelism", "permits"})),
    ("memory", frozenset({"memory", "heap", "xmx", "mem", "ram"})),
    ("cpu", frozenset({"cpu", "cpus", "cores", "millicores", "millicpu", "gomaxprocs"})),
    ("replicas", frozenset({"replicas", "instances", "minreplicas", "maxreplicas", "shards", "partitions"})),
    ("tolerance", frozenset({"leeway", "skew", "tolerance", "grace", "drift"})),
    ("cache", frozenset({"cache", "cached", "lru", "entries", "capacity"})),
    ("batch", frozenset({"batch", "page", "chunk", "prefetch", "fetch", "payload"})),
    ("limit", frozenset({"limit", "max", "quota", "rate", "burst", "rps", "qps", "cap", "ceiling", "threshold"})),
)
"""Kinds of settings by the words that stand in their line, the most telling first."""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One setting with its value before and after, in seconds, bytes or as a bare number."""

    setting: str
    old: float
    new: float
    old_line: str
    new_line: str

    @property
    def ratio(self) -> float:
        """New over old; infinite where it was 0."""
        return self.new / self.old if self.old else float("inf")


def value_changes(diff: Diff) -> tuple[ValueChange, ...]:
    """Every setting whose number changed between two lines that stand for each other.

    >>> from rca.services.diff import parse
    >>> change, = value_changes(parse("@@ a/client.go @@\\n-timeout: 5*time.Second\\n+timeout: 300*time.Millisecond\\n"))
    >>> change.setting, change.old, change.new
    ('timeout', 5.0, 0.3)
    """
    context = " ".join(hunk.context + " " + hunk.path for hunk in diff.hunks)
    return tuple(change for old, new in diff.swaps for change in _changes(old, new, context))


def _changes(old: str, new: str, context: str) -> Iterator[ValueChange]:
    before, after = quantities(old), quantities(new)
    if len(before) != len(after):
        return
    setting = _setting(old + " " + new) or _setting(context)
    for a, b in zip(before, after, strict=True):
        if a != b and setting:
            yield ValueChange(setting, a, b, old, new)


def _setting(text: str) -> str | None:
    found = set(words(text)) | {part.lower() for part in re.findall(r"\w+", text)}
    return next((name for name, names in SETTINGS if names & found), None)


def quantities(line: str) -> list[float]:
    """The numbers of a line of code, durations in seconds and sizes in bytes.

    >>> quantities("WithTimeout(ctx, 300*time.Millisecond)"), quantities("memory: 512Mi")
    ([0.3], [536870912.0])
    """
    found = []
    for number, unit, method, argument in _QUANTITY.findall(line):
        value, word = (argument, method) if argument else (number.replace("_", ""), unit)
        found.append(float(value) * _scale(word))
    return found


def _scale(unit: str) -> float:
    word = unit.lower()
    return _SECONDS.get(word) or _SECONDS.get(word.rstrip("s")) or _BYTES.get(word) or 1.0
