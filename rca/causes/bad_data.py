"""Input that the code does not expect.

Records with missing, malformed or extreme values come in, from a feed, a partner or an own job. Only what handles
them fails, again and again, while other input passes.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "bad-data"
TITLE = "Input that the code does not expect"
MECHANISM = (
    "Records with missing, malformed or extreme values come in, from a feed, a partner or an own job. Only what "
    "handles them fails, again and again, while other input passes."
)
PRIOR = 2.0
CHANGE_SHARE = 0.35
SITE = "local"
FOR = (
    says("bad-data", p=0.8),
    says("schema-mismatch", p=0.3, specific=False),
    says("poison-message", p=0.3, specific=False),
    shifts("errors", p=0.5),
    says("not-initialised", p=0.2, specific=False),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} gets data that it cannot handle. {support.lead}",
        next_checks=(
            "The failing records beside those that pass: which field differs, and who sent them?",
            "Does the failure follow the data when it is replayed against the last good version?",
        ),
        remedies=(
            "Set the bad records aside (dead-letter queue) and let the rest pass; ask the sender to correct them.",
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=(
            "Validation at the border with a counter per rule, and an alert on it.",
            "The offending record as a test case.",
        ),
    )
