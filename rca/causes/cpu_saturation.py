"""A component has more to compute than its processors can do.

Work per request rose (a hot loop, an expensive regular expression, a lost cache) or the processors became fewer.
Runnable threads queue, every request waits for its turn, and callers time out.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.demand import KIND as DEMAND

NAME = "cpu-saturation"
TITLE = "A component has more to compute than its processors can do"
MECHANISM = (
    "Work per request rose (a hot loop, an expensive regular expression, a lost cache) or the processors became "
    "fewer. Runnable threads queue, every request waits for its turn, and callers time out."
)
PRIOR = 4.0
CHANGE_SHARE = 0.6
SITE = "local"
FOR = (
    shifts("cpu", p=0.9, specific=True),
    says("cpu-throttled", p=0.6),
    shifts("saturation", p=0.5, specific=True),
    shifts("latency", p=0.6),
    says("deadline-exceeded", p=0.3, specific=False),
    shifts("queue", p=0.3),
)
AGAINST = (finds(DEMAND, p=0.3),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} is out of CPU. {support.lead}",
        next_checks=(
            (
                f"A CPU profile of {support.component} for 30 s (py-spy record, async-profiler, pprof, perf "
                "record -g): the widest frame that the baseline lacks."
            ),
            (
                f"CPU seconds per request at {support.component} before and since: if they rose, the code "
                "changed; if not, the load did."
            ),
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            f"Scale {support.component} out until the cause is fixed.",
        ),
        prevention=(
            (
                "Alert: CPU use above 85 % of the limit for 5 minutes, and CPU seconds per request above twice "
                "their weekly median."
            ),
            "A benchmark of the hot path in CI with a limit relative to the parent commit.",
        ),
    )
