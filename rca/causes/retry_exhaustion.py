"""Retries give up sooner than the failure passes.

A dependency hiccups as it always did, but fewer or shorter retries are left to bridge it. What used to be a delay
becomes an error or a lost message.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "retry-exhaustion"
TITLE = "Retries give up sooner than the failure passes"
MECHANISM = (
    "A dependency hiccups as it always did, but fewer or shorter retries are left to bridge it. What used to be a "
    "delay becomes an error or a lost message."
)
PRIOR = 1.2
CHANGE_SHARE = 0.8
SITE = "local"
FOR = (
    says("gave-up", p=0.85),
    says("retrying", p=0.6),
    says("poison-message", p=0.3, specific=False),
    shifts("errors", p=0.5),
    says("upstream-unavailable", p=0.4, specific=False),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} gives up too soon. {support.lead}",
        next_checks=(
            "Error rate of single attempts against that of whole operations, before and since.",
            f"git show {support.change_id} -- and look for attempts, backoff or a retryable error that went.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            "Replay what was given up, from the dead-letter queue or the log.",
        ),
        prevention=(
            "Alert: share of operations that fail after all attempts above its weekly median.",
            "A test with a callee that fails twice and then succeeds.",
        ),
    )
