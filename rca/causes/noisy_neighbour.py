"""Another tenant of the same machine takes the resources.

CPU, memory bandwidth, disk or network of the host go to somebody else. Unrelated components on that host slow down
at the same moment, without more work of their own.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.demand import KIND as DEMAND

NAME = "noisy-neighbour"
TITLE = "Another tenant of the same machine takes the resources"
MECHANISM = (
    "CPU, memory bandwidth, disk or network of the host go to somebody else. Unrelated components on that host "
    "slow down at the same moment, without more work of their own."
)
PRIOR = 1.5
CHANGE_SHARE = 0.05
SITE = "local"
FOR = (
    says("node-pressure", p=0.6),
    shifts("steal", p=0.9, specific=True),
    says("cpu-throttled", p=0.4),
    shifts("saturation", p=0.4),
    shifts("latency", p=0.6),
    shifts("cpu", p=0.3),
)
AGAINST = (finds(DEMAND, p=0.3),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} shares its machine with something that takes its resources. {support.lead}",
        next_checks=(
            (
                "CPU steal, throttling and pressure (`cat /proc/pressure/*`) on the nodes of "
                f"{support.component}, by node."
            ),
            "What else runs on those nodes, and which of it grew at the onset?",
        ),
        remedies=(
            f"Move {support.component} or its neighbour to another node.",
            "Requests and limits for the neighbour, or a dedicated node pool.",
        ),
        prevention=(
            "Alert: CPU steal or pressure stall above 10 % for 5 minutes.",
            "Anti-affinity between batch work and what serves users.",
        ),
    )
