"""Retries keep the failure alive.

Callers repeat failed calls at once and at several levels, so a short failure multiplies the load of the failing
component and keeps it down after its first cause is gone.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.retries import KIND as RETRIES

NAME = "retry-storm"
TITLE = "Retries keep the failure alive"
MECHANISM = (
    "Callers repeat failed calls at once and at several levels, so a short failure multiplies the load of the "
    "failing component and keeps it down after its first cause is gone."
)
PRIOR = 2.0
CHANGE_SHARE = 0.5
SITE = "local"
FOR = (
    finds(RETRIES, p=0.85),
    says("retrying", p=0.7),
    says("retrying", p=0.7, at="caller"),
    shifts("retries", p=0.8, at="caller", specific=True),
    shifts("throughput", p=0.6, specific=True),
    shifts("retries", p=0.8, specific=True),
    shifts("throughput", p=0.5, at="anywhere"),
    says("rate-limited", p=0.3, specific=False),
    shifts("errors", "latency", p=0.5),
    says("deadline-exceeded", p=0.3, specific=False),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"Retries of {support.component} multiply the load. {support.lead}",
        next_checks=(
            f"Calls per incoming request of {support.component}, before and since: above 1.1 retries add load.",
            "The retry settings of every caller on the path: attempts multiply.",
        ),
        remedies=(
            "Cut the retries (a budget of 10 % of the calls, exponential backoff with jitter), lowest level only.",
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=(
            "Alert: calls per incoming request above 1.2 times the weekly median.",
            "A retry budget in the shared client, and a test with a callee that fails half of the time.",
        ),
    )
