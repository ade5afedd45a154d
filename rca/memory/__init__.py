"""Memory: heap dumps, heap diffs, leak trends and checks. Names load on first use."""

from __future__ import annotations

import importlib
from typing import Any

_FACE = {"trend": ("rca.memory.trend_verdict", "trend"), "Trend": ("rca.memory.trend_verdict", "Trend")}

__all__ = ["Trend", "trend"]


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"module 'rca.memory' has no attribute {name!r}; it has {', '.join(__all__)}")
    module, attribute = _FACE[name]
    return getattr(importlib.import_module(module), attribute)


def __dir__() -> list[str]:
    return list(__all__)
