"""What `docker compose logs` prints: the container before each line.

    web-1  | 2026-11-20T10:00:00.123Z INFO started

The name without its number is the service where the line names none. Source: docker compose logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._wrapped import Peeled, read_wrapped

NAME = "compose"
TABLES = ("logs", "requests")
SAMPLES = (
    # written from the program's documentation
    "web-1  | 2026-11-20T10:00:00.123Z INFO started\ndb-1   | 2026-11-20T10:00:01.000Z LOG ready\n",
)
_LINE = re.compile(r"([a-zA-Z0-9][\w.-]*[_-]\d+) +\| ?")


def looks_like(head: Head) -> float:
    """The share of lines that have the header, above every reader of what is inside."""
    if head.binary or not head.lines:
        return 0.0
    return 0.99 * sum(bool(_LINE.match(line)) for line in head.lines) / len(head.lines)


def read(source: Source) -> Iterator[Output]:
    """The rows of the log inside."""
    return read_wrapped(source, peel)


def peel(lines: list[str]) -> Peeled:
    """The lines without their headers, and the container and service of each."""
    found = [_LINE.match(line) for line in lines]
    names = [match[1] if match else None for match in found]
    return Peeled(
        [line[match.end() :] if match else line for line, match in zip(lines, found, strict=True)],
        {"host": names, "service": [re.sub(r"[_-]\d+$", "", name) if name else None for name in names]},
    )
