"""A deadline is shorter than the work takes.

The caller gives up at a fixed time although the callee would have answered: its spans end at the same length, the
callee reports cancelled work, and it is as fast as ever.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.attribute_shift import KIND as ATTRIBUTE_SHIFT
from rca.services.deadline import KIND as DEADLINE
from rca.services.edge_errors import KIND as EDGE_ERRORS

NAME = "timeout-too-short"
TITLE = "A deadline is shorter than the work takes"
MECHANISM = (
    "The caller gives up at a fixed time although the callee would have answered: its spans end at the same "
    "length, the callee reports cancelled work, and it is as fast as ever."
)
PRIOR = 2.5
CHANGE_SHARE = 0.9
SITE = "local"
FOR = (
    finds(DEADLINE, p=0.8),
    says("deadline-exceeded", p=0.85),
    finds(ATTRIBUTE_SHIFT, p=0.5),
    shifts("errors", p=0.6),
    shifts("cancelled", p=0.6, at="anywhere", specific=True),
    finds(EDGE_ERRORS, p=0.5, at="anywhere"),
    shifts("latency", p=0.3, direction="down"),
)
AGAINST = (shifts("cpu", p=0.3),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} gives its calls too little time. {support.lead}",
        next_checks=(
            (
                f"Lengths of the failed client spans of {support.component}: one ceiling means a deadline; "
                "compare it with the 99th percentile of the callee."
            ),
            f"git show {support.change_id} -- and look for a timeout or deadline.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            (
                "Set the deadline above the 99.9th percentile of the callee, and below what the caller's own "
                "caller allows."
            ),
        ),
        prevention=(
            "Alert: share of calls cancelled by the client above 1 %.",
            "A test that compares every configured timeout with the measured percentiles of its callee.",
        ),
    )
