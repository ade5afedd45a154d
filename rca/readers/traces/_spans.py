"""What all span readers share: words of kinds and statuses, ids, and the collection of rows without exact repetitions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rca.model import Problem
from rca.readers._open import Source
from rca.readers._reader import BATCH_ROWS, Batch, Output
from rca.readers._times import instants
from rca.tables import frame

KINDS = ("internal", "internal", "server", "client", "producer", "consumer")
"""By OTLP's number: unspecified, internal, server, client, producer, consumer."""

_HEX_ID = re.compile(r"[0-9A-Fa-f]{16}(?:[0-9A-Fa-f]{16})?$")
_TRUE = frozenset({"true", "1", "yes", "error", "err", "failed", "failure", "status_code_error", "2"})
_FINE = frozenset({"ok", "success", "succeeded", "status_code_ok", "false", "0"})

PEER_KEYS = ("peer.service", "net.peer.name", "server.address", "peer.hostname", "db.name", "db.system", "messaging.system", "net.peer.ip", "peer.address")
"""Attributes that name the other side, the most telling first."""


@dataclass(slots=True, kw_only=True)
class Span:
    """One span before it becomes a row; `start` is ISO text or an epoch number, None where it is not known."""

    trace_id: str | None
    span_id: str | None
    parent_id: str | None
    service: str | None
    name: str | None
    kind: str
    start: Any
    duration_ms: float
    status: str
    peer: str | None
    attributes: dict[str, Any] | None
    line: int


def identifier(value: Any) -> str | None:
    """An id as text; hexadecimal ids of 8 or 16 bytes in lower case; None for what stands for "no id".

    >>> identifier("83A9EFD15C1C98A9"), identifier("a1"), identifier("root"), identifier("0000000000000000")
    ('83a9efd15c1c98a9', 'a1', None, None)
    """
    if value is None:
        return None
    text = str(value).strip()
    if text in ("", "root", "None", "null") or (len(text) >= 8 and not text.strip("0")):
        return None
    return text.lower() if _HEX_ID.match(text) else text


def kind_of(value: Any) -> str:
    """The kind of a span from a name or OTLP's number.

    >>> kind_of("SPAN_KIND_SERVER"), kind_of(3), kind_of(None)
    ('server', 'client', 'internal')
    """
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        return KINDS[int(value)] if int(value) < len(KINDS) else "internal"
    name = str(value or "").lower().removeprefix("span_kind_")
    return name if name in KINDS else "internal"


def status_of(value: Any) -> str:
    """ok, error or unset, from OTLP codes and names, booleans, HTTP-like words.

    >>> status_of(2), status_of("STATUS_CODE_OK"), status_of("ERROR"), status_of(None)
    ('error', 'ok', 'error', 'unset')
    """
    if isinstance(value, bool):
        return "error" if value else "unset"
    if isinstance(value, int):
        return {1: "ok", 2: "error"}.get(value, "unset")
    word = str(value or "").strip().lower()
    return "error" if word in _TRUE else "ok" if word in _FINE else "unset"


def peer_of(attributes: Mapping[str, Any]) -> str | None:
    """The other side of a call, by the attributes that name it."""
    return next((str(attributes[key]) for key in PEER_KEYS if attributes.get(key)), None)


def span_rows(source: Source, spans: Iterable[Span | Problem]) -> Iterator[Output]:
    """Batches of `spans`, exact repetitions left out; a span without an id or a time is a Problem."""
    seen: set[int] = set()
    rows: list[Span] = []
    for span in spans:
        if isinstance(span, Problem):
            yield span
            continue
        key = hash((span.trace_id, span.span_id, span.parent_id, span.service, span.name, span.kind, str(span.start), span.duration_ms, span.status))
        if span.span_id is None or span.start is None:
            lacks = "an id" if span.span_id is None else "a start time"
            yield Problem(source=source.path, line=span.line, reason=f"expected a span with an id and a start time, got one without {lacks}; it is left out")
        elif key not in seen:
            seen.add(key)
            rows.append(span)
        if len(rows) >= BATCH_ROWS:
            yield _batch(source, rows)
            rows = []
    if rows:
        yield _batch(source, rows)


def _batch(source: Source, rows: list[Span]) -> Batch:
    columns: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in Span.__dataclass_fields__}
    columns["start"] = starts(columns["start"], source)
    columns["duration_ms"] = np.array(columns["duration_ms"], dtype="float64")
    return Batch("spans", frame("spans", {**columns, "source": source.path}))


def starts(values: list[Any], source: Source) -> pd.DatetimeIndex:
    """Start times as UTC; integers are epoch numbers and stay exact."""
    if all(isinstance(value, int) for value in values):
        numbers = np.array(values, dtype="int64")
        size = np.abs(numbers).max(initial=0)
        scale = 1 if size > 10**17 else 1_000 if size > 10**14 else 1_000_000 if size > 10**11 else 1_000_000_000
        return pd.DatetimeIndex((numbers * scale).view("datetime64[ns]")).tz_localize("UTC")
    return instants(values, source.zone)


def number(value: Any) -> float:
    """A number, also written as text; NaN where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def whole(value: Any) -> int | None:
    """A 64-bit integer, also written as text; None where it is none."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None
