"""A setting points to the wrong place or has a wrong value.

An address, name, credential reference or switch was changed or differs between environments. The code is unchanged
and correct; every instance with the setting fails alike.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "configuration-error"
TITLE = "A setting points to the wrong place or has a wrong value"
MECHANISM = (
    "An address, name, credential reference or switch was changed or differs between environments. The code is "
    "unchanged and correct; every instance with the setting fails alike."
)
PRIOR = 1.5
CHANGE_SHARE = 0.9
SITE = "local"
FOR = (
    says("configuration-missing", p=0.7),
    says("connection-refused", "dns-failure", "permission-denied", p=0.25, specific=False),
    shifts("errors", p=0.5),
    says("crash", p=0.3, specific=False),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} is configured wrongly. {support.lead}",
        next_checks=(
            (
                f"The effective configuration of {support.component} now against the last good one (kubectl diff, "
                "env of /proc/PID/environ)."
            ),
            f"git show {support.change_id}",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
        ),
        prevention=(
            "Validate the configuration against a schema at start and in CI; fail the rollout, not the requests.",
        ),
    )
