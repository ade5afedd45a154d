"""Two sides disagree about the shape of data.

A field, column, table, topic or message was renamed, added as required or removed on one side only. Everything that
crosses the border fails to decode, the rest works.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.logs.template_change import KIND as NEW_TEMPLATE

NAME = "schema-mismatch"
TITLE = "Two sides disagree about the shape of data"
MECHANISM = (
    "A field, column, table, topic or message was renamed, added as required or removed on one side only. "
    "Everything that crosses the border fails to decode, the rest works."
)
PRIOR = 3.0
CHANGE_SHARE = 0.93
SITE = "local"
FOR = (
    says("schema-mismatch", p=0.9),
    shifts("errors", p=0.6),
    shifts("queue", p=0.4, at="anywhere"),
    says("bad-data", p=0.3, specific=False),
    says("queue-backlog", p=0.3, at="anywhere", specific=False),
    finds(NEW_TEMPLATE, p=0.5, specific=False),
    shifts("throughput", p=0.4, direction="down"),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} and what it talks to disagree about a schema. {support.lead}",
        next_checks=(
            (
                f"One failing message or statement of {support.component} beside the schema that the reader "
                "expects: which name differs?"
            ),
            f"git show {support.change_id} -- and look for a renamed field, column, table or required attribute.",
            "Was the migration run in this environment?",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            "Run the missing migration, or accept both names until all sides have moved; then replay what failed.",
        ),
        prevention=(
            "A contract test between writer and reader, with the oldest version that still runs.",
            "Expand, migrate, contract: never rename in one step.",
        ),
    )
