"""How often the ranking is right on made incidents, and whether its probabilities come true.

    python benchmarks/ranking.py [SEEDS]

Chance level: one of all causes, at one of the components, times the commits that could be to blame.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import rca
from benchmarks.made_incidents import SCENARIOS, brier, write


def main(seeds: int) -> None:
    figures: dict[str, list[bool]] = {"cause first": [], "cause in three": [], "component": [], "change": []}
    stated = []
    with tempfile.TemporaryDirectory() as scratch:
        for made in SCENARIOS:
            for seed in range(seeds):
                folder = Path(scratch) / f"{made.name}-{seed}"
                truth = write(made, folder, seed)
                report = rca.diagnose(folder)
                first = report.hypotheses[0] if report.hypotheses else None
                right = bool(first and first.cause in truth["causes"])
                figures["cause first"].append(right)
                figures["cause in three"].append(any(h.cause in truth["causes"] for h in report.hypotheses[:3]))
                figures["component"].append(bool(first and first.component == truth["component"]))
                figures["change"].append(bool(first) and first.change == truth["commit"])
                stated.append((first.probability if first else 0.0, right and first.component == truth["component"]))
                if not all(values[-1] for values in figures.values()):
                    said = (
                        f"{first.cause} at {first.component} p {first.probability:.2f} change {str(first.change)[:8]}"
                        if first
                        else report.verdict
                    )
                    print(f"{made.name:<28} seed {seed}  {said}; true {truth['component']} {str(truth['commit'])[:8]}")
    for name, values in figures.items():
        print(f"{name:<16} {sum(values)}/{len(values)} = {sum(values) / len(values):.3f}")
    print(f"Brier score      {brier(stated):.3f} (always one half: 0.250)")
    for low, high in ((0.8, 1.01), (0.5, 0.8), (0.2, 0.5), (0.0, 0.2)):
        band = [right for p, right in stated if low <= p < high]
        print(f"said {low:.1f} to {min(high, 1):.1f}: true {sum(band)}/{len(band)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
