"""Opens a heap dump of any format: unpacks it where it is packed, finds the reader, loads the object graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rca._discovery import discover
from rca.model import Problem, UnreadableInput
from rca.readers._archives import contents
from rca.readers._limits import DEFAULT, Limits
from rca.readers._open import Source, on_disk
from rca.readers._reader import Head
from rca.readers._workspace import Workspace

if TYPE_CHECKING:
    from rca.algorithms.object_graph import ObjectGraph


class OpenedHeap(NamedTuple):
    """The graph, what was said on the way, and what must live as long: the folder that holds an unpacked dump."""

    graph: ObjectGraph
    notes: tuple[str, ...]
    keep: Workspace


def open_graph(path: str | Path, *, limits: Limits = DEFAULT) -> OpenedHeap:
    """The object graph of the first heap dump in `path`: plain, packed, or a member of an archive.

    Raises UnreadableInput where there is none, and OSError where the file cannot be opened.
    """
    name, workspace, problems = str(path), Workspace(), list[str]()
    for content in contents(on_disk(name, Path(path)), limits, workspace):
        if isinstance(content, Problem):
            problems.append(str(content))
            continue
        source = Source(content.path, content, limits=limits, workspace=workspace)
        head = Head(source.name, source.head(), complete=source.complete)
        for reader in _loaders():
            if reader.looks_like(head) >= 0.5:
                graph = reader.load(source.file, source.path)
                return OpenedHeap(graph, (*source.notes, *(problem.reason for problem in source.problems)), workspace)
    found = f": {'; '.join(problems)}" if problems else ""
    known = ", ".join(reader.NAME for reader in _loaders())
    raise UnreadableInput(f"{name}: expected a heap dump ({known}), found none{found}")


def _loaders() -> list[Any]:
    """The formats that can be loaded as an object graph: readers of heaps that have `load`."""
    found = discover(("rca.readers.heaps",), "rca.readers", ("NAME", "looks_like"))
    return [reader for reader in found if hasattr(reader, "load")]
