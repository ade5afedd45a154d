"""The systemd journal in its export format: fields line by line, a blank line between entries.

    __REALTIME_TIMESTAMP=1795168800000000
    PRIORITY=6
    SYSLOG_IDENTIFIER=cart
    MESSAGE=started

A field whose value is not plain text is written as its name, its length as 64 bits, and the bytes; where such a value
is text of several lines, its lines stand below the name. Source: https://systemd.io/JOURNAL_EXPORT_FORMATS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rca.model import Problem
from rca.readers._log_records import Records
from rca.readers._open import Source
from rca.readers._reader import BATCH_ROWS, Head, Output
from rca.readers._times import Clock

NAME = "journal-export"
TABLES = ("logs",)
SAMPLES = (
    # written from the description of the format
    "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795168800000000\nPRIORITY=6\n_HOSTNAME=web-1\nSYSLOG_IDENTIFIER=cart\n"
    "MESSAGE=started\n\n__CURSOR=s=2\n__REALTIME_TIMESTAMP=1795168801000000\nPRIORITY=3\nSYSLOG_IDENTIFIER=cart\n"
    "MESSAGE=no stock\n\n",
)
_FIELD = re.compile(r"([A-Z_][A-Z0-9_]*)=(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Z_][A-Z0-9_]*$")
_EXCERPT = 200


def looks_like(head: Head) -> float:
    """Sure where fields with a journal time come first."""
    if head.binary or not any(line.startswith("__REALTIME_TIMESTAMP=") for line in head.lines[:60]):
        return 0.0
    fields = sum(bool(_FIELD.match(line)) for line in head.lines)
    return 0.97 * fields / len(head.lines)


def read(source: Source) -> Iterator[Output]:
    """One row an entry, at its first line."""
    clock = Clock(source.zone, source.modified)
    made = Records(source.path, clock)
    records: list[dict[str, Any]] = []
    firsts: list[int] = []
    for first, record in _entries(source):
        if isinstance(record, Problem):
            yield record
            continue
        records.append(record)
        firsts.append(first)
        if len(records) >= BATCH_ROWS:
            yield from made.batches(records, firsts)
            records, firsts = [], []
    if records:
        yield from made.batches(records, firsts)


def _entries(source: Source) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    record: dict[str, Any] = {}
    begun, open_field = 0, None
    for number, line in source.lines():
        if not line.strip():
            if record:
                yield begun, record
            record, open_field = {}, None
        elif match := _FIELD.match(line):
            begun = begun if record else number
            record[match[1]] = match[2]
            open_field = None
        elif _NAME.match(line):
            begun = begun if record else number
            open_field, record[line] = line, ""
        elif open_field:
            record[open_field] = f"{record[open_field]}\n{line}".lstrip("\n")
        else:
            reason = "expected NAME=value, got a line without a name"
            yield number, Problem(source=source.path, line=number, text=line[:_EXCERPT], reason=reason)
    if record:
        yield begun, record
