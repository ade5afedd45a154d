"""`rca completion`: a script that lets the shell complete commands, options and file names."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from rca.commands._command import Context, Exit, output_file

NAME = "completion"
HELP = "print a completion script for bash, zsh or fish"

_FILES = frozenset({"paths", "output", "history"})
"""Arguments that take file names."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="shell to complete for")
    output_file(parser)


def run(options: argparse.Namespace, context: Context) -> int:
    """Prints the script; `source <(rca completion bash)` turns it on."""
    import shtab

    for action in _actions(context.parser):
        if action.dest in _FILES:
            vars(action)["complete"] = shtab.FILE  # how shtab is told: an attribute that argparse does not have
    context.deliver(shtab.complete(context.parser, shell=options.shell) + "\n", options.output)
    return Exit.NOTHING


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # argparse offers no public way to its arguments
        yield action
        if isinstance(action.choices, dict):
            for command in action.choices.values():
                yield from _actions(command)
