"""Two libraries, or a library and its caller, do not fit.

A changed version lost a method, changed a default or needs another version of a third library. It shows at load or
at the first call into it.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.logs.template_change import KIND as NEW_TEMPLATE

NAME = "dependency-conflict"
TITLE = "Two libraries, or a library and its caller, do not fit"
MECHANISM = (
    "A changed version lost a method, changed a default or needs another version of a third library. It shows at "
    "load or at the first call into it."
)
PRIOR = 1.8
CHANGE_SHARE = 0.95
SITE = "local"
FOR = (
    says("dependency-conflict", p=0.85),
    says("crash", p=0.4, specific=False),
    shifts("errors", p=0.5),
    finds(NEW_TEMPLATE, p=0.4, specific=False),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} runs with libraries that do not fit together. {support.lead}",
        next_checks=(
            (
                f"The dependency tree of {support.component} now against the last good build (mvn "
                "dependency:tree, npm ls, pip freeze, go mod graph)."
            ),
            f"git show {support.change_id} -- the manifest and the lock file.",
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            "Pin the version that worked.",
        ),
        prevention=(
            "Lock files for every build, and a smoke test that loads every entry point.",
            "One dependency update per change, so that it can be reverted alone.",
        ),
    )
