"""What all readers of spans share: the words of kinds and states, the ids, the remote side, and rows told only once."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rca.readers._reader import BATCH_ROWS, Batch
from rca.tables import frame

NO_TIME = int(np.iinfo("int64").min)
"""The start, in ns since 1970, of a span that has none: pandas reads it as NaT."""

REMEMBERED = 500_000
"""Spans within which a repetition is recognised: about 60 MB of hashes. Exporters repeat at once or after a retry."""

_KINDS = ("internal", "internal", "server", "client", "producer", "consumer")      # by the number that OTLP gives them
_ZERO = re.compile(r"0+|-1|root|none|null|nan", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{11}=")
_HEX = re.compile(r"(?:0x)?([0-9a-fA-F]{16}|[0-9a-fA-F]{32})")
_ADDRESS = re.compile(r"[\d.]+|[0-9a-fA-F:]*:[0-9a-fA-F:]*")
_HOST_OF_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/@?#]*@)?([^/:?#]+)", re.IGNORECASE)

_NAMES = ("peer.service", "server.address", "net.peer.name", "network.peer.name", "peer.hostname", "peer.host")
_SYSTEMS = ("db.system.name", "db.system", "db.type", "messaging.system", "messaging.destination.name",
            "message_bus.destination")
_URLS = ("url.full", "http.url", "http.host")
_ADDRESSES = ("network.peer.address", "net.peer.ip", "net.sock.peer.addr", "peer.ipv4", "peer.address")
_OUTGOING = frozenset({"peer.service", "db.system", "db.system.name", "messaging.system"})
_OF_A_SERVER = ("peer.service", "net.peer.name", "client.address", "net.peer.ip")


class SpanRows:
    """Collects spans and hands them on in batches; an exact repetition of a span is dropped.

    Repetitions have the same ids, service, name, kind, state, start and length. Spans without ids are never such.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._rows: list[tuple[Any, ...]] = []
        self._recent: set[int] = set()
        self._older: set[int] = set()

    def add(self, line: int, *, trace_id: str | None, span_id: str | None, parent_id: str | None, service: str | None,
            name: str | None, kind: str, start_ns: int, duration_ms: float, status: str,
            attributes: dict[str, Any] | None, peer: str | None = None) -> None:
        """One span. Without a `peer` it is looked up in the attributes."""
        core = (trace_id, span_id, parent_id, service, name, kind, start_ns, duration_ms, status)
        if trace_id is not None and span_id is not None and self._is_known(hash(core)):
            return
        held = attributes or None
        self._rows.append((*core, peer or remote_side(kind, attributes), held, line))

    def _is_known(self, key: int) -> bool:
        if key in self._recent or key in self._older:
            return True
        if len(self._recent) >= REMEMBERED // 2:
            self._older, self._recent = self._recent, set()
        self._recent.add(key)
        return False

    def batch(self) -> Batch:
        """The rows so far; the collector starts anew."""
        rows, self._rows = self._rows, []
        names = ("trace_id", "span_id", "parent_id", "service", "name", "kind", "start", "duration_ms", "status",
                 "peer", "attributes", "line")
        columns: dict[str, Any] = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
        if rows:
            columns["start"] = pd.DatetimeIndex(np.array(columns["start"], dtype="int64").view("datetime64[ns]"))
            columns["duration_ms"] = np.array(columns["duration_ms"], dtype="float64")
            columns["line"] = np.array(columns["line"], dtype="int64")
            columns["source"] = self.path
        return Batch("spans", frame("spans", columns))

    def full(self) -> Iterator[Batch]:
        """A batch where enough rows are there, nothing otherwise."""
        if len(self._rows) >= BATCH_ROWS:
            yield self.batch()

    def rest(self) -> Iterator[Batch]:
        """The last batch, where any rows are left."""
        if self._rows:
            yield self.batch()


def kind_of(value: Any) -> str | None:
    """A kind as number, name or enumeration in the words of the table; None where it is none.

    >>> kind_of(2), kind_of("SPAN_KIND_CLIENT"), kind_of("SpanKind.PRODUCER"), kind_of(""), kind_of("0")
    ('server', 'client', 'producer', None, 'internal')
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return _KINDS[value] if 0 <= value < len(_KINDS) else None
    word = str(value or "").lower().removeprefix("span_kind_").removeprefix("spankind.").strip()
    if word.isdecimal():
        return kind_of(int(word[:9]))
    return {"unspecified": "internal", "local": "internal"}.get(word, word if word in _KINDS else None)


def status_of(value: Any) -> str:
    """A state as number, name or flag: ok, error or unset.

    Numbers are those of OTLP. Of words only those count as errors that say so.

    >>> [status_of(v) for v in (2, "STATUS_CODE_OK", "Error", "StatusCode.UNSET", True, None)]
    ['error', 'ok', 'error', 'unset', 'error', 'unset']
    """
    if isinstance(value, bool):
        return "error" if value else "ok"
    word = str("" if value is None else value).lower().removeprefix("status_code_").removeprefix("statuscode.").strip()
    if word in ("2", "error", "err", "failed", "failure", "fail", "exception", "false", "timeout", "fault"):
        return "error"
    return "ok" if word in ("1", "ok", "success", "succeeded", "true") else "unset"


def span_key(value: Any) -> str | None:
    """A trace or span id as text: hexadecimal ones in lower case, base64 ones (the protobuf form) as hexadecimal.

    What a writer puts for "no parent" is None. Ids written by hand stay as they are.

    >>> span_key("EEE19B7EC3C1B174"), span_key("7uGbfsPBsXQ="), span_key("A1"), span_key("0000000000000000")
    ('eee19b7ec3c1b174', 'eee19b7ec3c1b174', 'A1', None)
    """
    text = "" if value is None or isinstance(value, (dict, list)) else str(value).strip()
    if not text or _ZERO.fullmatch(text):
        return None
    if match := _HEX.fullmatch(text):
        return match[1].lower()
    if _BASE64.fullmatch(text):
        try:
            return base64.b64decode(text, validate=True).hex()
        except binascii.Error:
            return text
    return text


def remote_side(kind: str, attributes: Mapping[str, Any] | None) -> str | None:
    """The service, host, database or broker at the other end, by the names of the OpenTelemetry conventions.

    A name is preferred to a system ("postgresql"), and that to an address.

    >>> remote_side("client", {"db.system": "postgresql", "net.peer.ip": "10.0.0.7"})
    'postgresql'
    """
    if not attributes or (kind == "internal" and not _OUTGOING.intersection(attributes)):
        return None
    if kind in ("server", "consumer"):
        names = _OF_A_SERVER if kind == "server" else ("peer.service", *_SYSTEMS)
        return next((str(attributes[name]) for name in names if attributes.get(name)), None)
    return _named(attributes) or _addressed(attributes)


def _named(attributes: Mapping[str, Any]) -> str | None:
    for name in (*_NAMES, *_SYSTEMS):
        held = attributes.get(name)
        if held and isinstance(held, str) and not _ADDRESS.fullmatch(held):
            return held
    return None


def _addressed(attributes: Mapping[str, Any]) -> str | None:
    for name in _URLS:
        if held := attributes.get(name):
            match = _HOST_OF_URL.match(str(held))
            return match[1] if match else str(held).split("/")[0].split(":")[0] or None
    return next((str(attributes[name]) for name in (*_NAMES, *_ADDRESSES) if attributes.get(name)), None)
