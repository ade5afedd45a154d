"""What a diff can break: mechanisms as data, each with the causes that it can bring in.

A mechanism is a fact about the code that went and the code that came ("a timeout was lowered", "a guard is gone"), not
a verdict. Whether it explains an incident is decided where diffs meet telemetry, in `change_match`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rca.services._sights import (
    Sight,
    all_of,
    came,
    either,
    in_files,
    line_dropped,
    line_gone,
    line_new,
    lower,
    swapped,
    unless,
    value,
    went,
)
from rca.services._sights_contracts import (
    address_changed,
    dependency_jump,
    dependency_step,
    environment_renamed,
    flipped,
    renamed,
    schema_reference,
)
from rca.services._sights_growth import never_stopped, unbounded_growth
from rca.services._sights_locks import narrowed, reordered
from rca.services._sights_loops import call_in_loop, endless_loop, log_in_loop, nested_repetition
from rca.services.diff import Diff


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A way in which a change can do harm: `causes` maps the causes it can bring in to how typical it is, in (0, 1].

    `sees` returns what it saw in one phrase, or None.
    """

    name: str
    causes: Mapping[str, float]
    sees: Sight


@dataclass(frozen=True, slots=True)
class Seen:
    """A mechanism that a diff shows, and where."""

    mechanism: Mechanism
    text: str


def seen(diff: Diff) -> tuple[Seen, ...]:
    """All mechanisms that `diff` shows, in catalogue order."""
    found = ((mechanism, mechanism.sees(diff)) for mechanism in MECHANISMS)
    return tuple(Seen(mechanism, text) for mechanism, text in found if text)


_RELEASE = r"(?:close|release|rollback|cancel|done|put|dispose|disconnect|free)\w*\("
_SCOPED_RELEASE = (
    rf"\bdefer\b.*{_RELEASE}|^\}}?\s*finally\b|\busing\s*(?:\(|var\b)|\btry\s*\(.*=|"
    r"\bwith\b.*(?:conn|session|cursor|pool|client|transaction|acquire|socket|engine)"
)
_ATOMIC = (
    r"FOR UPDATE|select_for_update|with_for_update|LockMode|putIfAbsent|computeIfAbsent|compareAndSet|CompareAndSwap|"
    r"\bSET ?NX\b|\bnx=True|ON CONFLICT|INSERT IGNORE|"
    r"LoadOrStore|getAndIncrement|incrementAndGet|If-Match|@Version|\bF\([\"']"
)
_LOG = (
    r"\blog(?:ger)?\.(?:info|debug|trace|print\w*|log|with)\w*\(|console\.(?:log|debug|info)\(|"
    r"LOG_(?:INFO|DEBUG|TRACE)\w*\("
)
_MORE_LOG = r"\blogging\.(?:info|debug)\(|\bprint(?:ln|f)?\(|\bslog\.(?:Info|Debug)|fmt\.Print"
_QUIETER_LEVEL = r"level\W+(?:\w+\W+){0,2}(?:debug|trace|verbose|all|finest)\b"
_CALL_OF_WIRING = (
    r"\b(?:register|init|initiali[sz]e|provide|bind|wire|inject|subscribe|mount|handle|setup|configure|bootstrap|start|use|"
    r"add(?:singleton|scoped|transient|handler|listener|route|job)|include_router)\w*\(|[\w.]\s*[:=]\s*(?:[\w.]+\.)?New[A-Z]\w*\(\w"
)
_REQUIRED_SETTING = (
    r"getenv\(\s*[\"'][^\"']+[\"']\s*\)(?!\s*(?:or\b|\|\||\?\?))|environ\[|process\.env\.\w+(?!.*(?:\?\?|\|\|))|MustGet|requireEnv|"
    r"@Value\(\"\$\{[^:}]+\}|config\.must|LookupEnv|mustEnv|required:\s*true"
)
_WEAKER_PREDICATE = (
    r"(?:LOWER|UPPER|CAST|DATE|COALESCE|TRIM)\([\w.]+\)\s*(?:=|LIKE|IN|>|<|BETWEEN)|"
    r"LIKE ['\"]%|\bORDER BY\b|\bOR [\w.]+ ?=|ILIKE|"
    r"__icontains|__iexact|\$regex|::date\b"
)
_GUARD = (
    r"^\s*(?:\}?\s*else\s+)?if\b(?!.*\berr(?:or)?\b)|\bis not None\b|\s\?\?\s|"
    r"\?\.|[!=]= ?null\b|requireNonNull|Optional\.ofNullable"
)
"""Handing an error on is no guard: it moves with every refactoring."""
_FIELD = r"\w+\s*=\s*\d+\s*[;\[]|\"(?:name|type)\"|^\s*\d+:"
_RESULT_LIMIT = r"\bLIMIT\b|\.limit\(|\btake\(|pageSize|page_size|per_page|FETCH FIRST|\bTOP \d|\[:\w+\]|setMaxResults"

