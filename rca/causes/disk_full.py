"""A file system has no space left.

Writes fail once the last block is gone: logs, temporary files, database pages. Whatever must write stops, often
with misleading errors first.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "disk-full"
TITLE = "A file system has no space left"
MECHANISM = (
    "Writes fail once the last block is gone: logs, temporary files, database pages. Whatever must write stops, "
    "often with misleading errors first."
)
PRIOR = 2.0
CHANGE_SHARE = 0.3
SITE = "local"
FOR = (
    says("disk-full", p=0.85),
    shifts("disk", p=0.7, specific=True),
    shifts("disk-free", p=0.7, direction="down", specific=True),
    says("log-flood", p=0.2, specific=False),
    shifts("errors", p=0.4),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} cannot write: its disk is full. {support.lead}",
        next_checks=(
            f"On the host of {support.component}: `df -h; df -i` and `du -xh --max-depth=3 / | sort -h | tail -20`.",
            "`lsof +L1` on the host: deleted files that a process still holds open.",
        ),
        remedies=(
            (
                "Free space by removing what can be made again (rotated logs, temporary files, old images), not "
                "what is newest."
            ),
            f"Move the growing folder of {support.component} to a volume of its own, so that it cannot stop others.",
        ),
        prevention=(
            "Alert: time until full below 24 h by the trend of the last 6 h, and fewer than 10 % of the inodes free.",
            "Size-bound log rotation and a quota per writer.",
        ),
    )
