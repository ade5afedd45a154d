"""The logs domain: templates of log messages, and what changed between two windows.

`mine` and `compare` are what a notebook calls; everything else is a detector of its own.
"""

from __future__ import annotations

import importlib
from typing import Any

_FACE = {"mine": "rca.logs.mining", "compare": "rca.logs.comparison", "Templates": "rca.logs.templates"}

__all__ = ["Templates", "compare", "mine"]


def __getattr__(name: str) -> Any:
    if name in _FACE:
        return getattr(importlib.import_module(_FACE[name]), name)
    raise AttributeError(f"module 'rca.logs' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
