"""Diagnoses the recorded order leak and prints the first hypothesis, its evidence, and what to do about it."""

from pathlib import Path

import rca

INCIDENT = Path(__file__).parent / "incidents" / "order-leak"


def main() -> None:
    """Prints a short result."""
    report = rca.diagnose(INCIDENT)
    if not report.hypotheses:
        print("Nothing was found.")
        return
    first = report.hypotheses[0]
    print(f"{first.cause} at {first.component}, probability {first.probability:.0%} ({first.band})")
    print(first.statement)
    print(f"Brought by: {first.change or 'no recorded change'}")
    for reason in first.reasons_for[:3]:
        places = ", ".join(str(evidence.source) for evidence in reason.finding.evidence[:2]) if reason.finding else ""
        print(f"  because {reason.statement} {places}")
    print(f"Next check: {first.next_checks[0] if first.next_checks else 'none'}")


if __name__ == "__main__":
    main()
