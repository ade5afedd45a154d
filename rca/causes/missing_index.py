"""A predicate has no usable index.

An index was dropped, never made, or cannot be used (a function, a cast, a leading wildcard). Each call reads the
whole table, so CPU and reads rise while the number of calls does not.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "missing-index"
TITLE = "A predicate has no usable index"
MECHANISM = (
    "An index was dropped, never made, or cannot be used (a function, a cast, a leading wildcard). Each call "
    "reads the whole table, so CPU and reads rise while the number of calls does not."
)
PRIOR = 2.5
CHANGE_SHARE = 0.75
SITE = "local"
FOR = (
    says("slow-query", p=0.7),
    shifts("rows", p=0.7, specific=True),
    shifts("query-latency", p=0.7, specific=True),
    shifts("cpu", p=0.5),
    shifts("latency", p=0.5),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"A query of {support.component} has no index to use. {support.lead}",
        next_checks=(
            "EXPLAIN of the slow statement: a sequential scan with a selective filter.",
            "select relname, seq_scan, idx_scan from pg_stat_user_tables order by seq_tup_read desc limit 10;",
        ),
        remedies=(
            "CREATE INDEX CONCURRENTLY on the filtered columns, equality first, then range.",
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=(
            "A migration check: no DROP INDEX without proof that idx_scan stands still.",
            "Alert: sequentially read rows of a large table above ten times the weekly median.",
        ),
    )
