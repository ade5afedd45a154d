"""Small made incidents with known causes: logs, metrics, spans, an alert and a change history, as files.

They are written by hand in the words of the field, one per cause, and varied by a seed: names, numbers, times, noise.
They check the plumbing and calibrate the ranking; how good it is on real incidents only real incidents tell.
"""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGIN = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of incident. `{c}` is the failing component, `{u}` its caller, `{d}` what it calls.

    `says` are (component, level, text) of the incident; `moves` (component, metric, normal, bad, shape);
    `diff` is the culprit (path, removed lines, added lines), None where no change is to blame.
    """

    name: str
    causes: frozenset[str]
    says: tuple[tuple[str, str, str], ...]
    moves: tuple[tuple[str, str, float, float, str], ...]
    diff: tuple[str, str, str] | None
    lead_min: int = 20
    alert: tuple[str, str] = ("{c}", "http_5xx_ratio")


def scenario(
    name: str,
    *also: str,
    says: list,
    moves: list,
    diff: tuple[str, str, str] | None = None,
    lead: int = 20,
    alert: tuple[str, str] = ("{c}", "http_5xx_ratio"),
) -> Scenario:
    return Scenario(name, frozenset({name, *also}), tuple(says), tuple(moves), diff, lead, alert)


ERRORS = ("{c}", "http_5xx_ratio", 0.002, 0.35, "step")
SLOW = ("{c}", "http_server_duration_p99_ms", 120, 2400, "step")
CALLER = ("{u}", "http_5xx_ratio", 0.003, 0.2, "step")

SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "connection-pool-exhaustion",
        says=[
            ("{c}", "ERROR", "could not get a connection from pool within 3000ms (active=20 idle=0 waiting=41)"),
            ("{u}", "ERROR", "POST {c}/reserve: 503 Service Unavailable"),
        ],
        moves=[
            ("{c}", "db_pool_active_connections", 6, 20, "step"),
            ("{c}", "db_pool_wait_ms", 1, 2900, "step"),
            SLOW,
            CALLER,
        ],
        diff=(
            "services/{c}/repo.go",
            "\tdefer rows.Close()\n",
            "\tif err := rows.Err(); err != nil {\n\t\treturn nil, err\n\t}\n",
        ),
    ),
    scenario(
        "cache-stampede",
        "slow-query",
        says=[
            ("{c}", "WARN", "cache miss for catalog:front, rebuilding from database (took 1840ms)"),
            ("{u}", "ERROR", "upstream {c} timed out after 2000ms"),
        ],
        moves=[
            ("{c}", "cache_hit_ratio", 0.97, 0.31, "step"),
            ("{c}", "db_queries_per_sec", 40, 900, "step"),
            SLOW,
            CALLER,
        ],
        diff=("services/{c}/cache.py", "FRONT_PAGE_TTL_SECONDS = 600\n", "FRONT_PAGE_TTL_SECONDS = 6\n"),
        lead=35,
    ),
    scenario(
        "n-plus-one",
        "slow-query",
        says=[("{c}", "WARN", "GET /orders took 4100ms, 312 queries")],
        moves=[
            ("{c}", "db_queries_per_request", 3, 310, "step"),
            ("{c}", "db_queries_per_sec", 60, 5200, "step"),
            SLOW,
        ],
        diff=(
            "{c}/views/orders.py",
            "    lines = OrderLine.objects.filter(order_id__in=ids)\n",
            "    for order in orders:\n        order.lines = OrderLine.objects.filter(order_id=order.id).all()\n",
        ),
        alert=("{c}", "http_server_duration_p99_ms"),
    ),
    scenario(
        "retry-storm",
        says=[
            ("{u}", "WARN", "attempt 7 of 10 for {c}/charge failed, retrying immediately"),
            ("{c}", "ERROR", "overloaded: request queue is full, rejecting"),
        ],
        moves=[
            ("{c}", "requests_per_sec", 200, 1900, "step"),
            ("{u}", "http_client_retries_total", 0, 400, "counter"),
            ERRORS,
            SLOW,
        ],
        diff=("libs/http/retry.ts", "  retries: 2,\n  backoff: exponential(100),\n", "  retries: 10,\n"),
        alert=("{c}", "http_5xx_ratio"),
    ),
    scenario(
        "throttling",
        "quota-exhaustion",
        says=[
            ("{c}", "ERROR", "geocoder answered 429 Too Many Requests, quota 100 requests per second exceeded"),
            ("{u}", "ERROR", "{c} returned 502 Bad Gateway"),
        ],
        moves=[("{c}", "geocoder_429_ratio", 0.0, 0.6, "step"), ERRORS, CALLER],
        diff=("services/{c}/limiter.go", "\tlimiter = rate.NewLimiter(rate.Limit(90), 10)\n", "\tlimiter = nil\n"),
    ),
    scenario(
        "dns-failure",
        says=[
            ("{c}", "ERROR", "dial tcp: lookup ledger.internal on 10.96.0.10:53: server misbehaving: no such host"),
            ("{u}", "ERROR", "{c} unavailable"),
        ],
        moves=[ERRORS, CALLER],
    ),
    scenario(
        "disk-full",
        "log-flood",
        says=[
            ("{c}", "ERROR", "write /var/lib/{c}/segment-0009.log: no space left on device"),
            ("{u}", "ERROR", "{c}: 500 Internal Server Error"),
        ],
        moves=[("{c}", "disk_used_pct", 71, 100, "ramp"), ERRORS, CALLER],
    ),
    scenario(
        "log-flood",
        "disk-full",
        says=[
            ("{c}", "DEBUG", "evaluating rule 17 for basket 4711"),
            ("{c}", "WARN", "log buffer is full, 8123 messages suppressed"),
        ],
        moves=[
            ("{c}", "log_lines_per_min", 800, 96000, "step"),
            ("{c}", "disk_used_pct", 40, 88, "ramp"),
            ("{c}", "cpu_usage_pct", 30, 72, "step"),
        ],
        diff=("services/{c}/logging.yaml", "level: info\n", "level: debug\n"),
        alert=("{c}", "log_lines_per_min"),
    ),
    scenario(
        "cpu-saturation",
        says=[("{c}", "WARN", "event loop blocked for 1900 ms"), ("{u}", "ERROR", "deadline exceeded calling {c}")],
        moves=[("{c}", "container_cpu_usage_pct", 32, 99, "step"), SLOW, CALLER],
        diff=(
            "services/{c}/validate.js",
            "const EMAIL = /^[^@]+@[^@]+$/;\n",
            "const EMAIL = new RegExp('^([a-zA-Z0-9]+[._-]?)+@([a-z]+[.]?)+$');\n",
        ),
        alert=("{c}", "container_cpu_usage_pct"),
    ),
    scenario(
        "noisy-neighbour",
        "cpu-saturation",
        says=[("{c}", "WARN", "slow tick: 840ms behind schedule"), ("{d}", "WARN", "slow tick: 650ms behind schedule")],
        moves=[("{c}", "node_cpu_steal_pct", 0.5, 46, "step"), ("{d}", "node_cpu_steal_pct", 0.5, 44, "step"), SLOW],
        alert=("{c}", "http_server_duration_p99_ms"),
    ),
    scenario(
        "demand-surge",
        says=[("{u}", "WARN", "request queue depth 930, shedding load")],
        moves=[
            ("{u}", "requests_per_sec", 150, 1400, "step"),
            ("{c}", "requests_per_sec", 140, 1300, "step"),
            ("{d}", "requests_per_sec", 130, 1250, "step"),
            ("{u}", "request_queue_depth", 2, 930, "step"),
            ("{u}", "http_server_duration_p99_ms", 90, 1700, "step"),
        ],
        alert=("{u}", "http_server_duration_p99_ms"),
    ),
    scenario(
        "race-condition",
        says=[
            ("{c}", "ERROR", 'duplicate key value violates unique constraint "reservations_seat_key"'),
            ("{c}", "ERROR", "seat 14C booked twice: inconsistent state"),
        ],
        moves=[("{c}", "double_bookings_total", 0, 40, "counter"), ("{c}", "http_5xx_ratio", 0.002, 0.06, "step")],
        diff=(
            "services/{c}/reserve.go",
            "\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n",
            "\t// seats are checked again by the database\n",
        ),
    ),
    scenario(
        "missing-initialisation",
        says=[
            ("{c}", "ERROR", "panic: runtime error: invalid memory address or nil pointer dereference"),
            ("{c}", "ERROR", "no handler registered for event OrderPaid"),
        ],
        moves=[ERRORS, CALLER],
        diff=("services/{c}/main.go", '\tbus.Register("OrderPaid", ledger.HandlePaid)\n', "\tbus.Start(ctx)\n"),
        lead=2,
    ),
    scenario(
        "dependency-conflict",
        says=[
            (
                "{c}",
                "ERROR",
                "java.lang.NoSuchMethodError: 'com.fasterxml.jackson.databind.JsonNode JsonNode.requireNonNull()'",
            ),
            ("{u}", "ERROR", "{c} returned 500"),
        ],
        moves=[ERRORS, CALLER],
        diff=(
            "services/{c}/pom.xml",
            "<jackson.version>2.17.1</jackson.version>\n",
            "<jackson.version>2.9.10</jackson.version>\n",
        ),
        lead=3,
    ),
    scenario(
        "poison-message",
        "bad-data",
        says=[
            ("{c}", "ERROR", "message 88121 redelivered 14 times, cannot parse amount 'N/A'"),
            ("{c}", "WARN", "consumer lag rising on topic payments: 42000"),
        ],
        moves=[("{c}", "consumer_lag", 20, 42000, "ramp"), ("{c}", "messages_processed_per_sec", 300, 2, "step")],
        alert=("{c}", "consumer_lag"),
    ),
    scenario(
        "authentication-failure",
        says=[
            ("{c}", "ERROR", '401 Unauthorized: token audience "api" rejected, expected "api-v2"'),
            ("{u}", "WARN", "{c} refused our token"),
        ],
        moves=[("{c}", "http_401_ratio", 0.004, 0.7, "step")],
        diff=("services/{c}/auth.yaml", "audience: api\n", "audience: api-v2\n"),
        alert=("{c}", "http_401_ratio"),
    ),
    scenario(
        "deadlock",
        "lock-contention",
        says=[("{c}", "ERROR", "Deadlock found when trying to get lock; try restarting transaction")],
        moves=[("{c}", "db_deadlocks_per_min", 0, 30, "step"), ERRORS, SLOW],
        diff=(
            "services/{c}/transfer.py",
            "    first, second = sorted((source, target))\n",
            "    first, second = source, target\n",
        ),
    ),
    scenario(
        "network-delay",
        "packet-loss",
        says=[
            ("{u}", "WARN", "read tcp 10.1.4.2:443: connection reset by peer while calling {c}"),
            ("{c}", "WARN", "TCP retransmission rate 9 %"),
        ],
        moves=[
            ("{c}", "tcp_retransmits_per_sec", 2, 310, "step"),
            ("{u}", "http_server_duration_p99_ms", 100, 1900, "step"),
            CALLER,
        ],
        alert=("{u}", "http_server_duration_p99_ms"),
    ),
    scenario(
        "memory-leak",
        "heap-pressure",
        says=[
            ("{c}", "ERROR", "java.lang.OutOfMemoryError: Java heap space"),
            ("{u}", "ERROR", "{c}: connection refused"),
        ],
        moves=[("{c}", "jvm_heap_used_mb", 400, 2040, "leak"), ("{c}", "jvm_gc_pause_ms", 12, 900, "step"), CALLER],
        diff=(
            "services/{c}/src/main/java/SessionRegistry.java",
            "        sessions.remove(id);\n",
            "        audit.add(id);\n",
        ),
        lead=100,
        alert=("{c}", "jvm_heap_used_mb"),
    ),
    scenario(
        "schema-mismatch",
        "bad-change",
        says=[
            ("{c}", "ERROR", "Unknown column 'orders.unit_price' in 'field list'"),
            ("{u}", "ERROR", "{c} answered 500 for /orders"),
        ],
        moves=[ERRORS, CALLER],
        diff=(
            "services/{c}/models.py",
            '    price = Column("price", Numeric)\n',
            '    price = Column("unit_price", Numeric)\n',
        ),
        lead=4,
    ),
)

DECOYS = (
    ("docs/runbook.md", "", "Restart the service with care.\n", "docs: runbook"),
    (
        "services/{c}/handler.go",
        "\tres := build(req)\n\treturn res, nil\n",
        "\treturn build(req), nil\n",
        "refactor: shorter handler",
    ),
    ("go.mod", "\tgithub.com/google/uuid v1.5.0\n", "\tgithub.com/google/uuid v1.6.0\n", "chore: bump uuid"),
    ("services/{u}/banner.css", "  color: #333;\n", "  color: #222;\n", "fix: contrast of the banner"),
    ("services/{c}/handler_test.go", "\tassert.Equal(t, 1, n)\n", "\trequire.Equal(t, 1, n)\n", "test: stricter"),
    ("services/{d}/config.yaml", "timeout: 2s\n", "timeout: 3s\n", "chore: allow slower answers"),
    ("services/{u}/search.py", "    rows = rows[:20]\n", "    rows = rows[:10]\n", "feat: shorter list"),
)
NAMES = (
    ("checkout", "storefront", "inventory"),
    ("billing", "portal", "ledger"),
    ("search", "web", "index"),
    ("booking", "mobile-api", "seats"),
)


def write(made: Scenario, folder: Path, seed: int) -> dict:
    """Writes the files of one variant and returns its truth: causes, component, commit, decoys."""
    rng = random.Random(f"{made.name}-{seed}")
    c, u, d = NAMES[seed % len(NAMES)]
    names = {"c": c, "u": u, "d": d}
    onset = BEGIN + timedelta(minutes=rng.randint(110, 150))
    end = onset + timedelta(minutes=rng.randint(18, 40))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.ndjson").write_text("".join(json.dumps(line) + "\n" for line in _logs(made, names, onset, end, rng)))
    (folder / "series.csv").write_text(
        "timestamp,service,metric,value\n" + "".join(_metrics(made, names, onset, end, rng))
    )
    (folder / "spans.json").write_text(json.dumps(_spans(names, onset, end, rng), indent=1))
    culprit, commits, deploys = _changes(made, names, onset, rng)
    (folder / "commits.json").write_text(json.dumps(commits, indent=1))
    (folder / "deploys.json").write_text(json.dumps(deploys, indent=1))
    component, metric = (part.format(**names) for part in made.alert)
    (folder / "alert.json").write_text(
        json.dumps(
            {
                "service": component,
                "metric": metric,
                "fired_at": _iso(onset + timedelta(minutes=rng.randint(3, 9))),
                "severity": "critical",
                "summary": f"{metric} of {component} is out of range",
            },
            indent=1,
        )
    )
    return {"causes": made.causes, "component": component if made.name == "demand-surge" else c, "commit": culprit}


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _logs(made: Scenario, names: dict, onset: datetime, end: datetime, rng: random.Random) -> list[dict]:
    lines = []
    for minute in range(int((end - BEGIN).total_seconds() // 60)):
        for service in names.values():
            at = BEGIN + timedelta(minutes=minute, seconds=rng.random() * 50)
            lines.append(
                {
                    "timestamp": _iso(at),
                    "service": service,
                    "severity_text": "INFO",
                    "msg": f"handled request in {rng.randint(8, 90)} ms",
                }
            )
    for who, level, text in made.says:
        lag = 0 if who == "{c}" else 40
        at = onset + timedelta(seconds=lag + rng.random() * 30)
        while at < end:
            lines.append(
                {
                    "timestamp": _iso(at),
                    "service": who.format(**names),
                    "severity_text": level,
                    "msg": text.format(**names),
                }
            )
            at += timedelta(seconds=20 + rng.random() * 90)
    return sorted(lines, key=lambda line: line["timestamp"])


def _metrics(made: Scenario, names: dict, onset: datetime, end: datetime, rng: random.Random) -> list[str]:
    rows = []
    healthy = tuple((who, "http_server_duration_p99_ms", 80.0, 80.0, "step") for who in ("{u}", "{c}", "{d}"))
    moving = {(who, metric) for who, metric, *_ in made.moves}
    for who, metric, normal, bad, shape in (*made.moves, *(h for h in healthy if h[:2] not in moving)):
        total = 0.0
        for minute in range(int((end - BEGIN).total_seconds() // 60)):
            at = BEGIN + timedelta(minutes=minute)
            level = _level(normal, bad, shape, at, onset, end)
            total += level if shape == "counter" else 0.0
            value = total if shape == "counter" else level + rng.gauss(0, 0.03 * max(abs(normal), 0.02 * abs(bad)))
            rows.append(f"{_iso(at)},{who.format(**names)},{metric},{value:.4f}\n")
    return rows


def _level(  # noqa: PLR0917 - a shape and the times that it is bent by
    normal: float, bad: float, shape: str, at: datetime, onset: datetime, end: datetime
) -> float:
    if shape == "leak":
        begun = onset - timedelta(minutes=90)
        return normal + (bad - normal) * min(1.0, max(0.0, (at - begun) / (onset - begun)))
    if at < onset:
        return normal
    return normal + (bad - normal) * min(1.0, (at - onset) / (end - onset) * 1.5) if shape == "ramp" else bad


def _spans(names: dict, onset: datetime, end: datetime, rng: random.Random) -> list[dict]:
    spans = []
    for number in range(12):
        at = (
            BEGIN + timedelta(minutes=8 * number + rng.random()) if number < 8 else onset + (end - onset) * rng.random()
        )
        bad = at >= onset
        length = 900.0 if bad else 60.0
        for depth, key in enumerate(("u", "c")):
            spans.append(
                {
                    "trace_id": f"t{number}",
                    "span_id": f"s{number}{depth}",
                    "parent_id": f"s{number}{depth - 1}" if depth else None,
                    "service": names[key],
                    "name": "call",
                    "start": _iso(at + timedelta(milliseconds=depth)),
                    "duration_ms": length - depth,
                    "status": "ERROR" if bad else "OK",
                }
            )
    return spans


def _changes(
    made: Scenario, names: dict, onset: datetime, rng: random.Random
) -> tuple[str | None, list[dict], list[dict]]:
    commits, deploys = [], []

    def add(*, path: str, removed: str, added: str, message: str, at: datetime, service: str | None) -> str:
        sha = f"{rng.getrandbits(160):040x}"
        diff = (
            f"@@ {path} @@\n"
            + "".join(f"-{line}\n" for line in removed.splitlines())
            + "".join(f"+{line}\n" for line in added.splitlines())
        )
        commits.append(
            {
                "sha": sha,
                "author": "dev",
                "timestamp": _iso(at - timedelta(minutes=3)),
                "message": message,
                "files_changed": [path],
                "diff": diff,
            }
        )
        if service:
            deploys.append(
                {"timestamp": _iso(at), "service": service, "commit_sha": sha, "version": f"v{len(deploys)}"}
            )
        return sha

    for path, removed, added, message in rng.sample(DECOYS, 6):
        at = onset - timedelta(minutes=rng.choice((2, 6, 15, 30, 60, 90)))
        service = rng.choice((names["c"], names["u"], None))
        add(path=path.format(**names), removed=removed, added=added, message=message, at=at, service=service)
    culprit = None
    if made.diff:
        path, removed, added = made.diff
        culprit = add(
            path=path.format(**names),
            removed=removed,
            added=added,
            message="refactor: tidy up",
            at=onset - timedelta(minutes=made.lead_min),
            service=names["c"],
        )
    return culprit, sorted(commits, key=lambda row: row["timestamp"]), sorted(deploys, key=lambda row: row["timestamp"])


def brier(pairs: list[tuple[float, bool]]) -> float:
    """Mean squared distance of stated probabilities from what came true; 0.25 for always saying one half."""
    return math.fsum((p - right) ** 2 for p, right in pairs) / len(pairs)
