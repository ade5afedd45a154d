"""Names cannot be resolved.

Calls fail before a connection is tried, to every name the resolver does not answer for; connections that are
already open go on working.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "dns-failure"
TITLE = "Names cannot be resolved"
MECHANISM = (
    "Calls fail before a connection is tried, to every name the resolver does not answer for; connections that "
    "are already open go on working."
)
PRIOR = 1.5
CHANGE_SHARE = 0.3
SITE = "local"
FOR = (
    says("dns-failure", p=0.9),
    says("connection-refused", p=0.2, specific=False),
    shifts("errors", p=0.5),
    shifts("latency", p=0.3),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} cannot resolve names. {support.lead}",
        next_checks=(
            (
                f"From the host of {support.component}: `dig NAME`, `dig @RESOLVER NAME`, `cat /etc/resolv.conf`: "
                "no answer, a wrong one, or a slow one?"
            ),
            "Error rate and latency of the resolvers, and recent changes of zones, network policy or search domains.",
        ),
        remedies=(
            "Bring the resolver back or point to a second one; restart clients that cache failures.",
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=(
            "Alert: share of failed look-ups above 1 % per client.",
            "Two resolvers on separate nodes, and a local cache that serves stale answers.",
        ),
    )
