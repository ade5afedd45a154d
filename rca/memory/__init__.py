"""Memory: leak trends today, heap dumps and heap checks as they are added."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from rca.memory.heap import Heap

_FACE = {"trend": "rca.memory.trend_verdict", "Trend": "rca.memory.trend_verdict",
         "Heap": "rca.memory.heap", "LeakSuspect": "rca.memory.leak_suspects", "UnknownNode": "rca.memory.heap"}

__all__ = [*_FACE, "diff_heaps", "open_heap"]  # noqa: PLE0604 - built from the table above


def __getattr__(name: str) -> Any:
    if name in _FACE:
        return getattr(importlib.import_module(_FACE[name]), name)
    raise AttributeError(f"module 'rca.memory' has no attribute {name!r}; it has {', '.join(__all__)}")


def open_heap(path: str | Path) -> Heap:
    """A heap dump: HPROF, plain or packed (gzip, Zstandard, a member of an archive).

    The file stays mapped, or its unpacked copy in a private folder, as long as the Heap lives. A dump that is cut off
    gives what came before; `Heap.notes` says so. Raises UnreadableInput where it is no heap dump, OSError where the
    file cannot be opened.
    """
    from rca.memory.heap import Heap
    from rca.readers.heaps._opening import open_graph
    opened = open_graph(path)
    return Heap(opened.graph, notes=opened.notes, keep=opened.keep)


def diff_heaps(before: str | Path | Heap, after: str | Path | Heap) -> pd.DataFrame:
    """What grew between two heap dumps (paths or open heaps), class by class, the most grown first.

    Columns: class_name, objects_before, objects_after, bytes_before, bytes_after (shallow), objects_grown, bytes_grown,
    retained_before, retained_after. Raises what `open_heap` raises.
    """
    from rca.memory.heap import Heap
    from rca.memory.heap_difference import heap_difference
    return heap_difference(*(each if isinstance(each, Heap) else open_heap(each) for each in (before, after)))
