"""The command line: arguments only. What a command does stands in `rca.commands`, and nothing heavy is imported here.

Exit codes: 0 nothing at or above a threshold; 1 a hypothesis (or a failed heap check) at or above it; 2 wrong usage;
3 no input could be read, or a detector failed; 4 inconclusive, only with `--fail-on-inconclusive`.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from typing import NoReturn, TextIO

from rca import __version__
from rca.commands import causes, completion, detectors, diagnose, formats, read
from rca.commands._command import Command, Context, Exit, UsageError
from rca.model import RcaError

COMMANDS: tuple[Command, ...] = (diagnose, read, formats, detectors, causes, completion)
"""In the order of `rca --help`. A new command is a file in `rca.commands` and its name here."""


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(Exit.USAGE, f"{self.prog}: {message}; see {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(
        prog="rca",
        description="Root-cause analysis: raw telemetry in, ranked root causes with evidence out.",
        epilog="Exit codes: 0 nothing at or above the threshold, 1 a cause at or above it, 2 wrong usage, "
        "3 no input could be read or a detector failed, 4 inconclusive (only with --fail-on-inconclusive).",
    )
    top.add_argument("--version", action="version", version=f"rca {__version__}")
    top.add_argument("--traceback", action="store_true", help="show where an unexpected error happened")
    commands = top.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for command in COMMANDS:
        own = commands.add_parser(
            command.NAME, help=command.HELP, description=f"{command.HELP[:1].upper()}{command.HELP[1:]}."
        )
        command.arguments(own)
        own.set_defaults(run=command.run)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command that `arguments` (default: those of the process) name, and returns its exit code."""
    _say_what_cannot_be_encoded(sys.stdout)
    _say_what_cannot_be_encoded(sys.stderr)
    whole = parser()
    try:
        options = whole.parse_args(arguments)
    except SystemExit as asked:  # argparse ends this way after --help, --version and errors
        return int(asked.code or 0)
    context = Context(out=sys.stdout, err=sys.stderr, parser=whole)
    try:
        return int(options.run(options, context))
    except KeyboardInterrupt:
        return 130  # 128 + SIGINT, as shells have it
    except UsageError as error:
        return _failed(f"rca {options.command}: {error}; see rca {options.command} --help", Exit.USAGE)
    except (RcaError, OSError) as error:
        return _failed(f"rca {options.command}: {error}", Exit.FAILED)
    except Exception as error:  # a mistake of ours: told in one line as well
        if options.traceback:
            raise
        return _failed(
            f"rca {options.command}: unexpected {type(error).__name__}: {error}; rca --traceback {options.command} ... "
            "shows where",
            Exit.FAILED,
        )


def _failed(message: str, code: Exit) -> int:
    from rca.reports._presentable import shown

    sys.stderr.write(shown(" ".join(message.split())) + "\n")
    return int(code)


def _say_what_cannot_be_encoded(stream: TextIO) -> None:
    r"""Terminals without UTF-8 get `\xd7` instead of an error."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
