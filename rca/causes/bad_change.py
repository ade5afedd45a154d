"""A change broke it, in a way that no finer name fits.

What was deployed, switched or configured does something else than intended. The failure starts when it takes effect
and speaks of the things that the change touches.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.logs.template_change import KIND as NEW_TEMPLATE
from rca.services.attribute_shift import KIND as ATTRIBUTE_SHIFT
from rca.services.error_origin import KIND as ERROR_ORIGIN

NAME = "bad-change"
TITLE = "A change broke it, in a way that no finer name fits"
MECHANISM = (
    "What was deployed, switched or configured does something else than intended. The failure starts when it "
    "takes effect and speaks of the things that the change touches."
)
PRIOR = 1.0
CHANGE_SHARE = 0.97
SITE = "local"
FOR = (
    says("crash", "not-initialised", "bad-data", "upstream-unavailable", "permission-denied", p=0.35),
    finds(NEW_TEMPLATE, p=0.5),
    finds(ERROR_ORIGIN, p=0.5),
    shifts("errors", p=0.6, specific=True),
    shifts("availability", p=0.6, direction="down", specific=True),
    shifts("latency", p=0.3),
    shifts("throughput", p=0.3, direction="down"),
    finds(ATTRIBUTE_SHIFT, p=0.3),
)
AGAINST = (says("certificate-expired", "quota-exceeded", "packet-loss", "node-pressure", p=0.4),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"A change broke {support.component}. {support.lead}",
        next_checks=(
            f"git show {support.change_id}",
            (
                f"Compare instances of {support.component} with and without the change side by side (canary, old "
                "replica set)."
            ),
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=(
            "Roll out to one instance first, and halt by the error rate of that instance against the others.",
            "A regression test from the first failing request.",
        ),
    )
