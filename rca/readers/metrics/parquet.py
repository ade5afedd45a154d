"""Metrics as Parquet: the long, wide, levelled and one-component-a-row tables, as pandas and Arrow write them.

`line` is the number of the row, counted from 1: the format has no lines.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rca.model import Problem
from rca.readers._csv_blocks import Block, Report
from rca.readers._open import Source
from rca.readers._reader import BATCH_ROWS, Batch, Head, Output
from rca.readers.metrics._header import Roles, roles
from rca.readers.metrics._shapes import Levels, entity_rows, levelled_rows, long_rows, wide_rows

NAME = "metrics-parquet"
TABLES = ("metrics",)

_INDEX = "__index_level_0__"
"""What pandas calls an index without a name."""
_CELLS = 1_000_000
_LEVELS = (2, 3)

ToRows = Callable[[Source, Block, Report], Iterator[Batch]]


def _sample(table: pa.Table) -> bytes:
    """A small file, as pyarrow writes it: the format is binary and its bytes differ between versions."""
    held = BytesIO()
    pq.write_table(table, held)
    return held.getvalue()


SAMPLES = (
    _sample(pa.table({"timestamp": [1763632800, 1763632805], "service": ["orders"] * 2, "metric": ["rss_mb"] * 2,
                      "value": [81.5, 82.0]})),
    _sample(pa.table({"time": pa.array([1763632800, 1763632801], pa.timestamp("s", "UTC")),
                      "orders_cpu": [4.2, None]})),
)


def looks_like(head: Head) -> float:
    """0.6 for any Parquet file, whose columns stand at its end; with all of it at hand, by its columns."""
    if not head.data.startswith(b"PAR1"):
        return 0.0
    if not head.complete:
        return 0.6
    try:
        return 0.9 if _shape(pq.ParquetFile(BytesIO(head.data))) else 0.1
    except (pa.ArrowException, OSError):
        return 0.6


def read(source: Source) -> Iterator[Output]:
    """One row of `metrics` per sample."""
    try:
        file = pq.ParquetFile(BytesIO(source.data()))
        shape = _shape(file)
        if shape is None:
            yield Problem(source=source.path, text=", ".join(file.schema_arrow.names)[:200],
                          reason="expected columns of metrics: a time, and numbers or metric and value")
            return
        yield from _batches(file, source, *shape)
    except (pa.ArrowException, OSError) as error:
        yield Problem(source=source.path, reason=f"expected a Parquet file: {str(error)[:200]}")


def _batches(file: pq.ParquetFile, source: Source, order: list[int], to_rows: ToRows) -> Iterator[Output]:
    problems: list[Problem] = []
    row = 1
    for batch in file.iter_batches(batch_size=max(1, min(BATCH_ROWS, _CELLS // max(len(order), 1)))):
        columns = tuple(_plain(batch.columns[i]) for i in order)
        lines = np.arange(row, row + batch.num_rows, dtype="int64")
        row += batch.num_rows
        found = list(to_rows(source, Block(lines, columns), problems.append))
        yield from problems
        problems.clear()
        yield from found


def _shape(file: pq.ParquetFile) -> tuple[list[int], ToRows] | None:
    """(order of the columns, what makes rows of them), or None where the columns are no metrics."""
    names = list(file.schema_arrow.names)
    if (levels := _levels(names)) is not None:
        first = next(i for i, name in enumerate(names) if _path(name) is None)
        order = [first, *(i for i in range(len(names)) if i != first and _path(names[i]) is not None)]
        return order, lambda source, block, report: levelled_rows(source, levels, block, report)
    preview = next(file.iter_batches(batch_size=20), None)
    if preview is None:
        return None
    header = ["time" if name == _INDEX else name for name in names]
    rows = list(zip(*([_text(cell) for cell in _plain(c).to_pylist()] for c in preview.columns), strict=True))
    found = roles(header, rows)
    make = None if found is None else _maker(found)
    return None if make is None else (list(range(len(names))), make)


def _maker(found: Roles) -> ToRows | None:
    if not (found.is_long or found.numbers):
        return None
    of_rows = entity_rows if found.is_by_entity else wide_rows
    make = long_rows if found.is_long else of_rows
    return lambda source, block, report: make(source, found, block, report)


def _levels(names: Sequence[str]) -> Levels | None:
    """Columns that pandas named on two or three levels; one further column is the index."""
    paths = [path for name in names if (path := _path(name)) is not None]
    if not paths or len(paths) == len(names) or len({len(path) for path in paths}) > 1:
        return None
    component, metric, *statistic = zip(*paths, strict=True)
    return Levels(tuple(range(1, len(paths) + 1)), component, metric,
                  statistic[0] if statistic else (None,) * len(paths))


def _path(name: str) -> tuple[str, ...] | None:
    """`('shop', 'latency', 'p50')`, the text of a tuple, as pandas names a column of several levels."""
    if not name.startswith("("):
        return None
    try:
        path = ast.literal_eval(name)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return tuple(map(str, path)) if isinstance(path, tuple) and len(path) in _LEVELS else None


def _plain(column: pa.Array) -> pa.Array:
    """The column in one of the types that samples are made of: string, number or time stamp."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.dictionary_decode())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_date(kind):
        return column.cast(pa.timestamp("ms"))
    return column.cast(pa.float64()) if pa.types.is_decimal(kind) else column


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)
