"""A report in a notebook: HTML without script, collapsed but for the answer, at most 50 KB."""

from __future__ import annotations

from rca.model import Report
from rca.reports._content import Content, Detail
from rca.reports._hypertext import Hypertext, fitted
from rca.reports._style import NOTEBOOK_STYLE

MOST_BYTES = 50_000
"""Outputs are stored in the notebook and shown again with every save."""

DETAIL = Detail(
    alternatives=2,
    reasons=6,
    findings=20,
    quotes=2,
    moments=20,
    advice=6,
    components=8,
    problems=5,
    sources=10,
    series=4,
    quote_characters=200,
    statement_characters=400,
)


def render(report: Report, *, redact_secrets: bool = True) -> str:
    """`report` as an HTML fragment of at most 50,000 bytes in UTF-8."""
    return fitted(report, _fragment, detail=DETAIL, most_bytes=MOST_BYTES, redact_secrets=redact_secrets)


def _fragment(c: Content) -> str:
    body = Hypertext(c, links=False, opened=frozenset())
    return (
        f'<div class="rca notebook"><style>{NOTEBOOK_STYLE}</style>{body.head("h3")}{body.cards()}{body.sections()}'
        "<p><small>All times are UTC.</small></p></div>"
    )
