"""A report as SARIF 2.1.0 (OASIS) for code scanning: the findings that name a file of the repository.

Kept within the limits of GitHub's upload ("SARIF support for code scanning"): 5,000 results are shown of a run, 100
locations of a result, 1,000 of a thread flow, 10 tags of a rule.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from rca.model import Report
from rca.reports._places import Place, Placed, placed
from rca.reports._presentable import presentable
from rca.reports._words import cut, one_line

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 5_000


def render(report: Report, *, repository: Path | None = None, redact_secrets: bool = True) -> dict[str, Any]:
    """`report` as a SARIF log with one run, in JSON types.

    `partialFingerprints` hold no number and no time, so that the same finding of the next run is known again. A finding
    with several places has them as a code flow too. Failed detectors are notifications of the invocation.
    """
    from rca import __version__

    report = presentable(report, redact_secrets=redact_secrets)
    found = placed(report, repository=repository)[:MOST_RESULTS]
    rules = sorted({p.finding.kind for p in found})
    driver = {"name": "rca", "version": __version__, "rules": [_rule(kind) for kind in rules]}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(report)],
                "results": [_result(p, rules.index(p.finding.kind)) for p in found],
            }
        ],
    }


def _rule(kind: str) -> dict[str, Any]:
    return {
        "id": kind,
        "shortDescription": {"text": cut(kind.replace(".", ": ").replace("-", " "), 200)},
        "properties": {"tags": [kind.partition(".")[0], "root-cause"]},
    }


def _invocation(report: Report) -> dict[str, Any]:
    notes = [{"level": "error", "message": {"text": cut(f"{e.name}: {e.error}", 1000)}} for e in report.errors[:100]]
    return {"executionSuccessful": not report.errors, "toolExecutionNotifications": notes}


def _result(p: Placed, rule: int) -> dict[str, Any]:
    explained = f" Explained by: {', '.join(p.causes[:3])}." if p.causes else ""
    locations = [_location(place) for place in p.places]
    result = {
        "ruleId": p.finding.kind,
        "ruleIndex": rule,
        "level": level(p.probability),
        "message": {"text": cut(one_line(p.finding.statement) + explained, 1000)},
        "locations": locations[:1],
        "partialFingerprints": {"rca/v1": p.fingerprint},
    }
    if len(locations) > 1:
        result["codeFlows"] = [{"threadFlows": [{"locations": [{"location": location} for location in locations]}]}]
    return result


def level(probability: float) -> str:
    """The SARIF level of a finding whose best explanation has this probability."""
    return "error" if probability >= 0.5 else "warning" if probability >= 0.2 else "note"


def _location(place: Place) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(place.path), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": place.line},
        }
    }


def _uri(path: str) -> str:
    return quote(path, safe="/", errors="replace")
