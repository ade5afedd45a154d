r"""Docker's json-file logs: what a container printed, line by line, in JSON.

    {"log":"2026-11-20 10:00:00,123 INFO started\n","stream":"stdout","time":"2026-11-20T10:00:00.123456789Z"}

A `log` without a line end goes on in the next record. Source: Docker documentation, JSON File logging driver.
"""

from __future__ import annotations

import re

from rca.readers._record_form import json_object
from rca.readers._wrapped import Peeled, wrapped_reader

NAME = "docker-json"
TABLES = ("logs", "requests")
SAMPLES = (
    # written from the documentation
    '{"log":"2026-11-20 10:00:00,123 INFO '
    'started\\n","stream":"stdout","time":"2026-11-20T10:00:00.123456789Z"}\n{"log":"listening\\n","stream":"stdout","time":"2026-11-20T10:00:01.000000007Z"}\n',
)
_LINE = re.compile(r'\{"log":".*"stream":"std(?:out|err)".*"time":"\d{4}-[^"]*"\}\s*$')


def peel(lines: list[str]) -> Peeled:
    """What the container printed, with the time of each line."""
    records = [json_object(line) if line.startswith("{") else None for line in lines]
    texts = [str(record.get("log", "")) if record else line for line, record in zip(lines, records, strict=True)]
    return Peeled(
        [text.rstrip("\n").replace("\n", " ") for text in texts],
        {"time": [str(record["time"]) if record and "time" in record else None for record in records]},
        [record is not None and not text.endswith("\n") for record, text in zip(records, texts, strict=True)],
    )


looks_like, read = wrapped_reader(_LINE, peel)