MECHANISMS: tuple[Mechanism, ...] = (
    Mechanism(
        "timeout-lowered",
        {"timeout-too-short": 1.0, "retry-exhaustion": 0.4, "retry-storm": 0.4},
        value("timeout", lower),
    ),
    Mechanism(
        "timeout-raised",
        {"thread-pool-exhaustion": 0.4, "connection-pool-exhaustion": 0.4},
        either(value("timeout", lambda c: c.ratio >= 3), went("timeout", "deadline", "withtimeout")),
    ),
    Mechanism("pool-shrunk", {"connection-pool-exhaustion": 1.0, "thread-pool-exhaustion": 0.8}, value("pool", lower)),
    Mechanism(
        "concurrency-raised",
        {"cpu-saturation": 0.4, "throttling": 0.5, "connection-pool-exhaustion": 0.4},
        value("pool", lambda c: c.ratio >= 2),
    ),
    Mechanism(
        "release-removed",
        {"connection-pool-exhaustion": 0.9, "memory-leak": 0.5, "deadlock": 0.3},
        either(
            went("close", "release", "dispose", "rollback", "putback", "free", "disconnect", "cancel"),
            line_gone(_SCOPED_RELEASE),
        ),
    ),
    Mechanism(
        "acquired-not-released",
        {"connection-pool-exhaustion": 0.8, "memory-leak": 0.3},
        unless(
            either(
                came("acquire", "checkout", "getconnection", "borrow", "begintx", "getconn"),
                line_new(r"\.connect\(|getConnection\(|\.getconn\("),
            ),
            either(
                came(
                    "close",
                    "release",
                    "defer",
                    "finally",
                    "using",
                    "dispose",
                    "commit",
                    "rollback",
                    "unlock",
                    "putconn",
                ),
                line_new(r"^\s*(?:async )?with\b|\btry\s*\(.*="),
            ),
        ),
    ),
    Mechanism("ttl-shortened", {"cache-stampede": 1.0, "authentication-failure": 0.3}, value("ttl", lower)),
    Mechanism(
        "jitter-removed",
        {"cache-stampede": 0.9, "retry-storm": 0.8},
        line_gone(
            r"jitter|(?:expir|ttl|delay|backoff|interval|sleep|wait|refresh|max_?age).*\brand|\brand.*(?:expir|ttl|delay|interval)"
        ),
    ),
    Mechanism(
        "cache-removed",
        {"cache-stampede": 0.9, "slow-query": 0.4, "demand-surge": 0.1},
        went("cache", "cached", "memoize", "singleflight", "coalesce", "jitter", "lru", "redis", "cacheable"),
    ),
    Mechanism("cache-shrunk", {"cache-stampede": 0.7}, value("cache", lower)),
    Mechanism(
        "cache-key-changed",
        {"cache-stampede": 0.9, "slow-query": 0.4},
        either(
            swapped(
                r"(?:cache|lookup|memo|redis)_?-?key|key_?(?:prefix|for|of|gen)|(?:cache|redis|memo\w*)\.(?:get|set)\w*\(\s*f?[\"'`]"
            ),
            all_of(swapped(r"\bkey\s*(?::=|=)|\bkey\w*\("), in_files(r"cach|redis|memo", swapped(r"key"))),
        ),
    ),
    Mechanism(
        "retries-raised",
        {"retry-storm": 1.0, "throttling": 0.3},
        either(
            value("retries", lambda c: c.ratio >= 1.5),
            came("retry", "retries", "retryable", "maxattempts", unless=("backoff", "jitter")),
        ),
    ),
    Mechanism(
        "backoff-removed",
        {"retry-storm": 1.0, "cpu-saturation": 0.5, "throttling": 0.4},
        either(went("backoff", "jitter", "sleep", "delay"), value("backoff", lambda c: c.ratio <= 0.5)),
    ),
    Mechanism("retries-lowered", {"retry-exhaustion": 0.9}, either(value("retries", lower), went("retry", "retries"))),
    Mechanism(
        "result-limit-removed",
        {"unbounded-query": 1.0, "slow-query": 0.5, "memory-leak": 0.1, "heap-pressure": 0.3},
        either(
            line_gone(_RESULT_LIMIT),
            value("batch", lambda c: c.ratio >= 4),
            value("limit", lambda c: c.ratio >= 10),
        ),
    ),
    Mechanism(
        "filter-removed",
        {"unbounded-query": 0.8, "slow-query": 0.6},
        line_gone(r"\bWHERE\b|\.where\(|\.filter\(|\bAND [\w.]+ ?(?:=|>|<|IN\b)"),
    ),
    Mechanism(
        "index-removed",
        {"missing-index": 1.0, "slow-query": 0.7},
        either(
            line_new(r"DROP INDEX|drop_index|remove_index|RemoveIndex|dropIndex"),
            line_gone(
                r"CREATE (?:UNIQUE )?INDEX|add_index|create_?index|@Index|"
                r"index=True|db_index|\bindex: true|\bindexes ?="
            ),
        ),
    ),
    Mechanism("predicate-changed", {"slow-query": 0.6, "missing-index": 0.6}, line_new(_WEAKER_PREDICATE)),
    Mechanism("query-in-loop", {"n-plus-one": 1.0, "slow-query": 0.3, "connection-pool-exhaustion": 0.3}, call_in_loop),
    Mechanism("unbounded-growth", {"memory-leak": 1.0, "heap-pressure": 0.5}, unbounded_growth),
    Mechanism(
        "eviction-removed",
        {"memory-leak": 0.9, "heap-pressure": 0.4},
        went(
            *("evict", "eviction", "trim", "expire", "maxlen", "prune", "purge", "weakref", "unsubscribe", "stop"),
            *("removelistener", "maxsize", "popleft", "popitem"),
        ),
    ),
    Mechanism("never-stopped", {"memory-leak": 0.7, "cpu-saturation": 0.3}, never_stopped),
    Mechanism("renamed", {"schema-mismatch": 1.0, "missing-initialisation": 0.2}, renamed),
    Mechanism("environment-renamed", {"configuration-error": 1.0, "missing-initialisation": 0.8}, environment_renamed),
    Mechanism(
        "schema-changed",
        {"schema-mismatch": 1.0, "slow-query": 0.2, "lock-contention": 0.4},
        either(
            line_new(
                r"\b(?:ALTER|DROP|RENAME)\s+(?:TABLE|COLUMN|TYPE|VIEW)|\b(?:drop|rename|alter)_?column|drop_?table|rename_?table"
            ),
            in_files(r"\.proto$|\.avsc$|\.thrift$", either(line_dropped(_FIELD), swapped(_FIELD))),
            line_gone(r"(?:required|optional|repeated|message|enum|reserved)\s+\w+.*=\s*\d+;"),
        ),
    ),
    Mechanism("schema-reference", {"schema-mismatch": 1.0}, schema_reference),
    Mechanism(
        "guard-removed",
        {"bad-data": 0.7, "missing-initialisation": 0.7, "race-condition": 0.3, "poison-message": 0.6},
        either(
            went(
                *("validate", "isnull", "isnan", "isempty", "sanitize", "recover", "except"),
                *("catch", "fallback", "default", "nack", "dlq"),
            ),
            line_gone(_GUARD),
        ),
    ),
    Mechanism(
        "dead-letter-removed",
        {"poison-message": 1.0, "retry-storm": 0.2},
        line_gone(
            r"dead[-_]?letter|maxReceiveCount|x-dead-letter|RedrivePolicy|\bnack\b|basic_reject|\bdlq\b|[._]dlq|max_?deliver"
        ),
    ),
    Mechanism(
        "lock-removed",
        {"race-condition": 1.0},
        either(
            went(
                *("lock", "unlock", "rlock", "mutex", "synchronized", "atomic", "transaction", "begin", "volatile"),
                *("serializable", "once", "semaphore", "idempotency", "idempotent"),
            ),
            line_gone(_ATOMIC),
        ),
    ),
    Mechanism("lock-narrowed", {"race-condition": 1.0}, narrowed),
    Mechanism("locks-reordered", {"deadlock": 1.0}, reordered),
    Mechanism(
        "lock-added",
        {"lock-contention": 0.9, "deadlock": 0.9},
        came("lock", "mutex", "synchronized", "rlock", "exclusive"),
    ),
    Mechanism(
        "tolerance-removed",
        {"authentication-failure": 1.0, "clock-skew": 0.9},
        either(went("leeway", "skew", "tolerance", "grace", "drift"), value("tolerance", lower)),
    ),
    Mechanism(
        "credentials-changed",
        {"authentication-failure": 1.0},
        line_gone(
            r"secret|api[_-]?key|\btoken\b|issuer|audience|\bscopes?\b|\broles?\b|credential|jwks|signing|\biam\b|\bacl\b|policy"
        ),
    ),
    Mechanism(
        "wiring-removed",
        {"missing-initialisation": 1.0},
        either(
            all_of(
                went(
                    *("register", "init", "initialize", "initialise", "provide", "bind", "wire", "inject", "subscribe"),
                    *(
                        "mount",
                        "handle",
                        "setup",
                        "configure",
                        "bootstrap",
                        "connect",
                        "start",
                        "new",
                        "use",
                        "include",
                    ),
                ),
                line_dropped(_CALL_OF_WIRING),
            ),
            line_gone(r"^\s*(?:export )?[A-Z][A-Z0-9_]{3,}\s*[:=]"),
        ),
    ),
    Mechanism("setting-required", {"missing-initialisation": 0.8}, line_new(_REQUIRED_SETTING)),
    Mechanism(
        "default-changed",
        {"configuration-error": 0.8, "bad-change": 0.5},
        swapped(r"default|fallback|getenv\(.*,|getOrDefault|environ\.get\(.*,|\?\?", same=True),
    ),
    Mechanism("dependency-jump", {"dependency-conflict": 1.0, "schema-mismatch": 0.2}, dependency_jump),
    Mechanism("dependency-step", {"dependency-conflict": 0.3}, dependency_step),
    Mechanism(
        "log-added",
        {"log-flood": 1.0, "disk-full": 0.8},
        either(line_new(_QUIETER_LEVEL), log_in_loop, line_new(f"{_LOG}|{_MORE_LOG}")),
    ),
    Mechanism(
        "busy-loop",
        {"cpu-saturation": 1.0},
        either(endless_loop, went("ticker", "wait", "yield", "throttle", "sleep")),
    ),
    Mechanism(
        "expression-changed",
        {"cpu-saturation": 0.9},
        either(
            nested_repetition,
            line_new(
                r"\bregexp?\.|\bre\.(?:compile|match|search|sub)|MustCompile|Pattern\.compile|new RegExp|new Regex"
            ),
        ),
    ),
    Mechanism(
        "limit-lowered",
        {"throttling": 0.9, "quota-exhaustion": 0.7, "retry-exhaustion": 0.2},
        value("limit", lower),
    ),
    Mechanism(
        "rate-limit-removed",
        {"throttling": 0.7, "demand-surge": 0.3, "retry-storm": 0.3},
        went("limiter", "throttle", "ratelimit", "debounce"),
    ),
    Mechanism("memory-lowered", {"heap-pressure": 1.0, "memory-leak": 0.2, "crash-loop": 0.4}, value("memory", lower)),
    Mechanism("cpu-lowered", {"cpu-saturation": 1.0, "throttling": 0.5}, value("cpu", lower)),
    Mechanism("replicas-lowered", {"cpu-saturation": 0.7, "demand-surge": 0.2}, value("replicas", lower)),
    Mechanism(
        "address-changed",
        {"dependency-outage": 0.5, "dns-failure": 0.8, "configuration-error": 1.0},
        address_changed,
    ),
    Mechanism("flag-flipped", {"bad-change": 0.6, "configuration-error": 0.6}, flipped),
)
"""In the order in which a reviewer would name them: a value, a missing safeguard, a new burden."""
