"""Puts what the commands really print into the console blocks of README.md (`make readme`).

A block shows the output up to the alternatives, which is about a screen, and ends with `[...]`. A test holds the README
to the output; this script is how to follow a change of the output.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

from rca.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n\$ rca (?P<command>.+)\n(?:.*\n)*?```")
UP_TO = "\nALTERNATIVES\n"


def refresh() -> None:
    """Rewrites README.md in place."""
    text = README.read_text(encoding="utf-8")
    README.write_text(BLOCK.sub(_block, text), encoding="utf-8")


def _block(match: re.Match[str]) -> str:
    command = match["command"]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        main(command.split())
    shown, cut, _ = printed.getvalue().partition(UP_TO)
    return f"```console\n$ rca {command}\n{shown}{'[...]' if cut else ''}\n```".replace("\n\n```", "\n```")


if __name__ == "__main__":
    os.chdir(ROOT)
    refresh()
