"""A report as one HTML file that can be mailed: no script, nothing fetched, at most 2 MB."""

from __future__ import annotations

from rca.model import Report
from rca.reports._content import Content, Detail
from rca.reports._hypertext import Hypertext, fitted
from rca.reports._style import PAGE_STYLE

MOST_BYTES = 2_000_000
"""Mail gateways and code hosts take it, and every browser opens it at once."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Even if some text got through as an element: nothing runs, nothing is fetched, nothing is sent."""

_OPENED = frozenset(
    {
        "Reasons for",
        "Reasons against",
        "Signals",
        "Alternatives",
        "Nearest explanations",
        "Next checks",
        "What would settle it",
        "Remedies",
        "Prevention",
        "Seen before",
        "Timeline",
        "Blind spots",
        "Errors",
    }
)


def render(report: Report, *, redact_secrets: bool = True) -> str:
    """`report` as an HTML document of at most 2,000,000 bytes in UTF-8; where more is known, it says how much."""
    return fitted(report, _page, detail=Detail(), most_bytes=MOST_BYTES, redact_secrets=redact_secrets)


def _page(c: Content) -> str:
    body = Hypertext(c, links=True, opened=_OPENED)
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>Root-cause analysis: {c.verdict}</title>\n<style>{PAGE_STYLE}</style>\n</head>\n"
        f'<body class="rca page">\n<header>{body.head("h1")}</header>\n<main>{body.cards()}{body.sections()}</main>\n'
        "<footer><p>Made by rca. All times are UTC. “odds ×10”: the finding makes the odds of the explanation ten "
        "times what they were without it.</p></footer>\n</body>\n</html>\n"
    )
