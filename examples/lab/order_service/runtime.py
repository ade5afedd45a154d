"""What the process knows of its own memory: collector figures, and the objects of each type by objgraph."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from typing import Any

import objgraph
import psutil

from order_service.clock import LabClock
from order_service.log import SERVICE

SNAPSHOT_SCHEMA = "rca-heap-snapshot/1"


def collector() -> dict[str, int]:
    """Collections since the start, and the objects that the collector tracks."""
    return {"gc_collections": sum(generation["collections"] for generation in gc.get_stats()),
            "gc_tracked_objects": len(gc.get_objects())}


def snapshot(label: str, clock: LabClock) -> dict[str, Any]:
    """Objects and shallow bytes of each type, after a collection, as `rca-heap-snapshot/1`.

    Atoms (str, int, float, bytes) are not tracked by the collector and not counted.
    """
    gc.collect()
    objects = gc.get_objects()
    counts = objgraph.typestats(objects, shortnames=False)
    sizes: Counter[str] = Counter()
    for found in objects:
        sizes[_name(type(found))] += sys.getsizeof(found, 0)
    types = {name: {"objects": count, "bytes": sizes.get(name)} for name, count in _largest_first(counts)}
    return {"schema": SNAPSHOT_SCHEMA, "label": label, "time": clock.stamp(), "process": SERVICE,
            "rss_bytes": psutil.Process().memory_info().rss,
            "python": sys.version.split()[0], "collected": True, "types": types}


def _largest_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _name(kind: type) -> str:
    """The name that objgraph gives to a type."""
    return f"{kind.__module__}.{kind.__name__}"
