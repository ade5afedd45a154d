"""Settings that a diff gives another value: which one, from what to what, in comparable units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rca.algorithms.words import words
from rca.services.diff import Diff, Hunk, without_prose

_NANOSECOND, _MICROSECOND, _MILLISECOND, _MINUTE, _HOUR, _DAY = 1e-9, 1e-6, 1e-3, 60.0, 3600.0, 86400.0
SECONDS: Mapping[str, float] = (
    dict.fromkeys(("ns", "nano", "nanosecond"), _NANOSECOND)
    | dict.fromkeys(("us", "micro", "microsecond"), _MICROSECOND)
    | dict.fromkeys(("ms", "milli", "millisecond"), _MILLISECOND)
    | dict.fromkeys(("s", "sec", "second"), 1.0)
    | dict.fromkeys(("m", "min", "minute"), _MINUTE)
    | dict.fromkeys(("h", "hr", "hour"), _HOUR)
    | dict.fromkeys(("d", "day"), _DAY)
)
BYTES: Mapping[str, float] = {
    prefix + suffix: base**power
    for power, prefix in enumerate("kmgt", 1)
    for suffix, base in (("", 1e3), ("b", 1e3), ("i", 1024.0), ("ib", 1024.0))
    if prefix + suffix != "m"
}
_UNITS_OF: Mapping[str, Mapping[str, float]] = {"cpu": {"m": 1e-3}, "memory": {**BYTES, "m": 1e6}}
"""`m` is a minute, a thousandth of a processor or a megabyte, by what is set."""

_NAME_OF_UNIT = re.compile(
    r"(?:\b|_)(ms|millis|milliseconds|secs?|seconds|mins?|minutes|hours|days)[\"']?\s*[:=(]*\s*$|"
    r"(Millis|Ms|Seconds|Secs|Minutes|Hours)[\"']?\)?\s*[:=(,]*\s*$"
)
"""A unit that stands in the name of the setting: `timeout_ms: 300`."""

_QUANTITY = re.compile(
    r"(?:Duration\.of|Duration\.from|from_|TimeSpan\.From|\.of)(Nanos|Millis|Milliseconds|Seconds|Minutes|Hours|Days|secs|millis)\((\d+)[lL]?\)|"
    r"(?<![\w.])(?:(?<=\D)|^)(?:-?Xm[xsn])?(\d[\d_]*(?:\.\d+)?)\s*\*?\s*(?:time\.|TimeUnit\.|ChronoUnit\.)?([A-Za-z]{1,12})?(?!\w)"
)

SETTINGS: tuple[tuple[str, frozenset[str]], ...] = (
    ("timeout", frozenset({"timeout", "timeouts", "deadline", "budget", "withtimeout", "timelimit"})),
    ("backoff", frozenset({"backoff", "interval", "delay", "sleep", "jitter", "pause", "period", "every", "ticker"})),
    ("retries", frozenset({"retry", "retries", "attempts", "attempt", "redeliveries"})),
    ("ttl", frozenset({"ttl", "expiry", "expire", "expires", "expiration", "maxage", "lifetime", "refresh", "stale"})),
    (
        "pool",
        frozenset({"pool", "conns", "connections", "conn", "workers", "threads", "concurrency", "semaphore"})
        | {"parallelism", "permits"},
    ),
    ("memory", frozenset({"memory", "heap", "xmx", "mem", "ram"})),
    ("cpu", frozenset({"cpu", "cpus", "cores", "millicores", "millicpu", "gomaxprocs"})),
    ("replicas", frozenset({"replicas", "instances", "minreplicas", "maxreplicas", "shards", "partitions"})),
    ("tolerance", frozenset({"leeway", "skew", "tolerance", "grace", "drift"})),
    ("cache", frozenset({"cache", "cached", "lru", "entries", "capacity"})),
    ("batch", frozenset({"batch", "page", "chunk", "prefetch", "fetch", "payload"})),
    ("limit", frozenset({"limit", "max", "quota", "rate", "burst", "rps", "qps", "cap", "ceiling", "threshold"})),
)
"""Kinds of settings by the words that stand in their line, the most telling first."""

_LIMITS = dict(SETTINGS)["limit"]

_NONE_AT_ZERO = frozenset({"timeout", "ttl", "pool", "limit", "memory", "cpu", "cache", "batch"})
"""Settings whose 0 means no bound in most libraries."""


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
        """New over old, where 0 is as good as no bound; infinite where the bound went."""
        old, new = (self._bound(value) for value in (self.old, self.new))
        return 1.0 if old == new else new / old if old else float("inf")

    def _bound(self, value: float) -> float:
        return float("inf") if value == 0 and self.setting in _NONE_AT_ZERO else value


def value_changes(diff: Diff) -> tuple[ValueChange, ...]:
    r"""Every setting whose number changed between two lines that stand for each other.

    >>> from rca.services.diff import parse
    >>> change, = value_changes(parse("@@ a/client.go @@\n-timeout: 5*time.Second\n+timeout: 300*time.Millisecond\n"))
    >>> change.setting, change.old, change.new
    ('timeout', 5.0, 0.3)
    """
    return tuple(change for hunk, pairs in diff.swaps_by_hunk for pair in pairs for change in _changes(hunk, *pair))


def _changes(hunk: Hunk, old: str, new: str) -> Iterator[ValueChange]:
    before, after = list(_numbers(without_prose(old))), list(_numbers(without_prose(new)))
    if len(before) != len(after):
        return
    for a, b in zip(before, after, strict=True):
        setting = _setting(b.name, hunk, f"{old} {new}") if a.text != b.text else None
        if setting and (low := a.in_unit_of(setting)) != (high := b.in_unit_of(setting)):
            yield ValueChange(setting, low, high, old, new)


def _setting(name: str, hunk: Hunk, lines: str) -> str | None:
    """What is set: by the name before the number, by the rest of the line, by the section; "max" alone tells least."""
    if _named(name) == "limit" and set(words(name)) - _LIMITS:
        return "limit"
    sections = " ".join(line for line in hunk.kept if line.endswith((":", "{", "(", "]")))
    places = (name, lines, f"{hunk.context} {sections}", hunk.path)
    found = [setting for text in places if (setting := _named(text))]
    return next((setting for setting in found if setting != "limit"), found[0] if found else None)


def _named(text: str) -> str | None:
    found = set(words(text)) | {part.lower() for part in re.findall(r"\w+", text)}
    return next((name for name, names in SETTINGS if names & found), None)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number of a line: the text before it (which names it), the number and its unit as written."""

    name: str
    value: float
    unit: str

    @property
    def text(self) -> tuple[float, str]:
        return self.value, self.unit

    def in_unit_of(self, setting: str) -> float:
        unit = self.unit.lower()
        scales = {**BYTES, **SECONDS, **_UNITS_OF.get(setting, {})}
        return self.value * scales.get(unit, scales.get(unit.removesuffix("s"), 1.0))


def _numbers(line: str) -> Iterator[_Number]:
    start = 0
    for match in _QUANTITY.finditer(line):
        method, argument, number, unit = match.groups()
        name = line[start : match.start()] + ("xmx" if "Xm" in match.group() else "")
        suffix = _NAME_OF_UNIT.search(name)
        said = method or unit or (suffix.group(suffix.lastindex or 0) if suffix else "")
        yield _Number(name, float(argument or number.replace("_", "")), said)
        start = match.end()


def quantities(line: str, setting: str = "") -> list[float]:
    """The numbers of a line of code, durations in seconds and sizes in bytes; `m` as it is meant for `setting`.

    >>> quantities("WithTimeout(ctx, 300*time.Millisecond)"), quantities("memory: 512Mi")
    ([0.3], [536870912.0])
    >>> quantities("cpu: 500m", "cpu"), quantities("-Xmx512m", "memory"), quantities("timeout_ms: 250")
    ([0.5], [512000000.0], [0.25])
    """
    return [number.in_unit_of(setting) for number in _numbers(line)]
