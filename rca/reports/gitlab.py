"""A report as a GitLab code quality report: the findings that name a file of the repository."""

from __future__ import annotations

import json
from pathlib import Path

from rca.model import Report
from rca.reports._places import placed
from rca.reports._presentable import presentable
from rca.reports._words import cut

MOST_ISSUES = 5_000


def render(report: Report, *, repository: Path | None = None, redact_secrets: bool = True) -> str:
    """`report` as a JSON list in the form that GitLab reads: description, check_name, fingerprint, severity, location.

    Source: GitLab manual, "Code Quality report format". Two findings never have the same fingerprint, since GitLab
    would show one of them only.
    """
    issues, seen = [], dict[str, int]()
    for p in placed(presentable(report, redact_secrets=redact_secrets), repository=repository)[:MOST_ISSUES]:
        again = seen[p.fingerprint] = seen.get(p.fingerprint, 0) + 1
        issues.append(
            {
                "description": cut(p.finding.statement, 1000),
                "check_name": cut(p.finding.kind, 250),
                "fingerprint": p.fingerprint if again == 1 else f"{p.fingerprint}-{again}",
                "severity": "major" if p.probability >= 0.5 else "minor" if p.probability >= 0.2 else "info",
                "location": {"path": p.places[0].path, "lines": {"begin": p.places[0].line}},
            }
        )
    text = json.dumps(issues, indent=1, ensure_ascii=False)
    return text.encode("utf-8", errors="backslashreplace").decode() + "\n"
