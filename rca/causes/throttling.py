"""A rate limit refuses part of the calls.

A limit of requests, tokens or CPU time is reached: the surplus is refused or delayed, evenly over time, at a
plateau. Below the limit everything works.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "throttling"
TITLE = "A rate limit refuses part of the calls"
MECHANISM = (
    "A limit of requests, tokens or CPU time is reached: the surplus is refused or delayed, evenly over time, at "
    "a plateau. Below the limit everything works."
)
PRIOR = 2.5
CHANGE_SHARE = 0.45
SITE = "local"
FOR = (
    says("rate-limited", p=0.85),
    shifts("throttled", p=0.85, specific=True),
    shifts("quota", p=0.4, specific=True),
    says("cpu-throttled", p=0.4),
    shifts("errors", p=0.5),
    shifts("latency", p=0.4),
    says("retrying", p=0.3, specific=False),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} runs into a rate limit. {support.lead}",
        next_checks=(
            f"Requests per second of {support.component} against the limit it meets: a plateau at the limit proves it.",
            "Who else spends from the same limit (shared key, shared account)?",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            "Spread or drop the least valuable calls; ask for a higher limit where the use is legitimate.",
        ),
        prevention=(
            "Alert: use above 80 % of each known limit.",
            "A client-side limiter below the provider's limit, with backoff on 429.",
        ),
    )
