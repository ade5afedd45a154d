"""Which key of a structured log record means what: loggers agree on the fields and differ in their names.

Names are compared as `plain_key` leaves them (lower case, no separators), nested ones joined: `{"log": {"level":
...}}`, `log.level` and `logLevel` are all `loglevel`. Of several names that a record has, the one that stands first
here counts.

Sources: OpenTelemetry logs data model, Elastic Common Schema 8, bunyan, pino, zap, zerolog, logback and logstash
encoders, structlog, python-json-logger, loguru, Graylog GELF 1.1, systemd.journal-fields(7), Docker json-file,
CloudWatch Logs, Google Cloud LogEntry, Serilog compact (CLEF), MongoDB 4.4 structured logs, tracing-subscriber; for
requests Caddy, Traefik, Envoy, nginx `escape=json` configurations and Google Cloud HttpRequest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rca.readers._fields import plain_key

Path = tuple[str, ...]

TIMES = (
    "timestamp",
    "time",
    "ts",
    "t",
    "tdate",
    "datetime",
    "eventtime",
    "timeunixnano",
    "realtimetimestamp",
    "sourcerealtimetimestamp",
    "startutc",
    "starttime",
    "asctime",
    "timeiso8601",
    "timelocal",
    "timemillis",
    "timestampms",
    "unixtime",
    "logtime",
    "date",
    "requesttimestamp",
    "recordtimetimestamp",
    "msec",
    "created",
    "observedtimestamp",
    "receivetimestamp",
    "instantepochsecond",
    "epoch",
    "when",
)
TRACES = (
    "traceid",
    "tracetraceid",
    "ddtraceid",
    "contexttraceid",
    "spancontexttraceid",
    "oteltraceid",
    "xrequestid",
    "requestid",
    "reqid",
    "correlationid",
    "xcorrelationid",
    "xtraceid",
    "xb3traceid",
    "awsrequestid",
)

LOGS: Mapping[str, tuple[str, ...]] = {
    "time": TIMES,
    "level": (
        "level",
        "loglevel",
        "severity",
        "severitytext",
        "lvl",
        "levelname",
        "recordlevelname",
        "l",
        "s",
        "logseverity",
        "syslogseverity",
        "priority",
        "levelno",
        "levelvalue",
        "severitynumber",
        "sev",
    ),
    "message": (
        "message",
        "msg",
        "shortmessage",
        "m",
        "recordmessage",
        "fieldsmessage",
        "mt",
        "log",
        "body",
        "bodystringvalue",
        "textpayload",
        "jsonpayloadmessage",
        "jsonpayloadmsg",
        "event",
        "text",
        "fullmessage",
        "renderedmessage",
        "messagetemplate",
        "errormessage",
        "eventmessage",
        "error",
        "err",
        "description",
        "title",
        "reason",
        "eventname",
        "eventtype",
        "action",
        "type",
    ),
    "logger": (
        "logger",
        "loggername",
        "loglogger",
        "sourcecontext",
        "propertiessourcecontext",
        "c",
        "target",
        "recordname",
        "component",
        "category",
        "module",
        "channel",
        "class",
        "classname",
        "source",
    ),
    "thread": ("thread", "threadname", "processthreadname", "ctx", "threadid", "processthreadid", "recordthreadname"),
    "service": (
        "service",
        "servicename",
        "resourceservicename",
        "resourceattributesservicename",
        "syslogidentifier",
        "app",
        "application",
        "applicationname",
        "appname",
        "serviceid",
        "program",
        "programname",
        "kubernetescontainername",
        "containername",
        "job",
        "logname",
        "systemdunit",
        "comm",
    ),
    "host": (
        "hostname",
        "host",
        "hosthostname",
        "agenthostname",
        "nodename",
        "node",
        "kubernetespodname",
        "podname",
        "pod",
        "machinename",
        "instance",
        "computer",
        "logstream",
    ),
    "trace_id": TRACES,
    "span_id": ("spanid", "ddspanid", "contextspanid", "otelspanid", "spanspanid"),
}
"""Columns of `logs` and the names that stand for them."""

REQUESTS: Mapping[str, tuple[str, ...]] = {
    "time": TIMES,
    "service": ("service", "servicename", "servername", "vhost", "host", "requesthost", "authority", "httphost"),
    "client_ip": (
        "clienthost",
        "xforwardedfor",
        "requestclientip",
        "requestremoteip",
        "clientip",
        "remoteip",
        "remoteaddr",
        "remoteaddress",
        "httprequestremoteip",
        "sourceip",
        "downstreamremoteaddresswithoutport",
        "downstreamremoteaddress",
        "clientaddr",
        "client",
        "ip",
        "src",
        "sourceipaddress",
        "requestremoteaddr",
    ),
    "method": ("requestmethod", "method", "httpmethod", "httprequestrequestmethod", "httprequestmethod", "verb"),
    "path": (
        "requestpath",
        "requesturi",
        "requesturl",
        "path",
        "uri",
        "httprequestrequesturl",
        "urlpath",
        "urloriginal",
        "url",
        "xenvoyoriginalpath",
        "xenvoyoriginpath",
    ),
    "status": (
        "downstreamstatus",
        "status",
        "responsestatus",
        "statuscode",
        "responsecode",
        "httprequeststatus",
        "httpresponsestatuscode",
        "httpstatuscode",
        "originstatus",
        "code",
    ),
    "bytes": (
        "downstreamcontentsize",
        "size",
        "bodybytessent",
        "bytessent",
        "responsebodysize",
        "httprequestresponsesize",
        "responsesize",
        "responsebodybytes",
        "httpresponsebodybytes",
        "bytes",
        "contentlength",
        "length",
    ),
    "duration_ms": (
        "durationms",
        "duration",
        "requesttime",
        "httprequestlatency",
        "latencyms",
        "latency",
        "responsetimems",
        "responsetime",
        "elapsedms",
        "elapsed",
        "timetaken",
        "eventduration",
        "took",
    ),
    "user_agent": (
        "requestuseragent",
        "useragent",
        "httpuseragent",
        "requestheadersuseragent",
        "useragentoriginal",
        "httprequestuseragent",
    ),
    "trace_id": TRACES,
}
"""Columns of `requests` and the names that stand for them."""

NANOSECONDS = frozenset({"eventduration"})
"""Durations in nanoseconds whatever the record (ECS event.duration); Traefik's are known by their neighbours."""
MILLISECONDS = frozenset(
    {"durationms", "latencyms", "responsetimems", "elapsedms", "timetaken", "responsetime", "elapsed", "took"}
)
"""Durations in milliseconds; all other names mean seconds unless the text has a unit."""
_CONTAINER_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Place:
    """One value of a record: the keys that lead to it and their joined plain name."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the columns of a table stand in records of one shape; `spare` are the top keys for `attributes`.

    `touched` are top keys whose object gives a column and may hold more.
    """

    table: str
    columns: Mapping[str, Place]
    spare: tuple[str, ...]
    touched: tuple[str, ...]


