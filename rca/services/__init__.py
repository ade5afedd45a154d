"""Services: the call graph, what departs in it, and the changes that could have brought it in."""

from __future__ import annotations

import importlib
from typing import Any

_FACE = {"graph": "rca.services.call_graph", "family": "rca.metric_families", "rank": "rca.services.culprits"}

__all__ = ["family", "graph", "rank"]


def __getattr__(name: str) -> Any:
    if name in _FACE:
        return getattr(importlib.import_module(_FACE[name]), name)
    raise AttributeError(f"module 'rca.services' has no attribute {name!r}; it has {', '.join(__all__)}")
