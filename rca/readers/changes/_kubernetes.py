"""Events of Kubernetes: from a record of either API to a row of `events`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from rca.readers._fields import Record, number, pick, plain_record, text
from rca.readers._pods import workload
from rca.readers._shape import Cells

_OBJECTS = ("involvedobject", "regarding")
_TIMES = ("lasttimestamp", "deprecatedlasttimestamp", "eventtime", "firsttimestamp", "deprecatedfirsttimestamp")
_REPLICA_SET = re.compile(r"(.+)-[bcdfghjklmnpqrstvwxz2456789]{6,10}")


def is_event(record: Record) -> bool:
    """An object that the event is about, and a reason."""
    return isinstance(pick(record, _OBJECTS), Mapping) and "reason" in record


def event(record: Record) -> Cells | None:
    """The row: the component is the workload of the pod, or the object itself."""
    if not is_event(record):
        return None
    about = plain_record(pick(record, _OBJECTS))
    series, count = _plain(record.get("series")), number(pick(record, ("count", "deprecatedcount")))
    seen = number(series.get("count", count))
    return {"time": _stamp(pick(series, ("lastobservedtime",)) or pick(record, _TIMES) or _created(record)),
            "component": _component(text(about.get("kind")) or "", text(about.get("name"))),
            "kind": (text(about.get("kind")) or "object").lower(), "reason": text(record.get("reason")),
            "message": text(pick(record, ("message", "note"))), "count": int(seen) if 0 < seen < 2**62 else 1}


def _component(kind: str, name: str | None) -> str | None:
    if name is None:
        return None
    if kind == "Pod":
        return workload(name)
    replicas = _REPLICA_SET.fullmatch(name) if kind == "ReplicaSet" else None
    return replicas[1] if replicas else name


def _created(record: Record) -> Any:
    return _plain(record.get("metadata")).get("creationtimestamp")


def _stamp(value: Any) -> Any:
    """YAML gives times as such; JSON as text."""
    return value.isoformat() if isinstance(value, date) else value


def _plain(value: Any) -> Mapping[str, Any]:
    return plain_record(value) if isinstance(value, Mapping) else {}
