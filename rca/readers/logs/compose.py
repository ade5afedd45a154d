"""What `docker compose logs` prints: the container before each line.

    web-1  | 2026-11-20T10:00:00.123Z INFO started

The name without its number is the service where the line names none. Source: docker compose logs.
"""

from __future__ import annotations

import re

from rca.readers._wrapped import Peeled, behind, wrapped_reader

NAME = "compose"
TABLES = ("logs", "requests")
SAMPLES = (
    # written from the program's documentation
    "web-1  | 2026-11-20T10:00:00.123Z INFO started\ndb-1   | 2026-11-20T10:00:01.000Z LOG ready\n",
)
_LINE = re.compile(r"([a-zA-Z0-9][\w.-]*[_-]\d+) +\| ?")


def peel(lines: list[str]) -> Peeled:
    """The lines without their headers, and the container and service of each."""
    found = [_LINE.match(line) for line in lines]
    names = [match[1] if match else None for match in found]
    return Peeled(
        behind(lines, found),
        {"host": names, "service": [re.sub(r"[_-]\d+$", "", name) if name else None for name in names]},
    )


looks_like, read = wrapped_reader(_LINE, peel)
