"""The price list and the volume discounts."""

from __future__ import annotations

CENTS = {f"sku-{number:03d}": 250 + (number * 7919) % 9_500 for number in range(400)}
DISCOUNTS = ((100, 0.15), (25, 0.08), (10, 0.03))
"""(from this quantity on, share taken off), largest first."""


def unit_cents(sku: str) -> int:
    """The price of one piece. Raises KeyError for an unknown article."""
    return CENTS[sku]


def discount(quantity: int) -> float:
    """The share that is taken off for a quantity."""
    return next((share for least, share in DISCOUNTS if quantity >= least), 0.0)
