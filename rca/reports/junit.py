"""A report as JUnit XML: one test case per hypothesis, for the test views of build servers."""

from __future__ import annotations

import re
from collections.abc import Collection
from xml.sax.saxutils import escape, quoteattr

from rca.model import Hypothesis, Report
from rca.reports._headline import headline
from rca.reports._presentable import presentable
from rca.reports._words import began, cut, odds, percent, place

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold in any form (section 2.2)."""

MOST_CASES = 100


def render(report: Report, *, failing: Collection[int] | None = None, redact_secrets: bool = True) -> str:
    """`report` as JUnit XML. The hypotheses whose rank is in `failing` fail; by default those of at least 50 %.

    A detector that failed is a test case with an error.
    """
    report = presentable(report, redact_secrets=redact_secrets)
    ranked = report.hypotheses[:MOST_CASES]
    failing = {h.rank for h in ranked if h.probability >= 0.5} if failing is None else failing
    cases = [_case(h, failed=h.rank in failing) for h in ranked]
    cases += [
        f"<testcase classname={_a('detector')} name={_a(e.name)}><error message={_a(e.error)}/></testcase>"
        for e in report.errors
    ]
    counts = f'tests="{len(cases)}" failures="{sum(h.rank in failing for h in ranked)}" errors="{len(report.errors)}"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {counts}>\n<testsuite name="rca" {counts}>\n'
        + "".join(f"{case}\n" for case in cases)
        + f"<system-out>{_x(headline(report))}</system-out>\n</testsuite>\n</testsuites>\n"
    )


def _case(hypothesis: Hypothesis, *, failed: bool) -> str:
    h = hypothesis
    head = f"<testcase classname={_a(h.cause)} name={_a(f'{h.cause} at {h.component}')}"
    if not failed:
        return f"{head}/>"
    message = f"{percent(h.probability)}, {h.band}: {h.statement}"
    return f"{head}><failure type={_a(h.cause)} message={_a(message)}>{_x(chr(10).join(_body(h)))}</failure></testcase>"


def _body(h: Hypothesis) -> list[str]:
    lines = [
        h.statement,
        *([f"began {began(h.onset)}"] if h.onset else []),
        *([f"change {h.change}"] if h.change else []),
    ]
    for sign, reasons in (("+", h.reasons_for), ("-", h.reasons_against)):
        for reason in reasons[:10]:
            where = ", ".join(place(e) for e in reason.finding.evidence[:2]) if reason.finding else ""
            lines.append(f"{sign} {reason.statement} ({odds(reason.weight_nats)}){f' {where}' if where else ''}")
    return [cut(line, 600) for line in (*lines, *(f"next: {check}" for check in h.next_checks[:5]))]


def _x(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _a(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", cut(text, 600)))
