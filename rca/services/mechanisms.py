"""What a diff can break: mechanisms as data, each with the causes that it can bring in.

A mechanism is a fact about the code that went and the code that came ("a timeout was lowered", "a guard is gone"), not
a verdict. Whether it explains an incident is decided where diffs meet telemetry, in `change_match`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from rca.algorithms.words import words
from rca.services.diff import Diff, Hunk, tokens
from rca.services.value_changes import ValueChange, value_changes


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A way in which a change can do harm: `causes` maps the causes it can bring in to how typical it is of them, in (0, 1].

    `sees` returns what it saw in one phrase, or None.
    """

    name: str
    causes: Mapping[str, float]
    sees: Callable[[Diff], str | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """A mechanism that a diff shows, and where."""

    mechanism: Mechanism
    text: str


def seen(diff: Diff) -> tuple[Seen, ...]:
    """All mechanisms that `diff` shows, in catalogue order."""
    found = ((mechanism, mechanism.sees(diff)) for mechanism in MECHANISMS)
    return tuple(Seen(mechanism, text) for mechanism, text in found if text)


# --- values -------------------------------------------------------------------------------------------------------

def _value(setting: str, moved: Callable[[ValueChange], bool]) -> Callable[[Diff], str | None]:
    def sees(diff: Diff) -> str | None:
        for change in value_changes(diff):
            if change.setting == setting and moved(change):
                return f"{setting} from {change.old:g} to {change.new:g} ({change.new_line.strip()[:80]})"
        return None
    return sees


def _lower(change: ValueChange) -> bool:
    return change.new < change.old


def _higher(change: ValueChange) -> bool:
    return change.new > change.old


# --- words that went or came ----------------------------------------------------------------------------------------

def _went(*names: str) -> Callable[[Diff], str | None]:
    """Any of these words is gone on balance and did not come back in another form."""
    wanted = frozenset(names)

    def sees(diff: Diff) -> str | None:
        gone = sorted((diff.removed_words - diff.added_words) & wanted)
        return f"{', '.join(gone)} is gone" if gone else None
    return sees


def _came(*names: str, unless: Iterable[str] = ()) -> Callable[[Diff], str | None]:
    wanted, excuses = frozenset(names), frozenset(unless)

    def sees(diff: Diff) -> str | None:
        new = sorted((diff.added_words - diff.removed_words) & wanted)
        return f"{', '.join(new)} is new" if new and not excuses & diff.added_words else None
    return sees


def _line(pattern: str, *, side: str) -> Callable[[Diff], str | None]:
    """A line of one side matches, and its like does not stand on the other."""
    regex = re.compile(pattern, re.IGNORECASE)

    def sees(diff: Diff) -> str | None:
        removed, added = list(diff.removed_lines()), list(diff.added_lines())
        mine, other = (removed, added) if side == "removed" else (added, removed)
        hits = [line for line in mine if regex.search(line)]
        if len(hits) > sum(bool(regex.search(line)) for line in other):
            return f"{'gone' if side == 'removed' else 'new'}: {hits[0][:90]}"
        return None
    return sees


def _either(*tests: Callable[[Diff], str | None]) -> Callable[[Diff], str | None]:
    return lambda diff: next((text for test in tests if (text := test(diff))), None)


# --- mechanisms that need more than words ---------------------------------------------------------------------------

_BOUND = frozenset({"lru", "evict", "evicts", "trim", "truncate", "maxlen", "ttl", "expire", "ring", "limit", "max", "capacity", "delete",
                    "pop", "popleft", "clear", "remove", "bounded", "weak", "weakref", "reset"})
_GROWS = re.compile(r"\bappend\(|\.append\(|\.add\(|\.push\(|\.put\(|\.set\(|\.computeIfAbsent\(|\.setdefault\(|\.offer\(|\w+\[[^\]]+\]\s*=[^=]|\+=\s*\[")
_LONG_LIVED = re.compile(
    r"^\s*(?:var|let|static|private static|public static|final static|global|const|self\.\w+|this\.\w+|[A-Za-z_]\w*)\s*"
    r"[\w\s<>,.\[\]*:]*(?:=|\bmap\[|\[\]|\bMap\b|\bList\b|\bdict\b|\blist\b|\bset\b)|sync\.Map|ConcurrentHashMap")
_SPAWNS = re.compile(r"\bgo func\b|\bgo \w+\(|Thread\(|\.start\(\)|setInterval\(|addEventListener\(|\.subscribe\(|\.on\(|addListener\(|NewTicker\(|create_task\(")
_STOPS = re.compile(r"\.Stop\(|cancel|\.join\(|clearInterval|removeEventListener|unsubscribe|\.off\(|removeListener|ctx\.Done|defer |shutdown|close\(")


def _unbounded_growth(diff: Diff) -> str | None:
    if diff.added_words & _BOUND:
        return None
    grows = [line for line in _net_added(diff) if _GROWS.search(line)]
    held = [line for line in _net_added(diff) if _LONG_LIVED.search(line) and not _GROWS.search(line)]
    if grows and (held or re.search(r"self\.|this\.|[sS]tatic|[A-Z_]{4,}", " ".join(grows))):
        return f"grows and is never trimmed: {grows[0][:90]}"
    return None


def _never_stopped(diff: Diff) -> str | None:
    started = [line for line in _net_added(diff) if _SPAWNS.search(line)]
    stopped = any(_STOPS.search(line) for line in diff.added_lines())
    return f"started and never stopped: {started[0][:90]}" if started and not stopped else None


def _net_added(diff: Diff) -> list[str]:
    old = {line for line in diff.removed_lines()}
    return [line for line in diff.added_lines() if line not in old]


_LOOP = re.compile(r"^\s*(?:for|foreach|while)\b|\.(?:forEach|map|each)\(|\bfor \w+ in\b|\bfor .*range\b")
_CALL = re.compile(r"quer(?:y|ies)\w*\(|\.(?:get|find|fetch|load|select|execute|exec|call|first|one|lookup|send|request|post|invoke)\w*\(|\bGet\w+\(|\bFetch\w+\(|\bLoad\w+\(|await ",
                   re.IGNORECASE)
_BULK = re.compile(r"\bIN \(|ANY\(|batch|bulk|multi|preload|eager|joinedload|select_related|prefetch_related|\bJOIN\b|ByIds|ByIDs|List\w*\(|mget|GetAll|include\(", re.IGNORECASE)


def _call_in_loop(diff: Diff) -> str | None:
    for hunk in diff.hunks:
        found = _loop_call(hunk)
        if found:
            return f"a call for each element: {found[:90]}"
    gone = [line for line in diff.removed_lines() if _BULK.search(line)]
    single = [line for line in _net_added(diff) if _CALL.search(line) and not _BULK.search(line)]
    if gone and single and any(_LOOP.search(line) for hunk in diff.hunks for line in (*hunk.added, *hunk.kept)):
        return f"a bulk call became single ones: {single[0][:90]}"
    return None


def _loop_call(hunk: Hunk) -> str | None:
    near = 0
    for line in hunk.added:
        near = 8 if _LOOP.search(line) else near - 1
        if near > 0 and _CALL.search(line) and line not in hunk.removed and not _BULK.search(line):
            return line
    return None


_QUOTED = re.compile(r"[\"'`]([^\"'`]{2,120})[\"'`]")


def _renamed(diff: Diff) -> str | None:
    """A quoted name (field, key, column, topic) went and one much like it came: who uses the old name is left behind.

    Names of local variables are nobody's contract and do not count.
    """
    gone, new = _quoted_names(diff.removed), _quoted_names(diff.added)
    for old in gone:
        for fresh in new:
            if old != fresh and _alike(old, fresh):
                return f"{old!r} became {fresh!r}"
    return None


_NAME = re.compile(r"[A-Za-z][\w.-]{1,40}$")


def _quoted_names(found: Iterable[str]) -> list[str]:
    quoted = [token for token in found if token[0] in "\"'`"]
    inner = [name for token in quoted for name in (_QUOTED.findall(token[1:-1]) or [token[1:-1]])]
    return [name for name in dict.fromkeys(inner) if _NAME.match(name)]


def _alike(old: str, new: str) -> bool:
    close = SequenceMatcher(None, old.lower(), new.lower()).ratio()
    return close > 0.7 or bool(set(words(old)) & set(words(new))) and close > 0.5


_SQL = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+[`\"\[]?([A-Za-z_][\w.]*)", re.IGNORECASE)
_DDL = re.compile(r"\b(?:ALTER|DROP|RENAME|CREATE)\s+(?:TABLE|COLUMN|TYPE|VIEW)|\b(?:add|drop|rename|alter)_column|drop_table|rename_table", re.IGNORECASE)


def _schema_reference(diff: Diff) -> str | None:
    """A statement speaks of a table that it did not speak of, and the change creates none."""
    old = {name.lower() for line in diff.removed_lines() for name in _SQL.findall(line)}
    old |= {name.lower() for hunk in diff.hunks for line in hunk.kept for name in _SQL.findall(line)}
    created = any(re.search(r"CREATE\s+TABLE|create_table", line, re.IGNORECASE) for line in diff.added_lines())
    new = [name for line in diff.added_lines() if _looks_like_sql(line) for name in _SQL.findall(line) if name.lower() not in old]
    return f"reads {new[0]}, which the change does not create" if new and not created else None


def _looks_like_sql(line: str) -> bool:
    return bool(re.search(r"\b(?:SELECT|INSERT|UPDATE|DELETE|JOIN|FROM)\b", line))


_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+.\w]*)?")


def _version_moves(diff: Diff) -> Iterable[tuple[str, str, tuple[int, ...], tuple[int, ...]]]:
    for old, new in diff.swaps:
        a, b = _VERSION.search(old), _VERSION.search(new)
        if a and b and old[:a.start()] == new[:b.start()] and a.group() != b.group():
            yield old, new, _numbers(a), _numbers(b)


def _numbers(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(part or 0) for part in match.groups())


def _manifest(diff: Diff) -> Diff:
    return Diff(tuple(hunk for hunk in diff.hunks if hunk.kind == "manifest"))


def _dependency_jump(diff: Diff) -> str | None:
    for old, new, a, b in _version_moves(_manifest(diff)):
        if a[0] != b[0] or b < a or (a[0] == 0 and a[1] != b[1]):
            return f"{old.strip()[:60]} became {new.strip()[:60]}"
    return None


def _dependency_step(diff: Diff) -> str | None:
    for old, new, a, b in _version_moves(_manifest(diff)):
        if a[0] == b[0] and b > a and not (a[0] == 0 and a[1] != b[1]):
            return f"{old.strip()[:60]} became {new.strip()[:60]}"
    return None


def _flipped(diff: Diff) -> str | None:
    pairs = {("true", "false"), ("false", "true"), ("on", "off"), ("off", "on"), ("enabled", "disabled"), ("disabled", "enabled")}
    for old, new in diff.swaps:
        a, b = [t.lower() for t in tokens(old)], [t.lower() for t in tokens(new)]
        if len(a) == len(b) and any((x.strip("\"'"), y.strip("\"'")) in pairs for x, y in zip(a, b, strict=True)):
            return f"{new.strip()[:90]}"
    return None


_ADDRESS = re.compile(r"(?:https?|tcp|amqps?|redis|postgres(?:ql)?|mysql|mongodb|kafka)://[^\s\"']+|\b[\w-]+(?:\.[\w-]+){1,6}:\d{2,5}\b")


def _address_changed(diff: Diff) -> str | None:
    for old, new in diff.swaps:
        a, b = _ADDRESS.search(old), _ADDRESS.search(new)
        if a and b and a.group() != b.group():
            return f"{a.group()[:60]} became {b.group()[:60]}"
    return None


MECHANISMS: tuple[Mechanism, ...] = (
    Mechanism("timeout-lowered", {"timeout-too-short": 1.0, "retry-exhaustion": 0.4, "retry-storm": 0.4}, _value("timeout", _lower)),
    Mechanism("timeout-raised", {"thread-pool-exhaustion": 0.4, "connection-pool-exhaustion": 0.4}, _either(
        _value("timeout", lambda c: c.ratio >= 3), _went("timeout", "deadline", "withtimeout"))),
    Mechanism("pool-shrunk", {"connection-pool-exhaustion": 1.0, "thread-pool-exhaustion": 0.8}, _value("pool", _lower)),
    Mechanism("concurrency-raised", {"cpu-saturation": 0.4, "throttling": 0.5, "connection-pool-exhaustion": 0.4}, _value("pool", lambda c: c.ratio >= 2)),
    Mechanism("release-removed", {"connection-pool-exhaustion": 0.9, "memory-leak": 0.5, "deadlock": 0.3}, _went(
        "close", "release", "dispose", "rollback", "putback", "free", "disconnect", "cancel")),
    Mechanism("acquired-not-released", {"connection-pool-exhaustion": 0.8, "memory-leak": 0.3}, _came(
        "acquire", "checkout", "getconnection", "connect", "borrow", "begintx",
        unless=("close", "release", "defer", "with", "finally", "using", "dispose", "commit", "rollback"))),
    Mechanism("ttl-shortened", {"cache-stampede": 1.0, "authentication-failure": 0.3}, _value("ttl", _lower)),
    Mechanism("cache-removed", {"cache-stampede": 0.9, "slow-query": 0.4, "demand-surge": 0.1}, _went(
        "cache", "cached", "memoize", "singleflight", "coalesce", "jitter", "lru", "redis")),
    Mechanism("cache-shrunk", {"cache-stampede": 0.7}, _value("cache", _lower)),
    Mechanism("retries-raised", {"retry-storm": 1.0, "throttling": 0.3}, _either(
        _value("retries", lambda c: c.ratio >= 1.5), _came("retry", "retries", "retryable", "maxattempts", unless=("backoff", "jitter")))),
    Mechanism("backoff-removed", {"retry-storm": 1.0, "cpu-saturation": 0.5, "throttling": 0.4}, _either(
        _went("backoff", "jitter", "sleep", "delay"), _value("backoff", lambda c: c.ratio <= 0.5))),
    Mechanism("retries-lowered", {"retry-exhaustion": 0.9}, _either(_value("retries", _lower), _went("retry", "retries"))),
    Mechanism("result-limit-removed", {"unbounded-query": 1.0, "slow-query": 0.5, "memory-leak": 0.1, "heap-pressure": 0.3}, _either(
        _line(r"\bLIMIT\b|\.limit\(|\btake\(|pageSize|page_size|FETCH FIRST|\bTOP \d", side="removed"),
        _value("batch", lambda c: c.ratio >= 4), _value("limit", lambda c: c.ratio >= 10))),
    Mechanism("filter-removed", {"unbounded-query": 0.8, "slow-query": 0.6}, _line(r"\bWHERE\b|\.where\(|\.filter\(|\bAND \w+ ?=", side="removed")),
    Mechanism("index-removed", {"missing-index": 1.0, "slow-query": 0.7}, _either(
        _line(r"DROP INDEX|drop_index|remove_index", side="added"), _line(r"CREATE (?:UNIQUE )?INDEX|add_index|create_index|@Index|index=True", side="removed"))),
    Mechanism("predicate-changed", {"slow-query": 0.6, "missing-index": 0.6}, _line(
        r"(?:LOWER|UPPER|CAST|DATE|COALESCE|TRIM)\(\w+\)\s*(?:=|LIKE|IN)|LIKE ['\"]%|\bORDER BY\b|\bOR \w+ ?=|ILIKE", side="added")),
    Mechanism("query-in-loop", {"n-plus-one": 1.0, "slow-query": 0.3, "connection-pool-exhaustion": 0.3}, _call_in_loop),
    Mechanism("unbounded-growth", {"memory-leak": 1.0, "heap-pressure": 0.5}, _unbounded_growth),
    Mechanism("eviction-removed", {"memory-leak": 0.9, "heap-pressure": 0.4}, _went(
        "evict", "eviction", "trim", "expire", "maxlen", "prune", "purge", "weakref", "unsubscribe", "removelistener", "stop")),
    Mechanism("never-stopped", {"memory-leak": 0.7, "cpu-saturation": 0.3}, _never_stopped),
    Mechanism("renamed", {"schema-mismatch": 1.0, "missing-initialisation": 0.2}, _renamed),
    Mechanism("schema-changed", {"schema-mismatch": 1.0, "slow-query": 0.2, "lock-contention": 0.4}, _either(
        _line(_DDL.pattern, side="added"), _line(r"(?:required|optional|repeated|message|enum|reserved)\s+\w+.*=\s*\d+;", side="removed"))),
    Mechanism("schema-reference", {"schema-mismatch": 1.0}, _schema_reference),
    Mechanism("guard-removed", {"bad-data": 0.7, "missing-initialisation": 0.7, "race-condition": 0.3, "poison-message": 0.6}, _either(
        _went("validate", "isnull", "nil", "none", "null", "isnan", "isempty", "sanitize", "recover", "except", "catch", "fallback", "default", "nack", "dlq"),
        _line(r"^\s*(?:\}?\s*else\s+)?if\b", side="removed"))),
    Mechanism("lock-removed", {"race-condition": 1.0}, _went(
        "lock", "unlock", "rlock", "mutex", "synchronized", "atomic", "transaction", "begin", "volatile", "serializable", "once", "semaphore", "idempotency", "idempotent")),
    Mechanism("lock-added", {"lock-contention": 0.9, "deadlock": 0.9}, _came("lock", "mutex", "synchronized", "rlock", "exclusive")),
    Mechanism("tolerance-removed", {"authentication-failure": 1.0, "clock-skew": 0.9}, _either(
        _went("leeway", "skew", "tolerance", "grace", "drift"), _value("tolerance", _lower))),
    Mechanism("credentials-changed", {"authentication-failure": 1.0}, _line(
        r"secret|api[_-]?key|\btoken\b|issuer|audience|\bscopes?\b|\broles?\b|credential|jwks|signing|iam|\bacl\b|policy", side="removed")),
    Mechanism("wiring-removed", {"missing-initialisation": 1.0}, _either(_went(
        "register", "init", "initialize", "initialise", "provide", "bind", "wire", "inject", "subscribe", "mount", "handle", "setup", "configure", "bootstrap", "connect", "start", "new"),
        _line(r"^\s*(?:export )?[A-Z][A-Z0-9_]{3,}\s*[:=]", side="removed"))),
    Mechanism("setting-required", {"missing-initialisation": 0.8}, _line(r"getenv|environ|process\.env|MustGet|requireEnv|@Value|config\.(?:get|must)", side="added")),
    Mechanism("dependency-jump", {"dependency-conflict": 1.0, "schema-mismatch": 0.2}, _dependency_jump),
    Mechanism("dependency-step", {"dependency-conflict": 0.3}, _dependency_step),
    Mechanism("log-added", {"log-flood": 1.0, "disk-full": 0.8}, _either(
        _line(r"\blog(?:ger)?\.\w+\(|console\.log|LOG_\w+\(|logging\.|\bprint(?:ln|f)?\(|\bslog\.", side="added"),
        _line(r"(?:level|LOG_LEVEL)\W+(?:debug|trace|verbose|all)", side="added"))),
    Mechanism("busy-loop", {"cpu-saturation": 1.0}, _either(
        _line(r"^\s*for\s*(?:\(;;\)|\{)|while\s*\(?(?:true|1)\)?", side="added"), _went("ticker", "wait", "yield", "throttle"))),
    Mechanism("expression-changed", {"cpu-saturation": 0.9}, _line(r"regexp?\.|re\.(?:compile|match|search|sub)|MustCompile|Pattern\.compile|new RegExp", side="added")),
    Mechanism("limit-lowered", {"throttling": 0.9, "quota-exhaustion": 0.7, "retry-exhaustion": 0.2}, _value("limit", _lower)),
    Mechanism("memory-lowered", {"heap-pressure": 1.0, "memory-leak": 0.2, "crash-loop": 0.4}, _value("memory", _lower)),
    Mechanism("cpu-lowered", {"cpu-saturation": 1.0, "throttling": 0.5}, _value("cpu", _lower)),
    Mechanism("replicas-lowered", {"cpu-saturation": 0.7, "demand-surge": 0.2}, _value("replicas", _lower)),
    Mechanism("address-changed", {"dependency-outage": 0.5, "dns-failure": 0.8, "configuration-error": 1.0}, _address_changed),
    Mechanism("flag-flipped", {"bad-change": 0.6, "configuration-error": 0.6}, _flipped),
)
"""In the order in which a reviewer would name them: a value, a missing safeguard, a new burden."""
