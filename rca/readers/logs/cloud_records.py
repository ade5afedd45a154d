"""JSON documents that hold log records in an array: CloudTrail, CloudWatch, Kibana and Loki exports, plain arrays.

    {"Records": [{"eventTime": "2026-11-20T10:00:00Z", "eventName": "ConsoleLogin", ...}]}

Records are read like JSON lines. Sources: AWS CloudTrail record contents, CloudWatch Logs GetLogEvents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rca.model import Problem
from rca.readers._json_records import Path, first_records, records
from rca.readers._log_keys import plan
from rca.readers._log_records import Records
from rca.readers._open import Source
from rca.readers._reader import BATCH_ROWS, Head, Output
from rca.readers._times import Clock

NAME = "json-log-records"
TABLES = ("logs", "requests")
SAMPLES = (
    # written from the CloudTrail and CloudWatch documentation
    '{"Records":[{"eventVersion":"1.08","eventTime":"2026-11-20T10:00:00Z","eventSource":"signin.amazonaws.com",'
    '"eventName":"ConsoleLogin","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.7"}]}\n',
    '{"events":[{"timestamp":1795168800123,"message":"started","ingestionTime":1795168800456}]}\n',
    '[{"timestamp":"2026-11-20T10:00:00Z","level":"info","message":"started"}]\n',
)
_PATHS: tuple[Path, ...] = ((), ("Records",), ("events",), ("logEvents",), ("logs",), ("entries",))


def looks_like(head: Head) -> float:
    """Less sure than readers that know what their records are about."""
    if head.binary or head.first not in ("{", "["):
        return 0.0
    path = _path(head.text)
    return 0.0 if path is None or (path == () and head.first == "{") else 0.6


def _path(text: str) -> Path | None:
    for path in _PATHS:
        if not path or f'"{path[0]}"' in text:
            found = first_records(text, path, limit=20)
            if found and sum(map(_logged, found)) >= 0.8 * len(found):
                return path
    return None


def _logged(record: Mapping[str, Any]) -> bool:
    return {"time", "message"} <= set(plan(record).columns) or plan(record).table == "requests"


def read(source: Source) -> Iterator[Output]:
    """One row a record."""
    clock = Clock(source.zone, source.modified)
    made = Records(source.path, clock)
    problems: list[Problem] = []
    found: list[dict[str, Any]] = []
    lines: list[int] = []
    path = _path(source.head().decode("utf-8", errors="replace")) or ()
    for line, record in records(source, path, problems=problems):
        found.append(record)
        lines.append(line)
        if len(found) >= BATCH_ROWS:
            yield from made.batches(found, lines)
            found, lines = [], []
    if found:
        yield from made.batches(found, lines)
    yield from problems
    clock.tell(source)
