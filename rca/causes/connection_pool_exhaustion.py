"""All connections of a pool are taken.

Connections are held too long, not given back, or too few. Requests wait for a free one and time out; the database
or callee behind the pool is not busy at all.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.demand import KIND as DEMAND

NAME = "connection-pool-exhaustion"
TITLE = "All connections of a pool are taken"
MECHANISM = (
    "Connections are held too long, not given back, or too few. Requests wait for a free one and time out; the "
    "database or callee behind the pool is not busy at all."
)
PRIOR = 4.0
CHANGE_SHARE = 0.7
SITE = "local"
FOR = (
    says("pool-exhausted", p=0.85),
    shifts("connections", p=0.75, specific=True),
    shifts("pool-wait", p=0.7, specific=True),
    shifts("connections-free", p=0.6, direction="down", specific=True),
    shifts("latency", p=0.6),
    says("deadline-exceeded", p=0.4, specific=False),
    shifts("errors", p=0.5),
    shifts("queue", "threads", p=0.3),
)
AGAINST = (finds(DEMAND, p=0.2),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} has no free connection left. {support.lead}",
        next_checks=(
            (
                f"Who holds the connections of {support.component}, and since when: pool statistics, "  # noqa: S608 - text for people
                "`select pid, state, now() - xact_start, query from pg_stat_activity order by 3 desc`."
            ),
            f"A thread dump of {support.component}: the stacks that hold a connection, not those that wait.",
            f"git show {support.change_id} -- and look for a lost close, a smaller pool, a longer transaction.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            (
                f"Restart the instances of {support.component} whose pools are stuck; raise the pool only if the "
                "server behind it has room."
            ),
        ),
        prevention=(
            (
                "Alert: connections in use above 90 % of the pool for 2 minutes, and any wait for a connection "
                "above 100 ms."
            ),
            "A test that fails every request half-way and checks that the pool is full again afterwards.",
        ),
    )
