"""What reading costs beside the least that any reader must do, in the same run.

    python benchmarks/reading.py

CPU time of this process, best of 3. Asserted: 100,000 JSON log lines into `logs` cost at most 3 times `json.loads` over
the same lines, and so do twice as many.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import rca

LINES = 100_000
LIMIT = 3.0


def best_of_3(call: Callable[[], object]) -> float:
    """CPU seconds."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        call()
        spent.append(time.process_time() - start)
    return min(spent)


def json_lines(count: int) -> str:
    """Log lines of a service as it writes them: eight fields, two of them its own."""
    rng = random.Random(count)
    return "".join(
        json.dumps(
            {
                "timestamp": f"2026-11-20T{i // 3600 % 24:02d}:{i // 60 % 60:02d}:{i % 60:02d}.{i % 1000:03d}Z",
                "level": rng.choice(("info", "info", "info", "error")),
                "service": f"service-{i % 7}",
                "msg": f"request {i} took {rng.random() * 90:.1f} ms",
                "trace_id": f"{rng.getrandbits(64):016x}",
                "span_id": f"{i:08x}",
                "route": "/orders",
                "status": 200,
            }
        )
        + "\n"
        for i in range(count)
    )


def ratio(folder: Path, count: int) -> float:
    """Reading over `json.loads` of the same lines."""
    path = folder / f"{count}.jsonl"
    path.write_text(json_lines(count))
    lines = path.read_text().splitlines()
    reference = best_of_3(lambda: [json.loads(line) for line in lines])
    reading = best_of_3(lambda: rca.read(path))
    assert len(rca.read(path).logs) == count
    print(f"{count:>8} lines: json.loads {reference:.3f} s, rca.read {reading:.3f} s, ratio {reading / reference:.2f}")
    return reading / reference


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        ratio(folder, 1_000)  # loads the libraries
        found = ratio(folder, LINES)
        double = ratio(folder, 2 * LINES)
    kept = found <= LIMIT and double <= LIMIT
    print(f"JSON log lines: {found:.2f} times json.loads, at most {LIMIT:.0f} wanted: {'kept' if kept else 'BROKEN'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
