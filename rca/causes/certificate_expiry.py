"""A certificate is past its date.

From one second to the next, the second written in the certificate, every new TLS connection is refused by the other
side. No change is near, and a restart does not help.
"""

from __future__ import annotations

from rca.causes._cause import Explanation, Support, says, shifts

NAME = "certificate-expiry"
TITLE = "A certificate is past its date"
MECHANISM = (
    "From one second to the next, the second written in the certificate, every new TLS connection is refused by "
    "the other side. No change is near, and a restart does not help."
)
PRIOR = 2.0
CHANGE_SHARE = 0.04
SITE = "local"
FOR = (
    says("certificate-expired", p=0.95),
    says("tls-handshake-failed", p=0.8),
    shifts("certificate", p=0.7, direction="down", specific=True),
    shifts("errors", p=0.6),
    says("upstream-unavailable", p=0.4, specific=False),
    shifts("throughput", p=0.4, direction="down"),
)
AGAINST = ()


def explain(support: Support) -> Explanation:
    """What to say, check, do and prevent, with the names of the case."""
    return Explanation(
        statement=f"A certificate that {support.component} depends on has expired. {support.lead}",
        next_checks=(
            (
                "`openssl s_client -connect HOST:PORT -servername HOST </dev/null | openssl x509 -noout -enddate "
                f"-subject` for each TLS peer of {support.component}."
            ),
            "Compare notAfter with the first failure to the second.",
        ),
        remedies=(
            "Issue and install a new certificate, then reload the server that presents it.",
            "Do not switch verification off: it trades an outage for an open door.",
        ),
        prevention=(
            "Alert: fewer than 21 days until notAfter for every certificate that is presented, measured from outside.",
            "Automatic renewal at two thirds of the lifetime, with an alert when it did not happen.",
        ),
    )
