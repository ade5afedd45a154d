"""Columns of text to rows of `metrics`: numbers, times and labels converted once per column or distinct value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rca.model import Problem
from rca.readers._csv_blocks import Report
from rca.readers._open import Source
from rca.readers._pods import workload
from rca.readers._reader import Batch
from rca.readers._times import instants_of
from rca.tables import frame

Array = np.ndarray[Any, np.dtype[Any]]
_GO_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d{4})(?: \w+)?(?: m=[+-][\d.]+)?")
"""Go's Time.String(): `2023-01-29 08:41:09.074694499 +0000 UTC m=+0.150856359` (package time, method String)."""
_MISSING = pa.array(["", "NaN", "nan", "NULL", "null", "None", "NA", "N/A", "-"])
_SHOWN = 80


def factorized(column: pa.Array) -> tuple[Array, list[Any]]:
    """(code of every row, distinct values) of a column."""
    encoded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    codes = pc.fill_null(encoded.indices, -1) if encoded.indices.null_count else encoded.indices
    return codes.to_numpy(zero_copy_only=False), encoded.dictionary.to_pylist()


def spread(values: Sequence[str | None], codes: Array) -> Any:
    """Text by code: the array of `values[codes]`, each distinct text stored once until pandas takes it."""
    return pa.array(values, pa.string()).take(pa.array(codes)).to_pandas().array


def spread_objects(values: Sequence[Any], codes: Array) -> Array:
    """Objects by code, shared between the rows."""
    distinct = np.empty(len(values), dtype=object)
    distinct[:] = values
    found: Array = distinct[codes]
    return found


def numbers(column: pa.Array, lines: Array, source: Source, report: Report) -> Array:
    """Text as float64: NaN for what is missing, NaN and a Problem for what is no number."""
    if not pa.types.is_string(column.type):
        return _reals(column.cast(pa.float64(), safe=False))
    blanked = pc.if_else(pc.is_in(column, value_set=_MISSING), pa.scalar(None, pa.string()), column)
    try:
        return _reals(blanked.cast(pa.float64()))
    except pa.ArrowInvalid:
        return _lenient(blanked, lines, source, report)


def _reals(column: pa.Array) -> Array:
    found: Array = np.asarray(column.to_numpy(zero_copy_only=False), dtype="float64")
    return found


def _lenient(column: pa.Array, lines: Array, source: Source, report: Report) -> Array:
    text = column.to_pandas()
    found: Array = pd.to_numeric(text.str.strip(), errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    for at in np.flatnonzero(np.isnan(found) & text.notna().to_numpy()):
        if (cell := text.iloc[at].strip()) and cell not in _MISSING.to_pylist():
            report(Problem(source=source.path, line=int(lines[at]), text=cell[:_SHOWN],
                           reason="expected a number; the row keeps no value"))
    return found


def times(column: pa.Array, lines: Array, source: Source, report: Report) -> pd.DatetimeIndex:
    """A column of times, each distinct one converted once; NaT and a Problem for what is none."""
    if pa.types.is_timestamp(column.type):
        stamps = pd.DatetimeIndex(column.to_pandas())
        if stamps.tz is None:
            source.naive()
            stamps = stamps.tz_localize(source.zone, ambiguous="NaT", nonexistent="NaT")
        return stamps.tz_convert("UTC").as_unit("ns")
    codes, distinct = factorized(column)
    known = instants_of(source, [_GO_TIME.sub(r"\1T\2\3", v.strip()) if isinstance(v, str) else v for v in distinct]
                        or [None])
    found = known[codes] if distinct else known[np.zeros(len(codes), dtype=int)]
    for at in np.flatnonzero(np.asarray(found.isna())):
        cell = "" if codes[at] < 0 or not distinct else str(distinct[codes[at]])
        report(Problem(source=source.path, line=int(lines[at]), text=cell[:_SHOWN],
                       reason="expected an ISO 8601 time or an epoch number; the row has no time"))
    return found


def components(column: pa.Array, *, pods: bool) -> Any:
    """The column of components; a pod counts as its workload."""
    codes, distinct = factorized(column)
    return spread([name_of(value, pods=pods) for value in [*distinct, None]], codes)


@lru_cache(maxsize=65536)
def name_of(value: Any, *, pods: bool) -> str | None:
    """A component's name as text, None where the cell is empty."""
    text = None if value is None else str(value).strip()
    return workload(text) if text and pods else text or None


def labels(columns: Sequence[tuple[str, pa.Array]]) -> Any:
    """One dict per distinct combination of the columns' cells, shared by its rows; None where all are empty."""
    if not columns:
        return None
    codes, parts = np.zeros(len(columns[0][1]), dtype="int64"), []
    for name, column in columns:
        own, distinct = factorized(column)
        codes = codes * (len(distinct) + 1) + own + 1
        parts.append((name, [None, *distinct]))
    seen, inverse = np.unique(codes, return_inverse=True)
    return spread_objects([_label(int(code), parts) for code in seen], inverse)


def _label(code: int, parts: list[tuple[str, list[Any]]]) -> dict[str, Any] | None:
    found = {}
    for name, values in reversed(parts):
        code, own = divmod(code, len(values))
        if values[own] not in (None, ""):
            found[name] = values[own]
    return dict(reversed(found.items())) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the samples of a matrix are: one name and unit per column; component and labels per column or per row."""

    metric: Sequence[str]
    unit: Sequence[str | None]
    component: Sequence[str | None] | None = None
    labels: Sequence[Any] | None = None
    row_component: Any = None
    row_labels: Array | None = None


def wide_batch(source: Source, lines: Array, stamps: pd.DatetimeIndex, values: Array, named: Named) -> Iterator[Batch]:
    """Rows of `metrics` from a matrix of values (moments by columns), row by row."""
    if not values.size:
        return
    height, width = values.shape
    column, row = np.tile(np.arange(width), height), np.repeat(np.arange(height), width)
    component: Any = spread(named.component, column) if named.component is not None else named.row_component[row]
    labels: Any = named.row_labels[row] if named.row_labels is not None else None
    if named.labels is not None and any(named.labels):
        labels = spread_objects(named.labels, column)
    yield Batch("metrics", frame("metrics", {
        "time": stamps[row], "value": values.ravel(), "line": lines[row], "source": source.path,
        "component": component, "metric": spread(named.metric, column), "labels": labels,
        "unit": spread(named.unit, column) if any(named.unit) else None}))
