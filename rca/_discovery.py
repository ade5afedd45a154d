"""Finds plug-ins: the modules of some packages, and what third parties offer through entry points."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import Any


@cache
def discover(packages: tuple[str, ...], group: str, needs: tuple[str, ...]) -> tuple[Any, ...]:
    """The public modules of `packages` and the entry points of `group` that have every attribute of `needs`.

    Modules whose name starts with an underscore are not plug-ins; one without the attributes is not either (a domain
    package holds more than detectors). Raises AttributeError for an entry point that lacks one.
    """
    found = []
    for package in packages:
        for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
            if not info.name.startswith("_") and not info.ispkg:
                module = importlib.import_module(f"{package}.{info.name}")
                if all(hasattr(module, name) for name in needs):
                    found.append(module)
    for entry in entry_points(group=group):
        plugin = entry.load()
        missing = [name for name in needs if not hasattr(plugin, name)]
        if missing:
            raise AttributeError(f"entry point {entry.name!r} of {group} ({entry.value}) lacks {', '.join(missing)}")
        found.append(plugin)
    return tuple(found)
