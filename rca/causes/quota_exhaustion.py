"""A quota is used up.

A budget per hour, day, month or project (calls, storage, addresses, instances) is spent. Everything that draws on
it fails from then on until it is raised or renewed.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "quota-exhaustion"
TITLE = "A quota is used up"
MECHANISM = (
    "A budget per hour, day, month or project (calls, storage, addresses, instances) is spent. Everything that "
    "draws on it fails from then on until it is raised or renewed."
)
PRIOR = 1.5
CHANGE_SHARE = 0.3
SITE = "local"
FOR = (
    says("quota-exceeded", p=0.85),
    shifts("quota", p=0.8, specific=True),
    shifts("remaining", p=0.6, direction="down", specific=True),
    says("rate-limited", p=0.4),
    shifts("errors", p=0.5),
    says("too-many-open-files", p=0.2),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} has used up a quota. {support.lead}",
        next_checks=(
            "Use and limit of the quota over the last weeks in the provider's console or API.",
            "What began to spend more, and since when?",
        ),
        remedies=(
            "Raise the quota or free what is no longer used; stop the new spender if there is one.",
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=(
            "Alert: forecast use above 100 % of the quota before its renewal.",
            "A budget per component, so that one cannot spend for all.",
        ),
    )
