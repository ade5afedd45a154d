"""Clocks of two machines disagree.

Time stamps from one machine lie in the other one's future or past: fresh tokens are not yet valid or already
expired, leases are lost, order is reversed.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "clock-skew"
TITLE = "Clocks of two machines disagree"
MECHANISM = (
    "Time stamps from one machine lie in the other one's future or past: fresh tokens are not yet valid or "
    "already expired, leases are lost, order is reversed."
)
PRIOR = 1.0
CHANGE_SHARE = 0.35
SITE = "local"
FOR = (
    says("clock-skew", p=0.85),
    shifts("clock", p=0.8, specific=True),
    says("authentication-failed", p=0.4),
    shifts("errors", p=0.4),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"The clock of {support.component} is off. {support.lead}",
        next_checks=(
            f"`chronyc tracking` (or `timedatectl`) on every host of {support.component} and of its callers.",
            "Offset between the two sides of the same calls, from their spans.",
        ),
        remedies=(
            "Bring the time service back on the host that is off; drain it until then.",
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=(
            "Alert: clock offset above 100 ms on any host.",
            "A tolerance (leeway) of a minute wherever times from another host are compared.",
        ),
    )
