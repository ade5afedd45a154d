"""The command line that the two recorders share."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from recording.plan import Plan
from recording.session import record
from recording.truth import truth

MOST_BYTES = 2_000_000
"""A bundle is part of the repository: it stays small."""


def main(plan: Plan, purpose: str | None, arguments: list[str]) -> int:
    """Records `plan` into `--out`, and the truth beside it."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--out", type=Path, required=True,
                        help="folder of the bundle, replaced at the end; the truth goes to OUT.truth.json")
    out: Path = parser.parse_args(arguments).out
    print(f"recording {plan.name}: {plan.length_min / 60:g} hours on the lab's clock")
    recorded = record(plan, out)
    known = truth(plan, recorded)
    out.with_name(f"{out.name}.truth.json").write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{out}: {size:,} bytes, {recorded.sent} requests, {recorded.failed} of them failed")
    print(json.dumps(known, indent=1))
    return 0 if size < MOST_BYTES else 1
