"""JSON logs, one object a line, whatever the names of the keys.

Read from the keys: OpenTelemetry, Elastic Common Schema (flat and nested), bunyan, pino, zap, zerolog, logback,
logstash, structlog, python-json-logger, GELF, Docker json-file, journald's JSON export, CloudWatch, Serilog, MongoDB.
Records of an access log (Caddy, Traefik, Envoy, nginx) become `requests`. Keys without a column of their own are kept
in `attributes`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from rca.model import Problem
from rca.readers._layout import STAMPED
from rca.readers._log_keys import plan
from rca.readers._log_records import Records
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._times import Clock

NAME = "json-lines"
TABLES = ("logs", "requests")
SAMPLES = (
    # written from the published field lists of pino, python-json-logger, OpenTelemetry, ECS, CLEF, MongoDB, Caddy
    '{"level":30,"time":1763632800123,"pid":41,"hostname":"web-1","name":"orders","msg":"listening on 8080"}\n'
    '{"level":50,"time":1763632801007,"pid":41,"hostname":"web-1","name":"orders","msg":"cannot reach payments"}\n',
    '{"asctime": "2026-11-20 10:00:00,123", "levelname": "WARNING", "name": "orders.cart", "message": "empty"}\n',
    '{"timestamp":"2026-11-20T10:00:00Z","service":"orders","severity_text":"INFO","msg":"accepted","trace_id":"4bf9","n":3}\n',
    '{"@timestamp":"2026-11-20T10:00:00Z","log.level":"error","message":"refused","service.name":"orders","trace.id":"4bf92f"}\n',
    '{"@t":"2026-11-20T10:00:00.1Z","@mt":"Accepted {Id}","Id":7}\n',
    '{"t":{"$date":"2026-11-20T10:00:00.100+00:00"},"s":"I","c":"NETWORK","id":22943,"ctx":"listener","msg":"accepted"}\n',
    '{"level":"info","ts":1763632800.25,"logger":"http.log.access","msg":"handled request",'
    '"request":{"remote_ip":"192.0.2.7","method":"GET","uri":"/cart?id=1","headers":{"User-Agent":["curl/8.5.0"]}},"duration":0.0125,"size":512,"status":200}\n',
)
_EXCERPT = 200
_MARK_TEXT = "\x1e"
_MARK = b'"\x1e"'
_NOT_LOGS = ("resourceLogs", "resourceSpans", "resourceMetrics", "traceEvents")


def looks_like(head: Head) -> float:
    """The share of lines that are objects with a time and a message, or access records."""
    if head.binary or (head.first != "{" and not any(line.startswith("{") for line in head.lines)):
        return 0.0
    records = head.records
    if not records or any(key in records[0] for key in _NOT_LOGS):
        return 0.0
    sure = sum(_likeness(record) for record in records) / len(records)
    return sure * min(1.0, len(records) / max(1, len(head.lines)))


def _likeness(record: Mapping[str, Any]) -> float:
    made = plan(record)
    if made.table == "requests":
        return 0.9
    timed, said = "time" in made.columns, "message" in made.columns
    if timed and said:
        return 0.85 if "level" in made.columns or len(record) <= 3 else 0.7
    if timed and len(record) >= 4:
        return 0.4
    return 0.35 if said and "level" in made.columns else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row a line; a line that is no JSON object is a Problem."""
    clock = Clock(source.zone, source.modified)
    made = Records(source.path, clock)
    for first, block in source.blocks():
        records, lines, problems = _records(block.split(b"\n"), first, source.path)
        if records:
            yield from made.batches(records, lines)
        yield from _kept(problems, source)
    clock.tell(source)


def _kept(problems: list[Problem], source: Source) -> Iterator[Problem]:
    """The problems that are no lines of another log, which are left to the readers of text."""
    texts = pa.array([problem.text for problem in problems], type=pa.string())
    other = STAMPED.fits(texts) if len(texts) else ()
    for problem, foreign in zip(problems, other, strict=True):
        if foreign and problem.line is not None:
            source.foreign(problem.line)
        else:
            yield problem


def _records(raw: list[bytes], first: int, path: str) -> tuple[list[dict[str, Any]], list[int], list[Problem]]:
    """The objects of some lines, their line numbers, and a Problem for every other line that is not blank."""
    lines = [number for number, line in enumerate(raw, first) if line and not line.isspace()]
    wanted = raw if len(lines) == len(raw) else [raw[number - first] for number in lines]
    values = _together(wanted)
    if values is not None:
        return values, lines, []
    records, kept, problems = [], [], []
    for number, line in zip(lines, wanted, strict=True):
        value, reason = _one(line)
        if isinstance(value, dict):
            records.append(value)
            kept.append(number)
        else:
            text = line.decode("utf-8", errors="replace").strip()[:_EXCERPT]
            problems.append(Problem(source=path, line=number, text=text, reason=f"expected a JSON object, {reason}"))
    return records, kept, problems


def _together(lines: list[bytes]) -> list[dict[str, Any]] | None:
    """All lines decoded in one call; None where one of them is not exactly one object.

    A mark stands between the lines that occurs in none of them. Where all marks come out at the top level, one after
    each value, no line has borrowed from its neighbours.
    """
    if any(_MARK in line for line in lines):
        return None
    try:
        values = json.loads(b"[" + (b"," + _MARK + b",").join(lines) + b"]", strict=False)
    except (ValueError, RecursionError):
        return None
    records, marks = values[::2], values[1::2]
    apart = len(records) == len(lines) and set(map(type, marks)) <= {str} and set(marks) <= {_MARK_TEXT}
    return records if apart and set(map(type, records)) <= {dict} else None


def _one(line: bytes) -> tuple[Any, str]:
    try:
        value = json.loads(line.decode("utf-8", errors="replace"), strict=False)
    except (ValueError, RecursionError) as error:
        return None, f"got text that is none: {error}"
    return value, f"got {type(value).__name__}"
