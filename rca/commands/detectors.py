"""`rca detectors`: what is looked for, and in which tables."""

from __future__ import annotations

import argparse
import json

from rca.commands._command import Context, Exit, as_json_or_text, columns, first_line

NAME = "detectors"
HELP = "list what is looked for, and in which tables"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    as_json_or_text(parser)


def run(options: argparse.Namespace, context: Context) -> int:
    """Lists every detector, those of plug-ins too."""
    from rca.diagnosis import detectors

    found = [{"kind": d.KIND, "needs": list(d.NEEDS), "about": first_line(d.__doc__)} for d in detectors()]
    text = (
        json.dumps(found, indent=1) + "\n"
        if options.format == "json"
        else columns([(str(f["kind"]), ", ".join(f["needs"]), str(f["about"])) for f in found])
    )
    context.deliver(text, options.output)
    return Exit.NOTHING
