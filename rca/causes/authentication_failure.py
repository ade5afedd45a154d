"""Valid callers are refused.

Tokens, keys or passwords that used to be accepted are refused: a rotated secret, a changed issuer or audience, a
lost tolerance for clocks. Callers see 401 while the service itself is well.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "authentication-failure"
TITLE = "Valid callers are refused"
MECHANISM = (
    "Tokens, keys or passwords that used to be accepted are refused: a rotated secret, a changed issuer or "
    "audience, a lost tolerance for clocks. Callers see 401 while the service itself is well."
)
PRIOR = 2.0
CHANGE_SHARE = 0.8
SITE = "local"
FOR = (
    says("authentication-failed", p=0.9),
    says("permission-denied", p=0.4),
    shifts("errors", p=0.6),
    shifts("auth", p=0.7, specific=True),
    says("authentication-failed", p=0.5, at="caller"),
    says("clock-skew", p=0.15, specific=False),
)
AGAINST = (says("certificate-expired", p=0.4),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.component} refuses valid callers. {support.lead}",
        next_checks=(
            (
                f"Decode one refused token: issuer, audience, expiry, key id, against what {support.component} "
                "expects, with both clocks."
            ),
            (
                f"Which secret, key set or verification code did {support.component} get last? git show "
                f"{support.change_id}"
            ),
        ),
        remedies=(
            f"Undo it first, understand it later: `git revert {support.change_id}` and deploy {support.component}.",
            "Accept the old and the new key side by side until all callers have moved.",
        ),
        prevention=(
            "Alert: share of 401 answers above three times its weekly median, per client.",
            "A test that verifies a token issued by a host whose clock is a minute off.",
        ),
    )
