"""What `kubectl logs --prefix` and stern print: pod and container before each line.

    [pod/cart-5d4f8c9b7-x2x2x/cart] 2026-11-20T10:00:00.123Z INFO started

The container is the service where the line names none, the pod the host. Source: kubectl logs --help.
"""

from __future__ import annotations

import re

from rca.readers._wrapped import Peeled, behind, wrapped_reader

NAME = "kubectl-prefix"
TABLES = ("logs", "requests")
SAMPLES = (
    # written from kubectl logs --help
    "[pod/cart-5d4f8c9b7-x2x2x/cart] 2026-11-20T10:00:00.123Z INFO started\n[pod/cart-5d4f8c9b7-x2x2x/cart] "
    "2026-11-20T10:00:01.000Z WARN late\n",
)
_LINE = re.compile(r"\[pod/([^/\]]+)/([^\]]+)\] ?")


def peel(lines: list[str]) -> Peeled:
    """The lines without their headers, and the pod and container of each."""
    found = [_LINE.match(line) for line in lines]
    return Peeled(
        behind(lines, found),
        {
            "host": [match[1] if match else None for match in found],
            "service": [match[2] if match else None for match in found],
        },
    )


looks_like, read = wrapped_reader(_LINE, peel)
