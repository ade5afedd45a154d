"""A component writes far more log than before.

A raised log level or a message inside a hot loop multiplies the lines per request. Disk, CPU and the log pipeline
fill up; other components on the same host suffer with it.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.logs.template_change import SURGE

NAME = "log-flood"
TITLE = "A component writes far more log than before"
MECHANISM = (
    "A raised log level or a message inside a hot loop multiplies the lines per request. Disk, CPU and the log "
    "pipeline fill up; other components on the same host suffer with it."
)
PRIOR = 1.5
CHANGE_SHARE = 0.85
SITE = "local"
FOR = (
    says("log-flood", p=0.6),
    finds(SURGE, p=0.6),
    shifts("log-volume", p=0.8, specific=True),
    shifts("disk", p=0.5, specific=True),
    says("disk-full", p=0.3, specific=False),
    shifts("cpu", p=0.3),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} floods its log. {support.lead}",
        next_checks=(
            f"Lines per minute of {support.component} by template, before and since: `rca logs compare FILE`.",
            f"The log level that {support.component} runs with now, against its configuration.",
        ),
        remedies=(
            f"Set the log level of {support.component} back at run time, then fix the message.",
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=(
            "Alert: log lines per request above three times the weekly median.",
            "A rate limit per message template in the logging configuration.",
        ),
    )
