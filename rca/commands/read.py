"""`rca read`: what was recognised, how many rows, what could not be read."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from rca.commands._command import Context, Exit, as_json_or_text, columns
from rca.commands._input import add_input, read_input
from rca.model import SourceInfo, plain

if TYPE_CHECKING:
    from rca.telemetry import Telemetry

NAME = "read"
HELP = "say what was recognised, how many rows it gave and what could not be read"

MOST_PROBLEMS = 20
"""Problems shown as text; JSON has all."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_input(parser)
    as_json_or_text(parser)


def run(options: argparse.Namespace, context: Context) -> int:
    """Reads and says what became of each file."""
    from rca.reports._presentable import shown

    telemetry = read_input(options, context)
    text = _json(telemetry) if options.format == "json" else _text(telemetry)
    context.deliver("".join(f"{shown(line)}\n" for line in text.split("\n")[:-1]), options.output)
    return Exit.NOTHING


def _json(telemetry: Telemetry) -> str:
    return (
        json.dumps(
            {
                "tables": {name: len(telemetry.table(name)) for name in telemetry.filled()},
                "heaps": plain(telemetry.heaps),
                "sources": plain(telemetry.sources),
                "problems": plain(telemetry.problems),
            },
            indent=1,
        )
        + "\n"
    )


def _text(telemetry: Telemetry) -> str:
    from rca.reports._words import count

    totals = ", ".join(f"{name} {len(telemetry.table(name)):,}" for name in telemetry.filled()) or "no rows"
    heaps = f", {count(len(telemetry.heaps), 'heap dump')}" if telemetry.heaps else ""
    text = f"{count(len(telemetry.sources), 'file')}: {totals}{heaps}, {count(len(telemetry.problems), 'problem')}\n\n"
    text += columns(
        [("file", "format", "sure", "rows", "problems", "times"), *(_row(source) for source in telemetry.sources)]
    )
    noted = [(source.path, "; ".join(source.notes)) for source in telemetry.sources if source.notes]
    if noted:
        text += "\nassumed\n" + columns(noted)
    if telemetry.problems:
        more = len(telemetry.problems) - MOST_PROBLEMS
        text += "\nproblems\n" + "".join(
            f"{' '.join(str(problem).split())}\n" for problem in telemetry.problems[:MOST_PROBLEMS]
        )
        text += f"... and {more:,} more; --format json lists all\n" if more > 0 else ""
    return text


def _row(source: SourceInfo) -> tuple[str, ...]:
    from rca.reports._words import window

    rows = ", ".join(f"{name} {amount:,}" for name, amount in source.rows.items()) or "-"
    times = window((source.first, source.last)) if source.first and source.last else "-"
    return source.path, source.format, f"{source.confidence:.2f}", rows, f"{source.problems:,}", times
