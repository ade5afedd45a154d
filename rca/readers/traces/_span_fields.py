"""Which key or column of a span is what: names in any case and with any separators, and the units in them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from rca.readers._fields import number

TRACE = ("traceid", "trace", "tracecontexttraceid", "ottraceid", "dtraceid")
SPAN = ("spanid", "id", "span", "tracespanid", "uid")
PARENT = ("parentspanid", "parentid", "parentspan", "parent", "pspanid", "parentspansid", "refspanid")
SERVICE = ("servicename", "service", "localservicename", "appname", "application", "app", "component", "microservice",
           "processservicename", "cmdbid", "process", "node", "host")
PODS = ("podname", "pod", "kubernetespodname", "k8spodname")
NAME = ("operationname", "spanname", "name", "operation", "opname", "resource", "method", "endpoint", "url", "path")
KIND = ("spankind", "kind", "spantype", "type")
STATUS = ("statuscode", "otelstatuscode", "spanstatus", "status", "outcome", "success", "iserror", "haserror",
          "errorflag")
PEER = ("peerservice", "peer", "remoteservice", "remoteservicename", "targetservice", "callee", "destination",
        "peername")
MESSAGE = ("statusmessage", "statusdescription")
ATTRIBUTES = ("attributes", "tags", "meta", "metrics", "metadata", "annotations", "fields", "data", "spanattributes",
              "resourceattributes", "spantags", "labels")
START = ("start", "starttime", "startts", "starttimestamp", "startedat", "startat", "begin", "begintime", "timestart",
         "timestamp", "time", "datetime", "date", "ts", "timeunix")
END = ("end", "endtime", "endts", "endtimestamp", "endedat", "finishedat", "finish", "finishtime", "endat", "timeend")
LENGTH = ("duration", "latency", "elapsed", "elapsedtime", "responsetime", "took", "executiontime", "rt", "dur")

_UNITS: Mapping[str, float] = {
    "unixnano": 1.0, "unixnanos": 1.0, "nanoseconds": 1.0, "nanos": 1.0, "nano": 1.0, "ns": 1.0,
    "unixmicros": 1e3, "microseconds": 1e3, "micros": 1e3, "micro": 1e3, "usec": 1e3, "us": 1e3,
    "unixmillis": 1e6, "unixms": 1e6, "milliseconds": 1e6, "millis": 1e6, "milli": 1e6, "msec": 1e6, "ms": 1e6,
    "seconds": 1e9, "secs": 1e9, "sec": 1e9, "s": 1e9,
}
"""Nanoseconds per unit, by how names of columns end, longer endings first where one ends like another."""

_WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(ns|us|µs|μs|ms|s|m|h|min)?", re.IGNORECASE)
_WRITTEN_NS: Mapping[str, float] = {"ns": 1.0, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 6e10,
                                    "min": 6e10, "h": 3.6e12}
_MAGNITUDES = ((1e17, 1.0), (1e14, 1e3), (1e11, 1e6))


def stem(key: str, stems: tuple[str, ...]) -> tuple[str, float | None] | None:
    """The one of `stems` that a plain key is, and the nanoseconds per unit that its ending tells; None if it is none.

    >>> stem("starttimeunixnano", START), stem("durationms", LENGTH), stem("duration", LENGTH), stem("durable", LENGTH)
    (('starttime', 1.0), ('duration', 1000000.0), ('duration', None), None)
    """
    if key in stems:
        return key, None
    for ending, scale in _UNITS.items():
        if key.endswith(ending) and key[:-len(ending)] in stems:
            return key[:-len(ending)], scale
    return None


def find(keys: Mapping[str, Any] | tuple[str, ...], stems: tuple[str, ...]) -> tuple[str, float | None] | None:
    """The key that fits the earliest of `stems`, with its unit; one that names its unit is preferred.

    >>> find(("name", "duration", "duration_ms".replace("_", "")), LENGTH)
    ('durationms', 1000000.0)
    """
    fits = [(key, *hit) for key in keys if (hit := stem(key, stems)) is not None]
    if not fits:
        return None
    key, _, scale = min(fits, key=lambda fit: (stems.index(fit[1]), fit[2] is None))
    return key, scale


def scale_of(stamp: float) -> float | None:
    """Nanoseconds per unit of an epoch time by its magnitude; None for seconds and what is no epoch time.

    A bare `duration` beside it is taken to be in the same unit.

    >>> scale_of(1763632800000000000), scale_of(1763632800000.0), scale_of(1763632800.5)
    (1.0, 1000000.0, None)
    """
    return next((scale for limit, scale in _MAGNITUDES if stamp >= limit), None)


def milliseconds(value: Any, scale: float | None, otherwise: float = 1e6) -> float:
    """A length in milliseconds: a number of a known unit, a text with its unit, or a number of the unit `otherwise`.

    >>> milliseconds("12.5ms", None), milliseconds(3, 1e9), milliseconds("250", None, 1e3), milliseconds("soon", None)
    (12.5, 3000.0, 0.25, nan)
    """
    plain = number(value)
    if math.isfinite(plain):
        return plain * (scale or otherwise) / 1e6
    match = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    return float(match[1]) * _WRITTEN_NS[(match[2] or "ms").lower()] / 1e6 if match else math.nan
