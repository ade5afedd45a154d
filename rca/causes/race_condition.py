"""The result depends on who comes first.

Two threads or requests touch the same state without protection. It fails rarely, under load first, and never in a
single-user test.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.logs.template_change import KIND as NEW_TEMPLATE

NAME = "race-condition"
TITLE = "The result depends on who comes first"
MECHANISM = (
    "Two threads or requests touch the same state without protection. It fails rarely, under load first, and "
    "never in a single-user test."
)
PRIOR = 1.5
CHANGE_SHARE = 0.9
SITE = "local"
FOR = (
    says("race-condition", p=0.8),
    says("bad-data", p=0.3, specific=False),
    says("crash", p=0.2, specific=False),
    shifts("errors", p=0.5),
    finds(NEW_TEMPLATE, p=0.4, specific=False),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"Concurrent work in {support.component} damages shared state. {support.lead}",
        next_checks=(
            (
                f"Do the failures of {support.component} rise with concurrency, at the same requests per second? "
                "Try one instance with one worker."
            ),
            f"git show {support.change_id} -- and look for a lock, a transaction, an atomic or a copy that went.",
            "Run the tests under a race detector (go test -race, ThreadSanitizer).",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            (
                "Serialise the affected operation (a lock, a unique constraint, an idempotency key) and repair "
                "the records written meanwhile."
            ),
        ),
        prevention=(
            "A constraint in the database that makes the damaged state impossible.",
            "A concurrent test of the operation, run under a race detector in CI.",
        ),
    )
