"""A report for GitHub Actions: a few annotations, and the whole of it as the summary of the step.

GitHub keeps 10 errors, 10 warnings and 10 notices of a step and drops the rest without a word, and a summary of more
than 1 MiB altogether ("Workflow commands for GitHub Actions"). So annotations come in the order of rank and the last
one says how many are missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rca.model import Report
from rca.reports._content import Detail
from rca.reports._marks import document
from rca.reports._places import placed
from rca.reports._presentable import presentable
from rca.reports._telling import content
from rca.reports._words import cut, percent

MOST_OF_A_LEVEL = 9
"""One less than GitHub keeps, so that there is room for the notice that says how many more there are."""

MOST_SUMMARY_BYTES = 1_000_000


def render(report: Report, *, repository: Path | None = None, redact_secrets: bool = True) -> str:
    """The annotations as workflow commands, one a line: hypotheses by rank, then findings that name a file."""
    kept: dict[str, int] = {}
    lines, dropped = [], 0
    for level, command in _annotations(presentable(report, redact_secrets=redact_secrets), repository):
        if kept.get(level, 0) < MOST_OF_A_LEVEL:
            kept[level] = kept.get(level, 0) + 1
            lines.append(command)
        else:
            dropped += 1
    if dropped:
        lines.append(f"::notice title=rca::{dropped:,} more are in the step summary")
    return "".join(f"{line}\n" for line in lines)


def summary(report: Report, *, redact_secrets: bool = True) -> str:
    """The whole report as Markdown of at most 1,000,000 bytes, for the file that `GITHUB_STEP_SUMMARY` names."""
    detail = Detail(findings=200, series=0)
    while True:
        text = document(content(report, detail, redact_secrets=redact_secrets))
        if len(text.encode()) <= MOST_SUMMARY_BYTES or detail == detail.halved():
            return text
        detail = detail.halved()


def _annotations(report: Report, repository: Path | None) -> Iterator[tuple[str, str]]:
    for h in report.hypotheses:
        if h.probability >= 0.2:
            title = f"{h.cause} at {h.component}: {percent(h.probability)}, {h.band}"
            yield _command("error" if h.probability >= 0.5 else "warning", h.statement, title=title)
    if report.verdict == "inconclusive":
        yield _command("notice", "No known cause reaches 20 %.", title="rca: inconclusive")
    for p in placed(report, repository=repository):
        level = "warning" if p.probability >= 0.5 else "notice"
        yield _command(
            level, p.finding.statement, file=p.places[0].path, line=str(p.places[0].line), title=p.finding.kind
        )


def _command(level: str, message: str, **properties: str) -> tuple[str, str]:
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return level, f"::{level} {told}::{_data(cut(message, 1000))}"


def _data(text: str) -> str:
    """Escaped as the runner's toolkit does it (actions/toolkit, packages/core/src/command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(cut(text, 250)).replace(":", "%3A").replace(",", "%2C")
