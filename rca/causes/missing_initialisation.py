"""Something is used before, or without, being set up.

A registration, injection, environment variable or start-up step was lost. The first use finds nothing there: a
null, an unregistered handler, an unset value.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.logs.template_change import KIND as NEW_TEMPLATE
from rca.logs.template_change import VANISHED

NAME = "missing-initialisation"
TITLE = "Something is used before, or without, being set up"
MECHANISM = (
    "A registration, injection, environment variable or start-up step was lost. The first use finds nothing "
    "there: a null, an unregistered handler, an unset value."
)
PRIOR = 1.5
CHANGE_SHARE = 0.95
SITE = "local"
FOR = (
    says("not-initialised", p=0.8),
    says("configuration-missing", p=0.5),
    says("crash", p=0.4, specific=False),
    shifts("errors", p=0.5),
    finds(NEW_TEMPLATE, p=0.3, specific=False),
    finds(VANISHED, p=0.3),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} uses what was never set up. {support.lead}",
        next_checks=(
            f"The start-up log of {support.component} against the last good one: which line is missing?",
            f"git show {support.change_id} -- and look for a registration or an environment variable that went.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            "Set the missing value or registration by hand where a roll-back takes longer.",
        ),
        prevention=(
            "Check all required parts at start and refuse to become ready without them.",
            "A start-up test with the production wiring in CI.",
        ),
    )
