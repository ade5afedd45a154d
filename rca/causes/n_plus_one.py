"""One query became one query per row.

A list is loaded with one statement and then each element with another. Queries per request grow with the length of
the list; each is fast, their sum is not.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, shifts
from rca.services.n_plus_one import KIND as N_PLUS_ONE

NAME = "n-plus-one"
TITLE = "One query became one query per row"
MECHANISM = (
    "A list is loaded with one statement and then each element with another. Queries per request grow with the "
    "length of the list; each is fast, their sum is not."
)
PRIOR = 2.0
CHANGE_SHARE = 0.92
SITE = "local"
FOR = (
    finds(N_PLUS_ONE, p=0.9),
    shifts("queries-per-request", p=0.8, specific=True),
    shifts("throughput", p=0.5, at="anywhere"),
    shifts("connections", p=0.4),
    shifts("latency", p=0.6),
    shifts("cpu", p=0.3),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} sends a query for each row. {support.lead}",
        next_checks=(
            (
                f"Queries per request of {support.component} before and since; in one trace, siblings of the same "
                "statement shape."
            ),
            f"git show {support.change_id} -- and look for a call inside a loop.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            "Load the elements with one statement (IN, JOIN, batch loader).",
        ),
        prevention=(
            "A test that counts the statements of the endpoint for lists of 1 and of 100.",
            "Alert: queries per request above three times the weekly median.",
        ),
    )
