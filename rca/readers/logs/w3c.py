"""W3C extended logs: IIS, CloudFront, and whatever else says its columns in `#Fields:` lines.

The lines may change within a file.

    #Fields: date time cs-method cs-uri-stem cs-uri-query c-ip sc-status time-taken
    2026-11-20 10:00:00 GET /cart id=7 192.0.2.7 200 12

Records with a method and a status are `requests`, others `logs` with their fields in `attributes`. Times are UTC. IIS
writes `time-taken` in milliseconds, CloudFront in seconds with a decimal point. Blanks in values are written as `+`, or
as `%20` by CloudFront. Sources: https://www.w3.org/TR/WD-logfile, IIS and CloudFront documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa

from rca.model import Problem
from rca.readers._line_form import numbers
from rca.readers._open import Source
from rca.readers._reader import Batch, Head, Output
from rca.readers._times import Clock
from rca.tables import frame

NAME = "w3c-extended"
TABLES = ("requests", "logs")
SAMPLES = (
    # written from the IIS and CloudFront documentation
    "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n"
    "#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status time-taken\n"
    "2026-11-20 10:00:00 GET /cart id=7 192.0.2.7 curl/8.5 200 12\n2026-11-20 10:00:01 GET / - 192.0.2.7 "
    "Mozilla/5.0+(X11) 404 3\n",
    "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status "
    "time-taken\n"
    "2026-11-20\t10:00:00\tFRA2\t512\t192.0.2.7\tGET\tshop.example\t/cart\t200\t0.012\n",
)
CLOUDFRONT = (
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(host)",
    "cs-uri-stem",
    "sc-status",
    "cs(referer)",
    "cs(user-agent)",
    "cs-uri-query",
    "cs(cookie)",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "fle-status",
    "fle-encrypted-fields",
    "c-port",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
    "sc-content-type",
    "sc-content-len",
    "sc-range-start",
    "sc-range-end",
)
"""The columns of CloudFront's standard log, for files that were cut off their `#Fields:` line."""
_CLOUDFRONT_LINE = re.compile(r"\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t[A-Z]{3}\d+[\w-]*\t(?:[^\t]*\t){20,}[^\t]*$")
_COLUMNS = {
    "client_ip": ("c-ip", "c-ip-address"),
    "method": ("cs-method",),
    "path": ("cs-uri-stem", "cs-uri", "cs-url"),
    "status": ("sc-status",),
    "bytes": ("sc-bytes", "bytes"),
    "user_agent": ("cs(user-agent)",),
    "service": ("cs(host)", "cs-host", "s-sitename", "x-host-header"),
    "trace_id": ("x-edge-request-id",),
}
_EXCERPT = 200


def looks_like(head: Head) -> float:
    """Sure where a `#Fields:` line comes first, or lines have the columns of CloudFront."""
    if head.binary:
        return 0.0
    if any(line.startswith("#Fields:") for line in head.lines[:40]):
        return 0.97
    return 0.95 if head.lines and all(_CLOUDFRONT_LINE.match(line) for line in head.lines[:20]) else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row a record, by the `#Fields:` line above it."""
    clock = Clock(UTC, source.modified)
    fields: Sequence[str] = CLOUDFRONT
    for first, block in source.blocks():
        rows: list[list[str]] = []
        lines: list[int] = []
        for number, line in enumerate(block.decode("utf-8").split("\n"), first):
            if line.startswith("#"):
                if line.startswith("#Fields:"):
                    yield from _batch(source, clock, fields, rows, lines)
                    fields, rows, lines = line[8:].lower().split(), [], []
                continue
            cells = line.split("\t") if "\t" in line else line.split()
            if len(cells) == len(fields) or (fields is CLOUDFRONT and len(cells) > 20):
                rows.append(cells[: len(fields)])
                lines.append(number)
            elif line.strip():
                yield Problem(
                    source=source.path,
                    line=number,
                    text=line[:_EXCERPT],
                    reason=f"expected {len(fields)} fields as in the last #Fields: line, got {len(cells)}",
                )
        yield from _batch(source, clock, fields, rows, lines)


def _batch(
    source: Source, clock: Clock, fields: Sequence[str], rows: list[list[str]], lines: list[int]
) -> Iterator[Output]:
    if not rows:
        return
    width = min(map(len, rows))
    values = {name: [row[i] for row in rows] for i, name in enumerate(fields[:width])}
    made: dict[str, Any] = {"source": source.path, "line": np.asarray(lines, dtype="int64")}
    stamps = _stamps(values)
    if stamps:
        made["time"] = clock.index(clock.instants(stamps))
    if "cs-method" in values and "sc-status" in values:
        yield Batch("requests", frame("requests", {**made, **_request(values)}))
        return
    made["message"] = [" ".join(row) for row in rows]
    made["attributes"] = [{name: cell for name, cell in zip(fields, row, strict=False) if cell != "-"} for row in rows]
    made["host"] = _texts(values["s-computername"]) if "s-computername" in values else None
    yield Batch("logs", frame("logs", made))


def _stamps(values: dict[str, list[str]]) -> list[str]:
    if "date" in values and "time" in values:
        return [f"{day} {clock}" for day, clock in zip(values["date"], values["time"], strict=True)]
    return values.get("time") or values.get("timestamp") or values.get("date") or []


def _request(values: dict[str, list[str]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for column, names in _COLUMNS.items():
        name = next((name for name in names if name in values), None)
        if name:
            made[column] = (
                numbers(pa.array(values[name]), whole=True) if column in ("status", "bytes") else _texts(values[name])
            )
    if "user_agent" in made:
        made["user_agent"] = [agent and unquote(agent.replace("+", " ")) for agent in made["user_agent"]]
    if "cs-uri-query" in values and "path" in made:
        made["path"] = [
            f"{path}?{query}" if path and query not in ("-", "") else path
            for path, query in zip(made["path"], values["cs-uri-query"], strict=True)
        ]
    if "time-taken" in values:
        scale = 1e3 if any("." in value for value in values["time-taken"]) else 1.0
        made["duration_ms"] = numbers(pa.array(values["time-taken"]), whole=False) * scale
    return made


def _texts(values: list[str]) -> list[str | None]:
    return [None if value in ("-", "") else value for value in values]
