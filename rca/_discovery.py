"""Finds plug-ins: the modules of some packages, and what third parties offer through entry points."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any


@cache
def discover(packages: tuple[str, ...], group: str, needs: tuple[str, ...]) -> tuple[Any, ...]:
    """The public modules of `packages` and the entry points of `group` that have every attribute of `needs`.

    Modules whose name starts with an underscore are not plug-ins; one without the attributes is not either (a domain
    package holds more than detectors). A third party's plug-in that cannot be used is left out with a RuntimeWarning
    that says why: it must not stop those that can.
    """
    found: list[Any] = []
    for package in packages:
        for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
            if not info.name.startswith("_") and not info.ispkg:
                module = importlib.import_module(f"{package}.{info.name}")
                if all(hasattr(module, name) for name in needs):
                    found.append(module)
    found += [plugin for entry in entry_points(group=group) if (plugin := _loaded(entry, needs)) is not None]
    return tuple(found)


def _loaded(entry: EntryPoint, needs: tuple[str, ...]) -> Any:
    place = f"plug-in {entry.name!r} of {entry.group} ({entry.value})"
    try:
        plugin = entry.load()
    except Exception as error:
        warnings.warn(f"{place} is left out: {type(error).__name__}: {error}", RuntimeWarning, stacklevel=4)
        return None
    missing = [name for name in needs if not hasattr(plugin, name)]
    if missing:
        warnings.warn(f"{place} is left out: it lacks {', '.join(missing)}", RuntimeWarning, stacklevel=4)
    return None if missing else plugin
