"""The cache no longer holds the load off.

Entries expire together, too early, or the cache is gone. Every request goes to the origin at once, and many compute
the same value side by side.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.demand import KIND as DEMAND

NAME = "cache-stampede"
TITLE = "The cache no longer holds the load off"
MECHANISM = (
    "Entries expire together, too early, or the cache is gone. Every request goes to the origin at once, and many "
    "compute the same value side by side."
)
PRIOR = 2.0
CHANGE_SHARE = 0.75
SITE = "local"
FOR = (
    says("cache-miss", p=0.6),
    shifts("cache", p=0.85, direction="down", specific=True),
    shifts("cache-miss", p=0.8, specific=True),
    shifts("query-latency", "cpu", p=0.4, at="anywhere"),
    shifts("latency", p=0.6),
    shifts("throughput", p=0.4, at="anywhere"),
)
AGAINST = (finds(DEMAND, p=0.2),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"The cache of {support.component} no longer protects what lies behind it. {support.lead}",
        next_checks=(
            (
                f"Hit ratio of the cache of {support.component} and requests at its origin on one time axis; do "
                "peaks repeat with the time to live?"
            ),
            f"git show {support.change_id} -- and look for a time to live, a key or a cache size.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            "Let one request refresh a key while the others get the old value (single flight, stale-while-revalidate).",
        ),
        prevention=(
            "Alert: hit ratio below its weekly minimum for 5 minutes.",
            "Jitter on every time to live, and a load test that starts with a cold cache.",
        ),
    )
