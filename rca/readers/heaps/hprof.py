"""HPROF heap dumps of Java (`jcmd PID GC.heap_dump`, `jmap -dump`, Android): noted as a heap, opened on demand.

Defined by the comment at the head of HotSpot's heapDumper.cpp; versions 1.0.1, 1.0.2 and Android's 1.0.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rca.model import HeapRef
from rca.readers._open import Source
from rca.readers._reader import Head, Output

if TYPE_CHECKING:
    from pathlib import Path

    from rca.algorithms.object_graph import ObjectGraph

NAME = "hprof"
TABLES: tuple[str, ...] = ()
FILE_NAMES = ("*.hprof", "*.hprof.gz")
SAMPLES = (
    # header, one string record, the end of the dump; put together by the published format
    b"JAVA PROFILE 1.0.2\0\0\0\0\x08\0\0\x01\x9a\xb5\x0f\x2c\x00"
    b"\x01\0\0\0\0\0\0\0\x0c\0\0\0\0\0\0\0\x01main"
    b",\0\0\0\0\0\0\0\0",
)
_MAGIC = b"JAVA PROFILE 1.0."


def looks_like(head: Head) -> float:
    """Sure where the file begins with the name of the format."""
    return 0.99 if head.data.startswith(_MAGIC) else 0.0


def read(source: Source) -> Iterator[Output]:
    """One HeapRef: a dump is too big for a table."""
    yield HeapRef(str(source.file), NAME)


def load(file: Path, path: str) -> ObjectGraph:
    """The object graph of an unpacked dump; `path` is how messages call it. Imports Numba, which detection must not."""
    from rca.readers.heaps._hprof_graph import object_graph
    return object_graph(file, path)
