"""A database statement became slow.

A statement reads or sorts far more than before: another plan, more data, a lost index, a new predicate. Whoever
waits for it is slow, and its connection is held.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.attribute_shift import KIND as ATTRIBUTE_SHIFT

NAME = "slow-query"
TITLE = "A database statement became slow"
MECHANISM = (
    "A statement reads or sorts far more than before: another plan, more data, a lost index, a new predicate. "
    "Whoever waits for it is slow, and its connection is held."
)
PRIOR = 3.0
CHANGE_SHARE = 0.6
SITE = "local"
FOR = (
    says("slow-query", p=0.8),
    shifts("query-latency", p=0.8, specific=True),
    shifts("rows", p=0.6, specific=True),
    finds(ATTRIBUTE_SHIFT, p=0.5),
    shifts("cpu", p=0.4),
    shifts("latency", p=0.6),
    shifts("connections", p=0.3),
    says("deadline-exceeded", p=0.4, at="caller", specific=False),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"A database statement of {support.component} is slow. {support.lead}",
        next_checks=(
            (
                "EXPLAIN (ANALYZE, BUFFERS) of the statement with the parameters that were slow, against the "
                "plan of a good day."
            ),
            "Calls, mean time and rows of the statement in pg_stat_statements (or the slow log) before and since.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            "A statement timeout for the role, so that one statement cannot hold all connections.",
        ),
        prevention=(
            "Alert: mean time of any statement above three times its weekly median, weighted by calls.",
            "A test that asserts the plan (no sequential scan of large tables) on production-like statistics.",
        ),
    )
