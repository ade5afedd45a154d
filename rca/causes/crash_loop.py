"""A process dies, is started again, and dies again.

It fails at start or soon after: a failing probe, a missing setting, a fatal error. Capacity is gone most of the
time, and callers see refused connections.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.memory.leak_trend import KIND as LEAK_TREND

NAME = "crash-loop"
TITLE = "A process dies, is started again, and dies again"
MECHANISM = (
    "It fails at start or soon after: a failing probe, a missing setting, a fatal error. Capacity is gone most of "
    "the time, and callers see refused connections."
)
PRIOR = 2.0
CHANGE_SHARE = 0.7
SITE = "local"
FOR = (
    says("crash", p=0.8),
    shifts("restarts", p=0.8, specific=True),
    says("connection-refused", p=0.5, at="caller"),
    says("node-pressure", p=0.2, specific=False),
    shifts("errors", p=0.4, at="caller"),
    shifts("availability", p=0.5, direction="down"),
)
AGAINST = (finds(LEAK_TREND, p=0.4),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} dies again and again. {support.lead}",
        next_checks=(
            (
                f"kubectl describe pod -l app={support.component}; kubectl logs --previous -l "
                f"app={support.component} --tail=50"
            ),
            f"Exit code and last lines of {support.component} before each death, and what probes it.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            "Where a probe is at fault, relax its threshold before anything else.",
        ),
        prevention=(
            "Alert: more than 2 restarts in 10 minutes.",
            "A rollout that halts when new instances do not stay ready for 5 minutes.",
        ),
    )
