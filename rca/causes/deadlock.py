"""Some wait for each other in a circle.

Two or more threads or transactions each hold what the next one wants. None goes on until one is broken; everybody
behind them waits too.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "deadlock"
TITLE = "Some wait for each other in a circle"
MECHANISM = (
    "Two or more threads or transactions each hold what the next one wants. None goes on until one is broken; "
    "everybody behind them waits too."
)
PRIOR = 1.2
CHANGE_SHARE = 0.7
SITE = "local"
FOR = (
    says("deadlock-detected", p=0.9),
    says("lock-wait", p=0.5),
    shifts("threads", p=0.4),
    shifts("latency", p=0.4),
    shifts("throughput", p=0.5, direction="down"),
)
AGAINST = (shifts("cpu", p=0.4),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} is in a deadlock. {support.lead}",
        next_checks=(
            (
                f"A thread dump of {support.component} (jstack -l), or the database's own report (pg_locks joined "
                "with pg_stat_activity, SHOW ENGINE INNODB STATUS): the cycle with its locks."
            ),
            "The order in which the code takes these locks, in every place.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            f"Break the cycle by ending its youngest member, then restart {support.component} if threads are stuck.",
        ),
        prevention=(
            "One documented order of locks, checked by a lint rule or by lockdep-like assertions in tests.",
            "Alert: any deadlock reported by the database or the runtime.",
        ),
    )