def plan(record: Mapping[str, Any]) -> Plan:
    """Where to find the columns in `record` and others with the same keys.

    >>> made = plan({"@timestamp": "2026-01-02T03:04:05Z", "log": {"level": "warn"}, "message": "late", "user": 7})
    >>> made.table, made.columns["level"].path, made.spare
    ('logs', ('log', 'level'), ('user',))
    """
    places = list(_places(record, ()))
    named: dict[str, list[Place]] = {}
    for place in places:
        named.setdefault(place.name, []).append(place)
    columns = _requests(record, named)
    table = "requests" if columns else "logs"
    columns = columns or _logs(record, named)
    used = {place.path for place in columns.values()}
    whole = {path[0] for path in used if len(path) == 1}
    touched = tuple(dict.fromkeys(path[0] for path in used if len(path) > 1 and path[0] not in whole))
    spare = tuple(key for key in record if key not in whole and key not in touched)
    return Plan(table, columns, spare, touched)


def _places(value: Mapping[str, Any], above: Path) -> Any:
    for key, held in value.items():
        path = (*above, key)
        yield Place(path, _joined(path))
        if isinstance(held, Mapping) and len(path) < _CONTAINER_DEPTH:
            yield from _places(held, path)


@lru_cache(maxsize=4096)
def _joined(path: Path) -> str:
    return plain_key("".join(path))


def _logs(record: Mapping[str, Any], named: Mapping[str, Sequence[Place]]) -> dict[str, Place]:
    names = dict(LOGS)
    if "name" in named:
        # bunyan and pino put the service there and the host beside it; Python's loggers put the logger there
        role = "service" if {"hostname", "pid", "v"} & set(named) else "logger"
        names[role] = (*names[role], "name")
    columns: dict[str, Place] = {}
    for column, synonyms in names.items():
        scalar = column not in ("message",)
        found = _first(record, named, synonyms, scalar=scalar, taken=columns)
        if found:
            columns[column] = found
    return columns


def _requests(record: Mapping[str, Any], named: Mapping[str, Sequence[Place]]) -> dict[str, Place]:
    """The columns of an access record, or nothing where the record is none.

    An access record says what was asked for, how it was answered and by whom it was asked.
    """
    columns: dict[str, Place] = {}
    for column, synonyms in REQUESTS.items():
        found = _first(record, named, synonyms, scalar=column != "user_agent", taken=columns)
        if found:
            columns[column] = found
    line = _first(record, named, ("request", "requestline"), scalar=True, taken=columns)
    if line and "path" not in columns and str(at(record, line.path)).count(" ") in (1, 2):
        columns["path"] = line
    return columns if {"status", "path", "client_ip"} <= set(columns) and ("method" in columns or line) else {}


def _first(
    record: Mapping[str, Any],
    named: Mapping[str, Sequence[Place]],
    synonyms: Sequence[str],
    *,
    scalar: bool,
    taken: Mapping[str, Place],
) -> Place | None:
    """The place of the first of `synonyms`; one that holds null only where no other holds a value."""
    used = {place.path for place in taken.values()}
    empty = None
    for place in (place for name in synonyms for place in named.get(name, ()) if place.path not in used):
        value = at(record, place.path)
        if value is None or value == "":
            empty = empty or place
        elif not isinstance(value, (Mapping, list)) or (not scalar and not _deep(value)):
            return place
    return empty


def _deep(value: Any) -> bool:
    return isinstance(value, Mapping) and any(isinstance(held, Mapping) for held in value.values())


def at(record: Any, path: Path) -> Any:
    """The value at `path`, or None."""
    for key in path:
        record = record.get(key) if isinstance(record, Mapping) else None
    return record
