"""Container logs as the kubelet's runtimes write them (CRI: containerd, CRI-O).

    2026-11-20T10:00:00.123456789Z stdout F {"level":"info","msg":"started"}

`P` marks a part of a line that goes on in the next; the parts are joined. Source: Kubernetes design proposal
kubelet-cri-logging.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._wrapped import Peeled, read_wrapped

NAME = "cri"
TABLES = ("logs", "requests")
SAMPLES = (
    # written from the proposal
    "2026-11-20T10:00:00.123456789Z stdout F 2026-11-20 10:00:00,123 INFO started\n2026-11-20T10:00:01.000000007Z "
    "stderr P 2026-11-20 10:00:01,000 ERROR fai\n2026-11-20T10:00:01.000000008Z stderr F led\n",
)
_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (?:stdout|stderr) ([FP])(?::\S+)? ?")


def looks_like(head: Head) -> float:
    """The share of lines that have the header, above every reader of what is inside."""
    if head.binary or not head.lines:
        return 0.0
    return 0.99 * sum(bool(_LINE.match(line)) for line in head.lines) / len(head.lines)


def read(source: Source) -> Iterator[Output]:
    """The rows of the log inside."""
    return read_wrapped(source, peel)


def peel(lines: list[str]) -> Peeled:
    """The lines without their headers, the time of each, and which go on in the next."""
    found = [_LINE.match(line) for line in lines]
    return Peeled(
        [line[match.end() :] if match else line for line, match in zip(lines, found, strict=True)],
        {"time": [match[1] if match else None for match in found]},
        [match is not None and match[2] == "P" for match in found],
    )
