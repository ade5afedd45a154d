"""What could not be seen: tables that were empty, and the causes whose typical symptoms stand in them."""

from __future__ import annotations

from collections.abc import Sequence

from rca.causes._cause import Cause
from rca.model import BlindSpot
from rca.telemetry import Telemetry

_TABLE_OF_DOMAIN = {"memory": "metrics", "locks": "threads", "logs": "logs", "queries": "queries", "security": "flows"}
_TABLE_OF_KIND = {
    "services.metric-shift": "metrics",
    "services.demand": "metrics",
    "services.change": "changes",
    "services.provider-status": "events",
    "services.attribute-shift": "spans",
    "services.deadline": "spans",
    "services.edge-errors": "spans",
    "services.edge-latency": "spans",
    "services.error-origin": "spans",
    "services.n-plus-one": "spans",
    "services.network-gap": "spans",
    "services.retries": "spans",
}


def blind_spots(telemetry: Telemetry, causes: Sequence[Cause]) -> tuple[BlindSpot, ...]:
    """One entry per missing table that would hold a typical symptom (at least 0.6) of some cause, ordered by name."""
    filled = set(telemetry.filled())
    missing: dict[str, set[str]] = {}
    for cause in causes:
        for link in cause.FOR:
            table = table_of(link.kind)
            if table and table not in filled and link.probability >= 0.6:
                missing.setdefault(table, set()).add(cause.NAME)
    return tuple(
        BlindSpot(
            table=table,
            causes=tuple(sorted(names)),
            statement=f"No {table} were given: they would show {_listed(names)}.",
        )
        for table, names in sorted(missing.items())
    )


def table_of(kind: str) -> str | None:
    """The table that findings of `kind` come from."""
    return _TABLE_OF_KIND.get(kind) or _TABLE_OF_DOMAIN.get(kind.split(".", maxsplit=1)[0])


def _listed(names: set[str]) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:6]) + (f" and {len(ordered) - 6} more causes" if len(ordered) > 6 else "")
