"""A query returns or reads everything.

A LIMIT, a filter or a page size is missing, so the work grows with the table instead of the page. It starts
harmless and gets slower with every row.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.attribute_shift import KIND as ATTRIBUTE_SHIFT

NAME = "unbounded-query"
TITLE = "A query returns or reads everything"
MECHANISM = (
    "A LIMIT, a filter or a page size is missing, so the work grows with the table instead of the page. It starts "
    "harmless and gets slower with every row."
)
PRIOR = 2.5
CHANGE_SHARE = 0.92
SITE = "local"
FOR = (
    shifts("rows", p=0.9, specific=True),
    finds(ATTRIBUTE_SHIFT, p=0.7),
    says("slow-query", p=0.7),
    shifts("query-latency", p=0.6),
    shifts("memory", p=0.4),
    shifts("latency", "cpu", p=0.5),
    says("deadline-exceeded", p=0.4, at="caller", specific=False),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"A query of {support.component} has no bound. {support.lead}",
        next_checks=(
            "Rows read per returned row of the statement, before and since.",
            f"git show {support.change_id} -- and look for a LIMIT, WHERE or page size that went.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            "Add the bound back; cancel running copies of the statement.",
        ),
        prevention=(
            "Alert: rows examined per call above ten times the weekly median.",
            "A lint rule: every SELECT on a growing table has a LIMIT or a key predicate.",
        ),
    )
