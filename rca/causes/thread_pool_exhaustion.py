"""All workers are busy waiting.

Workers wait for something slow (a call without timeout, a lock, one another), new requests queue behind them, and
even health checks time out while the CPU idles.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "thread-pool-exhaustion"
TITLE = "All workers are busy waiting"
MECHANISM = (
    "Workers wait for something slow (a call without timeout, a lock, one another), new requests queue behind "
    "them, and even health checks time out while the CPU idles."
)
PRIOR = 2.0
CHANGE_SHARE = 0.55
SITE = "local"
FOR = (
    says("thread-pool-exhausted", p=0.8),
    shifts("threads", p=0.7, specific=True),
    shifts("queue", p=0.6, specific=True),
    shifts("latency", p=0.6),
    says("deadline-exceeded", p=0.4, specific=False),
)
AGAINST = (shifts("cpu", p=0.4),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"All workers of {support.component} are taken. {support.lead}",
        next_checks=(
            (
                f"Three thread dumps of {support.component}, 10 s apart (jstack, py-spy dump, kill -QUIT): what "
                "do the workers wait for?"
            ),
            "Latency and timeouts of each thing that the workers call.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            f"Give the slow call of {support.component} a timeout and a pool of its own.",
        ),
        prevention=(
            "Alert: idle workers below 10 % for 2 minutes.",
            "Bulkheads: a separate small pool for each dependency, and a timeout on every call.",
        ),
    )
