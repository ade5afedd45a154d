"""A report as Markdown (GitHub flavour), for tickets, wikis and chat."""

from __future__ import annotations

from rca.model import Report
from rca.reports._content import Detail
from rca.reports._marks import document
from rca.reports._telling import content

DETAIL = Detail(alternatives=4, reasons=6, findings=40, quotes=2, moments=40, series=0, quote_characters=200)


def render(report: Report, *, redact_secrets: bool = True) -> str:
    """`report` as Markdown. Telemetry stands in code spans or is escaped: none becomes a link, image or tag."""
    return document(content(report, DETAIL, redact_secrets=redact_secrets))
