"""What a metric measures, told by its name: its family, and the direction in which it does harm.

Names are read word by word ("jvm.memory.used", "dbRowsExamined", "http_5xx_ratio"), so that a part of a word never
decides ("clock" holds no "lock"). The first row of the table that matches wins: the most telling words stand first.
The table is data: `finds` and `spares` of each row are checked by a test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Harm = Literal["up", "down", "both", "none"]


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of metric.

    `harm` is the direction that hurts: "both" where either may, "none" for what is configured, not measured. `finds`
    are names that belong here, `spares` names that look alike and do not.
    """

    name: str
    harm: Harm
    pattern: re.Pattern[str]
    finds: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()


def _family(name: str, harm: Harm, pattern: str, finds: str = "", spares: str = "") -> Family:
    return Family(name, harm, re.compile(pattern), tuple(finds.split()), tuple(spares.split()))


FAMILIES: tuple[Family, ...] = (
    _family("memory-limit", "none",
            r"\b(?:memory|mem|heap)\b.*\b(?:limits?|max)$|"
            r"\b(?:memory|mem|heap)\b.*\b(?:limits?|max) (?:bytes|[kmg]i?b)$|"
            r"\b(?:limits?|max)\b.*\b(?:memory|mem|heap)\b",
            "container_memory_limit_mb jvm.memory.max kube_pod_container_resource_limits_memory_bytes",
            "container_memory_rss_mb memory_max_age_days_total"),
    _family("limit", "none", r"\blimits?\b(?! (?:exceeded|hits|reached|rejections|rejected))|\bcapacity\b|"
            r"\bconfigured\b|"
            r"\b(?:pool|threads?|connections?|conns?) (?:max|size|maximum)\b|"
            r"\bmax (?:pool|threads?|connections?|conns?|fds)\b",
            "db_pool_max_connections hikaricp_connections_max queue_capacity",
            "rate_limit_exceeded_total max_latency_ms"),
    _family("oom", "up", r"\booms?\b|\boom ?kill\w*|\bout of memory\b", "container_oom_killed_total", "room_count"),
    _family("restarts", "up", r"\brestarts?\b|\brestarted\b|\bcrash\w*", "kube_pod_container_status_restarts_total",
            "restaurants_open"),
    _family("steal", "up", r"\bsteal\b|\bstolen\b|\bpsi\b|\bpressure\b", "node_cpu_steal_percent"),
    _family("throttled", "up", r"\bthrottl\w*|\brate limited\b|\b429s?\b|\bslow ?down\b|"
            r"\brate ?limit\w* (?:hits|rejections|exceeded|rejected)\b",
            "container_cpu_cfs_throttled_periods_total http_429_ratio"),
    _family("quota", "up", r"\bquotas?\b|\bcredits?\b|\bbudget used\b", "api_quota_used_ratio", "quotation_requests"),
    _family("auth", "up", r"\b40[13]\b|\bunauthori[sz]ed\b|\blogins? failed\b|"
            r"\bauth\w*\b.*\b(?:fail\w*|reject\w*|errors?|denied)\b|"
            r"\b(?:token|jwt)\b.*\b(?:reject\w*|invalid|fail\w*|errors?)\b",
            "http_401_unauthorized_ratio auth_failures_total token_validation_errors_per_sec",
            "auth_requests_total author_count"),
    _family("certificate", "down", r"\bcerts?\b|\bcertificates?\b|\bx509\b",
            "ssl_certificate_expiry_seconds tls_cert_seconds_until_expiry", "certainty_score"),
    _family("clock", "up", r"\bclock (?:offset|skew|drift|error|diff\w*|step)|\bclock$|\bskew\b|\bdrift\b|"
            r"\bntp\b|\btime offset\b", "node_clock_offset_ms", "o_clock_widgets_sold"),
    _family("locks", "up", r"\block(?:s|ed)?\b|\bdeadlocks?\b|\bblocked\b", "pg_locks_waiting innodb_row_lock_waits",
            "clock_seconds blocker_ui"),
    _family("pool-wait", "up", r"\b(?:pool|conns?|connections?)\b.*\b(?:wait\w*|pending|acquire|checkout|queue\w*)\b|"
            r"\bwait\w*\b.*\b(?:conns?|connections?|pool)\b", "db_pool_wait_ms hikaricp_connections_pending",
            "connections_active"),
    _family("connections-free", "down", r"\b(?:pool|conns?|connections?)\b.*\b(?:idle|free|available|remaining)\b|"
            r"\b(?:idle|free|available)\b.*\b(?:conns?|connections?)\b",
            "hikaricp_connections_idle db_pool_available", "pool_active"),
    _family("connections", "up", r"\bconn(?:s|ections?)?\b|\bpool\b|\bsockets?\b|\bsessions?\b",
            "db_connections_in_use pool_active"),
    _family("log-volume", "up", r"\blogs?\b.*\b(?:lines?|bytes|rate|volume|messages?|per)\b|\blogged\b",
            "log_lines_per_min log_bytes_total", "login_rate"),
    _family("queries-per-request", "up", r"\bquer(?:y|ies)\b.*\bper req\w*|"
            r"\b(?:sql|db|statements?|calls?)\b.*\bper (?:req\w*|page|trace)\b", "db_queries_per_request",
            "db_queries_per_sec"),
    _family("rows", "up", r"\brows?\b|\bexamined\b|\bscanned\b|\bscans?\b|\btuples?\b|\bresult size\b",
            "db_rows_examined pg_seq_scan", "throws_total"),
    _family("query-latency", "up", r"\b(?:db|database|sql|quer(?:y|ies)|statements?|postgres|pg|mysql|mongo|redis)\b.*"
            r"\b(?:latency|duration|time|ms|seconds?|p\d\d\d?)\b", "db_query_latency_p99_ms mysql_query_seconds",
            "db_connections"),
    _family("cache-miss", "up", r"\bmiss(?:es|ed)?\b|\bevict\w*|\bexpired keys\b|\brecomput\w*|"
            r"\borigin (?:requests|fetch\w*)\b",
            "cache_misses_per_sec evicted_keys", "emission"),
    _family("cache", "down", r"\bhit (?:ratio|rate|pct|percent)\b|\bcache\b.*\bhits?\b|\bkeyspace hits\b",
            "cache_hit_ratio redis_keyspace_hits", "rate_limit_hits"),
    _family("retries", "up", r"\bretr(?:y|ies|ied|ying)\b|\breattempts?\b|\battempts\b", "http_client_retries_total"),
    _family("cancelled", "up", r"\bcancell?(?:ed|ations?)?\b|\babort\w*|\btimed out\b|\btimeouts?\b|\bdeadline\b",
            "rpc_server_cancelled_rate client_timeouts_total"),
    _family("queue", "up", r"\bqueue\w*|\blag\b|\bbacklog\b|\boldest\b|\bdepth\b|\bpending\b|\bin ?flight\b|"
            r"\bunacked\b|\bbuffer(?:ed)?\b",
            "queue_oldest_message_age_seconds kafka_consumer_lag", "flag_state"),
    _family("availability", "down", r"\bavailability\b|\bsuccess\w*|\bup\b|\bhealthy\b|\bready\b|\buptime\b",
            "availability success_ratio up PodSuccessRate", "update_count disk_available_bytes"),
    _family("errors", "up", r"\berr(?:or)?s?\b|\bfail\w*|\bfaults?\b|\b[45]xx\b|\b50[0-4]\b|\bexceptions?\b|"
            r"\breject\w*|"
            r"\bdropp?(?:ed|s)\b|\bdead letter\w*|\bdlq\b|\bcorrupt\w*|\binvalid\b|\bduplicates?\b|\bmismatch\w*|"
            r"\bunavailab\w*|\bpanics?\b|\blost\b|\boversold\b|\bnegative\b|\bdiscrepanc\w*",
            "http_5xx_ratio deserialize_error_ratio orders_failed_total", "interface_speed defaults"),
    _family("network", "up", r"\bpackets?\b|\bretrans\w*|\brtt\b|\bnetwork\b|\btcp\b|\bping\b|\bdns\b",
            "tcp_retransmits_total node_network_receive_bytes_total NetworkReceiveBytes", "tcpdump"),
    _family("gc", "up", r"\bgc\b(?!.*\bobjects\b)|\bgarbage\b", "jvm_gc_pause_ms go_gc_duration_seconds",
            "gcp_requests gc_tracked_objects"),
    _family("latency", "up", r"\blatenc\w*|\bdurations?\b|\bresponse time\b|\belapsed\b|\bp(?:50|75|90|95|99|999)\b|"
            r"\btime ms\b|\brt\b|\blat\b", "http_server_duration_p99_ms latency lat_99 response_time",
            "platform_version"),
    _family("cpu", "up", r"\bcpu\w*|\bload(?: ?avg| average|1|5|15)\b|\bprocessor\b|\bmillicores\b",
            "container_cpu_usage_pct cpu CpuUsageRate", "cupcake_sales"),
    _family("memory", "up", r"\bmem(?:ory)?\b|\bheap\w*|\brss\b|\bworking set\b|\bresident\b|\bpss\b|\buss\b|"
            r"\b(?:gc|live|tracked)\b.*\bobjects\b",
            "container_memory_rss_mb go_heap_inuse_mb rss_bytes gc_tracked_objects", "member_count"),
    _family("disk-free", "down", r"\b(?:disk|fs|filesystem|volume|storage|inodes?)\b.*\b(?:free|avail\w*)\b",
            "node_filesystem_free_bytes disk_free_pct", "disk_used_pct"),
    _family("disk", "up", r"\bdisk\w*|\bfs\b|\bfilesystem\b|\bvolume\b|\binodes?\b|\biowait\b|\biops?\b|\bwal\b",
            "disk_used_pct"),
    _family("threads", "up", r"\bthreads?\b|\bgoroutines?\b|\bworkers?\b|\bbusy\b", "process_threads go_goroutines"),
    _family("file-descriptors", "up", r"\bfds?\b|\bfile descriptors?\b|\bopen files\b|\bhandles\b",
            "open_fds process_open_fds"),
    _family("saturation", "up", r"\butili[sz]ation\b|\bsaturation\b|\busage\b|\bused (?:pct|percent|ratio)\b|"
            r"\bevent loop\b",
            "utilization_ratio event_loop_delay"),
    _family("remaining", "down", r"\bremaining\b|\bleft\b|\bfree\b", "license_days_left tokens_remaining",
            "leftover_orders"),
    _family("throughput", "both", r"\brequests?\b|\breqs?\b|\brps\b|\bqps\b|\btps\b|"
            r"\bper (?:s|sec|second|min|minute)\b|"
            r"\bthroughput\b|\bworkload\b|\bhits\b|\bcalls?\b|\bmessages?\b|\borders?\b|\bevents?\b|\bload\b|"
            r"\btraffic\b|"
            r"\bprocessed\b|\bflushed\b|\bconsumed\b|\bproduced\b|\bcount\b|\btotal\b|\brate\b",
            "requests_per_sec envelopes_flushed_per_min workload", "temperature"),
    _family("unknown", "both", r"", "fan_noise"),
)
"""In the order in which they are tried; the last one takes what no other does."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[a-z]*")


def words(metric: str) -> str:
    """The words of a metric's name in lower case, with blanks between them.

    >>> words("jvm.memory.poolSize"), words("http_5xxRatio"), words("lat_p99")
    ('jvm memory pool size', 'http 5xx ratio', 'lat p99')
    """
    name = " ".join(word.lower() for word in _WORDS.findall(metric))
    return re.sub(r"\b(p|load) (\d+)\b", r"\1\2", re.sub(r"\b([45]) ?xx\b", r"\1xx", name))


@lru_cache(maxsize=65536)
def family(metric: str) -> Family:
    """The family of a metric's name; `unknown` where no word tells.

    >>> family("db_query_latency_p99_ms").name, family("queueOldestMessageAge").name, family("availability").harm
    ('query-latency', 'queue', 'down')
    """
    name = words(metric)
    return next(found for found in FAMILIES if found.pattern.search(name))


_UNITS = {
    "ms": "ms", "millis": "ms", "milliseconds": "ms", "us": "us", "micros": "us", "microseconds": "us", "ns": "ns",
    "nanos": "ns", "s": "s", "sec": "s", "secs": "s", "seconds": "s", "min": "min", "minutes": "min", "bytes": "bytes",
    "kb": "kB", "kib": "KiB", "mb": "MB", "mib": "MiB", "mi": "MiB", "gb": "GB", "gib": "GiB", "gi": "GiB",
            "b": "bytes",
    "byte": "bytes", "pct": "percent", "percent": "percent", "percentage": "percent", "%": "percent", "ratio": "ratio",
    "rps": "per s", "qps": "per s", "tps": "per s", "millicores": "millicores",
}
_RATE = re.compile(r"\bper (s|sec|second|min|minute|h|hour)\b")


def unit_of(metric: str, unit: str | None = None) -> str:
    """The unit of a metric: what its source says, else the last word of its name that is one, else "".

    >>> unit_of("go_heap_inuse_mb"), unit_of("http_5xx_ratio"), unit_of("requests_per_sec"), unit_of("rss", "By")
    ('MB', 'ratio', 'per s', 'By')
    """
    if unit:
        return _UNITS.get(unit.lower(), unit)
    name = words(metric)
    if rate := _RATE.search(name):
        return {"s": "per s", "m": "per min", "h": "per h"}[rate[1][0]]
    return next((_UNITS[word] for word in reversed(name.split()) if word in _UNITS and word not in {"s", "b"}), "")


_SIZES = {"bytes": 1.0, "by": 1.0, "kb": 1e3, "kib": 1024.0, "mb": 1e6, "mib": 1024.0**2, "gb": 1e9, "gib": 1024.0**3}


def bytes_per_unit(unit: str) -> float | None:
    """How many bytes one of `unit` is, None where it is no size.

    >>> bytes_per_unit("MB"), bytes_per_unit("KiB"), bytes_per_unit("percent")
    (1000000.0, 1024.0, None)
    """
    return _SIZES.get(unit.lower())
