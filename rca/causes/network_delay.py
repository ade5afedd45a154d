"""Packets to or from a component take longer.

The time between a caller's span and the callee's own span grows, for all calls over the same path and whatever they
do; the callee itself is as fast as ever.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.network_gap import KIND as NETWORK_GAP

NAME = "network-delay"
TITLE = "Packets to or from a component take longer"
MECHANISM = (
    "The time between a caller's span and the callee's own span grows, for all calls over the same path and "
    "whatever they do; the callee itself is as fast as ever."
)
PRIOR = 2.0
CHANGE_SHARE = 0.1
SITE = "local"
FOR = (
    finds(NETWORK_GAP, p=0.8),
    shifts("network", p=0.6, specific=True),
    shifts("latency", p=0.6),
    says("deadline-exceeded", "connection-reset", p=0.3, specific=False),
)
AGAINST = (shifts("cpu", p=0.3),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"The network to {support.component} is slow. {support.lead}",
        next_checks=(
            (
                f"`mtr -rwc 100` and `ss -ti dst` between {support.component} and its callers: round-trip time "
                "and retransmissions per hop."
            ),
            f"Client-side against server-side latency of {support.component}, per node.",
        ),
        remedies=(
            f"Move {support.component} off the node or zone whose paths are slow.",
            "Undo recent network policy, mesh or routing changes.",
        ),
        prevention=(
            "Alert: median of client span minus server span per edge above three times its weekly median.",
            "Spread replicas over nodes and zones, with outlier ejection in the load balancer.",
        ),
    )
