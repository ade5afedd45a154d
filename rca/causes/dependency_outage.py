"""Something that the system calls, and does not own, fails.

Every call to one provider, database or host fails or hangs, from whichever component makes it, while what does not
use it stays well. Nothing in the own system changed.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, finds, says, shifts
from rca.services.edge_errors import KIND as EDGE_ERRORS
from rca.services.error_origin import KIND as ERROR_ORIGIN
from rca.services.provider_status import KIND as PROVIDER

NAME = "dependency-outage"
TITLE = "Something that the system calls, and does not own, fails"
MECHANISM = (
    "Every call to one provider, database or host fails or hangs, from whichever component makes it, while what "
    "does not use it stays well. Nothing in the own system changed."
)
PRIOR = 2.5
CHANGE_SHARE = 0.06
SITE = "outside"
FOR = (
    finds(ERROR_ORIGIN, p=0.7),
    says("upstream-unavailable", p=0.75, at="caller"),
    says("connection-refused", "connection-reset", p=0.5, at="caller"),
    says("deadline-exceeded", "rate-limited", p=0.35, at="caller", specific=False),
    finds(PROVIDER, p=0.6, at="anywhere"),
    finds(EDGE_ERRORS, p=0.7),
    shifts("errors", p=0.6, at="caller"),
    shifts("latency", p=0.5, at="caller"),
    says("crash", p=0.3),
    shifts("availability", p=0.5, direction="down", specific=True),
)
AGAINST = (says("certificate-expired", p=0.5),)


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"{support.site} fails, and {support.component} with it. {support.lead}"
        if support.site != support.component
        else f"{support.component} is down for its callers. {support.lead}",
        next_checks=(
            (
                f"Call {support.site} from the host of {support.component} by hand (curl -sv, a connection test) "
                "and from elsewhere."
            ),
            f"The status page and support channel of {support.site}; errors of all its callers on one time axis.",
        ),
        remedies=(
            (
                f"Fail over from {support.site} where there is a second region or provider; serve stale or "
                "degraded answers where there is none."
            ),
            f"Open the circuit to {support.site}, so that waiting calls do not exhaust {support.component}.",
        ),
        prevention=(
            (
                f"Alert: error share of calls from {support.component} to {support.site} above 5 % for 3 minutes, "
                "apart from own errors."
            ),
            "A circuit breaker with a fallback, tested by blocking the dependency once a quarter.",
        ),
    )
