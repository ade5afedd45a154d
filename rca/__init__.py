"""Root-cause analysis from raw telemetry: `read` it, `diagnose` it, get ranked hypotheses with their evidence.

>>> import rca
>>> rca.read("examples/incidents/order-leak").logs.empty          # doctest: +SKIP
False
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_FACE = {
    "read": "rca.readers._pipeline", "stream": "rca.readers._pipeline", "diagnose": "rca.diagnosis",
    "Telemetry": "rca.telemetry", "Batch": "rca.readers._reader", "Limits": "rca.readers._limits",
    "UnknownFormat": "rca.readers._registry",
    **dict.fromkeys(
        (
            "BlindSpot", "Evidence", "Finding", "Hypothesis", "Problem", "RcaError",
            "Reason", "Report", "SourceInfo", "SourceRef", "UnreadableInput",
        ),
        "rca.model",
    ),
}
_DOMAINS = ("memory", "locks", "logs", "queries", "services", "security", "live")

__all__ = ["__version__", *_FACE, *_DOMAINS]  # noqa: PLE0604 - built from the tables above


def __getattr__(name: str) -> Any:
    if name in _FACE:
        return getattr(importlib.import_module(_FACE[name]), name)
    if name in _DOMAINS:
        return importlib.import_module(f"rca.{name}")
    raise AttributeError(f"module 'rca' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
