"""`rca causes`: the causes that can be named, and the findings that speak for and against each."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from typing import Any

from rca.commands._command import Context, Exit, as_json_or_text, columns

NAME = "causes"
HELP = "list the causes that can be named"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    as_json_or_text(parser)


def run(options: argparse.Namespace, context: Context) -> int:
    """Lists every cause, those of plug-ins too."""
    from rca.causes._registry import causes

    found = [
        {"name": cause.NAME, "title": cause.TITLE, "for": _kinds(cause.FOR), "against": _kinds(cause.AGAINST)}
        for cause in causes()
    ]
    text = (
        json.dumps(found, indent=1) + "\n"
        if options.format == "json"
        else columns([(str(f["name"]), str(f["title"]), ", ".join(f["for"])) for f in found])
    )
    context.deliver(text, options.output)
    return Exit.NOTHING


def _kinds(links: Iterable[Any]) -> list[str]:
    """The kinds of findings that links name, each once."""
    return sorted({str(link.kind) for link in links})
