"""The heap is too small for the work, without a leak.

A larger working set (bigger batches, more concurrent requests, a lowered limit) fills the heap; collections run all
the time. Unlike a leak the level falls again when the work is done.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.memory.leak_trend import KIND as LEAK_TREND

NAME = "heap-pressure"
TITLE = "The heap is too small for the work, without a leak"
MECHANISM = (
    "A larger working set (bigger batches, more concurrent requests, a lowered limit) fills the heap; collections "
    "run all the time. Unlike a leak the level falls again when the work is done."
)
PRIOR = 2.0
CHANGE_SHARE = 0.5
SITE = "local"
FOR = (
    shifts("memory", p=0.7, specific=True),
    shifts("gc", p=0.6, specific=True),
    says("gc-pressure", p=0.6),
    says("out-of-memory", p=0.5),
    shifts("oom", p=0.4, specific=True),
    shifts("latency", p=0.5),
)
AGAINST = (finds(LEAK_TREND, p=0.5),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"The heap of {support.component} is too small for its work. {support.lead}",
        next_checks=(
            (
                f"Compare heap use after a full collection with the limit: {support.component} has pressure above "
                "about 70 %."
            ),
            (
                f"Look for larger payloads or batches: rows, bytes or objects per request at {support.component} "
                "before and since."
            ),
        ),
        remedies=(
            (
                f"Raise the memory limit of {support.component} by half or lower its concurrency, whichever is "
                "undone more easily."
            ),
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=(
            "Alert: share of time spent in garbage collection above 10 % for 10 minutes.",
            "Load test with the largest payload that production has seen, at the production limit.",
        ),
    )
