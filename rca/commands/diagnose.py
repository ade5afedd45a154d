"""`rca diagnose`: telemetry in, ranked root causes out."""

from __future__ import annotations

import argparse
import json
import os
from datetime import UTC, datetime, tzinfo
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from rca.commands._command import Context, Exit, UsageError, output_file
from rca.commands._input import add_input, read_input
from rca.model import Hypothesis, Report, Window

NAME = "diagnose"
HELP = "find the most probable root causes in saved telemetry"

FORMATS = ("text", "json", "html", "markdown", "sarif", "junit", "github", "gitlab")
_PLACED = ("sarif", "github", "gitlab")
"""Formats that name files of the repository, which is taken to be the working directory."""


class Threshold(NamedTuple):
    """A cause (or any) and the probability from which on it is one too many."""

    cause: str
    probability: float

    def reached_by(self, hypothesis: Hypothesis) -> bool:
        """Whether `hypothesis` is of the cause and at least as probable."""
        return self.cause in ("any", hypothesis.cause) and hypothesis.probability >= self.probability


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_input(parser)
    parser.add_argument(
        "--incident",
        metavar="START/END",
        type=span,
        help="when it was broken, in ISO 8601 (default: found from the data)",
    )
    parser.add_argument(
        "--baseline", metavar="START/END", type=span, help="when it was well (default: found from the data)"
    )
    parser.add_argument("--target", metavar="NAME", help="component that is complained about")
    parser.add_argument("--metric", metavar="NAME", help="metric of the target that is complained about")
    parser.add_argument(
        "--history", metavar="FILE", type=Path, help="confirmed incidents of the past, as `rca learn` keeps them"
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="form of the report (default: text)")
    output_file(parser)
    parser.add_argument(
        "--fail-on",
        metavar="CAUSE:PROBABILITY",
        type=threshold,
        action="append",
        default=[],
        help="exit with 1 where this cause, or `any`, is at least as probable; may be given more than once",
    )
    parser.add_argument("--fail-on-inconclusive", action="store_true", help="exit with 4 where no cause reaches 20 %%")
    parser.add_argument("--no-redact", action="store_true", help="do not mask passwords, tokens and keys")


def run(options: argparse.Namespace, context: Context) -> int:
    """Reads, diagnoses, writes the report."""
    incident, baseline = (_in_zone(window, options.timezone) for window in (options.incident, options.baseline))
    if options.metric and not options.target:
        raise UsageError("--metric needs --target: which component's metric is it?")
    telemetry = read_input(options, context)

    from rca.diagnosis import diagnose

    report = diagnose(
        telemetry,
        incident=incident,
        baseline=baseline,
        history=options.history,
        target=(options.target, options.metric) if options.metric else options.target,
    )
    hits = [h for h in report.hypotheses if any(limit.reached_by(h) for limit in options.fail_on)]
    context.deliver(_drawn(report, hits, options, context), options.output)
    if options.format == "github":
        _write_step_summary(report, redact_secrets=not options.no_redact)
    return _exit_code(report, hits, options)


def span(text: str) -> tuple[datetime, datetime]:
    """A window as START/END, each an ISO 8601 time.

    >>> span("2026-03-02T14:00Z/2026-03-02T15:00Z")[1].hour
    15
    """
    parts = text.split("/")
    try:
        start, end = (datetime.fromisoformat(part.strip()) for part in parts)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected START/END in ISO 8601, such as 2026-03-02T14:00Z/2026-03-02T15:00Z, got {text!r}"
        ) from None
    return start, end


def threshold(text: str) -> Threshold:
    """A threshold as CAUSE:PROBABILITY, the cause as `rca causes` lists it, the probability as 0.8 or 80%."""
    name, _, amount = text.rpartition(":")
    try:
        probability = float(amount[:-1]) / 100 if amount.endswith("%") else float(amount)
    except ValueError:
        probability = -1.0
    if not name or not 0 <= probability <= 1:
        raise argparse.ArgumentTypeError(
            f"expected CAUSE:PROBABILITY with a probability from 0 to 1, such as memory-leak:0.5, got {text!r}"
        )
    _check_cause(name)
    return Threshold(name, probability)


def _check_cause(name: str) -> None:
    from difflib import get_close_matches

    from rca.causes._registry import causes

    known = ("any", *(cause.NAME for cause in causes()))
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}?" if near else "`rca causes` lists all"
        raise argparse.ArgumentTypeError(f"no cause {name!r}; {hint}")


def _in_zone(window: tuple[datetime, datetime] | None, zone: tzinfo) -> Window | None:
    if window is None:
        return None
    start, end = (time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=zone).astimezone(UTC) for time in window)
    if start >= end:
        raise UsageError(f"a window must end after it starts, got {start.isoformat()}/{end.isoformat()}")
    return start, end


def _drawn(report: Report, hits: list[Hypothesis], options: argparse.Namespace, context: Context) -> str:
    name, redact_secrets = options.format, not options.no_redact
    if name == "text":
        from rca.reports import terminal

        to_terminal = options.output is None
        return terminal.render(
            report,
            width=context.width if to_terminal else 100,
            colour=to_terminal and context.colour,
            redact_secrets=redact_secrets,
        )
    extra: dict[str, object] = {"redact_secrets": redact_secrets}
    if name in _PLACED:
        extra["repository"] = Path.cwd()
    if name == "junit" and options.fail_on:
        extra["failing"] = {h.rank for h in hits}
    drawn = import_module(f"rca.reports.{name}").render(report, **extra)
    return drawn if isinstance(drawn, str) else json.dumps(drawn, indent=1) + "\n"


def _write_step_summary(report: Report, *, redact_secrets: bool) -> None:
    """Appends the whole report where the runner asks for it; elsewhere there is no such place."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        from rca.reports import github

        with Path(path).open("a", encoding="utf-8") as summary:
            summary.write(github.summary(report, redact_secrets=redact_secrets))


def _exit_code(report: Report, hits: list[Hypothesis], options: argparse.Namespace) -> int:
    if report.errors:
        return Exit.FAILED
    if hits:
        return Exit.FOUND
    return Exit.INCONCLUSIVE if options.fail_on_inconclusive and report.verdict == "inconclusive" else Exit.NOTHING
