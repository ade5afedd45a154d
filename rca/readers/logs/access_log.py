"""Access logs of Apache, nginx and their kin: common and combined format, with a virtual host before or times after.

    192.0.2.7 - ada [24/Nov/2026:13:26:26 +0000] "GET /orders/7 HTTP/1.1" 200 1448 "-" "curl/8.5" 0.004

`service` is the virtual host where the line begins with one. `duration_ms` comes from the first decimal behind the
known fields, which is seconds (nginx `$request_time`). A whole number there may be seconds or microseconds (Apache
`%T`, `%D`); it is left out, with a note. Sources: Apache mod_log_config, nginx ngx_http_log_module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from rca.model import Problem
from rca.readers._open import Source
from rca.readers._reader import BATCH_ROWS, Batch, Head, Output
from rca.tables import frame

NAME = "access-log"
TABLES = ("requests",)
SAMPLES = (
    '127.0.0.1 - - [24/Nov/2026:13:26:26 +0000] "POST /orders HTTP/1.1" 201 1448 "-" "order-load/1.0" 0.001\n'
    '127.0.0.1 - - [24/Nov/2026:13:26:37 +0000] "GET /health HTTP/1.1" 200 16 "-" "order-load/1.0" 0.000\n',
    '192.0.2.7 - ada [02/Mar/2026:09:00:00 +0100] "GET /a?b=1 HTTP/1.0" 404 -\n'
    '2001:db8::7 - - [02/Mar/2026:09:00:01 +0100] "-" 408 0\n',
    'shop.example:443 192.0.2.7 - - [02/Mar/2026:09:00:00 +0000] "GET / HTTP/2.0" 200 5 "https://shop.example/" '
    '"Mozilla/5.0 \\"x\\""\n',
)

_QUOTED = r'"((?:[^"\\]|\\.)*+)"'
_LINE = re.compile(
    rf"(?:(\S++) )?(\S++) \S++ \S++ \[([^\]]{{20,32}})\] "
    rf"{_QUOTED} (\d{{3}}) (\d++|-)(?: {_QUOTED} {_QUOTED})?(?: (.*))?")
"""Virtual host, client, time, request, status, bytes, referrer, agent, what follows. Only the host is tried twice."""

_REQUEST = re.compile(r"([A-Z][A-Z_-]*+) (\S++)(?: HTTP/[\d.]+)?")
_SECONDS = re.compile(r"(?:^|[ =\"])(\d++\.\d++)(?![\d.])")
_WHOLE = re.compile(r"\d++(?: |$)")
_TIME = "%d/%b/%Y:%H:%M:%S %z"

Cells = tuple[Any, ...]
_COLUMNS = ("time", "service", "client_ip", "method", "path", "status", "bytes", "duration_ms", "user_agent", "line")


def looks_like(head: Head) -> float:
    """The share of the first lines that are access lines."""
    if head.binary or not head.lines:
        return 0.0
    lines = head.lines[:100]
    share = sum(_LINE.fullmatch(line) is not None for line in lines) / len(lines)
    return 0.97 * share if share >= 0.5 else 0.0


def read(source: Source) -> Iterator[Output]:
    """One row of `requests` a line; a line of another form is a Problem."""
    found: list[Cells] = []
    for number, text in source.lines():
        match = _LINE.fullmatch(text)
        if match is not None:
            found.append(_cells(match, number, source))
        elif text.strip():
            yield Problem(source=source.path, line=number, text=text[:200],
                          reason='expected an access line: client - user [time] "request" status bytes')
        if len(found) >= BATCH_ROWS:
            yield from _batch(found, source)
            found = []
    if found:
        yield from _batch(found, source)


def _cells(match: re.Match[str], number: int, source: Source) -> Cells:
    host, client, time, request, status, size, _, agent, rest = match.groups()
    asked = _REQUEST.fullmatch(request)
    method, path = asked.groups() if asked else (None, None)
    return (time, host, client, method, path, int(status), None if size == "-" else int(size),
            _duration_ms(rest, source), None if agent == "-" else agent, number)


def _duration_ms(rest: str | None, source: Source) -> float:
    seconds = _SECONDS.search(rest) if rest else None
    if seconds is not None:
        return float(seconds[1]) * 1000
    if rest and _WHOLE.match(rest):
        source.note("the number after the agent may be seconds or microseconds; durations are left out")
    return float("nan")


def _batch(found: list[Cells], source: Source) -> Iterator[Output]:
    columns: dict[str, Any] = dict(zip(_COLUMNS, map(list, zip(*found, strict=True)), strict=True))
    written = columns["time"]
    times = pd.DatetimeIndex(pd.to_datetime(pd.Series(written), format=_TIME, utc=True, errors="coerce"))
    columns["time"], lines = times, columns["line"]
    for at in np.flatnonzero(np.asarray(times.isna())):
        yield Problem(source=source.path, line=lines[at], text=written[at],
                      reason="expected a time like 24/Nov/2026:13:26:26 +0000; the row has no time")
    columns["line"] = np.asarray(lines, dtype="int64")
    yield Batch("requests", frame("requests", {**columns, "source": source.path}))
