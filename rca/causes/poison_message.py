"""One message blocks a queue.

A message fails, is delivered again and fails again. The consumer makes no progress behind it, and the backlog grows
although nothing is slow.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "poison-message"
TITLE = "One message blocks a queue"
MECHANISM = (
    "A message fails, is delivered again and fails again. The consumer makes no progress behind it, and the "
    "backlog grows although nothing is slow."
)
PRIOR = 1.2
CHANGE_SHARE = 0.4
SITE = "local"
FOR = (
    says("poison-message", p=0.85),
    shifts("queue", p=0.6, specific=True),
    says("queue-backlog", p=0.5),
    says("bad-data", "schema-mismatch", p=0.4, specific=False),
    shifts("throughput", p=0.5, direction="down"),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} fails at the same message again and again. {support.lead}",
        next_checks=(
            (
                f"The offset or message id at which {support.component} stands, and the error it makes there, "
                "twice in a row."
            ),
        ),
        remedies=(
            "Move the message aside and let the consumer go on; then find out why it fails.",
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=("A dead-letter queue after a few attempts, with an alert on its first message.",),
    )
