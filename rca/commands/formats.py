"""`rca formats`: the formats that can be read."""

from __future__ import annotations

import argparse
import json

from rca.commands._command import Context, Exit, as_json_or_text, columns, first_line

NAME = "formats"
HELP = "list the formats that can be read"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    as_json_or_text(parser)


def run(options: argparse.Namespace, context: Context) -> int:
    """Lists every reader, those of plug-ins too."""
    from rca.readers._registry import readers

    found = [
        {"name": reader.NAME, "tables": list(reader.TABLES), "about": first_line(reader.__doc__)}
        for reader in readers()
    ]
    text = (
        json.dumps(found, indent=1) + "\n"
        if options.format == "json"
        else columns([(str(f["name"]), ", ".join(f["tables"]), str(f["about"])) for f in found])
    )
    context.deliver(text, options.output)
    return Exit.NOTHING
