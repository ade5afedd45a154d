"""More requests come in than the system was built for.

Load rises at the entry and by about the same factor everywhere below it. The narrowest component saturates first;
queues and latency follow the load, and so do retries.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.demand import KIND as DEMAND

NAME = "demand-surge"
TITLE = "More requests come in than the system was built for"
MECHANISM = (
    "Load rises at the entry and by about the same factor everywhere below it. The narrowest component saturates "
    "first; queues and latency follow the load, and so do retries."
)
PRIOR = 3.0
CHANGE_SHARE = 0.05
SITE = "local"
FOR = (
    finds(DEMAND, p=0.9),
    shifts("throughput", p=0.7, specific=True),
    shifts("queue", p=0.5),
    shifts("cpu", p=0.5),
    shifts("latency", p=0.6),
    says("rate-limited", p=0.3, specific=False),
)
AGAINST = (shifts("throughput", p=0.5, direction="down"),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"Demand at {support.component} outgrew its capacity. {support.lead}",
        next_checks=(
            "Requests per second at the entry by client, endpoint and user agent: who brings the surplus?",
            (
                f"Requests of {support.component} per request at the entry: a ratio that rose means retries or a "
                "loop, not demand."
            ),
        ),
        remedies=(
            (
                f"Shed or queue what can wait at the entry; give {support.component} more instances if its own "
                "dependencies can take them."
            ),
            "A rate limit for the client or endpoint that brings the surplus.",
        ),
        prevention=(
            "Alert: load above 80 % of what the last load test carried.",
            "A load test at twice the yearly peak, with admission control that rejects early.",
        ),
    )
