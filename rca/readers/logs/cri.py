"""Container logs as the kubelet's runtimes write them (CRI: containerd, CRI-O).

    2026-11-20T10:00:00.123456789Z stdout F {"level":"info","msg":"started"}

`P` marks a part of a line that goes on in the next; the parts are joined. Source: Kubernetes design proposal
kubelet-cri-logging.md.
"""

from __future__ import annotations

import re

from rca.readers._wrapped import Peeled, behind, wrapped_reader

NAME = "cri"
TABLES = ("logs", "requests")
SAMPLES = (
    # written from the proposal
    "2026-11-20T10:00:00.123456789Z stdout F 2026-11-20 10:00:00,123 INFO started\n2026-11-20T10:00:01.000000007Z "
    "stderr P 2026-11-20 10:00:01,000 ERROR fai\n2026-11-20T10:00:01.000000008Z stderr F led\n",
)
_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (?:stdout|stderr) ([FP])(?::\S+)? ?")


def peel(lines: list[str]) -> Peeled:
    """The lines without their headers, the time of each, and which go on in the next."""
    found = [_LINE.match(line) for line in lines]
    return Peeled(
        behind(lines, found),
        {"time": [match[1] if match else None for match in found]},
        [match is not None and match[2] == "P" for match in found],
    )


looks_like, read = wrapped_reader(_LINE, peel)
