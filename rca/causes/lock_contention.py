"""Many wait for a lock that one holds long.

One thread or transaction holds a lock through slow work; everyone who needs it queues. The waiting ones look slow,
the holder looks innocent.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "lock-contention"
TITLE = "Many wait for a lock that one holds long"
MECHANISM = (
    "One thread or transaction holds a lock through slow work; everyone who needs it queues. The waiting ones "
    "look slow, the holder looks innocent."
)
PRIOR = 2.5
CHANGE_SHARE = 0.55
SITE = "local"
FOR = (
    says("lock-wait", p=0.8),
    shifts("locks", p=0.8, specific=True),
    shifts("latency", p=0.6),
    shifts("threads", "connections", p=0.4),
    says("deadline-exceeded", p=0.3, specific=False),
)
AGAINST = (shifts("cpu", p=0.2),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} waits for a lock. {support.lead}",
        next_checks=(
            (
                "Who blocks whom: `select pid, pg_blocking_pids(pid), query from pg_stat_activity where "
                "wait_event_type = 'Lock'`, or three thread dumps."
            ),
            "What the holder does meanwhile: its statement, its stack, the call that it waits for.",
        ),
        remedies=(
            "End the blocking session, not the waiting ones.",
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=(
            "Alert: any lock wait above 5 s.",
            (
                "lock_timeout and idle_in_transaction_session_timeout for every application role; no remote call "
                "while a lock is held."
            ),
        ),
    )
