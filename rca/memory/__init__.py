"""Memory: leak trends today, heap dumps and heap checks as they are added."""

from __future__ import annotations

import importlib
from typing import Any

_FACE = {"trend": "rca.memory.trend_verdict", "Trend": "rca.memory.trend_verdict"}

__all__ = ["Trend", "trend"]


def __getattr__(name: str) -> Any:
    if name in _FACE:
        return getattr(importlib.import_module(_FACE[name]), name)
    raise AttributeError(f"module 'rca.memory' has no attribute {name!r}; it has {', '.join(__all__)}")
