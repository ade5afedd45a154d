"""What a metric measures, told by its name: its family, and the direction in which it does harm.

Names are read word by word ("jvm.memory.used", "dbRowsExamined", "http_5xx_ratio"), so that a part of a word never
decides ("latency_99" is no "at"). The first row of the table that matches wins: the most telling words stand first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Harm = Literal["up", "down", "both", "none"]


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of metric. `harm` is the direction that hurts: "both" where either may, "none" for constants and clocks."""

    name: str
    harm: Harm
    pattern: re.Pattern[str]
    finds: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()


def _family(name: str, harm: Harm, pattern: str, finds: str = "", spares: str = "") -> Family:
    return Family(name, harm, re.compile(pattern), tuple(finds.split()), tuple(spares.split()))


FAMILIES: tuple[Family, ...] = (
    _family("memory-limit", "none", r"\b(?:memory|mem|heap)\b.*\b(?:limit|max|request)\b|\blimit\b.*\b(?:memory|mem|heap)\b",
            "container_memory_limit_mb jvm.memory.max", "container_memory_rss_mb"),
    _family("oom", "up", r"\booms?\b|\boom ?kill\w*|\bout of memory\b", "container_oom_killed_total", "room_count"),
    _family("restarts", "up", r"\brestarts?\b|\brestarted\b|\bcrash\w*", "kube_pod_container_status_restarts_total"),
    _family("steal", "up", r"\bsteal\b|\bstolen\b|\bpsi\b|\bpressure\b", "node_cpu_steal_percent"),
    _family("throttled", "up", r"\bthrottl\w*|\brate limited\b|\b429s?\b|\brate ?limit\w* (?:hits|rejections|exceeded|rejected)\b|\bslow ?down\b",
            "container_cpu_cfs_throttled_periods_total http_429_ratio"),
    _family("quota", "up", r"\bquota\w*|\bcredits?\b|\bbudget used\b|\bremaining\b", "api_quota_used_ratio"),
    _family("auth", "up", r"\b40[13]\b|\bunauthori[sz]ed\b|\bauth\w*\b.*\b(?:fail\w*|reject\w*|errors?|denied)\b|\b(?:token|jwt)\b.*\b(?:reject\w*|invalid|fail\w*)\b|\blogins? failed\b",
            "http_401_unauthorized_ratio auth_failures_total", "auth_requests_total"),
    _family("certificate", "down", r"\bcert\w*\b|\bx509\b", "ssl_certificate_expiry_seconds"),
    _family("clock", "up", r"\bclock\b|\bskew\b|\bdrift\b|\bntp\b|\btime offset\b", "node_clock_offset_ms"),
    _family("locks", "up", r"\block(?:s|ed)?\b|\bdeadlocks?\b|\bblocked\b", "pg_locks_waiting innodb_row_lock_waits", "clock_seconds blocker_ui"),
    _family("pool-wait", "up", r"\b(?:pool|conns?|connections?)\b.*\b(?:wait\w*|pending|acquire|checkout|queue\w*)\b|\bwait\w*\b.*\b(?:conns?|connections?|pool)\b",
            "db_pool_wait_ms hikaricp_connections_pending", "connections_active"),
    _family("connections", "up", r"\bconn(?:s|ections?)?\b|\bpool\b|\bsockets?\b|\bsessions?\b", "db_connections_in_use pool_active"),
    _family("log-volume", "up", r"\blogs?\b.*\b(?:lines?|bytes|rate|volume|messages?|per)\b|\blogged\b", "log_lines_per_min log_bytes_total", "login_rate"),
    _family("queries-per-request", "up", r"\bquer(?:y|ies)\b.*\bper req\w*|\b(?:sql|db|statements?|calls?)\b.*\bper (?:req\w*|page|trace)\b",
            "db_queries_per_request", "db_queries_per_sec"),
    _family("rows", "up", r"\brows?\b|\bexamined\b|\bscanned\b|\bscans?\b|\btuples?\b|\bresult size\b", "db_rows_examined pg_seq_scan", "throws_total"),
    _family("query-latency", "up", r"\b(?:db|database|sql|quer(?:y|ies)|statements?|postgres|pg|mysql|mongo|redis)\b.*\b(?:latency|duration|time|ms|seconds?|p\d\d\d?)\b",
            "db_query_latency_p99_ms mysql_query_seconds", "db_connections"),
    _family("cache", "down", r"\bhit (?:ratio|rate|pct|percent)\b|\bhits\b|\bcache hit\b", "cache_hit_ratio redis_keyspace_hits"),
    _family("cache-miss", "up", r"\bmiss(?:es|ed)?\b|\bevict\w*|\bexpired keys\b|\brecomput\w*|\borigin (?:requests|fetch\w*)\b", "cache_misses_per_sec evicted_keys", "emission"),
    _family("retries", "up", r"\bretr(?:y|ies|ied|ying)\b|\breattempts?\b|\battempts\b", "http_client_retries_total"),
    _family("cancelled", "up", r"\bcancell?(?:ed|ations?)?\b|\babort\w*|\btimed out\b|\btimeouts?\b|\bdeadline\b", "rpc_server_cancelled_rate client_timeouts_total"),
    _family("queue", "up", r"\bqueue\w*|\blag\b|\bbacklog\b|\boldest\b|\bdepth\b|\bpending\b|\bin ?flight\b|\bunacked\b|\bbuffer(?:ed)?\b",
            "queue_oldest_message_age_seconds kafka_consumer_lag", "flag_state"),
    _family("disk-free", "down", r"\b(?:disk|fs|filesystem|volume|storage|inodes?)\b.*\b(?:free|avail\w*)\b", "node_filesystem_free_bytes disk_free_pct"),
    _family("availability", "down", r"\bavailab\w*|\bsuccess\w*|\bup\b|\bhealthy\b|\bready\b|\buptime\b", "availability success_ratio up", "update_count"),
    _family("errors", "up", r"\berr(?:or)?s?\b|\bfail\w*|\bfaults?\b|\b[45]xx\b|\b50[0-4]\b|\bexceptions?\b|\breject\w*|\bdropp?(?:ed|s)\b|\bdead letter\w*|\bdlq\b|\bcorrupt\w*|"
            r"\binvalid\b|\bduplicates?\b|\bmismatch\w*|\bunavailab\w*|\bpanics?\b|\blost\b|\boversold\b|\bnegative\b|\bdiscrepanc\w*",
            "http_5xx_ratio deserialize_error_ratio orders_failed_total", "interface_speed defaults"),
    _family("network", "up", r"\bpackets?\b|\bretrans\w*|\brtt\b|\bnetwork\b|\btcp\b|\bping\b|\bdns\b", "tcp_retransmits_total node_network_receive_packets", ""),
    _family("gc", "up", r"\bgc\b|\bgarbage\b", "jvm_gc_pause_ms go_gc_duration_seconds"),
    _family("latency", "up", r"\blatenc\w*|\bdurations?\b|\bresponse time\b|\belapsed\b|\bp(?:50|75|90|95|99|999)\b|\bduration ms\b|\btime ms\b|\brt\b|\blat\b",
            "http_server_duration_p99_ms latency lat_99 response_time", "platform_version"),
    _family("cpu", "up", r"\bcpu\w*|\bload(?: ?avg| average|1|5|15)\b|\bprocessor\b|\bmillicores\b", "container_cpu_usage_pct cpu", "cupcake_sales"),
    _family("memory", "up", r"\bmem(?:ory)?\b|\bheap\w*|\brss\b|\bworking set\b|\bresident\b|\bpss\b|\buss\b", "container_memory_rss_mb go_heap_inuse_mb rss_bytes", "member_count"),
    _family("disk", "up", r"\bdisk\w*|\bfs\b|\bfilesystem\b|\bvolume\b|\binodes?\b|\biowait\b|\biops?\b|\bwal\b", "disk_used_pct"),
    _family("threads", "up", r"\bthreads?\b|\bgoroutines?\b|\bworkers?\b|\bbusy\b", "process_threads go_goroutines"),
    _family("file-descriptors", "up", r"\bfds?\b|\bfile descriptors?\b|\bopen files\b|\bhandles\b", "open_fds process_open_fds"),
    _family("saturation", "up", r"\butili[sz]ation\b|\bsaturation\b|\busage\b|\bused (?:pct|percent|ratio)\b|\bevent loop\b", "event_loop_utilization", ""),
    _family("throughput", "both", r"\brequests?\b|\breqs?\b|\brps\b|\bqps\b|\btps\b|\bper (?:s|sec|second|min|minute)\b|\bthroughput\b|\bworkload\b|\bhits\b|\bcalls?\b|\bmessages?\b|"
            r"\borders?\b|\bevents?\b|\bload\b|\btraffic\b|\bprocessed\b|\bflushed\b|\bconsumed\b|\bproduced\b|\bcount\b|\btotal\b|\brate\b",
            "requests_per_sec envelopes_flushed_per_min workload", "forecast_error"),
    _family("unknown", "both", r""),
)
"""In the order in which they are tried; the last one takes what no other does."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[a-z]*")


def family(metric: str) -> Family:
    """The family of a metric's name.

    >>> family("db_query_latency_p99_ms").name, family("queueOldestMessageAge").name, family("availability").harm
    ('query-latency', 'queue', 'down')
    """
    return _family_of(metric)


@lru_cache(maxsize=65536)
def _family_of(metric: str) -> Family:
    name = " ".join(word.lower() for word in _WORDS.findall(metric))
    name = re.sub(r"\b([a-z]) (\d+)\b", r"\1\2", re.sub(r"\b([45]) ?xx\b", r"\1xx", name))
    return next(found for found in FAMILIES if found.pattern.search(name))
