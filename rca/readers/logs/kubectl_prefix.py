"""What `kubectl logs --prefix` and stern print: pod and container before each line.

    [pod/cart-5d4f8c9b7-x2x2x/cart] 2026-11-20T10:00:00.123Z INFO started

The container is the service where the line names none, the pod the host. Source: kubectl logs --help.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._wrapped import Peeled, read_wrapped

NAME = "kubectl-prefix"
TABLES = ("logs", "requests")
SAMPLES = (
    # written from kubectl logs --help
    "[pod/cart-5d4f8c9b7-x2x2x/cart] 2026-11-20T10:00:00.123Z INFO started\n[pod/cart-5d4f8c9b7-x2x2x/cart] "
    "2026-11-20T10:00:01.000Z WARN late\n",
)
_LINE = re.compile(r"\[pod/([^/\]]+)/([^\]]+)\] ?")


def looks_like(head: Head) -> float:
    """The share of lines that have the header, above every reader of what is inside."""
    if head.binary or not head.lines:
        return 0.0
    return 0.99 * sum(bool(_LINE.match(line)) for line in head.lines) / len(head.lines)


def read(source: Source) -> Iterator[Output]:
    """The rows of the log inside."""
    return read_wrapped(source, peel)


def peel(lines: list[str]) -> Peeled:
    """The lines without their headers, and the pod and container of each."""
    found = [_LINE.match(line) for line in lines]
    return Peeled(
        [line[match.end() :] if match else line for line, match in zip(lines, found, strict=True)],
        {
            "host": [match[1] if match else None for match in found],
            "service": [match[2] if match else None for match in found],
        },
    )
