"""Taking an order: check it, price it, keep it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from order_service import prices
from order_service.store import OrderStore


class InvalidOrderError(ValueError):
    """An order that cannot be taken; the text says why."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One priced line of an order."""

    sku: str
    quantity: int
    unit_cents: int
    discount: float

    @property
    def total_cents(self) -> int:
        """What the line costs."""
        return round(self.quantity * self.unit_cents * (1 - self.discount))


@dataclass(frozen=True, slots=True)
class Order:
    """An order that was taken."""

    order_id: str
    customer: str
    lines: tuple[OrderLine, ...]

    def document(self) -> dict[str, Any]:
        """The order as the client sees it."""
        lines = [{"sku": line.sku, "quantity": line.quantity, "total_cents": line.total_cents} for line in self.lines]
        total = sum(line.total_cents for line in self.lines)
        return {"order_id": self.order_id, "customer": self.customer, "lines": lines, "total_cents": total}


class OrderDesk:
    """Takes orders and finds them again."""

    def __init__(self, store: OrderStore) -> None:
        self.store = store

    def place(self, request: Mapping[str, Any]) -> Order:
        """Takes an order. Raises InvalidOrderError where it cannot."""
        order = Order(f"o-{uuid.uuid4().hex[:12]}", str(request.get("customer", "")), self._lines(request))
        self.store.keep(order.order_id, order.document())
        return order

    def find(self, order_id: str) -> dict[str, Any] | None:
        """The document of an order, or None."""
        return self.store.find(order_id)

    def _lines(self, request: Mapping[str, Any]) -> tuple[OrderLine, ...]:
        wanted = request.get("lines")
        if not wanted:
            raise InvalidOrderError("an order needs at least one line")
        return tuple(self._line(line["sku"], line["quantity"]) for line in wanted)

    def _line(self, sku: str, quantity: int) -> OrderLine:
        if quantity < 1:
            raise InvalidOrderError(f"quantity {quantity} of {sku} is not positive")
        try:
            return OrderLine(sku, quantity, prices.unit_cents(sku), prices.discount(quantity))
        except KeyError:
            raise InvalidOrderError(f"unknown article {sku}") from None
