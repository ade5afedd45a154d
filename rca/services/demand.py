"""Demand (placeholder while the real one is written)."""
from collections.abc import Iterator
from rca.incident import Case
from rca.model import Finding
KIND = "services.demand"
NEEDS = ("metrics",)
def detect(case: Case) -> Iterator[Finding]:
    """None."""
    return iter(())
