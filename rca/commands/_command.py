"""What the commands share: the exit codes, where they write, and how they say that they were called wrongly."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Protocol, TextIO

from rca.model import RcaError


class Exit(IntEnum):
    """The exit codes of every command. Where several apply, FAILED comes before FOUND before INCONCLUSIVE."""

    NOTHING = 0
    FOUND = 1
    USAGE = 2
    FAILED = 3
    INCONCLUSIVE = 4


class UsageError(RcaError):
    """The command line makes no sense in itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The world of a command: its two streams and the parser of the whole command line."""

    out: TextIO
    err: TextIO
    parser: argparse.ArgumentParser

    @property
    def width(self) -> int:
        """The columns of the terminal; 100 where the output is none, so that it does not depend on where it runs."""
        return shutil.get_terminal_size((100, 24)).columns if self.out.isatty() else 100

    @property
    def colour(self) -> bool:
        """Whether the output is a terminal whose user has not said NO_COLOR (no-color.org)."""
        return self.out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def deliver(self, text: str, path: Path | None = None) -> None:
        """Writes `text` to `path`, or to the output. A reader that goes away (`| head`) has what it wanted."""
        if path is not None:
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        try:
            self.out.write(text)
            self.out.flush()
        except BrokenPipeError:
            # the interpreter flushes once more at its end and would complain: let that go nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Command(Protocol):
    """A file of this package."""

    NAME: str
    HELP: str

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Adds the command's arguments to its own parser."""
        ...

    def run(self, options: argparse.Namespace, context: Context) -> int:
        """Does the work and returns the exit code; errors are for the caller to tell."""
        ...


def as_json_or_text(parser: argparse.ArgumentParser) -> None:
    """The options of commands that print a list."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the output (default: text)")
    output_file(parser)


def output_file(parser: argparse.ArgumentParser) -> None:
    """The option that names the file to write."""
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help="write to FILE instead of the standard output"
    )


def columns(rows: Sequence[tuple[str, ...]]) -> str:
    """`rows` below each other, every column but the last as wide as its widest cell.

    >>> print(columns([("a", "first"), ("long", "second")]), end="")
    a     first
    long  second
    """
    if not rows:
        return ""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    return "".join(
        "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1])).rstrip() + "\n"
        for row in rows
    )


def first_line(documentation: str | None) -> str:
    """The first sentence of a docstring, on one line."""
    return " ".join((documentation or "").strip().partition("\n\n")[0].split())
