"""Packets to or from a component are lost.

Lost packets are sent again after 200 ms, 400 ms and more: a few calls get very slow or fail while the rest stays as
it was.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.network_gap import KIND as NETWORK_GAP

NAME = "packet-loss"
TITLE = "Packets to or from a component are lost"
MECHANISM = (
    "Lost packets are sent again after 200 ms, 400 ms and more: a few calls get very slow or fail while the rest "
    "stays as it was."
)
PRIOR = 1.2
CHANGE_SHARE = 0.1
SITE = "local"
FOR = (
    says("packet-loss", p=0.7),
    says("connection-reset", p=0.6),
    finds(NETWORK_GAP, p=0.5),
    shifts("network", p=0.5, specific=True),
    says("deadline-exceeded", p=0.4, specific=False),
    shifts("errors", "latency", p=0.5),
)
AGAINST = (shifts("cpu", p=0.3),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"Packets to {support.component} get lost. {support.lead}",
        next_checks=(
            (
                f"`nstat -az TcpRetransSegs` and `ip -s link` on the node of {support.component}: drops and "
                "retransmissions per second."
            ),
            f"`mtr -rwc 200` from a caller of {support.component}: at which hop does the loss begin?",
        ),
        remedies=(f"Drain the node or path of {support.component} that loses packets.",),
        prevention=(
            "Alert: TCP retransmissions above 1 % of segments for 5 minutes.",
            "Idempotent calls with a retry budget, so that a lost packet costs one retry and not an error.",
        ),
    )
